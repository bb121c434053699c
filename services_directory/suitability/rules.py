"""One rule of a service, as data. Its words are made from its numbers, so that they cannot disagree."""

import json
import re
from dataclasses import asdict, dataclass
from decimal import Decimal

from services_directory.suitability import vocabulary
from services_directory.suitability.kinds import (
    AnswerKind,
    Operator,
    PeriodUnit,
    RuleBasis,
    RuleKind,
    Severity,
)

_LIMITS = {
    RuleKind.AGE: {Operator.AT_LEAST: 1, Operator.ABOVE: 1, Operator.AT_MOST: 1, Operator.BELOW: 1},
    RuleKind.MEASURE: {
        Operator.AT_LEAST: 1, Operator.ABOVE: 1, Operator.AT_MOST: 1, Operator.BELOW: 1, Operator.BETWEEN: 2,
    },
    RuleKind.BLOOD_PRESSURE: {Operator.AT_LEAST: 2, Operator.ABOVE: 2, Operator.BETWEEN: 4},
}  # fmt: skip
"""By kind: the operators that it takes, and how many thresholds each needs."""

_ANSWERS = {
    RuleKind.YES_NO: {AnswerKind.YES_NO, AnswerKind.EVENT},
    RuleKind.MEASURE: {AnswerKind.MEASURE},
    RuleKind.BLOOD_PRESSURE: {AnswerKind.BLOOD_PRESSURE},
    RuleKind.SINCE_EVENT: {AnswerKind.EVENT},
    RuleKind.CHOICE: {AnswerKind.CHOICE},
}
_ON_THE_REFERRAL = {
    RuleKind.AGE: ("date_of_birth",),
    RuleKind.AREA: vocabulary.AREA_SUBJECTS,
    RuleKind.PRACTICE: ("gp_practice_code",),
    RuleKind.REFERRAL_SOURCE: ("referral_source",),
}
OLDEST = Decimal(120)
"""Years: an age above it is a slip of the keyboard."""
_GSS = re.compile(r"[EWSN][0-9]{8}")
_FORMS = {
    "local_authority": _GSS, "lsoa": _GSS, "ward": _GSS, "gp_practice_code": re.compile(r"[A-Z][0-9]{5}"),
}  # fmt: skip
"""By subject: how its codes are written (field notes 5)."""
_WITH_VALUES = {RuleKind.CHOICE, RuleKind.AREA, RuleKind.PRACTICE, RuleKind.REFERRAL_SOURCE}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    An exclusion (absolute, or to a clinician) stands in the way of whom it fits; a requirement of whom it does not.
    `thresholds`: one number; two of a band, the lower first; of a blood pressure the upper value before the lower, and
    of a band of it both lower ends first. `group`: requirements of one group are alternatives. `valid_for_days`: how
    old an answer may be at the planned start; None: however old. `source`: who says so, with its number in the field
    notes. `note`: a remark in plain words.
    """

    code: str
    kind: RuleKind
    subject: str
    severity: Severity
    source: str
    operator: str = ""
    thresholds: tuple[Decimal, ...] = ()
    period: int | None = None
    period_unit: str = ""
    values: tuple[str, ...] = ()
    clearance_by: str = ""
    group: str = ""
    valid_for_days: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """:raises ValueError: if the parts do not make a rule; with a sentence that says why."""
        for problem in _problems(self):
            raise ValueError(f"Rule {self.code}: {problem}")

    @property
    def is_exclusion(self) -> bool:
        return self.severity != Severity.REQUIREMENT

    @property
    def question(self) -> vocabulary.Question:
        """The question whose answer it needs."""
        if self.kind == RuleKind.AREA:
            return vocabulary.ON_THE_REFERRAL["postcode"]
        return vocabulary.ON_THE_REFERRAL.get(self.subject) or vocabulary.QUESTIONS[self.subject]


@dataclass(frozen=True, kw_only=True)
class RuleInForce:
    """A rule in the version that holds: what an answer names."""

    rule: Rule
    set_key: str
    set_name: str
    version: int | None
    basis: RuleBasis


def slips_of(rule: Rule) -> list[str]:
    """Return what must be a slip of the keyboard in a rule that is to be published: it would shut everybody out.

    A listing that says so of itself is taken at its word.
    """
    found = []
    question = vocabulary.QUESTIONS.get(rule.subject)
    lowest, highest = (question.lowest, question.highest) if question else (Decimal(0), OLDEST)
    for threshold in rule.thresholds:
        if not (lowest or 0) <= threshold <= (highest or threshold):
            found.append(f"Rule {rule.code}: its threshold {threshold} is a number that cannot be.")
    if (form := _FORMS.get(rule.subject)) and not all(map(form.fullmatch, rule.values)):
        found.append(f"Rule {rule.code}: it names an area or a practice by something that is no code of one.")
    return found


def as_json(rules: tuple[Rule, ...]) -> str:
    """Return rules as canonical text, to see whether anything has changed."""
    return json.dumps([asdict(rule) for rule in rules], default=str, sort_keys=True)


def _problems(rule: Rule) -> list[str]:
    found = [*_problems_of_subject(rule), *_problems_of_limits(rule)]
    if not rule.source.strip():
        found.append("it names no source.")
    if rule.severity == Severity.REQUIREMENT and rule.clearance_by:
        found.append("nobody clears a requirement.")
    if rule.severity == Severity.REFER_TO_CLINICIAN and not rule.clearance_by:
        found.append("it does not say whose clearance is needed.")
    if rule.is_exclusion and rule.group:
        found.append("only requirements can be alternatives.")
    if rule.is_exclusion and rule.kind in _ON_THE_REFERRAL:
        found.append("what stands on the referral is written as a requirement.")
    if rule.valid_for_days is not None and rule.valid_for_days < 1:
        found.append("an answer is valid for a day at least.")
    return found


def _problems_of_subject(rule: Rule) -> list[str]:
    known = _ON_THE_REFERRAL.get(rule.kind)
    question = vocabulary.QUESTIONS.get(rule.subject)
    if known is not None:
        return [] if rule.subject in known else [f"{rule.subject} is no subject of this kind."]
    if question is None or question.kind not in _ANSWERS[rule.kind]:
        return [f"{rule.subject} is no question of this kind."]
    if rule.kind == RuleKind.CHOICE and not set(rule.values) <= {value for value, _ in question.choices}:
        return ["it names an answer that nobody can give."]
    return []


def _problems_of_limits(rule: Rule) -> list[str]:
    found = []
    wanted = _LIMITS.get(rule.kind, {"": 0}).get(rule.operator)  # type: ignore[call-overload]
    if wanted is None:
        found.append("its operator does not go with its kind.")
    elif len(rule.thresholds) != wanted:
        found.append(f"it needs {wanted} thresholds.")
    elif rule.operator == Operator.BETWEEN:
        half = wanted // 2
        if any(low > high for low, high in zip(rule.thresholds[:half], rule.thresholds[half:], strict=True)):
            found.append("the lower end of its band is above the upper one.")
    elif rule.kind == RuleKind.AGE and rule.operator in (Operator.ABOVE, Operator.BELOW) and not _is_whole(rule):
        found.append("above and below need an age in whole years.")
    if (rule.kind == RuleKind.SINCE_EVENT) != (rule.period is not None):
        found.append("time since something happened, and nothing else, has a period.")
    if rule.period is not None and (rule.period < 1 or rule.period_unit not in PeriodUnit.values):
        found.append("its period is a number of days, weeks or months.")
    if (rule.kind in _WITH_VALUES) != bool(rule.values):
        found.append("choices, areas, practices and referral sources, and nothing else, have values.")
    if rule.kind == RuleKind.REFERRAL_SOURCE and not set(rule.values) <= set(vocabulary.REFERRAL_SOURCES):
        found.append("it names a source of referrals that there is not.")
    return found


def _is_whole(rule: Rule) -> bool:
    return all(threshold == int(threshold) for threshold in rule.thresholds)
