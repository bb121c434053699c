"""The response clock in words: what is to be done, by when, and how much time is left."""

import datetime as dt
from dataclasses import dataclass

from core.clocks import working_days_between
from referrals.enums import TurnOf
from referrals.turns import Turn
from web import words
from web.states import Tag, tag_of

ASKS = {
    "provider_response": "Answer",
    "assessment": "Book the first assessment",
    "assessment_outcome": "Say whether they came to the first assessment",
    "review_points": "Hold the review",
    "pause_end": "Say whether they come back",
    "follow_ups": "Ask how they are",
}
"""What each clock asks of a provider, as the beginning of a sentence that names the day."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """What a row says of its clock: a sentence, a tag where it presses, and whether it is the provider's turn."""

    says: str
    tag: Tag | None = None
    is_yours: bool = False


def clock_of(turn: Turn, *, today: dt.date) -> Clock:
    """Return the clock of a turn, as the provider reads it."""
    if turn.whose != TurnOf.PROVIDER:
        if turn.whose == TurnOf.NOBODY:
            return Clock(says=words.whose_turn(turn))
        why = f" ({turn.stands_still.why})" if turn.stands_still and turn.stands_still.why else ""
        by = f" by {words.day(turn.due_on)}" if turn.due_on else ""
        if turn.whose == TurnOf.PERSON and not by:
            return Clock(says="")
        who = "The link worker" if turn.whose == TurnOf.TEAM else turn.whose.label
        says = words.in_a_sentence(turn.says).replace("the provider's", "your")
        return Clock(says=f"{who}: {says}{by}{why}")
    ask = ASKS.get(turn.key, turn.says)
    if turn.key == "assessment" and turn.says == "Send the pack":
        ask = turn.says
    return Clock(says=ask, is_yours=True) if turn.due_on is None else asks_by(ask, turn.due_on, today=today)


def asks_by(ask: str, due_on: dt.date, *, today: dt.date) -> Clock:
    """Return what is asked of the provider by a day."""
    tag = tag_of("clock", "overdue" if due_on < today else "today") if due_on <= today else None
    return Clock(says=f"{ask} by {words.day(due_on)}, {left(due_on, today=today)}", tag=tag, is_yours=True)


def left(due_on: dt.date, *, today: dt.date) -> str:
    """Write how much time is left, or how much too much has gone, in working days."""
    if due_on == today:
        return "which is today"
    days = working_days_between(today, due_on) if due_on > today else working_days_between(due_on, today)
    if days == 0:  # due on a Friday, read on the Sunday after
        return "which has passed" if due_on < today else "which is before the next working day"
    counted = f"{days} working day{'' if days == 1 else 's'}"
    return f"{counted} left" if due_on > today else f"{counted} late"
