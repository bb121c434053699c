"""The clock of a provider's answer: it runs while the answer is the provider's to give, and stands still otherwise.

Reminded at half of it, told to the leads before its end, and then it expires (`services.clocks`, `services.onward`).
"""

import datetime as dt
from functools import cache
from uuid import UUID

from core.clocks import add_working_days, last_working_day, local_day
from core.statements import Written, constants
from referrals.enums import EventKind
from referrals.models import OnwardReferral, Referral, ReferralEvent
from referrals.services.scheme_clocks import clocks_between, clocks_for

AT_LEAST_WORKING_DAYS = 2
"""What a provider has, at least, once its question is answered, however late it asked (custom)."""


def response_days(
    referral: Referral, *, service_id: UUID, provider_team_id: UUID, at: dt.datetime
) -> tuple[dt.date, dt.date | None]:
    """Return the last day on which a provider may answer, a working day, and when it is reminded: at half of it.

    A scheme's own hub is not reminded: it has the referral itself to answer.
    """
    today = local_day(at)
    days = clocks_between(team_id=referral.owner_team_id, service_id=service_id).provider_response_days
    due = add_working_days(today + dt.timedelta(days=days), 0)
    return due, None if provider_team_id == referral.owner_team_id else _half_way(today, due)


def begin_response(onward: OnwardReferral, *, at: dt.datetime) -> None:
    """Start the whole of it anew."""
    onward.next_action_on, onward.chase_on = response_days(
        onward.referral, service_id=onward.service_id, provider_team_id=onward.provider_team_id, at=at
    )


def days_left(onward: OnwardReferral, *, at: dt.datetime) -> int:
    """Return how many days the provider had left when it became somebody else's turn; never less than none."""
    due = onward.next_action_on
    return max((due - local_day(at)).days, 0) if due is not None else 0


def go_on_with_response(onward: OnwardReferral, *, at: dt.datetime) -> None:
    """Let the clock go on from where the provider's question stopped it."""
    asked = _asked(onward)
    left = asked.details.get("days_left") if asked is not None else None
    if not isinstance(left, int):  # asked before clocks were paused
        begin_response(onward, at=at)
        return
    today = local_day(at)
    due = add_working_days(today + dt.timedelta(days=left), 0)
    onward.next_action_on = max(due, add_working_days(today, AT_LEAST_WORKING_DAYS))
    if onward.provider_team_id != onward.referral.owner_team_id:
        reminded = was_nudged(onward)
        onward.chase_on = day_to_escalate(onward) if reminded else _half_way(today, onward.next_action_on)


def held_for(onward: OnwardReferral, *, since: dt.datetime, at: dt.datetime) -> None:
    """Move what is due by the days for which the referral was on hold; what came back meanwhile, from then on."""
    last = _moves().first(onward=onward.pk)
    began = max(since, last.occurred_at) if last is not None else since
    days = dt.timedelta(days=max((local_day(at) - local_day(began)).days, 0))
    if onward.next_action_on is not None:
        onward.next_action_on = add_working_days(onward.next_action_on + days, 0)
    if onward.chase_on is not None:
        onward.chase_on = add_working_days(onward.chase_on + days, 0)


@cache
def _moves() -> Written[ReferralEvent]:
    rows = ReferralEvent.objects.filter(onward_referral=0).exclude(to_status="").order_by("-sequence")
    return Written(rows[:1], {0: "%(onward)s", **constants([""])})


def was_nudged(onward: OnwardReferral) -> bool:
    """Whether the provider has been reminded of this answer already."""
    begun = (EventKind.SENT_ONWARD, EventKind.CLOCK_RESTARTED)
    afresh = onward.events.filter(kind__in=begun).order_by("-sequence").first()
    nudges = onward.events.filter(kind=EventKind.RESPONSE_NUDGED)
    return nudges.filter(sequence__gt=afresh.sequence).exists() if afresh is not None else nudges.exists()


def day_to_escalate(onward: OnwardReferral) -> dt.date | None:
    """Return when the leads are told that no answer has come: some days before the end, or the working day before."""
    if onward.next_action_on is None:
        return None
    days = clocks_for(onward).escalate_days_before
    return last_working_day(onward.next_action_on - dt.timedelta(days=days))


def _half_way(today: dt.date, due: dt.date) -> dt.date:
    return add_working_days(today + (due - today) // 2, 0)


def _asked(onward: OnwardReferral) -> ReferralEvent | None:
    return onward.events.filter(kind="request_information").order_by("-sequence").first()
