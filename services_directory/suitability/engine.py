"""Judge a service for a person: every rule with its outcome, and one verdict with its reasons.

Of several rules that stand in the way the strongest decides: what no day and no waiting mends, before a day, before a
clearance, before a question that is open (docs/adr/0013). What is not known is never taken for a yes nor for a no.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.clocks import FARTHEST_PLAN
from services_directory.suitability import wording
from services_directory.suitability.dates import in_words
from services_directory.suitability.facts import Answer, ClearanceGiven, Facts
from services_directory.suitability.findings import Finding, find
from services_directory.suitability.kinds import RuleBasis, RuleResult, Severity, Verdict
from services_directory.suitability.rules import RuleInForce
from services_directory.suitability.vocabulary import Question


@dataclass(frozen=True, kw_only=True)
class RuleOutcome:
    """What one rule, or one group of alternatives, says of the person.

    `alternatives`: the rules of a group of which none is met; `in_force` is then the first of them.
    """

    in_force: RuleInForce
    result: RuleResult
    words: str
    changes_on: dt.date | None = None
    answer: Answer | None = None
    clearance: ClearanceGiven | None = None
    questions: tuple[Question, ...] = ()
    alternatives: tuple[RuleInForce, ...] = ()

    @property
    def source(self) -> str:
        """Who says so; of alternatives everybody who names one."""
        rules = self.alternatives or (self.in_force,)
        return "; ".join(dict.fromkeys(in_force.rule.source for in_force in rules))


@dataclass(frozen=True, kw_only=True)
class Suitability:
    """Whether a service fits a person who would start on a day, and why.

    `eligible_from` is set with that verdict only. `clearance_by`: who could clear what stands in the way; of several,
    each must.
    `decided_by`: the outcomes that the verdict rests on. `not_known`: the questions that are open, whatever the
    verdict. `notices`: what to know of the rules themselves.
    """

    verdict: Verdict
    label: str
    eligible_from: dt.date | None
    clearance_by: tuple[str, ...]
    outcomes: tuple[RuleOutcome, ...]
    decided_by: tuple[RuleOutcome, ...]
    not_known: tuple[Question, ...]
    notices: tuple[str, ...]


class Judge:
    """Judges services for one person and one planned start; looks at a set of rules once, however many services share
    it.
    """

    def __init__(self, facts: Facts, *, planned_start: dt.date, on: dt.date) -> None:
        """`on` is the day of asking: what lies farther ahead of it than anything is planned is as good as never."""
        self.facts = facts
        self.planned_start = planned_start
        self.on = on
        self._limited = {given.service_id for given in facts.clearances}
        # By the set's identity: a hash of all its parts would cost more than looking. It is kept with what was seen, so
        # that no identity is used anew.
        self._seen: dict[tuple[int, dt.date, UUID | None], tuple[Sequence[RuleInForce], _Seen]] = {}

    def suitability(self, *sets: Sequence[RuleInForce], service_id: UUID | None = None) -> Suitability:
        """Return what the rule sets of one service say. The listing's own alone make nobody eligible."""
        outcomes = at_start = self._outcomes(sets, self.planned_start, service_id)
        eligible_from = None
        while not _hard(outcomes) and (waiting := _with(at_start, RuleResult.NOT_YET)):
            eligible_from = max(outcome.changes_on for outcome in waiting if outcome.changes_on)
            if eligible_from > self.on + FARTHEST_PLAN:
                return self._answer(Verdict.NOT_ELIGIBLE, outcomes, waiting)
            # When one rule steps aside another may have come up: an age that is past, an answer that is too old.
            at_start = self._outcomes(sets, eligible_from, service_id)
            outcomes = [_told(now, then) for now, then in zip(outcomes, at_start, strict=True)]
        if hard := _hard(outcomes):
            return self._answer(Verdict.NOT_ELIGIBLE, outcomes, hard)
        if eligible_from:
            return self._answer(Verdict.ELIGIBLE_FROM, outcomes, _with(outcomes, RuleResult.NOT_YET), eligible_from)
        if to_clear := _to_clear(outcomes):
            return self._answer(Verdict.NEEDS_CLEARANCE, outcomes, to_clear)
        if unknown := _with(outcomes, RuleResult.UNKNOWN):
            return self._answer(Verdict.CANNOT_SAY, outcomes, unknown)
        if not _has_a_set(outcomes):
            return self._answer(Verdict.NO_RULES, outcomes, outcomes)
        return self._answer(Verdict.ELIGIBLE_NOW, outcomes, outcomes)

    def _answer(
        self,
        verdict: Verdict,
        outcomes: Sequence[RuleOutcome],
        decided_by: Sequence[RuleOutcome],
        eligible_from: dt.date | None = None,
    ) -> Suitability:
        hard, unknown = _hard(outcomes), _with(outcomes, RuleResult.UNKNOWN)
        not_known = {question.code: question for outcome in unknown for question in outcome.questions}
        to_clear = _to_clear(outcomes)
        if verdict == Verdict.NOT_ELIGIBLE:
            is_clearable = all(outcome.result == RuleResult.FAILED for outcome in hard)
            to_clear = hard if is_clearable and all(outcome.in_force.rule.clearance_by for outcome in hard) else []
        by = tuple(dict.fromkeys(outcome.in_force.rule.clearance_by for outcome in to_clear))
        day = eligible_from or (None if self.planned_start <= self.on else self.planned_start)
        label = _label(verdict, day, by, len(not_known), has_a_set=_has_a_set(outcomes))
        return Suitability(
            verdict=verdict,
            label=label,
            eligible_from=eligible_from,
            clearance_by=by,
            outcomes=tuple(outcomes),
            decided_by=tuple(decided_by),
            not_known=tuple(not_known.values()),
            notices=(*_notices(outcomes), *_told_long_ago(outcomes, self.planned_start)),
        )

    def _outcomes(
        self, sets: Sequence[Sequence[RuleInForce]], start: dt.date, service_id: UUID | None
    ) -> list[RuleOutcome]:
        """Return the outcomes of all sets; those of alternatives, each group as one, last."""
        seen = [self._of_set(rules, start, service_id if service_id in self._limited else None) for rules in sets]
        return [outcome for half in (0, 1) for each in seen for outcome in each[half]]

    def _of_set(self, rules: Sequence[RuleInForce], start: dt.date, service_id: UUID | None) -> "_Seen":
        key = (id(rules), start, service_id)
        if key not in self._seen:
            alone: list[RuleOutcome] = []
            groups: dict[str, list[RuleOutcome]] = {}
            for in_force in rules:
                outcome = self._outcome(in_force, start, service_id)
                (groups.setdefault(in_force.rule.group, []) if in_force.rule.group else alone).append(outcome)
            self._seen[key] = (rules, (alone, [_of_group(members) for members in groups.values()]))
        return self._seen[key][1]

    def _outcome(self, in_force: RuleInForce, start: dt.date, service_id: UUID | None) -> RuleOutcome:
        given = None
        if in_force.rule.is_exclusion and in_force.rule.clearance_by:
            given = self.facts.clearance_of(in_force.rule.subject, service_id)
        return _outcome(in_force, find(in_force.rule, self.facts, start), given)


_Seen = tuple[list[RuleOutcome], list[RuleOutcome]]
"""The outcomes of one set: of rules that stand alone, and of groups of alternatives."""


def _outcome(in_force: RuleInForce, finding: Finding, given: ClearanceGiven | None) -> RuleOutcome:
    rule = in_force.rule
    result, words = RuleResult.PASSED, finding.words
    questions: tuple[Question, ...] = ()
    if finding.holds is None:
        result, questions = RuleResult.UNKNOWN, (rule.question,)
    elif finding.holds == rule.is_exclusion:
        result = RuleResult.NOT_YET if finding.changes_on else RuleResult.FAILED
    if given is not None:
        if not _is_about_what_is_known(given, finding.answer):
            if result != RuleResult.PASSED or not given.is_cleared:
                words = f"{words} {wording.earlier_decision(given)}"
        elif not given.is_cleared:
            return RuleOutcome(
                in_force=in_force, result=RuleResult.REFUSED, words=f"{words} {wording.decision(given, rule)}",
                answer=finding.answer, clearance=given,
            )  # fmt: skip
        elif result != RuleResult.PASSED:
            return RuleOutcome(
                in_force=in_force, result=RuleResult.CLEARED, words=f"{words} {wording.decision(given, rule)}",
                answer=finding.answer, clearance=given,
            )  # fmt: skip
    if result == RuleResult.FAILED:
        words = f"{words} {wording.in_the_way(rule)}"
    elif result == RuleResult.NOT_YET and finding.changes_on is not None:
        needed = f" {wording.in_the_way(rule)}" if rule.severity == Severity.REQUIREMENT else ""
        words = f"{words}{needed} {wording.until(rule, finding.changes_on)}"
    return RuleOutcome(
        in_force=in_force, result=result, words=words, changes_on=finding.changes_on, answer=finding.answer,
        questions=questions,
    )  # fmt: skip


def _is_about_what_is_known(given: ClearanceGiven, answer: Answer | None) -> bool:
    """Whether a decision was made with the answer at hand: a worse reading after it has been cleared by nobody, nor has
    one that was put right after it. A decision against stands until there is an answer of a later day.
    """
    if answer is None:
        return True
    if given.is_cleared and given.recorded_at < answer.recorded_at:
        return False
    return (given.decided_on, given.recorded_at) >= (answer.observed_on, answer.recorded_at)


def _of_group(members: Sequence[RuleOutcome]) -> RuleOutcome:
    """Return the outcome of alternatives: one that is met is enough."""
    best = min(members, key=lambda outcome: (_BEST_FIRST.index(outcome.result), outcome.changes_on or dt.date.max))
    if best.result in (RuleResult.PASSED, RuleResult.NOT_YET):
        return best
    alternatives = tuple(member.in_force for member in members)
    looked_for = wording.any_of([wording.what_it_looks_for(member.in_force.rule) for member in members])
    if best.result == RuleResult.FAILED:
        words = f"None of what is needed: {looked_for}."
        return RuleOutcome(
            in_force=alternatives[0], result=RuleResult.FAILED, words=words, alternatives=alternatives
        )  # fmt: skip
    questions = tuple(question for member in members for question in member.questions)
    words = f"Needed: {looked_for}. Whether one of these is so is not known."
    return RuleOutcome(
        in_force=alternatives[0], result=RuleResult.UNKNOWN, words=words, questions=questions,
        alternatives=alternatives,
    )  # fmt: skip


_BEST_FIRST = (RuleResult.PASSED, RuleResult.UNKNOWN, RuleResult.NOT_YET, RuleResult.FAILED)


def _told(now: RuleOutcome, then: RuleOutcome) -> RuleOutcome:
    """Return the outcome to tell of a rule that was looked at again for a later start."""
    is_mended = then.result in (RuleResult.PASSED, RuleResult.CLEARED)
    return now if now.result == RuleResult.NOT_YET and is_mended else then


def _with(outcomes: Sequence[RuleOutcome], result: RuleResult) -> list[RuleOutcome]:
    return [outcome for outcome in outcomes if outcome.result == result]


def _hard(outcomes: Sequence[RuleOutcome]) -> list[RuleOutcome]:
    """Return what stands in the way, whatever day it is, and is more than a clearance that is still to be asked for."""
    return [
        outcome
        for outcome in outcomes
        if outcome.result == RuleResult.REFUSED
        or (outcome.result == RuleResult.FAILED and outcome.in_force.rule.severity != Severity.REFER_TO_CLINICIAN)
    ]


def _to_clear(outcomes: Sequence[RuleOutcome]) -> list[RuleOutcome]:
    failed = _with(outcomes, RuleResult.FAILED)
    return [outcome for outcome in failed if outcome.in_force.rule.severity == Severity.REFER_TO_CLINICIAN]


def _has_a_set(outcomes: Sequence[RuleOutcome]) -> bool:
    return any(outcome.in_force.version is not None for outcome in outcomes)


def _label(
    verdict: Verdict, day: dt.date | None, clearance_by: Sequence[str], open_questions: int, *, has_a_set: bool
) -> str:
    by = wording.each_of(clearance_by)
    is_are = "1 question is open" if open_questions == 1 else f"{open_questions} questions are open"
    if verdict == Verdict.ELIGIBLE_NOW:
        return f"Eligible on {in_words(day)}" if day else "Eligible now"
    if verdict == Verdict.NOT_ELIGIBLE:
        return f"Not eligible unless cleared by {by}" if by else "Not eligible"
    if verdict == Verdict.CANNOT_SAY:
        return f"Cannot say yet: {is_are}"
    if verdict == Verdict.NO_RULES:
        return "No rules known: ask the provider"
    if verdict == Verdict.NEEDS_CLEARANCE:
        parts = [f"Needs clearance by {by}"]
    elif by or open_questions or not has_a_set:
        parts = [f"Not before {in_words(day or dt.date.max)}", *([f"needs clearance by {by}"] if by else [])]
        parts += [] if has_a_set else ["no rules known: ask the provider"]
    else:
        return f"Eligible from {in_words(day or dt.date.max)}"
    return "; ".join([*parts, *([is_are] if open_questions else [])])


def _notices(outcomes: Sequence[RuleOutcome]) -> tuple[str, ...]:
    notices = []
    for basis, notice in _NOTICES.items():
        names = dict.fromkeys(outcome.in_force.set_name for outcome in outcomes if outcome.in_force.basis == basis)
        if names:
            notices.append(f"{notice}: {'; '.join(names)}.")
    if not _has_a_set(outcomes):
        notices.append("Of the service's own rules we know no more than its listing says: ask the provider.")
    return tuple(notices)


def _told_long_ago(outcomes: Sequence[RuleOutcome], start: dt.date) -> tuple[str, ...]:
    """Say of which contraindications nothing is known but what was measured or said long before the start."""
    passed = [outcome for outcome in outcomes if outcome.result == RuleResult.PASSED]
    old = {
        outcome.in_force.rule.question.name: in_words(outcome.answer.observed_on)
        for outcome in passed
        if outcome.in_force.rule.is_exclusion and outcome.answer and outcome.answer.observed_on < start - _LONG_AGO
    }
    names = "; ".join(f"{name} ({day})" for name, day in old.items())
    return (f"Known from more than a year before the start only: ask whether it is still so: {names}.",) if old else ()


_LONG_AGO = dt.timedelta(days=365)
"""Ours, as no source says how long an answer holds. It changes no verdict: a rule may (`valid_for_days`)."""
_NOTICES = {
    RuleBasis.COMPARABLE: "Rules of comparable schemes or of guidance, not confirmed by this service",
    RuleBasis.MADE_UP: "Rules made up for the demonstration",
}
