"""What the clocks do when they fire: remind a provider, tell the leads. Due days are columns with an index.

One transaction each, safe to overlap, to miss and to run twice: each row is looked at again under its lock, and moves
on in the same transaction as the event and the messages.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable

from django.db import transaction

from accounts.actors import SYSTEM
from core.clocks import last_breached, local_day
from core.errors import OF_ONE_ROW
from referrals.announcements import announce, announce_to_leads
from referrals.enums import EventKind, OnwardStatus, ReferralStatus
from referrals.models import OnwardReferral, Referral
from referrals.selectors.clocks import onward_referrals_breached, onward_referrals_to_chase, referrals_breached
from referrals.services.events import record_event
from referrals.services.follow_ups import give_up_follow_ups
from referrals.services.response import day_to_escalate, was_nudged
from referrals.services.steps import clocks_of, lock

log = logging.getLogger(__name__)


def run_clocks(*, at: dt.datetime, limit: int = 500) -> dict[str, int]:
    """Remind providers, tell leads of what is late, give up follow-ups whose time is over; return how many of each."""
    today = local_day(at)
    chased = onward_referrals_to_chase(on=today).values_list("pk", flat=True)[:limit]
    cases = referrals_breached(on=today).values_list("pk", flat=True)[:limit]
    onward = onward_referrals_breached(on=today).values_list("pk", flat=True)[:limit]
    return {
        "chased": _each(list(chased), _chase, at=at),
        "breached": _each(list(cases), _tell_of_case, at=at) + _each(list(onward), _tell_of_onward, at=at),
        "given_up": give_up_follow_ups(at=at),
    }


def _each(ids: Iterable[int], act: Callable[..., bool], *, at: dt.datetime) -> int:
    done = 0
    for row_id in ids:
        try:
            done += act(row_id, at=at)
        except OF_ONE_ROW:
            # One row that cannot be must not stop the clock for all behind it.
            log.exception("a clock of row %s could not run", row_id)
    return done


@transaction.atomic(durable=True)
def _chase(onward_id: int, *, at: dt.datetime) -> bool:
    """Remind the provider, once; then tell the leads, once. Returns whether it was still to be done."""
    today = local_day(at)
    onward = lock(OnwardReferral.objects.get(pk=onward_id))
    due, chase_on = onward.next_action_on, onward.chase_on
    if chase_on is None or chase_on > today or due is None or due < today:
        return False  # answered, or another worker was first
    if onward.referral.status == ReferralStatus.ON_HOLD:
        return False
    is_second = was_nudged(onward)
    onward.chase_on = None if is_second else day_to_escalate(onward)
    onward.save(update_fields=["chase_on"])
    kind = EventKind.RESPONSE_ESCALATED if is_second else EventKind.RESPONSE_NUDGED
    event = record_event(
        referral=onward.referral, onward=onward, kind=kind, actor=SYSTEM, at=at, details={"due_on": due.isoformat()}
    )
    if is_second:
        announce_to_leads(event, actor=SYSTEM)
    else:
        announce(event, actor=SYSTEM)
    return True


@transaction.atomic(durable=True)
def _tell_of_case(referral_id: int, *, at: dt.datetime) -> bool:
    referral = lock(Referral.objects.get(pk=referral_id))
    return referral.status in ReferralStatus.SENT and _tell(referral, None, at=at)


@transaction.atomic(durable=True)
def _tell_of_onward(onward_id: int, *, at: dt.datetime) -> bool:
    onward = lock(OnwardReferral.objects.get(pk=onward_id))
    is_running = onward.status in OnwardStatus.OPEN and onward.status != OnwardStatus.SENT
    return is_running and onward.referral.status != ReferralStatus.ON_HOLD and _tell(onward.referral, onward, at=at)


def _tell(referral: Referral, onward: OnwardReferral | None, *, at: dt.datetime) -> bool:
    """Tell the leads that a day was breached, once for each day on which the row was due."""
    row = onward or referral
    due = row.next_action_on
    grace = clocks_of(referral.owner_team_id).breach_working_days
    if due is None or due > last_breached(local_day(at), grace) or row.breach_told_of == due:
        return False  # seen to in the meantime, or another worker was first
    row.breach_told_of = due
    if onward is not None:
        onward.save(update_fields=["breach_told_of"])
    event = record_event(
        referral=referral, onward=onward, kind=EventKind.CLOCK_BREACHED, actor=SYSTEM, at=at,
        details={"due_on": due.isoformat(), "status": row.status},
    )  # fmt: skip
    announce_to_leads(event, actor=SYSTEM)
    return True
