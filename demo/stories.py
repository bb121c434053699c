"""The ordinary stories of the year: from the making of a referral to its end, with everything that comes between."""

import datetime as dt
from collections.abc import Generator
from dataclasses import replace

from core.clocks import add_working_days, local_day
from demo.arrivals import Arrival, arrival
from demo.following import follow_ups
from demo.hours import in_days, later, on_day, working_days_before
from demo.offers import Chapter, offered
from demo.programmes import PROGRAMMES, SCHEME, Programme
from demo.reasons import HANDOVER_NOTES, QUESTIONS
from demo.telling import Case, Offer, Story, in_order
from demo.working import reached
from demo.year import Year
from referrals.enums import CloseOutcome, ConsultationMechanism, ContactOutcome, OnwardStatus, ReferralStatus

REJECTIONS = {
    "inappropriate": 30, "criteria_not_met": 20, "already_supported": 20, "duplicate": 12, "no_consent": 10,
    "cannot_engage": 8,
}  # fmt: skip
WITHDRAWALS = {"person_changed_mind": 5, "no_longer_needed": 3, "health_changed": 2, "sent_by_mistake": 1}
ENDS_AFTER_A_PROGRAMME = {"goals_met": 6, "goals_partly_met": 4}
OTHER_ENDS = {"goals_partly_met": 3, "disengaged": 4, "signposted_only": 3}
HOLDS = {"health": 5, "in_hospital": 2, "away": 2, "person_asked": 2}
Tried = Generator[dt.datetime, None, tuple[dt.datetime, bool]]
"""Like a chapter; returns as well whether a programme was completed."""
LOGGED = 0.6
"""How often the first conversation is in the contact log, too; the rest is a cheaper year."""
WAYS = (ConsultationMechanism.TELEPHONE, ConsultationMechanism.TELEPHONE, ConsultationMechanism.FACE_TO_FACE)
UNANSWERED_AFTER = 15
"""Working days after which a referrer who has no answer takes the referral back."""


def ordinary(year: Year, at: dt.datetime) -> Story:
    """One referral, the link worker who keeps an eye on it, and who asks what lasted."""
    yield at
    come = arrival(year, at)
    yield from in_order([_life(year, come, at), _reviews(year, come.case, at), follow_ups(year.cast, come.case, at)])


def _life(year: Year, come: Arrival, at: dt.datetime) -> Chapter:
    case = come.case
    at = yield from _sending(year, come, at)
    if not case.is_over:
        at = yield from (_hub(year, come, at) if come.route == "scheme" else _triage(year, come, at))
    if case.is_over and case.referral.outcome != CloseOutcome.DECEASED:
        year.seen_before.append(come.person)
        if case.referral.status == ReferralStatus.CLOSED and year.happens(0.015):
            at = yield from _comes_back(year, case, at)
    return at


def _reviews(year: Year, case: Case, at: dt.datetime) -> Story:
    """The link worker looks at an active case on the day it is due; one time in ten, it slips."""
    at = later(year.rng, at, 5, 5)
    yield at
    while not case.is_over:
        referral, today = case.referral, local_day(at)
        due = referral.next_action_on
        if referral.status != ReferralStatus.ACTIVE or due is None:
            at = later(year.rng, at, 4, 6)
        elif due > today:
            at = on_day(year.rng, due)
        elif year.happens(0.1):
            at = later(year.rng, at, 4, 9)
        else:
            case.look_again(add_working_days(today, year.rng.randint(20, 45)), at=at)
            at = later(year.rng, at, 10, 12)
        yield at


# --- Until somebody takes it on --------------------------------------------------------------------------


def _sending(year: Year, come: Arrival, at: dt.datetime) -> Chapter:
    """Most are sent as they are made; some are drafts first, and half of the hospital's wait for the discharge."""
    case, content = come.case, come.content
    today = local_day(at)
    is_recent = today >= working_days_before(local_day(year.now), 12)
    if come.route == "hospital" and year.happens(0.5):
        planned = today + dt.timedelta(days=year.rng.randint(2, 9))
        case.refer(replace(content, planned_discharge_on=planned), at=at)
        at = on_day(year.rng, planned + dt.timedelta(days=year.rng.choice((0, 0, 0, 1, 1, 3, 5))))
        yield at
        case.step("confirm_discharge", at=at, discharged_on=local_day(at))
        return at
    if come.route == "hospital":
        content = replace(content, discharged_on=today - dt.timedelta(days=year.rng.randint(0, 3)))
    if year.happens(0.12 if is_recent else 0.03):
        case.refer(replace(content, is_draft=True), at=at)
        at = later(year.rng, at, *((6, 14) if is_recent else (0, 2)))
        yield at
        case.step("submit", at=at)
        return at
    case.refer(content, at=at)
    if year.happens(0.012):
        at = later(year.rng, at, 1, 3)
        yield at
        case.step("enter_in_error", at=at, reason=year.one_of({"duplicate": 3, "wrong_person": 1}))
    elif year.happens(0.02):
        at = later(year.rng, at, 0, 1)
        yield at
        case.step("withdraw", at=at, reason=year.one_of(WITHDRAWALS))
    return at


def _triage(year: Year, come: Arrival, at: dt.datetime) -> Chapter:
    """The team looks at it: mostly within its two days."""
    case, right = come.case, year.cast.teams[come.right_team]
    at = later(year.rng, at, *year.one_of({(0, 2): 88, (3, 6): 12}))
    yield at
    if case.owner is not right:
        worker = year.rng.choice(right.staff)
        case.redirect(to=right, worker=worker, reason="out_of_area", at=at)
        at = later(year.rng, at, 0, 3)
        yield at
    if year.happens(0.14):
        at = yield from _question(year, case, at)
    if case.is_over:
        return at
    if year.happens(0.055):
        case.step("reject", at=at, reason=year.one_of(REJECTIONS))
        return at
    case.step("accept", at=at)
    return (yield from _support(year, come, at))


def _question(year: Year, case: Case, at: dt.datetime) -> Chapter:
    question, answer = year.rng.choice(QUESTIONS)
    case.step("request_information", at=at, note=question)
    if year.happens(0.12):
        # Only the referrer can move it now, and takes it back in the end.
        at = later(year.rng, at, UNANSWERED_AFTER, UNANSWERED_AFTER + 5)
        yield at
        case.step("withdraw", at=at, reason="no_longer_needed")
        return at
    at = later(year.rng, at, 1, 8)
    yield at
    case.step("provide_information", at=at, note=answer)
    at = later(year.rng, at, 0, 2)
    yield at
    return at


# --- Support by a link worker ----------------------------------------------------------------------------


def _support(year: Year, come: Arrival, at: dt.datetime) -> Chapter:
    """The first conversation, what is found together, and the end."""
    case = come.case
    at = later(year.rng, at, *year.one_of({(1, 5): 85, (6, 10): 15}))
    yield at
    answer = year.one_of({"agrees": 88, "unable_to_contact": 6, "declined_by_person": 5, "deceased": 1})
    if answer == "unable_to_contact":
        at = yield from _tries(year, case, at)
    elif answer != "deceased" and year.beside.random() < LOGGED:
        reached(case, at=at, mechanism=year.beside.choice(WAYS), outcome=ContactOutcome.SPOKE, minutes=30)
    if answer != "agrees":
        case.step("close", at=at, outcome=answer)
        return at
    case.step("start_support", at=at, next_action_on=add_working_days(local_day(at), year.rng.randint(15, 35)))
    if year.happens(0.06):
        at = yield from _hold(year, case, at)
    found = [each for each in PROGRAMMES if come.need.code in each.needs and come.age >= each.youngest]
    if not found or year.happens(0.12):
        return (yield from _close(year, case, at, {"signposted_only": 8, "goals_met": 2, "disengaged": 1}))
    first = year.rng.choice(found)
    at, is_done = yield from _programme(year, case, first, found, at)
    if not is_done and year.happens(0.3):
        others = [each for each in found if each is not first]
        if others:
            at, is_done = yield from _programme(year, case, year.rng.choice(others), others, at)
    return (yield from _close(year, case, at, ENDS_AFTER_A_PROGRAMME if is_done else OTHER_ENDS))


def _tries(year: Year, case: Case, at: dt.datetime) -> Chapter:
    """Three tries on three days and in two ways, as the team's policy wants them, before a case is closed for it."""
    for way in (ConsultationMechanism.TELEPHONE, ConsultationMechanism.TELEPHONE, ConsultationMechanism.OTHER):
        is_letter = way == ConsultationMechanism.OTHER
        reached(
            case, at=at, mechanism=way, outcome=ContactOutcome.LEFT_MESSAGE if is_letter else ContactOutcome.NO_ANSWER
        )
        at = later(year.beside, at, 2, 5)
        yield at
    return at


def _programme(year: Year, case: Case, programme: Programme, found: list[Programme], at: dt.datetime) -> Tried:
    """Send the person to a programme; where it does not take them, mostly to another one instead."""
    offer: Offer | None = None
    left = [each for each in found if each is not programme]
    while True:
        at = later(year.rng, at, 1, 8)
        yield at
        provider = year.rng.choice(year.cast.providers[programme.provider].staff)
        note = year.rng.choice(HANDOVER_NOTES)
        offer = case.send(year.services[programme.key], provider, at=at, note=note, instead_of=offer)
        at = yield from offered(year, offer, programme, at)
        if offer.onward.status not in OnwardStatus.REROUTABLE or not left or not year.happens(0.75):
            return at, offer.onward.status == OnwardStatus.COMPLETED
        programme = left.pop(year.rng.randrange(len(left)))


def _hold(year: Year, case: Case, at: dt.datetime) -> Chapter:
    at = later(year.rng, at, 2, 12)
    back = in_days(year.rng, at, 10, 40)
    yield at
    case.step("hold", at=at, reason=year.one_of(HOLDS), until=local_day(back))
    yield back
    case.step("resume", at=back)
    return back


def _close(year: Year, case: Case, at: dt.datetime, outcomes: dict[str, int]) -> Chapter:
    at = later(year.rng, at, 1, 9)
    yield at
    if year.happens(0.015):
        case.step("withdraw", at=at, reason=year.one_of(WITHDRAWALS))
    else:
        case.step("close", at=at, outcome=year.one_of(outcomes))
    return at


def _comes_back(year: Year, case: Case, at: dt.datetime) -> Chapter:
    at = later(year.rng, at, 4, 15)
    yield at
    case.step("reopen", at=at, reason="person_came_back")
    at = later(year.rng, at, 5, 20)
    yield at
    case.step("close", at=at, outcome="goals_partly_met")
    return at


# --- The scheme's hub ------------------------------------------------------------------------------------


def _hub(year: Year, come: Arrival, at: dt.datetime) -> Chapter:
    """A referral straight to the scheme: the hub takes it on, and runs the programme itself."""
    case = come.case
    at = later(year.rng, at, 0, 3)
    yield at
    if year.happens(0.04):
        case.step("reject", at=at, reason=year.one_of({"criteria_not_met": 3, "already_supported": 1}))
        return at
    case.step("accept", at=at)
    offer = case.offer_made_at_submission(case.worker)
    at = later(year.rng, at, 1, 3)
    yield at
    case.step("start_support", at=at, next_action_on=add_working_days(local_day(at), 60))
    at = yield from offered(year, offer, SCHEME, at)
    is_done = offer.onward.status == OnwardStatus.COMPLETED
    return (
        yield from _close(year, case, at, {"goals_met": 6, "goals_partly_met": 4} if is_done else {"disengaged": 1})
    )
