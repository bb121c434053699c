"""Whether answers fit the items of a measure. Strict: a slip must not become a score."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from referrals.measures.kinds import Answers, Item, ItemKind, Measure


class BadAnswers(ValueError):
    """Answers that cannot be; `problems` says by item what is wrong with it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{code}: {said}" for code, said in problems.items()))
        self.problems = dict(problems)


def judge_answers(measure: Measure, given: Mapping[str, Any]) -> Answers:
    """Return one answer for each item: times in minutes, numbers as Decimal, None where it was not answered.

    An item that is not answered is said to be so (null): one that is merely missing may have been forgotten by whoever
    typed it in. What cannot apply (the minutes of no days) may be left out.

    :raises BadAnswers: if an item is unknown, missing, out of its range, or contradicts another.
    """
    items = {item.code: item for item in measure.items}
    problems = {code: "There is no such question." for code in given if code not in items}
    answers: dict[str, Any] = {}
    for code, item in items.items():
        if code not in given:
            answers[code] = None
            if not (item.may_be_left_out or _cannot_apply(item, given)):
                problems[code] = "Answer it, or say null: it was not answered."
            continue
        try:
            answers[code] = None if given[code] is None else _read(item, given[code])
        except ValueError as problem:
            problems[code] = str(problem)
            continue
        if _cannot_apply(item, given) and answers[code]:
            problems[code] = "There were no such days, so there is no time to give."
    if problems:
        raise BadAnswers(problems)
    return answers


def _cannot_apply(item: Item, given: Mapping[str, Any]) -> bool:
    days = given.get(item.only_after) if item.only_after else None
    return _is_whole(days) and days == 0


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _read(item: Item, value: Any) -> Any:
    match item.kind:
        case ItemKind.CHOICE:
            codes = [code for code, _ in item.choices]
            if value not in codes:
                raise ValueError(f"Choose one of: {', '.join(codes)}.")
            return value
        case ItemKind.WHOLE:
            return _within(item, value, "whole number")
        case ItemKind.MINUTES:
            return _within(item, _minutes(value), "whole number of minutes")
        case ItemKind.DECIMAL:
            return _decimal(item, value)


def _minutes(value: Any) -> Any:
    """Return a time in minutes: {"hours": 1, "minutes": 30} is 90. Hours alone are never taken for minutes."""
    if not isinstance(value, dict):
        return value
    parts = [value.get(name, 0) for name in ("hours", "minutes")]
    if not value or set(value) - {"hours", "minutes"} or not all(_is_whole(part) and part >= 0 for part in parts):
        raise ValueError("Give whole minutes, or whole hours and minutes.")
    return parts[0] * 60 + parts[1]


def _within(item: Item, value: Any, what: str) -> int:
    if not _is_whole(value) or not item.lowest <= value <= item.highest:
        raise ValueError(f"Give a {what} from {item.lowest} to {item.highest}.")
    whole: int = value
    return whole


def _decimal(item: Item, value: Any) -> Decimal:
    problem = ValueError(f"Give a number from {item.lowest} to {item.highest}, with at most two decimal places.")
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise problem
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise problem from None
    if not number.is_finite() or not item.lowest <= number <= item.highest or number != round(number, 2):
        raise problem
    return number
