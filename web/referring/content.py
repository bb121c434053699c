"""From what is typed on the page of a referral to what the services take, and back for a draft that is opened again."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from referrals.enums import ConsentBasis, ConsentDecision, ConsentPurpose, Permission
from referrals.models import Referral
from referrals.selectors import NoTeamHere, team_for
from referrals.services.consent import ConsentDetails
from referrals.services.content import ReferralContent
from referrals.services.discharge import DischargeDetails
from referrals.services.drafts import content_of
from referrals.services.people import PersonDetails
from web.referring.forms import CHANNELS, DischargeFields

PERSON = (
    "first_name", "family_name", "date_of_birth", "gp_practice_code", "nhs_number", "postcode", "telephone", "email",
    "address", "preferred_contact", "telephone_rule", "interpreter_language", "needs_bsl_interpreter",
    "communication_needs",
)  # fmt: skip
"""Called the same on the page and by the services."""
SHARING = (ConsentPurpose.SHARE_WITH_PROVIDERS, None, None)
"""The one decision that the page asks for: sharing with every service. Others of a draft stay as they are."""
SOMEBODY_NEW = "new"


def content_from(said: dict[str, Any], *, is_draft: bool, before: ReferralContent | None = None) -> ReferralContent:
    """Return what was typed; `before`: what the draft said, for all that the page does not show."""
    person = _person(said, before.person if before else None)
    kind, _, chosen = said["target"].partition(":")
    notes = dict(before.needs) if before else {}
    needs = [UUID(each) for each in said["needs"]]
    lines = [line.strip()[:500] for line in said["risks"].splitlines() if line.strip()]
    lines = lines if said["risks_known"] == "some" else []
    coded = {risk.description: risk for risk in before.coded_risks} if before else {}
    told = {
        "person": person,
        "team_id": UUID(chosen) if kind == "team" else None,
        "service_id": UUID(chosen) if kind == "scheme" else None,
        "referring_team_id": UUID(said["referring_team"]) if said.get("referring_team") else None,
        "reason": said["reason"],
        "needs": tuple((need, notes.get(need, "")) for need in needs),
        "risks": tuple(line for line in lines if line not in coded),
        "no_known_risks": said["risks_known"] == "none",
        "consent": _sharing(said, before),
        "is_draft": is_draft,
        "send_anyway": said["send_anyway"],
    }
    if "planned_discharge_on" in said:
        told |= {
            "planned_discharge_on": said["planned_discharge_on"], "discharged_on": said["discharged_on"],
            "discharge": discharge_from(said),
        }  # fmt: skip
    if before is None:
        return ReferralContent(**told)
    told["consents"] = tuple(each for each in before.consents if each.scope != SHARING)
    told["coded_risks"] = tuple(risk for words, risk in coded.items() if words in lines)
    return replace(before, **told)


def discharge_from(said: dict[str, Any]) -> DischargeDetails:
    """Return what was typed of a discharge, but for its two days."""
    pathway = said["discharge_pathway"]
    return DischargeDetails(
        pathway=int(pathway) if pathway else None, **{name: said[name] for name in DischargeFields.DETAILS}
    )


def _person(said: dict[str, Any], before: PersonDetails | None) -> PersonDetails:
    told = {name: said[name] for name in PERSON} | {"information_formats": tuple(said["information_formats"])}
    for channel in CHANNELS:
        was = getattr(before, f"may_{channel}", Permission.NOT_ASKED)
        no = Permission.NO if was == Permission.NO else Permission.NOT_ASKED
        told[f"may_{channel}"] = Permission.YES if channel in said["may_reach_by"] else no
    told |= {"same_as": "" if said["who"] == SOMEBODY_NEW else said["who"], "is_new": said["who"] == SOMEBODY_NEW}
    if before is None:
        return PersonDetails(**told)
    is_same_number = before.nhs_number == said["nhs_number"]
    return replace(before, **told, nhs_number_status=before.nhs_number_status if is_same_number else "")


def _sharing(said: dict[str, Any], before: ReferralContent | None) -> ConsentDetails | None:
    """Return what the person decided about sharing; None: they are asked by the link worker."""
    agreed = said["agreed"]
    if agreed in {"", "ask"}:
        return None
    earlier = next((each for each in before.consents if each.scope == SHARING), None) if before else None
    if earlier is not None and agreed == _agreed(earlier) and earlier.note == said["agreed_note"]:
        return earlier
    if agreed == "best_interests":
        return ConsentDetails(
            decision=ConsentDecision.GIVEN, basis=ConsentBasis.BEST_INTERESTS, note=said["agreed_note"]
        )
    return ConsentDetails(decision=ConsentDecision.GIVEN if agreed == "given" else ConsentDecision.REFUSED)


def _agreed(decision: ConsentDetails | None) -> str:
    if decision is None or decision.decision == ConsentDecision.WITHDRAWN:
        return ""
    if decision.basis == ConsentBasis.BEST_INTERESTS:
        return "best_interests"
    return "given" if decision.decision == ConsentDecision.GIVEN else "refused"


def typed_in(draft: Referral) -> tuple[ReferralContent, dict[str, Any]]:
    """Return what a draft says, and what the fields of the page begin with to say the same."""
    content = content_of(draft)
    person, discharge = content.person, content.discharge
    sharing = next((each for each in content.consents if each.scope == SHARING), None)
    initial = {name: getattr(person, name) for name in PERSON} | {
        "version": draft.version,
        "information_formats": list(person.information_formats),
        "may_reach_by": [name for name in CHANNELS if getattr(person, f"may_{name}") == Permission.YES],
        "needs": [str(need) for need, _ in content.needs],
        "reason": content.reason,
        "risks_known": "none" if content.no_known_risks else "some" if content.risks or content.coded_risks else "",
        "risks": "\n".join([*content.risks, *(risk.description for risk in content.coded_risks)]),
        "agreed": _agreed(sharing),
        "agreed_note": sharing.note if sharing else "",
        "target": _target(draft, content),
        "referring_team": str(draft.referring_team_id),
        "planned_discharge_on": content.planned_discharge_on,
        "discharged_on": content.discharged_on,
    }
    return content, initial | discharge_typed_in(discharge)


def discharge_typed_in(discharge: DischargeDetails | None) -> dict[str, Any]:
    """Return what the fields of a discharge begin with."""
    if discharge is None:
        return {}
    shown = {name: getattr(discharge, name) for name in DischargeFields.DETAILS}
    return shown | {"discharge_pathway": "" if discharge.pathway is None else str(discharge.pathway)}


def _target(draft: Referral, content: ReferralContent) -> str:
    """Return what was chosen; nothing where the team is the one that would be found anyway."""
    if content.service_id:
        return f"scheme:{content.service_id}"
    try:
        found = team_for(postcode=draft.postcode, gp_practice_code=draft.gp_practice_code)
    except NoTeamHere:
        return f"team:{content.team_id}"
    return "" if found.team.pk == content.team_id else f"team:{content.team_id}"
