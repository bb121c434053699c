"""The care and support plan, as it was agreed last: needs, goals and actions (rule 11). The owning team's own.

Where a goal or an action stands is said in words: the members of the two care-planning sets of codes are not at hand.
"""

from collections.abc import Mapping
from typing import Any

from referrals.dapb4066.source import Items, Source, coded, cut, fitting, moment
from referrals.enums import ActionParty, ActionStatus, GoalStatus, PlanAgreement, ReferralSource
from referrals.models import Referral


def plan(source: Source) -> Items:
    """Return the plan without the goals that were put away; those stand in its versions."""
    version, referral = source.support.plan, source.referral
    if version is None:
        return {}
    document = version.document
    codes = {str(need.term_id): (need.code, need.display) for need in referral.needs.all()}
    return {
        "Strengths": [{"Free text": said} for said in document["strengths"]],
        "Needs, concerns or problems": [_need(need, referral, codes) for need in document["needs"]],
        "Agreed with person or legitimate representative": _agreement(document["agreement"], referral),
        "Date this plan was last updated": moment(version.recorded_at),
        "Planned review date/interval": document["review_on"],
        "Responsibility for review": {
            "Name": cut(referral.owner.full_name, 70) if referral.owner else "",
            "Contact details": _contact_of_team(referral),
        },
    }


def _need(need: Mapping[str, Any], referral: Referral, codes: Mapping[str, tuple[str, str]]) -> Items:
    """Return a need, with the code that the referral gave for the same one."""
    code, display = codes.get(need["term"] or "", ("", ""))
    said = ": ".join(filter(None, [need["name"], need["words"]]))
    goals = [_goal(goal, referral) for goal in need["goals"] if not goal["is_archived"]]
    return {**coded(code, display, said), "Goals and hopes": goals}


def _goal(goal: Mapping[str, Any], referral: Referral) -> Items:
    outcome = ". ".join(filter(None, [str(GoalStatus(goal["status"]).label), goal["outcome"]]))
    return {
        "Free text": goal["in_own_words"],
        "Goal importance score": goal["importance"],
        "Actions and activities": [_action(action, referral) for action in goal["actions"]],
        "Outcomes": [{"Free text": outcome}],
    }


def _action(action: Mapping[str, Any], referral: Referral) -> Items:
    return {
        "What": [{"Free text": action["what"]}],
        "Who": _who(action, referral),
        "When": action["due_on"],
        "Suggested strategies": action["strategies"],
        "Status": {"Free text": str(ActionStatus(action["status"]).label)},
        "Confidence": action["confidence"],
    }


def _who(action: Mapping[str, Any], referral: Referral) -> Items:
    """Return who does it, by the name that was written down, else by the one that the referral has."""
    name = action["who_name"]
    match action["who"]:
        case ActionParty.PERSON:
            return {"Name": name or _full_name(referral)}
        case ActionParty.LINK_WORKER:
            return {
                "Name": name or (referral.owner.full_name if referral.owner else ""),
                "Team": cut(referral.owner_team.name, 35),
                "Contact details": _contact_of_team(referral),
            }
        case ActionParty.REFERRER:
            is_professional = referral.source not in ReferralSource.STATED
            return {
                "Name": name or referral.referrer_name,
                "Team": cut(referral.referring_team.name, 35) if is_professional else "",
                "Contact details": fitting(referral.referrer_contact.split(" · "), 35),
            }
        case _:
            return {"Name": name or str(ActionParty(action["who"]).label)}


def _agreement(agreement: Mapping[str, Any], referral: Referral) -> Items:
    with_whom = agreement["with_whom"]
    return {
        "Person or legitimate representative": with_whom != PlanAgreement.NOT_AGREED,
        "Person full name": _full_name(referral) if with_whom == PlanAgreement.PERSON else agreement["name"],
    }


def _full_name(referral: Referral) -> str:
    return cut(f"{referral.first_name} {referral.family_name}", 70)


def _contact_of_team(referral: Referral) -> str:
    return fitting([referral.owner_team.inbox_email, referral.owner_team.telephone], 35)
