"""What a service's rules ask about one person: each question once, the answer that counts, and what is still open."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from referrals.enums import ClearanceRequestStatus, QuestionState
from referrals.models import ClearanceRequest, Observation, Referral
from referrals.selectors.health import facts_of
from services_directory.models import Service
from services_directory.selectors import rules_of, suitability_of
from services_directory.suitability.engine import Judge, RuleOutcome, Suitability
from services_directory.suitability.facts import ClearanceGiven, Facts
from services_directory.suitability.kinds import Answered, AnswerKind, RuleKind, Verdict
from services_directory.suitability.rules import Rule
from services_directory.suitability.vocabulary import QUESTIONS, Question

WARNED_OF = {Verdict.NOT_ELIGIBLE, Verdict.ELIGIBLE_FROM, Verdict.NEEDS_CLEARANCE, Verdict.CANNOT_SAY}
"""Verdicts that whoever sends the person is told of. Without rules there is nothing to tell."""
NOT_FOR_PROVIDERS = {RuleKind.AREA, RuleKind.PRACTICE, RuleKind.REFERRAL_SOURCE}
"""Rules whose findings tell what a provider does not read of a person (docs/adr/0009): where they live, their practice,
and who referred them."""


@dataclass(frozen=True, kw_only=True)
class ScreenedQuestion:
    """One question of a service's rules. `is_to_be_asked`: the verdict waits for an answer; a question that is open and
    was cleared, or of whose alternatives one is met, need not be asked. `clearance_by`: who may clear what it finds.
    """

    question: Question
    state: QuestionState
    is_to_be_asked: bool
    answer: Observation | None
    clearance_by: tuple[str, ...]
    clearance: ClearanceGiven | None
    clearance_request: ClearanceRequest | None


@dataclass(frozen=True, kw_only=True)
class Screening:
    """What the rules of a service ask of a person and find, if the person started on the planned day."""

    service: Service
    planned_start: dt.date
    suitability: Suitability
    questions: tuple[ScreenedQuestion, ...]


def screening_of(referral: Referral, service: Service, *, on: dt.date) -> Screening:
    """Return what a service's rules ask and find, for a reader who may know it; in the same number of queries, however
    many rules there are.

    The start is planned for the day of asking, or the day before which the hospital wants nothing to begin. What stands
    on the referral itself (age, address, practice) is judged with the rest and is no question here.
    """
    facts = facts_of(referral)
    start = _start(facts, on=on)
    versions = rules_of([service.pk], on=on)[service.pk]
    judge = Judge(facts, planned_start=start, on=on)
    found = judge.suitability(*(version.rules for version in versions), service_id=service.pk)
    asking: dict[str, list[Rule]] = {}
    for version in versions:
        for in_force in version.rules:
            if _is_asked(in_force.rule):
                asking.setdefault(in_force.rule.subject, []).append(in_force.rule)
    counting = {row.code: row for row in _answers_that_count(referral, list(asking))}
    asked_for = {row.code: row for row in open_clearance_requests(referral).filter(code__in=asking)}
    open_codes = {question.code for question in found.not_known}
    questions = [
        ScreenedQuestion(
            question=QUESTIONS[code],
            state=_state(rules, facts, start, is_open=code in open_codes),
            is_to_be_asked=code in open_codes,
            answer=counting.get(code),
            clearance_by=tuple(dict.fromkeys(rule.clearance_by for rule in rules if rule.clearance_by)),
            clearance=facts.clearance_of(code, service.pk),
            clearance_request=asked_for.get(code),
        )
        for code, rules in asking.items()
    ]
    return Screening(service=service, planned_start=start, suitability=found, questions=tuple(questions))


def for_the_provider(found: Screening) -> Screening:
    """Return what of a screening a provider reads: no finding about where the person lives, their practice or who
    referred them, and not who is asked for a clearance. The verdict is the whole one.
    """
    questions = tuple(replace(each, clearance_request=None) for each in found.questions)
    suitability = replace(
        found.suitability,
        outcomes=tuple(filter(_is_for_providers, found.suitability.outcomes)),
        decided_by=tuple(filter(_is_for_providers, found.suitability.decided_by)),
        not_known=tuple(each for each in found.suitability.not_known if each.kind != AnswerKind.REFERRAL),
    )
    return replace(found, questions=questions, suitability=suitability)


def questions_of_service(service: Service, *, on: dt.date) -> set[str]:
    """Return the codes of the questions that the rules of a service ask on a day."""
    rules = (in_force.rule for version in rules_of([service.pk], on=on)[service.pk] for in_force in version.rules)
    return {rule.subject for rule in rules if _is_asked(rule)}


def warnings_before_start(referral: Referral, services: Sequence[Service], *, on: dt.date) -> dict[str, Suitability]:
    """Return of services, by their ids, why they cannot take the person today, or that it cannot be said; nothing of
    those that can, or whose rules nobody knows. In the same number of queries, however many services.
    """
    facts = facts_of(referral)
    found = suitability_of([service.pk for service in services], facts=facts, planned_start=_start(facts, on=on), on=on)
    return {str(pk): suitability for pk, suitability in found.items() if suitability.verdict in WARNED_OF}


def clearance_requests_of(referral: Referral) -> QuerySet[ClearanceRequest]:
    """Return what professionals were asked about a person, the newest first."""
    return referral.clearance_requests.select_related("requested_by", "ended_by", "clearance").order_by("-id")


def open_clearance_requests(referral: Referral) -> QuerySet[ClearanceRequest]:
    """Return what professionals were asked and have not decided."""
    return clearance_requests_of(referral).filter(status=ClearanceRequestStatus.OPEN)


def _start(facts: Facts, *, on: dt.date) -> dt.date:
    return max(on, facts.start_no_earlier_than or on)


def _is_asked(rule: Rule) -> bool:
    return rule.subject in QUESTIONS and QUESTIONS[rule.subject].kind != AnswerKind.REFERRAL


def _is_for_providers(outcome: RuleOutcome) -> bool:
    """Of alternatives, whether all are."""
    rules = outcome.alternatives or (outcome.in_force,)
    return not {RuleKind(in_force.rule.kind) for in_force in rules} & NOT_FOR_PROVIDERS


def _answers_that_count(referral: Referral, codes: Sequence[str]) -> QuerySet[Observation]:
    rows = referral.observations.filter(code__in=codes).select_related("recorded_by")
    return rows.order_by("code", "-observed_on", "-id").distinct("code")


def _state(rules: Sequence[Rule], facts: Facts, start: dt.date, *, is_open: bool) -> QuestionState:
    answer = facts.answers.get(rules[0].subject)
    if answer is None:
        return QuestionState.NEVER_ASKED
    if answer.answer == Answered.UNKNOWN:
        return QuestionState.UNKNOWN
    limits = [rule.valid_for_days for rule in rules if rule.valid_for_days is not None]
    if limits and (start - answer.observed_on).days > min(limits):
        return QuestionState.TOO_OLD
    return QuestionState.INCOMPLETE if is_open else QuestionState.ANSWERED
