"""Reads of the summaries: each team's are for those who have the role for whom they are written."""

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from insights import monthly, weekly
from insights.models import Summary, SummaryKind

READERS = {
    SummaryKind.PROVIDER_WEEK: Role.PROVIDER,
    SummaryKind.LEAD_WEEK: Role.LEAD,
    SummaryKind.COMMISSIONER_MONTH: Role.MANAGER,
}
DEFINITIONS = {
    SummaryKind.PROVIDER_WEEK: weekly.OF_PROVIDERS,
    SummaryKind.LEAD_WEEK: weekly.OF_LEADS,
    SummaryKind.COMMISSIONER_MONTH: monthly.DEFINITIONS,
}
"""What each figure of a kind counts."""


def summaries_visible_to(user: User, *, kind: str = "") -> QuerySet[Summary]:
    """Return the summaries of the user's own teams, the latest first; of one kind, where it is given."""
    own = Q(pk__in=[])
    for each, role in READERS.items():
        own |= Q(kind=each, team__in=user.team_ids(role))
    rows = Summary.objects.filter(own).select_related("team").order_by("-ends_on", "-id")
    return rows.filter(kind=kind) if kind else rows


def get_summary(user: User, reference: str) -> Summary:
    """Return the one summary with this reference.

    :raises NotVisible: if there is none, or none that the user may read; it does not say which.
    """
    row = summaries_visible_to(user).filter(reference=reference).first()
    if row is None:
        raise NotVisible("There is no such summary.")
    return row
