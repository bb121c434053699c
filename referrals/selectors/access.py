"""Who opened the record of a person, for those who answer for it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from referrals.models import RecordAccess, Referral
from referrals.selectors.visible import referrals_visible_to, the_one


@dataclass(frozen=True, kw_only=True)
class WhoLooked:
    """What is shown of one referral."""

    referral: Referral
    is_restricted: bool
    """Whether everybody who opens the person's record is asked why."""
    is_of_all: bool
    """Whether the rows are of all that there is about the person, and not of what the reader's team sees alone."""
    may_open: bool
    rows: QuerySet[RecordAccess]


def get_who_looked(user: User, reference: str) -> WhoLooked:
    """Return who opened a referral, and what else there is about its person: for a lead of the team that owns it of
    what the lead may see, because what another team does for a person is not theirs to know; for the records and
    privacy officer of all.

    :raises NotVisible: if there is no such referral, or the user is neither.
    """
    is_officer = Role.PRIVACY_OFFICER in user.roles()
    all_there = Referral.objects.filter(forgotten_at=None).select_related("person")
    led = all_there.filter(owner_team__in=user.team_ids(Role.LEAD), sent_at__isnull=False)
    referral: Referral = the_one(all_there if is_officer else led, reference)
    visible = referrals_visible_to(user)
    rows: QuerySet[Any] = RecordAccess.objects.filter(person=referral.person_id)
    if not is_officer:
        rows = rows.filter(referral__in=visible.order_by().values("pk"))
    return WhoLooked(
        referral=referral,
        is_restricted=referral.person.is_restricted,
        is_of_all=is_officer,
        may_open=visible.filter(pk=referral.pk).exists(),
        rows=rows.select_related("reader", "referral").order_by("-id"),
    )
