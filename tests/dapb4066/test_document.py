"""One referral as a document: with every item that is held here, and with the mandatory ones only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.dapb4066.conformance import check
from referrals.dapb4066.source import pieces

MISSING_OF_THE_MINIMUM_DATASET = [
    "Person demographics > Gender",
    "Person demographics > Ethnicity",
    "Person demographics > NHS number",
    "Person demographics > Person's address",
    "Person demographics > Person's contact details",
    "Person demographics > Sexual Orientation",
    "Individual requirements",
    "Safeguarding",
    "Consent",
]


def test_with_the_mandatory_items_only_it_conforms(cast, as_user, refer, mandatory):
    document = as_user(cast.link_worker).get(refer(mandatory) + "dapb4066/").json()
    assert document == {
        "Person demographics": {
            "Person name": {
                "Person first name": ["Ivo"],
                "Person family name": ["Marsh"],
                "Person full name": "Ivo Marsh",
            },
            "Date of birth": "1960-02-29",
            "NHS number status indicator": "03",
        },
        "GP practice": {
            "GP practice record entry": [
                {"GP practice details": "No known GP practice", "GP practice identifier": "V81997"}
            ]
        },
        "Referral details": {
            "Referral details record entry": [
                {
                    "Date": "2026-11-03T09:30+00:00",
                    "Referrer details": {
                        "Name": "Gita Gill",
                        "Team": "Vale Practice",
                        "Service": {"Free text": "Vale Practice"},
                        "Organisation": {"Coded value": "Z90001", "Free text": "Vale Practice"},
                        "Contact details": "gita.gill@work.example",
                    },
                    "Referral method": "Secure Messaging",
                    "Referral to": {
                        "Team": "Vale link workers",
                        "Organisation": {"Free text": "Town Network"},
                        "Contact details": "vale-link-workers@inbox.example",
                    },
                    "Return response to": "vale-practice@inbox.example",
                }
            ]
        },
        "Presenting complaints or issues": {
            "Presenting complaint or issue": [{"Free text": "Wants to be more active."}]
        },
        "Risks": {"Risks record entry": [{"Risk": {"Free text": "No known risks"}}]},
    }
    findings = check(document)
    assert [(finding.path, finding.rule, finding.is_error) for finding in findings] == [
        (path, "must have", False) for path in MISSING_OF_THE_MINIMUM_DATASET
    ]


def test_a_draft_is_told_too_and_the_check_says_what_it_lacks(cast, as_user, mandatory):
    client = as_user(cast.gp)
    draft = {**mandatory, "draft": True, "no_known_risks": False}
    made = client.post("/api/v1/referrals/", draft).json()
    document = client.get(f"/api/v1/referrals/{made['reference']}/dapb4066/").json()
    assert [str(finding) for finding in check(document) if finding.is_error] == [
        "error: Risks: mandatory: It is mandatory, and missing."
    ]


def test_nothing_of_a_long_reason_is_lost(cast, as_user, refer, mandatory):
    words = [f"word{number}" for number in range(300)]
    mandatory["reason"] = " ".join(words)
    mandatory["no_known_risks"], mandatory["risks"] = False, [" ".join(words[:60])]
    document = as_user(cast.link_worker).get(refer(mandatory) + "dapb4066/").json()
    said = [
        entry["Free text"] for entry in document["Presenting complaints or issues"]["Presenting complaint or issue"]
    ]
    assert " ".join(said).replace(" …", "").split() == words
    risks = [entry["Risk"]["Free text"] for entry in document["Risks"]["Risks record entry"]]
    assert " ".join(risks).replace(" …", "").split() == words[:60]
    assert not any(finding.is_error for finding in check(document))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("short", ["short"]),
        ("one two three four", ["one two …", "three …", "four"]),
        ("abcdefghijklmnop", ["abcdefgh …", "ijklmnop"]),
    ],
)
def test_a_text_is_cut_between_words(text, expected):
    assert pieces(text, 10) == expected


@pytest.mark.parametrize(
    ("expected_on", "is_told"),
    [("2026-12-24", True), ("2026-10-20", True), ("2026-10-19", False), (None, True)],
)
def test_a_pregnancy_is_told_while_it_lasts(cast, as_user, refer, mandatory, expected_on, is_told):
    mandatory["record"] = {"is_pregnant": True, "expected_delivery_on": expected_on}
    document = as_user(cast.link_worker).get(refer(mandatory) + "dapb4066/").json()
    assert ("Pregnancy status" in document) == is_told


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("gp", 200), ("link_worker", 200), ("lead", 200), ("neighbouring_link_worker", 404), ("provider", 404),
        ("befriender", 404), ("hub_worker", 404), ("manager", 404), ("editor", 404), ("outsider", 404),
        ("discharge_nurse", 404),
    ],
)  # fmt: skip
def test_those_who_see_the_referral_see_its_document(cast, as_user, onward_at, who, code):
    referral = onward_at("started").referral
    answer = as_user(getattr(cast, who)).get(f"/api/v1/referrals/{referral.reference}/dapb4066/")
    assert answer.status_code == code


def test_a_fuller_record_takes_no_more_queries(cast, as_user, refer, everything, mandatory):
    client = as_user(cast.link_worker)
    counts = []
    mandatory["record"] = {"entries": everything["record"]["entries"][:1]}
    mandatory["consent"] = everything["consent"]
    for body in (mandatory, everything):
        address = refer(body)
        client.get(address)  # whose memberships are read once
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address + "dapb4066/")
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1  # the terms of the needs


def test_the_team_that_a_referral_is_passed_to_has_its_record_and_where_it_came_from(cast, as_user, refer, everything):
    address = refer(everything)
    moved = as_user(cast.link_worker).post(
        address + "redirect/", {"reason": "out_of_area", "to_team": str(cast.neighbouring_team.pk)}
    )
    assert moved.status_code == 200
    earlier = as_user(cast.link_worker).get(address + "dapb4066/").json()
    document = (
        as_user(cast.neighbouring_link_worker)
        .get(f"/api/v1/referrals/{moved.json()['redirected_to']}/dapb4066/")
        .json()
    )
    details = document.pop("Referral details")["Referral details record entry"]
    assert [entry["Referral to"]["Team"] for entry in details] == ["Hill link workers", "Vale link workers"]
    earlier.pop("Referral details")
    assert document == earlier
