"""Whose turn it is: for each status of both machines which clock runs and, meanwhile, which stands still and why.

The one place that says so. Pure: a row's columns and the last step that moved it go in, a `Turn` comes out. Each clock
is one of `clocks.CLOCKS`; what a reader may not know is left out by `reads_all` (`policies.reads_whole_turn`).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.clocks import last_breached, local_day
from referrals.clocks import BY_KEY
from referrals.enums import HoldReason, OnwardStatus, ReferralStatus, TaskKind, TurnOf
from referrals.models import OnwardReferral, Referral
from referrals.models.facts import ReferralFacts
from referrals.models.follow_ups import OPENS


class LastMove(NamedTuple):
    """The last step that moved a row to where it stands: on which day in England, and the reason that was given."""

    on: dt.date
    reason: str = ""


def move_at(moment: dt.datetime | None, reason: str | None) -> LastMove | None:
    """Return the last step as it was read, where there was one."""
    return LastMove(on=local_day(moment), reason=reason or "") if moment is not None else None


class StandsStill(NamedTuple):
    """What stands still meanwhile: the key of its clock (empty: none), since when, and why in words."""

    key: str
    since: dt.date | None
    why: str


class Turn(NamedTuple):
    """Whose turn it is. `key`: the clock that runs, empty where none does; `since`: since when it has stood so."""

    key: str
    says: str
    whose: TurnOf
    due_on: dt.date | None
    since: dt.date | None
    stands_still: StandsStill | None
    is_overdue: bool = False
    is_breached: bool = False


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One row of the tables: the clock that runs, what stops it for how long, and, where no clock runs, whose turn."""

    clock: str = ""
    whose: TurnOf | None = None
    says: str = ""
    stops: str = ""
    why: str = ""


_ENDED = Standing(whose=TurnOf.NOBODY, says="It has ended")

OF_A_REFERRAL: Final[dict[str, Standing]] = {
    ReferralStatus.DRAFT: Standing(whose=TurnOf.REFERRER, says="Send it"),
    ReferralStatus.DEFERRED: Standing(
        clock="discharge", stops="triage", why="in hospital: the discharge is planned for {planned}"
    ),
    ReferralStatus.SUBMITTED: Standing(clock="triage"),
    ReferralStatus.INFORMATION_REQUESTED: Standing(
        clock="answer", stops="triage", why="the referrer was asked on {since}"
    ),
    ReferralStatus.ACCEPTED: Standing(clock="first_contact"),
    ReferralStatus.ACTIVE: Standing(clock="case_review"),
    ReferralStatus.ON_HOLD: Standing(clock="hold_end", stops="case_review", why="on hold until {due}"),
    **dict.fromkeys(ReferralStatus.ENDED, _ENDED),
}
OF_AN_ONWARD_REFERRAL: Final[dict[str, Standing]] = {
    OnwardStatus.SENT: Standing(clock="provider_response"),
    OnwardStatus.INFORMATION_REQUESTED: Standing(
        clock="provider_question", stops="provider_response", why="the link worker was asked on {since}"
    ),
    OnwardStatus.WAITLISTED: Standing(clock="waiting_review"),
    OnwardStatus.ACCEPTED: Standing(clock="assessment"),
    OnwardStatus.ASSESSMENT_BOOKED: Standing(clock="assessment_outcome"),
    OnwardStatus.STARTED: Standing(clock="review_points"),
    OnwardStatus.PAUSED: Standing(clock="pause_end", why="paused until {due}"),
    **dict.fromkeys(OnwardStatus.ENDED, _ENDED),
}

NOT_THE_TEAMS: Final[dict[str, TurnOf]] = {
    TaskKind.ANSWER_AWAITED: TurnOf.REFERRER,
    TaskKind.DISCHARGE: TurnOf.REFERRER,
    TaskKind.PROVIDER_REVIEW: TurnOf.PROVIDER,
    TaskKind.FOLLOW_UP: TurnOf.PROVIDER,
}
"""Of what is on a team's list of what is due, that for which the team waits. All else is the team's own to do."""

WAITS_WITH_THE_REFERRAL: Final = {
    OnwardStatus.SENT, OnwardStatus.INFORMATION_REQUESTED, OnwardStatus.WAITLISTED, OnwardStatus.ACCEPTED,
    OnwardStatus.ASSESSMENT_BOOKED, OnwardStatus.PAUSED,
}  # fmt: skip
"""What stands still while the referral is on hold: all but the reviews of who takes part."""


def whose_turn(
    subject: Referral | OnwardReferral,
    *,
    on: dt.date,
    moved: LastMove | None,
    held: LastMove | None = None,
    grace: int,
    reads_all: bool,
) -> Turn:
    """Return whose turn it is on a day, by which clock and until when, and what stands still meanwhile.

    :param moved: the last step that moved the subject.
    :param held: of an onward referral, the step that put its referral on hold, if it is.
    :param grace: the team's `breach_working_days`.
    :param reads_all: of a referral, whether the reader knows how reaching the person goes; of an onward referral,
        whether they know why its referral is on hold.
    """
    if not isinstance(subject, OnwardReferral):
        return turn_of_referral(subject, on=on, moved=moved, grace=grace, reads_all=reads_all)
    turn = _of_onward(subject, on=on, moved=moved, held=held, reads_all=reads_all)
    if held is not None:  # of what hangs on a hold the leads are not told
        return _late(turn, on=on, grace=None)
    return _late(_follow_up(subject, turn, on=on), on=on, grace=grace)


def turn_of_referral(
    referral: ReferralFacts, *, on: dt.date, moved: LastMove | None, grace: int, reads_all: bool
) -> Turn:
    """Return whose turn it is with a referral, as `whose_turn`."""
    return _late(_of_referral(referral, on=on, moved=moved, reads_all=reads_all), on=on, grace=grace)


def _late(turn: Turn, *, on: dt.date, grace: int | None) -> Turn:
    """Say whether it is overdue, and for more than the days of grace; None: nobody is told of that."""
    if turn.due_on is None or turn.due_on >= on:
        return turn
    is_breached = grace is not None and BY_KEY[turn.key].can_be_breached and turn.due_on <= last_breached(on, grace)
    return turn._replace(is_overdue=True, is_breached=is_breached)


def _of_referral(referral: ReferralFacts, *, on: dt.date, moved: LastMove | None, reads_all: bool) -> Turn:
    standing, due = OF_A_REFERRAL[referral.status], referral.next_action_on
    turn = _turn(standing, due=due, moved=moved, planned=referral.planned_discharge_on)
    match referral.status:
        case ReferralStatus.ACCEPTED | ReferralStatus.ACTIVE if reads_all:
            return _reaching(referral, turn, on=on)
        case ReferralStatus.ON_HOLD:
            turn = _until(turn, on=on, why=_held(moved, due=due, on=on))
            return _in_hospital(turn) if _is_in_hospital(moved) else turn
        case _:
            return turn


def _reaching(referral: ReferralFacts, turn: Turn, *, on: dt.date) -> Turn:
    """Say what the tries to reach the person come to: that is the team's own to know."""
    if referral.asks_to_close_at is not None:
        tried = _run("contact_attempts", turn)
        if turn.due_on is not None and turn.due_on > on:
            return tried._replace(whose=TurnOf.PERSON, says="Answer the team's last try")
        return tried._replace(says="Could not be reached: close it, or try on")
    if referral.failed_tries:
        return _run("contact_attempts", turn)
    return _run("case_review", turn) if referral.reached_at is not None else turn


def _of_onward(
    onward: OnwardReferral, *, on: dt.date, moved: LastMove | None, held: LastMove | None, reads_all: bool
) -> Turn:
    standing, due = OF_AN_ONWARD_REFERRAL[onward.status], onward.next_action_on
    turn = _turn(standing, due=due, moved=moved)
    if onward.status == OnwardStatus.SENT and onward.provider_team_id == onward.referral.owner_team_id:
        # A scheme's own hub has the referral itself to answer: what it sent to itself does not run out.
        turn = _no_clock(turn, turn.whose, turn.says)
    if held is not None and onward.status in WAITS_WITH_THE_REFERRAL:
        why = _held(held, due=onward.referral.next_action_on, on=on) if reads_all else "the link worker has it on hold"
        still = StandsStill(key=turn.key, since=held.on, why=why)
        return _no_clock(turn, TurnOf.NOBODY, "Wait for the end of the hold", since=held.on, stands_still=still)
    match onward.status:
        case OnwardStatus.ACCEPTED if onward.is_sent_out:
            return turn._replace(says="Send the pack")
        case OnwardStatus.ASSESSMENT_BOOKED if due is not None and on <= due:
            return turn._replace(whose=TurnOf.PERSON, says="Come to the first assessment")
        case OnwardStatus.ASSESSMENT_BOOKED:
            return turn._replace(since=due)
        case OnwardStatus.STARTED if onward.next_review_on is None:
            return _no_clock(turn, TurnOf.PERSON, "Take part")
        case OnwardStatus.STARTED:
            return turn._replace(due_on=onward.next_review_on)
        case OnwardStatus.PAUSED:
            return _until(turn, on=on, why="" if due is None or on < due else f"paused since {_since(moved)}")
        case _:
            return turn


def _follow_up(onward: OnwardReferral, turn: Turn, *, on: dt.date) -> Turn:
    """Let it be the provider's turn once a person may be asked how they are: who takes part, and who has ended."""
    clock = getattr(onward, "follow_up_clock", None)
    if clock is None or onward.status == OnwardStatus.PAUSED or not clock.has_opened(on=on):
        return turn
    if turn.due_on is not None and turn.due_on <= clock.due_on:
        return turn
    return _run("follow_ups", turn)._replace(due_on=clock.due_on, since=clock.due_on - OPENS)


def _turn(standing: Standing, *, due: dt.date | None, moved: LastMove | None, planned: dt.date | None = None) -> Turn:
    """Return what a row of the table says, its words filled in."""
    clock = BY_KEY.get(standing.clock)
    since = moved.on if moved is not None else None
    why = standing.why
    if why:
        why = why.format(since=_since(moved), due=_day(due), planned=_day(planned))
    return Turn(
        key=standing.clock,
        says=clock.says if clock else standing.says,
        whose=TurnOf(clock.turn) if clock else standing.whose or TurnOf.NOBODY,
        due_on=due if clock else None,
        since=since if standing is not _ENDED else None,
        stands_still=StandsStill(key=standing.stops, since=since, why=why) if why else None,
    )


def _run(key: str, turn: Turn) -> Turn:
    clock = BY_KEY[key]
    return turn._replace(key=key, says=clock.says, whose=TurnOf(clock.turn))


def _no_clock(
    turn: Turn, whose: TurnOf, says: str, *, since: dt.date | None = None, stands_still: StandsStill | None = None
) -> Turn:
    since = since or turn.since
    return turn._replace(key="", says=says, whose=whose, due_on=None, since=since, stands_still=stands_still)


def _until(turn: Turn, *, on: dt.date, why: str) -> Turn:
    """Let it be nobody's turn until the day that was named, and then that of whose clock it is."""
    still = turn.stands_still._replace(why=why) if turn.stands_still and why else turn.stands_still
    if turn.due_on is not None and on < turn.due_on:
        return turn._replace(whose=TurnOf.NOBODY, stands_still=still)
    return turn._replace(since=turn.due_on, stands_still=still)


def _held(moved: LastMove | None, *, due: dt.date | None, on: dt.date) -> str:
    """Say why a referral is on hold. Its day comes up at once when something happens to it: then no day is named."""
    if _is_in_hospital(moved):
        return f"in hospital since {_since(moved)}"
    return f"on hold since {_since(moved)}" if due is None or due <= on else f"on hold until {_day(due)}"


def _is_in_hospital(moved: LastMove | None) -> bool:
    return moved is not None and moved.reason == HoldReason.IN_HOSPITAL


def _in_hospital(turn: Turn) -> Turn:
    """After a stay the person is asked anew, so what stands still is the first contact."""
    still = turn.stands_still._replace(key="first_contact") if turn.stands_still else None
    return turn._replace(says="Confirm the discharge, or hold it longer", stands_still=still)


def _since(moved: LastMove | None) -> str:
    return _day(moved.on) if moved is not None else "a day that is not known"


def _day(day: dt.date | None) -> str:
    return f"{day:%-d %B %Y}" if day is not None else ""
