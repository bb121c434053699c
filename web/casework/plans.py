"""The plan of a case, to read: the person's own words, what was agreed, who does what."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from referrals.enums import ActionParty, ActionStatus, GoalStatus, PlanAgreement
from referrals.models import Referral
from referrals.selectors import casework
from web import words


@dataclass(frozen=True, kw_only=True)
class Step:
    """One action of a plan: what, who, by when, how far."""

    what: str
    who: str
    due: str
    status: str
    more: str


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal in the person's own words, with its actions."""

    need: str
    own_words: str
    facts: str
    steps: list[Step]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan as it is now."""

    number: int
    goals: list[Goal]
    archived: int
    strengths: list[str]
    agreed: str
    review: str


def plan_of(user: User, referral: Referral) -> Plan | None:
    """Return the plan of a case; None: there is none yet."""
    latest = casework.plan_versions_of(user, referral).first()
    if latest is None:
        return None
    document = latest.document
    goals = [(need, goal) for need in document["needs"] for goal in need["goals"]]
    agreement = document["agreement"]
    who = f" ({agreement['name']})" if agreement["name"] else ""
    return Plan(
        number=latest.number,
        goals=[_goal(need, goal) for need, goal in goals if not goal["is_archived"]],
        archived=sum(goal["is_archived"] for _, goal in goals),
        strengths=list(document["strengths"]),
        agreed=f"{PlanAgreement(agreement['with_whom']).label}{who}, {words.day(_day(agreement['agreed_on']))}. "
        f"{agreement['reason']}".strip(),
        review=words.day(latest.review_on),
    )


def _goal(need: dict[str, Any], goal: dict[str, Any]) -> Goal:
    facts = [str(GoalStatus(goal["status"]).label)]
    facts += [f"{name} {goal[name]} of 10" for name in ("importance", "confidence") if goal[name]]
    facts += [goal["outcome"]] if goal["outcome"] else []
    return Goal(
        need=": ".join(filter(None, (need["name"], need["words"]))),
        own_words=goal["in_own_words"],
        facts=", ".join(facts),
        steps=[_step(action) for action in goal["actions"]],
    )


def _step(action: dict[str, Any]) -> Step:
    who = str(ActionParty(action["who"]).label)
    confidence = f"Confidence {action['confidence']} of 10" if action["confidence"] else ""
    return Step(
        what=action["what"],
        who=f"{who}, {action['who_name']}" if action["who_name"] else who,
        due=words.short_day(_day(action["due_on"])),
        status=str(ActionStatus(action["status"]).label),
        more=". ".join(filter(None, (confidence, action["strategies"]))),
    )


def _day(iso: str | None) -> dt.date | None:
    return dt.date.fromisoformat(iso) if iso else None
