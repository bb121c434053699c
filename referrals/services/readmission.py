"""A person goes back into hospital: the referral waits and does not close, and what was sent onward waits with it."""

import datetime as dt
from functools import cache

from accounts.actors import Actor
from core.clocks import local_day
from core.errors import Invalid
from core.statements import Written, constants
from referrals import policies
from referrals.announcements import announce
from referrals.enums import EventKind, HoldReason, OnwardStatus
from referrals.models import OnwardReferral, Referral, ReferralEvent
from referrals.services.discharge import first_contact_due
from referrals.services.events import record_event
from referrals.services.response import begin_response, held_for
from referrals.services.steps import (
    NotPossibleNow,
    StepDetails,
    Taken,
    clocks_of,
    working_days_after,
    write,
)

LOOK_AGAIN_WORKING_DAYS = 5
"""When somebody asks the ward how long it will be, where nobody has named a day."""


def hold_for_hospital(referral: Referral, *, at: dt.datetime, until: dt.date | None) -> Taken:
    """Say when somebody looks again at a person who is back in hospital; what went before is no discharge any more.

    :raises Invalid: if the day named is not after today.
    """
    if until is not None and until <= local_day(at):
        raise Invalid({"until": ["Choose a day after today: that is when somebody looks again."]})
    referral.discharged_on = None
    return Taken(next_action_on=until or working_days_after(at, LOOK_AGAIN_WORKING_DAYS))


def home_again(referral: Referral, *, at: dt.datetime, discharged_on: dt.date | None) -> Taken:
    """Note the discharge, and say by when the person must be contacted.

    :raises NotPossibleNow: if the referral is on hold for another reason.
    :raises Invalid: if the discharge has not happened, or was before the person went in.
    """
    held = _last_hold(referral)
    if held is None or held.reason != HoldReason.IN_HOSPITAL:
        raise NotPossibleNow("It is on hold for another reason than hospital: use resume.", code="not_in_hospital")
    if discharged_on is None or discharged_on > local_day(at):
        raise Invalid({"discharged_on": ["The discharge has not happened yet."]})
    if discharged_on < local_day(held.occurred_at) - dt.timedelta(days=1):
        # A day's grace: who is in overnight may be home before anybody has written down that they went in.
        raise Invalid({"discharged_on": ["This is before the person went back into hospital."]})
    referral.discharged_on = discharged_on
    usual = working_days_after(at, clocks_of(referral.owner_team_id).first_contact_working_days)
    return Taken(next_action_on=first_contact_due(referral, at=at, usual=usual))


def refuse_while_in_hospital(referral: Referral) -> None:
    """Refuse to resume what waits for a discharge: the day of it starts the clock of the first contact.

    :raises NotPossibleNow: if the person was readmitted, and nobody has confirmed a discharge since.
    """
    held = _last_hold(referral)
    if held is not None and held.kind == "record_readmission":
        raise NotPossibleNow("The person is in hospital: confirm the discharge again instead.", code="in_hospital")


def hold_or_restart_onward(referral: Referral, step: str, *, actor: Actor, at: dt.datetime) -> None:
    """Let what was sent onward wait with the referral, and go on with it. A consequence: no provider's role is asked.

    Who takes part is paused. Of the rest only the clock stops (`unanswered` leaves out what is on hold), and an answer
    that is owed is owed afresh from the day on which the person came home.
    """
    if step not in {"record_readmission", "confirm_discharge_again"}:
        return
    is_held = step == "record_readmission"
    for onward in referral.onward_referrals.open().select_for_update().order_by("service_id", "id"):
        onward.referral = referral
        if is_held and onward.status == OnwardStatus.STARTED:
            said = StepDetails(reason=HoldReason.IN_HOSPITAL, until=referral.next_action_on)
            taken = Taken(next_action_on=referral.next_action_on)
            write(onward, policies.ONWARD_STEPS["pause"], actor=actor, at=at, details=said, taken=taken)
        elif not is_held and onward.status == OnwardStatus.SENT:
            begin_response(onward, at=at)
        elif not is_held:
            onward.next_action_on = max(onward.next_action_on, local_day(at))
        onward.version += 1
        onward.save()
        event = record_event(
            referral=referral, onward=onward, actor=actor, at=at,
            kind=EventKind.CLOCK_HELD if is_held else EventKind.CLOCK_RESTARTED,
        )  # fmt: skip
        announce(event, actor=actor)


def let_onward_clocks_go_on(referral: Referral, step: str, *, at: dt.datetime) -> None:
    """Give back the days for which a referral was on hold to what was due. Called inside the step that resumes it."""
    waiting = _waiting().ask(referral=referral.pk) if step == "resume" else []
    held = _last_hold(referral) if waiting else None
    if held is None:
        return
    for onward in waiting:
        onward.referral = referral
        held_for(onward, since=held.occurred_at, at=at)
        onward.version += 1
        onward.save()


@cache
def _waiting() -> Written[OnwardReferral]:
    waits = (OnwardStatus.SENT, OnwardStatus.INFORMATION_REQUESTED, OnwardStatus.WAITLISTED, OnwardStatus.ACCEPTED)
    rows = OnwardReferral.objects.filter(referral=0, status__in=waits).select_for_update().order_by("id")
    return Written(rows, {0: "%(referral)s"} | constants(waits))


def _last_hold(referral: Referral) -> ReferralEvent | None:
    return _holds().first(referral=referral.pk)


@cache
def _holds() -> Written[ReferralEvent]:
    kinds = ("hold", "record_readmission")
    events = ReferralEvent.objects.filter(referral=0, onward_referral=None, kind__in=kinds).order_by("-sequence")
    return Written(events[:1], {0: "%(referral)s"} | constants(kinds))
