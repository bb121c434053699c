"""Ask a person, some months after they began, how they are and what they still do; and give up when its time is over.

It goes on after the onward referral has ended and the referral has closed, and opens neither again: nothing moves, no
day is set on them, and nobody is told. What ends it is `selectors.follow_ups.may_be_asked`.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from core.clocks import local_day
from core.errors import OF_ONE_ROW, Conflict, Invalid, NotPermitted
from referrals import policies
from referrals.enums import (
    AskedResult,
    ConsultationMechanism,
    EventKind,
    OnwardStatus,
    PointState,
    SinceTheStart,
    StillActive,
)
from referrals.models import FollowUp, FollowUpClock, OnwardReferral
from referrals.selectors.follow_ups import (
    FollowUpPoint,
    follow_up_points,
    follow_ups_of,
    follow_ups_to_give_up,
    may_be_asked,
    said_no,
)
from referrals.services.events import record_event
from referrals.services.follow_up_clocks import plan_follow_up
from referrals.services.steps import check_version, lock

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What became of asking. `asked_on` None: today; the two answers are of who was reached, and of nobody else."""

    months: int
    result: str
    mechanism: str
    asked_on: dt.date | None = None
    still_active: str = ""
    since_the_start: str = ""


@transaction.atomic(durable=True)
def record_follow_up(
    *, onward: OnwardReferral, actor: Actor, at: dt.datetime, asked: Asked, expected_version: int | None = None
) -> FollowUp:
    """Append what became of asking a person, and set when they are asked next. Said twice it is recorded once.

    Of a point the last row counts: a slip is recorded anew, and who rings back after the time was over has answered.
    After a no nobody is asked at any point; that they were spoken with nevertheless takes the no of that point back.
    The timeline says at which point and what became of it, and nothing of what the person answered.

    :raises NotPermitted: if the actor is neither of the provider's team, and sees the person, nor of the owning team.
    :raises Stale: if the onward referral has changed since the caller read it.
    :raises Conflict: if the person has not begun (`not_started`), does not want to be asked (`said_no`), or must not be
        (`not_to_be_asked`).
    :raises Invalid: if the scheme has no such point, it is not open, or what is said does not fit.
    """
    onward = lock(onward)
    today = local_day(at)
    if actor.user is None or not policies.may_record_follow_up(actor, onward, on=today):
        raise NotPermitted("The provider at whom the person took part asks, or the team that supported them.")
    day = asked.asked_on or today
    last = follow_ups_of(onward).filter(months=asked.months).first()
    said = (asked.result, day, asked.mechanism, asked.still_active, asked.since_the_start)
    if last is not None and said == (
        last.result, last.asked_on, last.mechanism, last.still_active, last.since_the_start
    ):  # fmt: skip
        return last
    check_version(onward, expected_version)
    if onward.status not in OnwardStatus.TOOK_PART:
        raise Conflict("The person has not started there: there is nothing to ask.", code="not_started")
    takes_back = last is not None and last.result == AskedResult.DECLINED and asked.result == AskedResult.REACHED
    if said_no(onward) and not takes_back:
        raise Conflict("The person does not want to be asked any more.", code="said_no")
    if not may_be_asked(onward, on=today):
        raise Conflict("This person is not asked any more: see why under /follow-ups/points/.", code="not_to_be_asked")
    _check(onward, asked, day=day, today=today)
    row = _append(onward, asked, day=day, actor=actor, at=at)
    plan_follow_up(onward, on=today)
    return row


def give_up_follow_ups(*, at: dt.datetime, limit: int = 500) -> int:
    """Write down of whom nothing was recorded in time that they were missed; return how many. Safe to run twice.

    The next point follows by itself, and is given up, too, if its time is over meanwhile. One transaction each; who may
    not be asked any more is on no list afterwards.
    """
    given_up = 0
    for onward_id in list(follow_ups_to_give_up(on=local_day(at)).values_list("pk", flat=True)[:limit]):
        try:
            while _give_up(onward_id, at=at):
                given_up += 1
        except OF_ONE_ROW:
            # One row that the database refuses must not stop the clock for all behind it.
            log.exception("the follow-up of onward referral %s could not be given up", onward_id)
    return given_up


@transaction.atomic(durable=True)
def _give_up(onward_id: int, *, at: dt.datetime) -> bool:
    today = local_day(at)
    onward = lock(OnwardReferral.objects.get(pk=onward_id))
    clock = FollowUpClock.objects.select_for_update().filter(pk=onward_id).first()
    if clock is None or clock.closes_on >= today or onward.is_person_away:
        return False  # somebody asked in the meantime, or another worker was first
    is_missed = may_be_asked(onward, on=today)
    if is_missed:
        missed = Asked(months=clock.months, result=AskedResult.MISSED, mechanism="")
        _append(onward, missed, day=clock.closes_on, actor=SYSTEM, at=at)
    # As of the day after: a later point whose time is over meanwhile is given up next, and not forgotten.
    plan_follow_up(onward, on=clock.closes_on + dt.timedelta(days=1) if is_missed else today)
    return is_missed


def _append(onward: OnwardReferral, asked: Asked, *, day: dt.date, actor: Actor, at: dt.datetime) -> FollowUp:
    row = FollowUp.objects.create(
        onward_referral=onward, months=asked.months, result=AskedResult(asked.result), asked_on=day,
        mechanism=asked.mechanism, still_active=asked.still_active, since_the_start=asked.since_the_start,
        recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip
    onward.version += 1
    onward.save(update_fields=["version"])
    record_event(
        referral=onward.referral, onward=onward, kind=EventKind.FOLLOW_UP_RECORDED, actor=actor, at=at,
        details={"months": row.months, "result": str(row.result), "asked_on": day.isoformat()},
    )  # fmt: skip
    return row


def _check(onward: OnwardReferral, asked: Asked, *, day: dt.date, today: dt.date) -> None:
    """Refuse what cannot be so.

    :raises Invalid: naming what.
    """
    errors = _problems_with_answers(asked)
    points = {point.months: point for point in follow_up_points(onward, on=today)}
    point = points.get(asked.months)
    if point is None:
        said = ", ".join(str(months) for months in points) or "none"
        errors["months"] = [f"Choose a point of the scheme ({said})."]
    elif problem := _closed(point, today=today):
        errors["months"] = [problem]
    elif not point.opens_on <= day <= today:
        errors["asked_on"] = [f"Give a day from {point.opens_on:%-d %B %Y} until today."]
    if errors:
        raise Invalid(errors)


def _closed(point: FollowUpPoint, *, today: dt.date) -> str:
    """Say why nobody asks at a point now; empty where somebody may. What was recorded once can be recorded anew."""
    if point.follow_up is not None or point.state == PointState.OPEN:
        return ""
    match point.state:
        case PointState.REVIEWED:
            return "The scheme's own review is held then: record that."
        case PointState.WAITS:
            return "The person is away: it goes on when they are back."
        case _ if point.opens_on > today:
            return f"This point opens on {point.opens_on:%-d %B %Y}, two weeks before it is due."
        case _:
            return f"Its time was over on {point.closes_on:%-d %B %Y}."


def _problems_with_answers(asked: Asked) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if asked.result not in AskedResult.BY_SOMEBODY:
        errors["result"] = [f"Choose one of: {', '.join(AskedResult.BY_SOMEBODY)}."]
    if asked.mechanism not in ConsultationMechanism.values:
        errors["mechanism"] = ["Say how they were asked."]
    for name, choices, given in (
        ("still_active", StillActive, asked.still_active),
        ("since_the_start", SinceTheStart, asked.since_the_start),
    ):
        if asked.result == AskedResult.REACHED and given not in choices.values:
            errors[name] = [f"Choose one of: {', '.join(choices.values)}."]
        elif asked.result != AskedResult.REACHED and given:
            errors[name] = ["Only somebody who was reached has answered."]
    return errors
