"""Agree the care and support plan with the person. Each saving is a whole new version; none is ever changed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.actors import Actor
from core.clocks import is_plannable, local_day
from core.errors import Invalid, Stale
from referrals.enums import ActionParty, ActionStatus, EventKind, GoalStatus, PlanAgreement, ReferralStatus
from referrals.models import PlanVersion, Referral
from referrals.services.casework import is_far_off, judged
from referrals.services.events import record_event
from services_directory.selectors import needs

SCALE = range(1, 11)
"""Importance and confidence (DAPB4066: numeric scale 1 to 10)."""


@dataclass(frozen=True, kw_only=True)
class PlannedAction:
    """What somebody does towards a goal. `confidence`: how confident the person feels to do it, 1 to 10."""

    what: str
    who: str
    who_name: str = ""
    due_on: dt.date | None = None
    status: str = ActionStatus.PLANNED
    confidence: int | None = None
    strategies: str = ""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What the person hopes for, in their own words. An archived goal takes its actions along: they hang on it."""

    in_own_words: str
    importance: int | None = None
    confidence: int | None = None
    status: str = GoalStatus.IN_PROGRESS
    outcome: str = ""
    is_archived: bool = False
    actions: tuple[PlannedAction, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanNeed:
    """A need, coded (`term`, a need of the directory's taxonomy) or in words or both, with the goals that it led to."""

    term: UUID | None = None
    words: str = ""
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """With whom the plan was agreed, and when; or why it was not. `agreed_on` None: on the day of saving."""

    with_whom: str
    name: str = ""
    agreed_on: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan, whole: what a version holds."""

    needs: tuple[PlanNeed, ...]
    agreement: Agreement
    strengths: tuple[str, ...] = ()
    review_on: dt.date | None = None


@transaction.atomic(durable=True)
def save_plan(
    *, referral: Referral, actor: Actor, at: dt.datetime, plan: Plan, expected_number: int | None
) -> PlanVersion:
    """Save the plan as a new version.

    :param expected_number: the version that the caller read and changed; None: they saw none. Demanded, because a
        plan is written whole: who does not know the last one would wipe it out.
    :raises NotPermitted, Conflict, StepNotAllowed: as `casework.judged` says; the case must have been accepted.
    :raises Stale: if there is another version by now (412).
    :raises Invalid: if the plan says too little, a number is beyond its scale, or a day cannot be.
    """
    referral, user = judged(referral, actor, at_status=ReferralStatus.TAKEN_ON)
    latest = referral.plan_versions.aggregate(number=Max("number"))["number"] or 0
    if (expected_number or 0) != latest:
        raise Stale(f"The plan is at version {latest} by now. Read it again, and make your changes there.")
    today = local_day(at)
    terms = {term.pk: term.name for term in needs().filter(pk__in=[need.term for need in plan.needs if need.term])}
    errors = dict(_problems(plan, terms=terms, today=today))
    if errors:
        raise Invalid(errors)
    version = PlanVersion.objects.create(
        referral=referral, number=latest + 1, document=as_document(plan, terms=terms, today=today),
        review_on=plan.review_on, recorded_by=user, recorded_at=at,
    )  # fmt: skip
    record_event(referral=referral, kind=EventKind.PLAN_SAVED, actor=actor, at=at, details={"version": version.number})
    return version


def as_document(plan: Plan, *, terms: dict[UUID, str], today: dt.date) -> dict[str, Any]:
    """Return the plan as it is stored: JSON, with each coded need's name as it was."""
    agreed_on = plan.agreement.agreed_on or today
    return {
        "strengths": [text.strip() for text in plan.strengths],
        "needs": [
            {
                "term": str(need.term) if need.term else None,
                "name": terms[need.term] if need.term else "",
                "words": need.words.strip(),
                "goals": [_goal_document(goal) for goal in need.goals],
            }
            for need in plan.needs
        ],
        "agreement": {
            "with_whom": str(PlanAgreement(plan.agreement.with_whom)),
            "name": plan.agreement.name.strip(),
            "agreed_on": agreed_on.isoformat(),
            "reason": plan.agreement.reason.strip(),
        },
        "review_on": _iso(plan.review_on),
    }


def _goal_document(goal: Goal) -> dict[str, Any]:
    return {
        "in_own_words": goal.in_own_words.strip(),
        "importance": goal.importance,
        "confidence": goal.confidence,
        "status": str(GoalStatus(goal.status)),
        "outcome": goal.outcome.strip(),
        "is_archived": goal.is_archived,
        "actions": [
            {
                "what": action.what.strip(),
                "who": str(ActionParty(action.who)),
                "who_name": action.who_name.strip(),
                "due_on": _iso(action.due_on),
                "status": str(ActionStatus(action.status)),
                "confidence": action.confidence,
                "strategies": action.strategies.strip(),
            }
            for action in goal.actions
        ],
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


# --- Can a plan be so? --------------------------------------------------------------------------------------------

Problem = tuple[str, list[str]]


def _problems(plan: Plan, *, terms: dict[UUID, str], today: dt.date) -> Iterator[Problem]:
    """Yield what is wrong, by the place where it stands (`needs.0.goals.1.importance`)."""
    if not any(need.goals for need in plan.needs):
        yield "needs", ["A plan has at least one need with a goal."]
    for number, text in enumerate(plan.strengths):
        if not text.strip():
            yield f"strengths.{number}", ["Say what the strength is."]
    for number, need in enumerate(plan.needs):
        place = f"needs.{number}"
        if need.term is not None and need.term not in terms:
            yield f"{place}.term", ["No need has this id: see /api/v1/needs/."]
        if need.term is None and not need.words.strip():
            yield f"{place}.words", ["Choose a need, or say in words what it is."]
        for goal_number, goal in enumerate(need.goals):
            yield from _problems_of_goal(goal, f"{place}.goals.{goal_number}", today=today)
    yield from _problems_of_agreement(plan.agreement, today=today)
    if plan.review_on is not None and not is_plannable(plan.review_on, today=today):
        yield "review_on", ["Choose a day from today on, within two years."]


def _problems_of_goal(goal: Goal, place: str, *, today: dt.date) -> Iterator[Problem]:
    if not goal.in_own_words.strip():
        yield f"{place}.in_own_words", ["Write the goal down in the person's own words."]
    if goal.status not in GoalStatus.values:
        yield f"{place}.status", [f"Choose one of: {', '.join(GoalStatus.values)}."]
    yield from _problems_of_scale(goal.importance, f"{place}.importance")
    yield from _problems_of_scale(goal.confidence, f"{place}.confidence")
    for number, action in enumerate(goal.actions):
        at_action = f"{place}.actions.{number}"
        if not action.what.strip():
            yield f"{at_action}.what", ["Say what is to be done."]
        if action.who not in ActionParty.values:
            yield f"{at_action}.who", [f"Choose one of: {', '.join(ActionParty.values)}."]
        if action.status not in ActionStatus.values:
            yield f"{at_action}.status", [f"Choose one of: {', '.join(ActionStatus.values)}."]
        if action.due_on is not None and is_far_off(action.due_on, today=today):
            yield f"{at_action}.due_on", ["Give a day within two years."]
        yield from _problems_of_scale(action.confidence, f"{at_action}.confidence")


def _problems_of_scale(number: int | None, place: str) -> Iterator[Problem]:
    if number is not None and number not in SCALE:
        yield place, ["Give a whole number from 1 to 10, as the person says it."]


def _problems_of_agreement(agreement: Agreement, *, today: dt.date) -> Iterator[Problem]:
    if agreement.with_whom not in PlanAgreement.values:
        yield "agreement.with_whom", [f"Choose one of: {', '.join(PlanAgreement.values)}."]
    if agreement.with_whom == PlanAgreement.REPRESENTATIVE and not agreement.name.strip():
        yield "agreement.name", ["Say who agreed for the person."]
    if agreement.with_whom == PlanAgreement.NOT_AGREED and not agreement.reason.strip():
        yield "agreement.reason", ["Say why it could not be agreed."]
    day = agreement.agreed_on
    if day is not None and (day > today or is_far_off(day, today=today)):
        yield "agreement.agreed_on", ["Give the day on which it was agreed."]
