"""What a rule finds in the facts: it fits, it does not, or it cannot be said. What follows from that is `engine`'s."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from core.identifiers import NO_PRACTICE_CODES
from services_directory.suitability import wording
from services_directory.suitability.dates import birthday, in_words, plus, reaches
from services_directory.suitability.facts import Answer, Facts
from services_directory.suitability.kinds import Answered, Operator, PeriodUnit, RuleKind
from services_directory.suitability.rules import Rule
from services_directory.suitability.vocabulary import REFERRAL_SOURCES


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Whether what a rule looks for is there at the planned start (None: not known), and in which words.

    `changes_on`: the first day on which it will be otherwise, to the person's good, where a day can be said.
    """

    holds: bool | None
    words: str
    changes_on: dt.date | None = None
    answer: Answer | None = None


def find(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    """Look for what a rule is about, as things will be at the planned start."""
    return _BY_KIND[rule.kind](rule, facts, start)


# --- What stands on the referral ----------------------------------------------------------------------------------


def _age(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    born = facts.date_of_birth
    if born is None:
        return Finding(holds=None, words=wording.not_known(rule))
    limit = rule.thresholds[0]
    changes_on = None
    if rule.operator in (Operator.AT_LEAST, Operator.ABOVE):
        changes_on = reaches(born, limit if rule.operator == Operator.AT_LEAST else limit + 1)
        holds = start >= changes_on
    elif rule.operator == Operator.AT_MOST and limit != int(limit):
        holds = start <= reaches(born, limit)
    else:
        holds = start < birthday(born, int(limit) + (1 if rule.operator == Operator.AT_MOST else 0))
    words = f"Aged {_years(born, start)} on {in_words(start)}."
    return Finding(holds=holds, words=words, changes_on=None if holds else changes_on)


def _years(born: dt.date, on: dt.date) -> int:
    years = on.year - born.year
    return years if on >= birthday(born, years) else years - 1


def _area(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    area = getattr(facts, rule.subject)
    if not area:
        return Finding(holds=None, words=wording.not_known(rule))
    inside = area in rule.values
    return Finding(holds=inside, words=f"The person lives {'in' if inside else 'outside'} the area that it is for.")


def _practice(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    code = facts.gp_practice_code
    if code in NOT_SAID:
        return Finding(holds=None, words=wording.not_known(rule))
    if code in NO_PRACTICE_CODES:
        return Finding(holds=False, words="The person is registered with no practice.")
    listed = code in rule.values
    return Finding(
        holds=listed, words=f"The person's practice ({code}) is {'' if listed else 'not '}one that it is for."
    )


NOT_SAID = ("", "V81999")
"""The code for "practice not known" is no practice (field notes 5, S113)."""


def _referral_source(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    source = facts.referral_source
    if not source:
        return Finding(holds=None, words=wording.not_known(rule))
    return Finding(holds=source in rule.values, words=f"Referred by {REFERRAL_SOURCES.get(source, source)}.")


# --- What is recorded as an answer --------------------------------------------------------------------------------


def _yes_no(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    answer, missing = _usable(rule, facts, start)
    if answer is None:
        return missing
    if answer.answer == Answered.YES and _has_lapsed(rule, answer, start):
        return _lapsed(rule, answer, start)
    return Finding(holds=answer.answer == Answered.YES, words=f"{wording.answered(rule, answer)}.", answer=answer)


def _choice(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    answer, missing = _usable(rule, facts, start)
    if answer is None:
        return missing
    said = wording.chosen(rule, [answer.choice])
    words = f"{wording.sentence(rule.question.name)}: {said} ({in_words(answer.observed_on)})."
    return Finding(holds=answer.choice in rule.values, words=words, answer=answer)


def _measure(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    answer, missing = _usable(rule, facts, start)
    if answer is None or answer.value is None:
        return missing
    if rule.operator == Operator.BETWEEN:
        holds = rule.thresholds[0] <= answer.value <= rule.thresholds[1]
        stands = f"is {'' if holds else 'not '}{wording.limit_of(rule)}"
    else:
        holds = _compare(rule.operator, answer.value, rule.thresholds[0])
        stands = f"is {wording.relation(rule.operator, holds=holds)} the limit of {wording.limit_of(rule)}"
    unit = f" {rule.question.unit}" if rule.question.unit else ""
    read = f"{wording.number(answer.value)}{unit} on {in_words(answer.observed_on)}"
    return Finding(holds=holds, words=f"{wording.sentence(rule.question.name)} {read} {stands}.", answer=answer)


def _blood_pressure(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    answer, missing = _usable(rule, facts, start)
    if answer is None:
        return missing
    upper, lower, limits = answer.value, answer.second_value, rule.thresholds
    beyond: list[bool | None] = []
    if rule.operator == Operator.BETWEEN:
        raised = _or(_at_least(upper, limits[0]), _at_least(lower, limits[1]))
        holds = _and(raised, _at_most(upper, limits[2]), _at_most(lower, limits[3]))
    else:
        values = zip((upper, lower), limits, strict=True)
        beyond = [None if value is None else _compare(rule.operator, value, limit) for value, limit in values]
        holds = _or(*beyond)
    reading = f"Blood pressure {_reading(upper, lower)} on {in_words(answer.observed_on)}"
    if holds is None:
        missing_value = "upper" if upper is None else "lower"
        return Finding(holds=None, words=f"{reading}: the {missing_value} value is needed.", answer=answer)
    if rule.operator == Operator.BETWEEN:
        stands = f" is {'' if holds else 'not '}{wording.limit_of(rule)}"
    else:
        which = "" if len(set(beyond)) == 1 else f": the {'upper' if beyond[0] else 'lower'} value"
        stands = f"{which} is {wording.relation(rule.operator, holds=holds)} the limit of {wording.limit_of(rule)}"
    return Finding(holds=holds, words=f"{reading}{stands}.", answer=answer)


def _reading(upper: Decimal | None, lower: Decimal | None) -> str:
    if upper is not None and lower is not None:
        return f"{wording.number(upper)}/{wording.number(lower)}"
    if upper is None:
        return f"with a lower value of {wording.number(lower or Decimal())} and no upper value"
    return f"with an upper value of {wording.number(upper)} and no lower value"


def _since_event(rule: Rule, facts: Facts, start: dt.date) -> Finding:
    answer, missing = _usable(rule, facts, start)
    if answer is None:
        return missing
    if answer.answer == Answered.NO:
        return Finding(holds=False, words=f"{wording.answered(rule, answer)}.", answer=answer)
    name, occurred = wording.sentence(rule.question.name), answer.occurred
    if _has_lapsed(rule, answer, start):
        return _lapsed(rule, answer, start)
    if occurred is None:
        return Finding(holds=None, words=f"{name}: yes, but it is not known when.", answer=answer)
    # It had happened when it was recorded; between the first and the last possible day it cannot be said.
    free_at_first = plus(occurred.earliest, rule.period or 0, rule.period_unit)
    last = max(occurred.earliest, min(occurred.latest, answer.observed_on))
    free_at_last = plus(last, rule.period or 0, rule.period_unit)
    ago = f"{wording.period(rule)} {{}} {in_words(start)}"
    if start >= free_at_last:
        return Finding(
            holds=False, words=f"{name}, {occurred.in_words}: {ago.format('or more before')}.", answer=answer
        )
    if start < free_at_first:
        words = f"{name}, {occurred.in_words}: less than {ago.format('before')}."
        return Finding(holds=True, words=words, changes_on=free_at_last, answer=answer)
    words = (
        f"{name}, {occurred.in_words}: whether that is {ago.format('or more before')} cannot be said without the day."
    )
    return Finding(holds=None, words=words, answer=answer)


def _has_lapsed(rule: Rule, answer: Answer, start: dt.date) -> bool:
    days = rule.question.lapses_after_days
    if days is None:
        return False
    # Of what began on a day that nobody knows, it is known that it had begun when it was said.
    began = answer.occurred.earliest if answer.occurred else answer.observed_on
    return start > plus(began, days, PeriodUnit.DAYS)


def _lapsed(rule: Rule, answer: Answer, start: dt.date) -> Finding:
    name = wording.sentence(rule.question.name)
    began = answer.occurred.in_words if answer.occurred else f"said on {in_words(answer.observed_on)}"
    return Finding(
        holds=None, words=f"{name}, {began}: it will be over by {in_words(start)}. Ask again.", answer=answer
    )


def _usable(rule: Rule, facts: Facts, start: dt.date) -> tuple[Answer | None, Finding]:
    """Return the answer that a rule can use, or None; with what to say where there is none."""
    answer = facts.answers.get(rule.subject)
    if answer is None or answer.answer == Answered.UNKNOWN:
        return None, Finding(holds=None, words=wording.not_known(rule))
    limit = rule.valid_for_days
    if limit is not None and (start - answer.observed_on).days > limit:
        return None, Finding(holds=None, words=wording.too_old(rule, answer, start), answer=answer)
    return answer, Finding(holds=None, words=wording.not_known(rule), answer=answer)


# --- Numbers, and what is not known of them -----------------------------------------------------------------------


def _compare(operator: str, value: Decimal, limit: Decimal) -> bool:
    return {
        Operator.AT_LEAST: value >= limit,
        Operator.ABOVE: value > limit,
        Operator.AT_MOST: value <= limit,
        Operator.BELOW: value < limit,
    }[Operator(operator)]


def _at_least(value: Decimal | None, limit: Decimal) -> bool | None:
    return None if value is None else value >= limit


def _at_most(value: Decimal | None, limit: Decimal) -> bool | None:
    return None if value is None else value <= limit


def _or(*parts: bool | None) -> bool | None:
    return True if True in parts else None if None in parts else False


def _and(*parts: bool | None) -> bool | None:
    return False if False in parts else None if None in parts else True


_BY_KIND: dict[RuleKind, Callable[[Rule, Facts, dt.date], Finding]] = {
    RuleKind.AGE: _age,
    RuleKind.AREA: _area,
    RuleKind.PRACTICE: _practice,
    RuleKind.REFERRAL_SOURCE: _referral_source,
    RuleKind.YES_NO: _yes_no,
    RuleKind.CHOICE: _choice,
    RuleKind.MEASURE: _measure,
    RuleKind.BLOOD_PRESSURE: _blood_pressure,
    RuleKind.SINCE_EVENT: _since_event,
}
