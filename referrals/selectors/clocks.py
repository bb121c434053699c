"""What the clocks find: each by an index on its due column."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Q, QuerySet, Value
from django.db.models.lookups import Exact

from accounts.models import Team
from core.clocks import last_breached
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import OnwardReferral, Referral, TeamPolicy
from referrals.querysets import BREACH_NOT_TOLD, CAN_BE_BREACHED, of_its_referral

USUAL_GRACE: int = TeamPolicy._meta.get_field("breach_working_days").default


def graces_in_use() -> set[int]:
    """Return every number of days of grace that a team has set (`breach_working_days`)."""
    return set(TeamPolicy.objects.order_by().values_list("breach_working_days", flat=True).distinct())


def breached(*, due: str, team: str, on: dt.date, graces: Collection[int] | None = None) -> Q:
    """Return the condition that a row was due so long ago that it is a breach by the setting of its team.

    A working day is found by a calendar, so the calendar is asked once for each setting in use, not for each row.

    :param due: the name of the row's due day.
    :param team: the name of its team.
    :param graces: `graces_in_use`, where whoever asks has read them already.
    """
    graces = graces_in_use() if graces is None else graces
    # The settings are looked up and not joined: what is late is then read in the order of its index, up to a limit.
    usual = ~Q(**{f"{team}__in": TeamPolicy.objects.order_by().values("team")})
    condition = usual & Q(**{f"{due}__lte": last_breached(on, USUAL_GRACE)})
    for grace in sorted(graces):
        set_so = TeamPolicy.objects.filter(breach_working_days=grace).order_by().values("team")
        condition |= Q(**{f"{team}__in": set_so, f"{due}__lte": last_breached(on, grace)})
    latest = max(last_breached(on, grace) for grace in {USUAL_GRACE, *graces})
    return Q(**{f"{due}__lte": latest}) & condition  # the first half is what an index finds


def is_breached(due_on: dt.date, team: Team, *, on: dt.date) -> bool:
    """Whether what was due on a day is a breach by now. Reads the team's settings: of many they are fetched before."""
    policy = getattr(team, "policy", None) or TeamPolicy()
    return due_on <= last_breached(on, policy.breach_working_days)


def referrals_breached(*, on: dt.date) -> QuerySet[Referral]:
    """Return the open referrals that have been overdue for too long, and of which the leads have not been told."""
    overdue = breached(due="next_action_on", team="owner_team", on=on)
    return Referral.objects.filter(BREACH_NOT_TOLD, overdue, status__in=ReferralStatus.SENT).order_by(
        "next_action_on", "id"
    )


def onward_referrals_breached(*, on: dt.date) -> QuerySet[OnwardReferral]:
    """Return the same of onward referrals. Those of a referral on hold wait with it."""
    overdue = breached(due="next_action_on", team="referral__owner_team", on=on)
    rows = OnwardReferral.objects.filter(CAN_BE_BREACHED, BREACH_NOT_TOLD, overdue)
    return rows.exclude(referral__status=ReferralStatus.ON_HOLD).order_by("next_action_on", "id")


def onward_referrals_to_chase(*, on: dt.date) -> QuerySet[OnwardReferral]:
    """Return what no provider has answered, and is to be reminded of by now."""
    rows = OnwardReferral.objects.filter(
        status=OnwardStatus.SENT, chase_on__isnull=False, chase_on__lte=on, next_action_on__gte=on
    )
    is_held = Q(Exact(of_its_referral(rows, "status"), Value(ReferralStatus.ON_HOLD)))
    return rows.filter(~is_held).order_by("chase_on", "id")
