"""Some months after: the provider rings, and asks how the person is and what they still do."""

import datetime as dt
from collections.abc import Mapping
from random import Random
from typing import Any

from core.clocks import local_day
from demo.cast import Cast
from demo.hours import in_days, later, on_day
from demo.telling import Case, Story, acting
from referrals.enums import AskedResult, ConsultationMechanism, OnwardStatus, SinceTheStart, StillActive
from referrals.models import FollowUpClock
from referrals.services.follow_up_plans import choose_follow_ups
from referrals.services.follow_ups import Asked, give_up_follow_ups, record_follow_up
from services_directory.models import Service

BEFORE_THE_FIRST = 60
"""Working days, nearly: of the first three months nobody is asked."""
BECOMES = {AskedResult.REACHED: 62, AskedResult.NOT_REACHED: 31, AskedResult.DECLINED: 7}
OF_THE_DONE = {StillActive.HERE: 30, StillActive.ELSEWHERE: 38, StillActive.NO: 27, StillActive.NOT_SAID: 5}
OF_WHO_LEFT = {StillActive.HERE: 2, StillActive.ELSEWHERE: 30, StillActive.NO: 60, StillActive.NOT_SAID: 8}
FARES = {SinceTheStart.BETTER: 52, SinceTheStart.SAME: 30, SinceTheStart.WORSE: 11, SinceTheStart.NOT_SAID: 7}
WAYS = {ConsultationMechanism.TELEPHONE: 80, ConsultationMechanism.SMS: 20}


def ask_nobody_of(scheme: Service, cast: Cast, *, at: dt.datetime) -> None:
    """The real scheme evaluates at its reviews alone (field notes 3.1): no answers are made up beside its name."""
    choose_follow_ups(service=scheme, months=(), window_days=28, actor=acting(cast.hub.lead), at=at)


def follow_ups(cast: Cast, case: Case, at: dt.datetime) -> Story:
    """Whoever is due is asked, mostly within days; some are tried until their time is over. With dice of its own."""
    dice = Random(at.isoformat())  # noqa: S311 - dice for a story, nothing that must not be guessed
    at = later(dice, at, BEFORE_THE_FIRST, BEFORE_THE_FIRST + 10)
    yield at
    while True:
        clock = _next(case)
        if clock is None and case.is_over:
            return
        if clock is None or clock.onward_referral.is_person_away:
            at = in_days(dice, at, 14, 30)
        elif clock.due_on > local_day(at):
            at = max(later(dice, at, 1, 1), on_day(dice, clock.due_on + dt.timedelta(days=dice.randint(0, 9))))
        elif clock.closes_on < local_day(at):
            give_up_follow_ups(at=at)
            at = later(dice, at, 1, 2)
        else:
            _ask(cast, clock, dice, at=at)
            at = later(dice, at, 2, 6)
        yield at


def _next(case: Case) -> FollowUpClock | None:
    rows = FollowUpClock.objects.filter(onward_referral__referral=case.referral)
    return rows.select_related("onward_referral__referral").order_by("due_on", "onward_referral").first()


def _ask(cast: Cast, clock: FollowUpClock, dice: Random, *, at: dt.datetime) -> None:
    onward = clock.onward_referral
    side = next(side for side in (*cast.providers.values(), cast.hub) if side.team.pk == onward.provider_team_id)
    result = _one_of(dice, BECOMES)
    answers: dict[str, Any] = {}
    if result == AskedResult.REACHED:
        active = OF_WHO_LEFT if onward.status == OnwardStatus.LEFT_EARLY else OF_THE_DONE
        answers = {"still_active": _one_of(dice, active), "since_the_start": _one_of(dice, FARES)}
    asked = Asked(months=clock.months, result=result, mechanism=_one_of(dice, WAYS), **answers)
    record_follow_up(onward=onward, actor=acting(dice.choice(side.staff)), at=at, asked=asked)


def _one_of(dice: Random, weights: Mapping[Any, int]) -> str:
    return str(dice.choices(list(weights), list(weights.values()))[0])
