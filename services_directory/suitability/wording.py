"""Sentences about rules, in words that can be read aloud. Made from the data: there is no second text to keep true."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from services_directory.suitability import vocabulary
from services_directory.suitability.dates import in_words
from services_directory.suitability.facts import Answer, ClearanceGiven
from services_directory.suitability.kinds import Answered, Operator, RuleKind, Severity
from services_directory.suitability.rules import Rule

_RELATION = {
    Operator.AT_LEAST: "at or above",
    Operator.ABOVE: "above",
    Operator.AT_MOST: "at or below",
    Operator.BELOW: "below",
}
_OPPOSITE = {
    Operator.AT_LEAST: "below",
    Operator.ABOVE: "not above",
    Operator.AT_MOST: "above",
    Operator.BELOW: "not below",
}


def sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def number(value: Decimal) -> str:
    """Write a number without the noughts that say nothing: 180, 27.5."""
    return f"{value:f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))


def any_of(parts: Sequence[str]) -> str:
    """Write a choice: "low, medium or high"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def each_of(parts: Sequence[str]) -> str:
    """Write who all must: "a doctor, and by a midwife"; for each of them what clears."""
    return ", and by ".join(parts)


def relation(operator: str, *, holds: bool) -> str:
    """Write how a number stands to its threshold."""
    return (_RELATION if holds else _OPPOSITE)[Operator(operator)]


def limit_of(rule: Rule) -> str:
    """Write the threshold: "180/100", "between 140/90 and 180/100", "27"."""
    numbers = [number(threshold) for threshold in rule.thresholds]
    if rule.kind == RuleKind.BLOOD_PRESSURE:
        numbers = [f"{upper}/{lower}" for upper, lower in zip(numbers[::2], numbers[1::2], strict=True)]
    return f"between {numbers[0]} and {numbers[1]}" if rule.operator == Operator.BETWEEN else numbers[0]


def ages(rule: Rule) -> str:
    """Write an age limit: "aged 16 or over"."""
    limit = number(rule.thresholds[0])
    return {
        Operator.AT_LEAST: f"aged {limit} or over",
        Operator.ABOVE: f"aged over {limit}",
        Operator.AT_MOST: f"aged {limit} or under",
        Operator.BELOW: f"aged under {limit}",
    }[Operator(rule.operator)]


def period(rule: Rule) -> str:
    """Write a period: "12 weeks", "1 month"."""
    unit = rule.period_unit if rule.period != 1 else rule.period_unit.removesuffix("s")
    return f"{rule.period} {unit}"


def chosen(rule: Rule, values: Sequence[str]) -> str:
    """Write the answers of a choice by their labels."""
    labels = dict(rule.question.choices)
    return any_of([labels.get(value, value) for value in values])


def what_it_looks_for(rule: Rule) -> str:
    """Write what a rule looks for, to stand inside a sentence: "unstable angina", "aged 16 or over"."""
    name = rule.question.name
    if rule.kind == RuleKind.AGE:
        return ages(rule)
    if rule.kind == RuleKind.YES_NO:
        return name
    if rule.kind == RuleKind.SINCE_EVENT:
        return f"less than {period(rule)} since {rule.question.since or name}"
    if rule.kind == RuleKind.CHOICE:
        return f"{name}: {chosen(rule, rule.values)}"
    if rule.kind == RuleKind.AREA:
        return f"living in the area that it is for{_called(rule)}"
    if rule.kind == RuleKind.PRACTICE:
        return f"registered with a practice that it is for{_called(rule)}"
    if rule.kind == RuleKind.REFERRAL_SOURCE:
        return f"referred by {any_of([vocabulary.REFERRAL_SOURCES[value] for value in rule.values])}"
    unit = f" {rule.question.unit}" if rule.question.unit else ""
    either = "" if rule.kind == RuleKind.MEASURE or rule.operator == Operator.BETWEEN else ", either value"
    if rule.operator == Operator.BETWEEN:
        return f"{name} {limit_of(rule)}{unit}"
    return f"{name} {relation(rule.operator, holds=True)} {limit_of(rule)}{unit}{either}"


def rule_in_words(rule: Rule) -> str:
    """Write the rule itself, for everybody."""
    looked_for = what_it_looks_for(rule)
    if rule.group:
        said = f"One of several that qualify: {looked_for}."
    elif rule.severity == Severity.REQUIREMENT:
        said = f"Needed: {looked_for}."
    elif rule.severity == Severity.REFER_TO_CLINICIAN:
        said = f"Only after clearance by {rule.clearance_by}: {looked_for}."
    elif rule.clearance_by:
        said = f"Not suitable unless {rule.clearance_by} clears it: {looked_for}."
    else:
        said = f"Not suitable: {looked_for}."
    return said if _called(rule) else f"{said} {rule.note}".strip()


def _called(rule: Rule) -> str:
    """Write what an area, or practices, are called: their rule's remark, because a code tells a reader nothing."""
    is_of_places = rule.kind in (RuleKind.AREA, RuleKind.PRACTICE)
    return f" ({rule.note.rstrip('.')})" if is_of_places and rule.note else ""


def answered(rule: Rule, answer: Answer) -> str:
    """Write a yes or a no with its day: "Asthma: yes (3 November 2026)"."""
    said = "yes" if answer.answer == Answered.YES else "no"
    return f"{sentence(rule.question.name)}: {said} ({in_words(answer.observed_on)})"


def not_known(rule: Rule) -> str:
    """Write that an answer is missing."""
    return f"{sentence(rule.question.name)}: not known."


def too_old(rule: Rule, answer: Answer, start: dt.date) -> str:
    """Write that an answer is too old to count."""
    return (
        f"{sentence(rule.question.name)}: the answer of {in_words(answer.observed_on)} is more than "
        f"{rule.valid_for_days} days older than {in_words(start)}. Ask again."
    )


def until(rule: Rule, day: dt.date) -> str:
    """Write when somebody can start, seen from one rule."""
    cleared = f", or earlier if {rule.clearance_by} clears it" if rule.clearance_by else ""
    return f"By this rule the person can start from {in_words(day)}{cleared}."


def in_the_way(rule: Rule) -> str:
    """Write what a rule that stands in the way asks for."""
    if rule.severity == Severity.REQUIREMENT:
        return f"Needed: {what_it_looks_for(rule)}."
    if rule.severity == Severity.REFER_TO_CLINICIAN:
        return f"Ask {rule.clearance_by} first whether the person can start."
    if rule.clearance_by:
        return f"The person cannot start until {rule.clearance_by} clears it."
    return "The service is not suitable for the person."


def decision(given: ClearanceGiven, rule: Rule) -> str:
    """Write who decided, when and what; of a clearance whose the rule asks for, as nobody but a reader can compare."""
    by = f"by {given.professional_name}, {given.professional_role}, on {in_words(given.decided_on)}"
    return f"Cleared {by}; the rule asks for {rule.clearance_by}." if given.is_cleared else f"Not cleared {by}."


def earlier_decision(given: ClearanceGiven) -> str:
    """Write that a decision was made before what is known now."""
    decided = "decided about it" if given.is_cleared else "did not clear it"
    return (
        f"{given.professional_name}, {given.professional_role}, {decided} on {in_words(given.decided_on)}, "
        "before this was recorded. Ask again."
    )
