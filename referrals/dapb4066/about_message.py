"""The sections that speak to the referrer: the clinical summary, and what is asked of whom.

Both repeat what the last message back told, as it was issued: there is one summary, and one list of what is asked. What
the plan asks beside it is for the owning team's readers, who alone read the plan.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.clocks import local_day
from referrals.dapb4066.source import Items, Source
from referrals.enums import ActionParty, ActionStatus, MessageBackKind, PlanAgreement, ReferralStatus
from services_directory.suitability.dates import in_words

NO_ACTION = "No action needed."
OPEN_ACTIONS = (ActionStatus.PLANNED, ActionStatus.IN_PROGRESS)
_THEIR_OWN = (ActionParty.PERSON, ActionParty.CARER)


def clinical_summary(source: Source) -> Items:
    """Return outcome and impact, scores before and after, what was done and what did not work (rule 12)."""
    message = source.support.message
    return {"Clinical summary": "\n".join(_summary(message)) if message else ""}


def _summary(message: Mapping[str, Any]) -> list[str]:
    summary = message["clinical_summary"]
    said = [summary["what_happened"]]
    said += [f"The team says: “{summary['in_their_words']}”"] if summary["in_their_words"] else []
    tried = summary["attempts"]
    if tried and tried["count"]:
        said.append(f"Tried: {', '.join(tried['ways'])}; on {', '.join(_day(each) for each in tried['days'])}.")
    said += [f"Done: {each}" for each in summary["done"]]
    said += [_before_and_after(score) for score in summary["scores"]]
    said += [f"Did not work: {each}" for each in summary["did_not_work"]]
    return [*said, _as_told(message)]


def _before_and_after(score: Mapping[str, Any]) -> str:
    said = f"{score['measure']}: {score['first']} ({_day(score['first_on'])})"
    if score["latest"]:
        said += f", then {score['latest']} ({_day(score['latest_on'])})"
    return f"{said}. {score['meaning']}." if score["meaning"] else f"{said}."


def requested_actions(source: Source) -> Items:
    """Return what is asked of professionals and of the person, or that nothing is (rule 13)."""
    return {"Plan and requested actions record entry": [_asked_by_message(source), _asked_by_plan(source)]}


def _asked_by_message(source: Source) -> Items:
    """Return what the referrer was asked last. A question that was answered asks nothing any more."""
    message = source.support.message
    if message is None or (
        message["kind"] == MessageBackKind.QUESTION and source.referral.status != ReferralStatus.INFORMATION_REQUESTED
    ):
        return {}
    plan = message["plan"]
    asked = [_with_its_day(each["what"], each["due_on"]) for each in plan["requested_actions"]] or [NO_ACTION]
    return {"Actions for professionals": "\n".join([*asked, *plan["next_steps"], _as_told(message)])}


def _asked_by_plan(source: Source) -> Items:
    """Return what the plan still asks of each, but what the message has said, and whether it was agreed."""
    if source.support.plan is None:
        return {}
    document, message = source.support.plan.document, source.support.message
    told = {each["what"] for each in message["plan"]["requested_actions"]} if message else set()
    still = [
        action
        for need in document["needs"]
        for goal in need["goals"]
        for action in goal["actions"]
        if not goal["is_archived"] and action["status"] in OPEN_ACTIONS and action["what"] not in told
    ]
    theirs = [_asked(action) for action in still if action["who"] in _THEIR_OWN]
    ours = [_asked(action) for action in still if action["who"] not in _THEIR_OWN]
    return {
        "Actions for professionals": "\n".join(ours) if ours or message else NO_ACTION,
        "Actions for person or their carer": "\n".join(theirs),
        "Agreed with the person or their legitimate representative": _agreed(document["agreement"]),
    }


def _asked(action: Mapping[str, Any]) -> str:
    who = action["who_name"] or ActionParty(action["who"]).label
    return f"{who}: {_with_its_day(action['what'], action['due_on'])}"


def _agreed(agreement: Mapping[str, Any]) -> str:
    said = str(PlanAgreement(agreement["with_whom"]).label)
    if agreement["with_whom"] == PlanAgreement.NOT_AGREED:
        return f"{said}: {agreement['reason']}"
    name = f" ({agreement['name']})" if agreement["name"] else ""
    return f"{said}{name} on {_day(agreement['agreed_on'])}."


def _with_its_day(what: str, due_on: str | None) -> str:
    return f"{what.rstrip('.')}. By {_day(due_on)}." if due_on else what


def _as_told(message: Mapping[str, Any]) -> str:
    issued = dt.datetime.fromisoformat(message["issued_at"])
    return f"As the referrer was told on {in_words(local_day(issued))}."


def _day(written: str) -> str:
    return in_words(dt.date.fromisoformat(written))
