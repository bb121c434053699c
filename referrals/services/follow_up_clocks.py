"""When a person is to be asked next: planned, moved and stopped by what happens. Called inside use cases."""

import datetime as dt
from functools import cache

from core.clocks import local_day
from core.statements import Written, constants
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import FollowUpClock, OnwardReferral, Person, Referral
from referrals.pathway.onward import BEGINS
from referrals.selectors.follow_ups import next_follow_up

BACK = ("resume", "confirm_discharge_again")
"""The steps after which a person who was away is back."""


def keep_follow_ups(subject: Referral | OnwardReferral, step: str, *, at: dt.datetime) -> None:
    """Let the clock follow a step that has just been taken: begun, ended, back from a hold, opened again."""
    today = local_day(at)
    if isinstance(subject, OnwardReferral):
        if step in BEGINS or subject.status in OnwardStatus.ENDED:
            plan_follow_up(subject, on=today)
        elif step == "resume":
            _go_on(subject, "pause", at=at)
    elif step in BACK:
        for onward in _begun(subject):
            if onward.status != OnwardStatus.PAUSED:
                _go_on(onward, "hold", "record_readmission", at=at)
    elif step == "reopen" or subject.status in ReferralStatus.ENDED:
        plan_follow_ups_of(subject, on=today)


def plan_follow_up(onward: OnwardReferral, *, on: dt.date) -> None:
    """Set when a person is to be asked next, or that nobody asks. A day that is set for a point stays."""
    upcoming = next_follow_up(onward, on=on)
    if upcoming is None:
        FollowUpClock.objects.filter(onward_referral=onward).delete()
        return
    if FollowUpClock.objects.filter(onward_referral=onward, months=upcoming.months).exists():
        return
    days = {"due_on": max(upcoming.due_on, on), "closes_on": upcoming.closes_on}
    FollowUpClock.objects.update_or_create(onward_referral=onward, defaults={"months": upcoming.months} | days)


def plan_follow_ups_of(referral: Referral, *, on: dt.date) -> None:
    """Do so for everything that hangs on a referral, after the person has decided something, or has died."""
    for onward in _begun(referral):
        plan_follow_up(onward, on=on)


def stop_follow_ups_of(person: Person) -> None:
    """Let nobody be asked about somebody who has died, also where the referral ended long before."""
    clocks = FollowUpClock.objects.filter(onward_referral__referral__person=person)
    waiting = Referral.objects.filter(pk__in=clocks.values("onward_referral__referral"))
    list(waiting.select_for_update().order_by("id"))  # whoever records an answer in this moment goes first
    clocks.delete()


def _begun(referral: Referral) -> list[OnwardReferral]:
    found = _those_begun().ask(referral=referral.pk)
    for onward in found:
        onward.referral = referral
    return found


@cache
def _clock() -> Written[FollowUpClock]:
    return Written(FollowUpClock.objects.filter(onward_referral=0), {0: "%(onward)s"})


@cache
def _those_begun() -> Written[OnwardReferral]:
    rows = OnwardReferral.objects.filter(referral=0, status__in=OnwardStatus.TOOK_PART).order_by("id")
    rows = rows.select_related("service__follow_up_plan", "provider_team")
    return Written(rows, {0: "%(referral)s"} | constants(OnwardStatus.TOOK_PART))


def _go_on(onward: OnwardReferral, *held_by: str, at: dt.datetime) -> None:
    """Give back the days for which a point that was due stood still. One that is still to come keeps its day."""
    clock = _clock().first(onward=onward.pk)
    if clock is None:
        return
    steps = onward.referral.events.filter(kind__in=held_by, onward_referral=onward if held_by == ("pause",) else None)
    held = steps.order_by("-sequence").first()
    if held is None:
        return
    days = local_day(at) - max(local_day(held.occurred_at), clock.due_on)
    if days > dt.timedelta(0):
        clock.due_on, clock.closes_on = clock.due_on + days, clock.closes_on + days
        clock.save(update_fields=["due_on", "closes_on"])
