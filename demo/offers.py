"""What becomes of an offer to a service: the answer, the first assessment, the weeks, the end."""

import datetime as dt
from collections.abc import Generator

from core.clocks import is_working_day, local_day
from demo.hours import in_days, later, moment
from demo.programmes import Programme
from demo.reasons import PROVIDER_QUESTIONS
from demo.telling import Offer
from demo.working import measured
from demo.year import Year
from referrals.enums import OnwardStatus

Chapter = Generator[dt.datetime, None, dt.datetime]
"""A part of a story: yields the moments of its acts, and returns that of the last."""

ANSWERS = {"accept": 79, "waitlist": 5, "decline": 9, "expire": 5, "withdraw": 2}
ANSWERS_WITH_A_WAITING_LIST = {"accept": 34, "waitlist": 56, "decline": 6, "expire": 2, "withdraw": 2}
ANSWERS_OF_THE_REAL_SCHEME = {"accept": 97, "withdraw": 3}
AFTER_WAITING = {"accept": 84, "decline": 4, "withdraw": 12}
DECLINES = {"at_capacity": 40, "criteria_not_met": 22, "inappropriate": 16, "already_supported": 12, "out_of_area": 10}
NOT_STARTED = {
    "changed_mind": 26, "unable_to_contact": 22, "time": 14, "health_worse": 12, "travel": 9, "waited_too_long": 6,
    "found_own_activity": 5, "cost": 3, "embarrassment": 2, "moved": 1,
}  # fmt: skip
LEFT_EARLY = {
    "illness_or_injury": 22, "time": 18, "health_worse": 15, "not_enjoyed": 13, "transport": 10, "session_time": 8,
    "unknown": 7, "goal_reached_early": 4, "cost": 2, "moved": 1,
}  # fmt: skip
OF_THEIR_OWN = ("changed_mind", "time", "health_worse", "found_own_activity", "illness_or_injury", "moved")
"""Reasons that say nothing of a service: the only ones that are given beside a real scheme's name."""
OUTCOMES = {"goals_met": 55, "goals_partly_met": 35, "no_change": 10}
MEASURED = 0.35
"""How often a provider takes ONS4 when somebody starts; then also when they complete."""
WELLBEING = ("life_satisfaction", "worthwhile", "happiness")
CHANGES = (-1, 0, 1, 1, 2, 3)
COMES = {"present": 76, "absent": 13, "told_us": 11}
COMES_BEFORE_LEAVING = {"present": 52, "absent": 30, "told_us": 18}


def offered(year: Year, offer: Offer, programme: Programme, at: dt.datetime) -> Chapter:
    """From the sending to the end, whichever it is."""
    if year.happens(0.07):
        at = yield from _question(year, offer, at)
    at = yield from _answer(year, offer, programme, at)
    if offer.onward.status == OnwardStatus.WAITLISTED:
        at = yield from _wait(year, offer, at)
    if offer.onward.status != OnwardStatus.ACCEPTED:
        return at
    at = yield from _assessment(year, offer, programme, at)
    if offer.onward.status != OnwardStatus.STARTED:
        return at
    # Nobody's scores are made up beside a real scheme's name.
    if not programme.is_real and year.beside.random() < MEASURED:
        _measure(year, offer, at)
    return (yield from _weeks(year, offer, programme, at))


def _question(year: Year, offer: Offer, at: dt.datetime) -> Chapter:
    question, answer = year.rng.choice(PROVIDER_QUESTIONS)
    at = later(year.rng, at, 1, 3)
    yield at
    offer.step("request_information", at=at, note=question)
    at = later(year.rng, at, 0, 4)
    yield at
    offer.step("provide_information", at=at, note=answer)
    return at


def _answer(year: Year, offer: Offer, programme: Programme, at: dt.datetime) -> Chapter:
    answers = ANSWERS_WITH_A_WAITING_LIST if programme.has_waiting_list else ANSWERS
    answer = year.one_of(ANSWERS_OF_THE_REAL_SCHEME if programme.is_real else answers)
    due = offer.onward.next_action_on or local_day(at)
    answers_at = later(year.rng, at, 0, 2 if programme.is_real else 7)
    if answer == "expire" or local_day(answers_at) > due:
        # Nobody has answered: the clock acts in the first minutes of the day after the last one.
        answer, answers_at = "expire", moment(due + dt.timedelta(days=1), 5)
    yield answers_at
    _say(year, offer, _with_room(offer, answer), answers_at)
    return answers_at


def _wait(year: Year, offer: Offer, at: dt.datetime) -> Chapter:
    """Until the provider comes back to the person; where no place has become free, the wait goes on."""
    answer = "waitlist"
    while answer == "waitlist":
        at = in_days(year.rng, at, 14, 70)
        yield at
        answer = _with_room(offer, year.one_of(AFTER_WAITING))
    _say(year, offer, answer, at)
    return at


def _with_room(offer: Offer, answer: str) -> str:
    """Nobody is accepted where no place is left: all that count their places here keep a waiting list."""
    return "waitlist" if answer == "accept" and not offer.has_room else answer


def _say(year: Year, offer: Offer, answer: str, at: dt.datetime) -> None:
    if answer == "decline":
        offer.step("decline", at=at, reason=year.one_of(DECLINES))
    elif answer == "withdraw":
        offer.step("withdraw", at=at, reason="person_changed_mind")
    else:
        offer.step(answer, at=at)


def _assessment(year: Year, offer: Offer, programme: Programme, at: dt.datetime) -> Chapter:
    starts = year.happens(programme.starts)
    reason = _reason(year, NOT_STARTED, programme)
    at = later(year.rng, at, 1, 6)
    yield at
    if not starts and reason == "unable_to_contact":
        at = later(year.rng, at, 4, 12)
        yield at
        offer.step("record_not_started", at=at, reason=reason, note="Rang three times and wrote.")
        return at
    on = local_day(later(year.rng, at, 3, 12))
    assessment_at = moment(on, 9 * 60 + 15 * year.rng.randrange(30))
    offer.step("book_assessment", at=at, assessment_at=assessment_at)
    at = assessment_at + dt.timedelta(minutes=40) if starts else later(year.rng, assessment_at, 0, 6)
    yield at
    if starts:
        offer.step("start", at=at)
    else:
        offer.step("record_not_started", at=at, reason=reason)
    return at


def _weeks(year: Year, offer: Offer, programme: Programme, at: dt.datetime) -> Chapter:
    """One session a week, on the weekday of the first; some pause for a while, and some leave."""
    completes = year.happens(programme.completes)
    last = programme.weeks if completes else year.rng.randint(1, max(1, programme.weeks - 1))
    pauses_after = year.rng.randint(1, last) if last > 3 and year.happens(0.08) else None
    day = local_day(at)
    for week in range(1, last + 1):
        day += dt.timedelta(weeks=1)
        if week <= programme.register_weeks and is_working_day(day):
            at = moment(day, 15 * 60 + year.rng.randrange(100))
            yield at
            offer.attend(year.one_of(COMES if completes else COMES_BEFORE_LEAVING), on=day, at=at)
        if week == pauses_after:
            at = yield from _pause(year, offer, max(at, moment(day, 17 * 60 + 45)))
            day += dt.timedelta(weeks=(local_day(at) - day).days // 7)
    at = later(year.rng, max(at, moment(day, 17 * 60)), 1, 4)
    yield at
    if completes:
        if offer.baseline:
            _measure(year, offer, at)
        offer.step("complete", at=at, outcome=year.one_of(OUTCOMES))
    else:
        offer.step("leave_early", at=at, reason=_reason(year, LEFT_EARLY, programme))
    return at


def _measure(year: Year, offer: Offer, at: dt.datetime) -> None:
    """ONS4 at the start and at the end: for most a little better, for some worse."""
    before, dice = offer.baseline, year.beside
    if before is None:
        answers = {"anxiety": dice.randint(4, 9)} | {code: dice.randint(2, 6) for code in WELLBEING}
    else:
        answers = {code: min(10, value + dice.choice(CHANGES)) for code, value in before.items()}
        answers["anxiety"] = max(0, before["anxiety"] - dice.choice(CHANGES))
    point = 0 if before is None else None
    offer.baseline = offer.baseline or answers
    measured(offer.case, offer, at=at, measure="ons4", answers=answers, point=point)


def _pause(year: Year, offer: Offer, at: dt.datetime) -> Chapter:
    at = later(year.rng, at, 1, 2)
    back = in_days(year.rng, at, 14, 35)
    yield at
    offer.step("pause", at=at, reason=year.one_of({"health": 6, "away": 3, "in_hospital": 1}), until=local_day(back))
    yield back
    offer.step("resume", at=back)
    return back


def _reason(year: Year, reasons: dict[str, int], programme: Programme) -> str:
    if programme.is_real:
        reasons = {reason: weight for reason, weight in reasons.items() if reason in OF_THEIR_OWN}
    return year.one_of(reasons)
