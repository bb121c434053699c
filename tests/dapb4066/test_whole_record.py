"""Two referrals made through the API: with every item of the standard that can be held, and with the mandatory ones."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from django.core.management import call_command

from accounts.enums import Role
from accounts.models import Organization, User
from accounts.services import register_user
from referrals.dapb4066.conformance import check
from referrals.dapb4066.declaration import standard
from tests.stage import Cast

PERSON = "Person demographics"
PRACTICE = "GP practice > GP practice record entry"
REFERRAL = "Referral details > Referral details record entry"
CONTACT = "Contacts with professionals > Contacts with professionals record entry"
SIGNPOST = "Signpost details > Signpost details record entry > Signpost to"
SCALE = "Assessments > Assessments record entry > Structured assessment"
PLAN = "Care and support plan"
GOAL = f"{PLAN} > Needs, concerns or problems > Goals and hopes"
ACTION = f"{GOAL} > Actions and activities"

NOT_TOLD: Mapping[str, tuple[str, ...]] = {
    "beside gender it may disclose a gender history (rule 4)": (f"{PERSON} > Sex",),
    "no purpose that name and date of birth do not serve": (
        f"{PERSON} > Photograph", "About me > Location to multimedia file",
    ),
    "no support depends on it, and to ask keeps people away": (
        f"{PERSON} > Immigration status", f"{PERSON} > Overseas visitor status", f"{PERSON} > Place of birth",
        f"{PERSON} > Location of Birth", f"{PERSON} > Marital status",
    ),
    "of other services": (
        f"{PERSON} > Organ and tissue donation", "Safeguarding > Looked after child",
        f"{PERSON} > Educational establishment",
    ),
    "one of each is held": (
        f"{PERSON} > Other identifier",
        f"{PERSON} > Person's contact details > Person's telephone number details > Person's telephone number type",
        f"{PERSON} > Person's contact details > Person's telephone number details > Preference of telephone number",
        f"{PERSON} > Person's contact details > Person's email address details > Person's email address type",
        f"{PERSON} > Person's contact details > Person's email address details > Preference of email address",
    ),
    "the members of the set are not at hand": (
        f"{PERSON} > Person's address > Address type", f"{GOAL} > Goal status", f"{ACTION} > Status > Coded value",
        f"{CONTACT} > Location type",
    ),
    "the practice code says that there is no practice": (f"{PRACTICE} > GP opt out indicator",),
    "social prescribing has no such code, or grade": (
        f"{REFERRAL} > Referrer details > Role", f"{REFERRAL} > Referrer details > Grade",
        f"{REFERRAL} > Referrer details > Specialty", f"{REFERRAL} > Referrer details > Service > Coded value",
        f"{REFERRAL} > Referral to > Role", f"{REFERRAL} > Referral to > Grade",
        f"{REFERRAL} > Referral to > Specialty", f"{REFERRAL} > Referral to > Service > Coded value",
        f"{CONTACT} > Seen by > Role", f"{CONTACT} > Professionals present > Role", f"{CONTACT} > Specialty",
        f"{CONTACT} > Service", f"{ACTION} > Who > Role", f"{PLAN} > Responsibility for review > Role",
        f"{PLAN} > Agreed with person or legitimate representative > Role",
    ),
    "a team is referred to, and whoever is free takes it": (f"{REFERRAL} > Referral to > Name",),
    "the complaints say why": (f"{REFERRAL} > Reason for referral",),
    "for a clinical or social-care record": (
        "Problem list > Problem list record entry > Stage of disease",
        "Social context > Accommodation status > Accommodation status > Coded value",
        "Safeguarding > Unborn child protection plan > Local authority > Coded value",
        "Services and care > Services and care record entry > Local authority",
        "Services and care > Services and care record entry > Care funding source", f"{PLAN} > Care funding source",
        f"{PLAN} > Other care planning documents",
    ),
    "a contact has a place in words, and no organisation": (f"{CONTACT} > Location of contact > Coded value",),
    "who was responsible on that day is not written with the contact": (f"{CONTACT} > Responsible professional",),
    "whether a further appointment was given is not held": (f"{CONTACT} > Outcome of contact",),
    "a person is told of a service, not of somebody in it": (
        f"{SIGNPOST} > Name", f"{SIGNPOST} > Role", f"{SIGNPOST} > Grade", f"{SIGNPOST} > Team",
        f"{SIGNPOST} > Specialty", f"{SIGNPOST} > Service > Coded value",
    ),
    "a signpost has its reason in words": (
        "Signpost details > Signpost details record entry > Reason for signpost > Coded value",
    ),
    "no code of a scale or of a score is held": (
        f"{SCALE} > Structured assessment name > Coded value",
        f"{SCALE} > Assessment result > Assessment score > Coded value",
        f"{SCALE} > Assessment result > Ordinal > Coded value",
        f"{SCALE} > Subscale result > Subscale score > Coded value",
        f"{SCALE} > Subscale result > Ordinal > Coded value",
    ),
    "the name of a measure says its type": ("Assessments > Assessments record entry > Assessment type",),
    "the plan is in the person's words": (
        f"{PLAN} > Strengths > Coded value", f"{GOAL} > Coded value", f"{ACTION} > What > Coded value",
        f"{GOAL} > Outcomes > Coded value",
    ),
    "a plan is saved, and reviewed, whole": (f"{ACTION} > Date last updated", f"{ACTION} > Review date"),
    "goals have no stages here": (f"{ACTION} > Stage goal",),
}  # fmt: skip
"""What of the standard no document of ours has, by hand, each with its reason. A group stands for all within it."""


@pytest.fixture
def hub_lead(cast: Cast) -> User:
    """The lead of the scheme's hub, who is its safeguarding lead too."""
    return register_user(
        email="hub.lead@work.example", full_name="Hester Hub", password=None,
        roles=[(cast.hub, Role.LEAD), (cast.hub, Role.SAFEGUARDING)],
    )  # fmt: skip


PLAN_OF_ROSE: dict[str, Any] = {
    "strengths": ["Knows every plant by its name."],
    "needs": [
        {
            "term": "loneliness",
            "words": "The evenings are long.",
            "goals": [
                {
                    "in_own_words": "I want to walk to the allotment again.",
                    "importance": 9,
                    "confidence": 4,
                    "status": "partly_achieved",
                    "outcome": "I walk half of it.",
                    "actions": [
                        {
                            "what": "Walk with the group on Mondays", "who": "person", "due_on": "2026-11-20",
                            "status": "in_progress", "confidence": 6, "strategies": "A friend rings before.",
                        },
                        {"what": "Ring every other week", "who": "link_worker"},
                        {"what": "Look at the pain killers again", "who": "referrer", "due_on": "2026-11-30"},
                    ],
                },
                {"in_own_words": "To run a marathon.", "is_archived": True},
            ],
        }
    ],
    "agreement": {"with_whom": "representative", "name": "Ada Okafor", "agreed_on": "2026-11-03"},
    "review_on": "2026-12-01",
}  # fmt: skip


@pytest.fixture
def whole(
    cast: Cast, as_user: Callable[[User], Any], refer: Callable[..., str], everything: dict[str, Any], hub_lead: User
) -> str:
    """Rose's referral to the scheme's hub, by its address, with all that was done until the hub closed it."""
    everything["person"]["address"] = "Flat 2\nThe Old Mill\n11 Allotment Row\nReddish\nStockport"
    everything["person"]["contact"] = {
        "permissions": {"email": "no", "telephone": "yes", "letter": "yes"}, "telephone_rule": "phone_only",
        "interpreter_language": "Yoruba", "needs_bsl_interpreter": True, "information_formats": ["large_print"],
    }  # fmt: skip
    everything["team"], everything["service"] = None, str(cast.scheme.pk)
    Organization.objects.filter(name="Leisure Trust").update(ods_code="RZ9")
    address, client = refer(everything), as_user(hub_lead)

    def do(what: str, body: Mapping[str, Any], *, method: str = "post", code: int = 201) -> Any:
        answer = getattr(client, method)(address + what, body)
        assert answer.status_code == code, (what, answer.json())
        return answer.json()

    do("safeguarding/", {"code": "1108111000000107", "display": "made-up concern", "text": "Money goes.",
                         "comment": "Since spring."})  # fmt: skip
    do("safeguarding/", {"kind": "unborn_child_plan", "local_authority": "Made-up Council", "started_on": "2026-10-01"})
    for row in client.get(address + "safeguarding/").json()["concerns"]:
        do(f"safeguarding/{row['id']}/end/", {}, code=200)
    [*_, risk] = client.get(address + "risks/").json()["results"]
    do(f"risks/{risk['id']}/end/", {"ended_on": "2026-10-31"}, code=200)
    do("addresses/", {"kind": "temporary", "address": "c/o Ada Okafor\n3 Mill Lane", "postcode": "SK1 1AA",
                      "from_on": "2026-11-01", "until_on": "2026-11-30"})  # fmt: skip
    do("addresses/", {"kind": "correspondence", "address": "PO Box 7", "postcode": "SK1 1AB"})
    pressure = {"code": "blood_pressure", "value": "142", "second_value": "88"}
    do("observations/", {"observations": [pressure]})
    do("accept/", {}, code=200)
    do("contacts/", {"mechanism": "02", "outcome": "no_answer"})
    do("contacts/", {"mechanism": "01", "outcome": "spoke", "location": "Her kitchen", "note": "She cried."})
    do("contacts/", {"mechanism": "02", "outcome": "spoke", "with_whom": "provider", "with_name": "Pat Active"})
    do("start-support/", {}, code=200)
    do("measures/", {"measure": "active_lives", "mode": "telephone", "point": 0, "taken_on": "2026-11-02",
                     "answers": {"moderate_minutes": 20, "vigorous_minutes": 0}})  # fmt: skip
    do("measures/", {"measure": "active_lives", "mode": "telephone",
                     "answers": {"moderate_minutes": 90, "vigorous_minutes": 0}})  # fmt: skip
    lonely = {"companionship": 3, "left_out": 2, "isolated": 3, "lonely": "often_or_always"}
    do("measures/", {"measure": "ucla3", "mode": "face_to_face", "answers": lonely})
    do("signposts/", {"service": str(cast.leaflet.pk), "contact_details": "0161 496 0222",
                      "reason": "Wants to read again."})  # fmt: skip
    plan = json.loads(json.dumps(PLAN_OF_ROSE))
    plan["needs"][0]["term"] = str(cast.loneliness.pk)
    do("plan/", plan, method="put", code=200)
    [sent] = client.get(address).json()["onward_referrals"]
    withdrawn = client.post(f"/api/v1/onward-referrals/{sent['reference']}/withdraw/", {"reason": "no_longer_needed"})
    assert withdrawn.status_code == 200, withdrawn.json()
    do("close/", {"outcome": "goals_met", "note": "Rose walks again."}, code=200)
    return address


def nodes_in(group: Mapping[str, Any], where: str = "") -> set[str]:
    """Return the paths of all nodes, groups and items, that a document has."""
    found: set[str] = set()
    for name, value in group.items():
        path = f"{where} > {name}" if where else name
        found.add(path)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and "code" not in each:
                found |= nodes_in(each, path)
    return found


def within(path: str, groups: Iterable[str]) -> bool:
    return any(path == group or path.startswith(f"{group} > ") for group in groups)


def test_with_all_that_can_be_held_it_conforms_and_of_the_rest_each_has_its_reason(whole, as_user, hub_lead):
    document = as_user(hub_lead).get(whole + "dapb4066/").json()
    assert check(document) == []
    filled = nodes_in(document)
    nodes = {node.path for section in standard().values() for node in section.walk()}
    missing = nodes - filled
    highest = {path for path in missing if path.rpartition(" > ")[0] not in missing}
    assert highest == {path for paths in NOT_TOLD.values() for path in paths}


def test_how_many_nodes_of_the_standards_table_are_filled(whole, as_user, hub_lead, table):
    document = as_user(hub_lead).get(whole + "dapb4066/").json()
    filled, told_not = nodes_in(document), [path for paths in NOT_TOLD.values() for path in paths]
    rows = [row["path"] for row in table]
    assert len(told_not) == len(set(told_not))
    assert {path for path in rows if path not in filled} == {path for path in rows if within(path, told_not)}
    mandatory = [row["path"] for row in table if row["mro"] == "M"]
    assert (len(mandatory), [path for path in mandatory if path not in filled]) == (19, [])
    assert (len(rows), len([path for path in rows if path in filled])) == (355, 262)


def test_with_the_mandatory_items_alone_no_mandatory_node_of_the_table_is_missing(
    cast, refer, as_user, mandatory, table
):
    document = as_user(cast.link_worker).get(refer(mandatory) + "dapb4066/").json()
    filled = nodes_in(document)
    missing = [row["path"] for row in table if row["mro"] == "M" and row["path"] not in filled]
    assert missing == ["Problem list > Problem list record entry > Problem"]  # mandatory in a problem, if there is one


def test_the_codes_of_closed_lists_are_those_that_the_table_prints(whole, as_user, hub_lead, table):
    document = as_user(hub_lead).get(whole + "dapb4066/").json()
    printed = {row["path"]: row["valueset"] for row in table}
    [entry] = document["Referral details"]["Referral details record entry"]
    assert entry["Referral method"] in printed[f"{REFERRAL} > Referral method"]


@pytest.mark.parametrize("which", ["whole", "mandatory"])
def test_the_command_says_that_both_conform(which, request, cast, as_user, refer, hub_lead, tmp_path, capsys):
    if which == "whole":
        address, reader = request.getfixturevalue("whole"), hub_lead
    else:
        address, reader = refer(request.getfixturevalue("mandatory")), cast.link_worker
    file = tmp_path / "document.json"
    file.write_text(json.dumps(as_user(reader).get(address + "dapb4066/").json()), encoding="utf-8")
    call_command("check_dapb4066", str(file))
    said = capsys.readouterr().out.splitlines()
    assert (said[-1], [line for line in said if line.startswith("error")]) == ("It conforms to DAPB4066 v1.1.", [])
