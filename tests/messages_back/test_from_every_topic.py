"""What the closing message tells of contacts, signposts, measures and the plan, as the team recorded them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.models import MessageBack
from tests.messages_back.reading import newest, take

ONS4 = {"measure": "ons4", "mode": "telephone", "point": 0, "taken_on": "2026-11-02",
        "answers": {"life_satisfaction": 4, "worthwhile": 6, "happiness": 5, "anxiety": 8}}  # fmt: skip
LATER = ONS4 | {"point": 13, "taken_on": "2026-11-03",
                "answers": {"life_satisfaction": 7, "worthwhile": 6, "happiness": 3, "anxiety": 2}}  # fmt: skip
MOST_QUERIES_OF_A_CLOSING = 60
"""With the locks, the event, the message back of all topics, and the answer."""
PLAN = {
    "needs": [
        {
            "words": "Is lonely",
            "goals": [
                {
                    "in_own_words": "I want tea with somebody.", "status": "partly_achieved",
                    "outcome": "Every Friday.",
                    "actions": [
                        {"what": "Look at her hearing aid", "who": "referrer", "due_on": "2026-11-20"},
                        {"what": "Renew her bus pass", "who": "referrer", "status": "done"},
                        {"what": "Ring the choir", "who": "person"},
                    ],
                },
                {"in_own_words": "I want to fly.", "is_archived": True},
            ],
        }
    ],
    "agreement": {"with_whom": "person"},
}  # fmt: skip


@pytest.fixture
def closed(cast, referral_at, as_user):
    """Rose was rung in vain, then reached; told of the choir; ONS4 was taken twice; a plan was made; it is closed."""
    referral = referral_at("active")
    client, url = as_user(cast.link_worker), f"/api/v1/referrals/{referral.reference}/"
    tried = {
        "mechanism": "02",
        "outcome": "no_answer",
        "note": "The line crackles.",
        "occurred_at": "2026-11-03T08:00Z",
    }
    for path, said in (
        ("contacts/", tried),
        ("contacts/", {"mechanism": "01", "outcome": "spoke", "note": "Her brother drinks."}),
        ("signposts/", {"name": "The choir", "contact_details": "0161 496 0222", "reason": "Sings"}),
        ("measures/", ONS4),
        ("measures/", LATER),
    ):
        answer = client.post(url + path, said)
        assert answer.status_code == 201, (path, answer.json())
    assert client.put(f"{url}plan/", PLAN).status_code in {200, 201}
    take(client, referral, "close", {"outcome": "goals_partly_met"})
    return referral


def test_it_tells_what_was_tried_measured_agreed_and_asked(cast, closed, as_user):
    document = newest(as_user(cast.gp), closed)
    assert document["plan"]["no_action_needed"] is False
    assert document["plan"]["requested_actions"] == [{"what": "Look at her hearing aid", "due_on": "2026-11-20"}]
    assert document["contacts"] == [
        {"on": "2026-11-03", "way": "Telephone", "with_whom": "The person", "was_reached": False},
        {"on": "2026-11-03", "way": "Face to face", "with_whom": "The person", "was_reached": True},
    ]
    assert document["signposts"] == [{"on": "2026-11-03", "to": "The choir", "reason": "Sings"}]
    assert document["goals"] == [
        {"goal": "I want tea with somebody.", "outcome": "Partly achieved. Every Friday"}
    ]  # fmt: skip
    lines = document["clinical_summary"]["scores"]
    assert {(line["first_on"], line["latest_on"]) for line in lines} == {("2026-11-02", "2026-11-03")}
    assert [(line["measure"], line["first"], line["latest"], line["meaning"]) for line in lines] == [
        ("ONS4: Life satisfaction", "4 (low)", "7 (high)", "3 higher: better"),
        ("ONS4: Things done are worthwhile", "6 (medium)", "6 (medium)", "No change"),
        ("ONS4: Happy yesterday", "5 (medium)", "3 (low)", "2 lower: worse"),
        ("ONS4: Anxious yesterday", "8 (high)", "2 (low)", "6 lower: better"),
    ]
    assert document["assessments"] == [
        {
            "on": "2026-11-02", "what": "ONS4: personal wellbeing",
            "result": "Life satisfaction: 4 (low); Things done are worthwhile: 6 (medium); "
            "Happy yesterday: 5 (medium); Anxious yesterday: 8 (high)",
        },
        {
            "on": "2026-11-03", "what": "ONS4: personal wellbeing",
            "result": "Life satisfaction: 7 (high); Things done are worthwhile: 6 (medium); Happy yesterday: 3 (low); "
            "Anxious yesterday: 2 (low)",
        },
    ]  # fmt: skip


def test_no_note_and_nobodys_telephone_is_in_any_form(cast, closed, as_user):
    client = as_user(cast.gp)
    row = MessageBack.objects.filter(kind="closing").get()
    url = f"/api/v1/referrals/{closed.reference}/messages-back/{row.reference}/"
    for form in ("json", "html"):
        text = client.get(f"{url}?format={form}").content.decode()
        assert [word for word in ("crackles", "brother", "I want to fly", "0161 496 0222") if word in text] == []
        assert "Look at her hearing aid" in text
    assert client.get(f"{url}?format=pdf").content.startswith(b"%PDF")


def test_who_holds_it_back_has_none_of_it_told(cast, referral_at, as_user):
    referral = referral_at("active")
    client, url = as_user(cast.link_worker), f"/api/v1/referrals/{referral.reference}/"
    held = {"decision": "refused", "purpose": "full_message_back", "how_given": "by_telephone"}
    assert client.post(f"{url}consents/", held).status_code == 201
    assert client.post(f"{url}measures/", ONS4).status_code == 201
    take(client, referral, "close", {"outcome": "goals_met"})
    document = newest(as_user(cast.gp), referral)
    assert set(document) & {"plan", "clinical_summary", "contacts", "assessments", "goals"} == set()
    assert [code["code"] for code in document["codes"]] == ["871731000000106"]


def test_closing_a_case_takes_as_many_queries_with_much_in_it_as_with_little(cast, referral_at, onward_at, as_user):
    client = as_user(cast.link_worker)

    def close_with(size):
        """Close a case that holds so many of everything that the message tells, and return the queries."""
        referral = referral_at("active")
        url = f"/api/v1/referrals/{referral.reference}/"
        for number in range(size):
            onward_at("declined", referral=referral)
            said = [
                ("contacts/", {"mechanism": "02", "outcome": "no_answer"}),
                ("contacts/", {"mechanism": "01", "outcome": "spoke"}),
                ("notes/", {"text": "She sings.", "is_shared": True}),
                ("signposts/", {"name": f"Choir {number}"}),
                ("measures/", ONS4 | {"point": 4 * number}),
                ("risks/", {"description": f"A dog, number {number}"}),
            ]
            for path, each in said:
                answer = client.post(url + path, each)
                assert answer.status_code == 201, (path, answer.json())
        assert client.put(f"{url}plan/", PLAN).status_code in {200, 201}
        with CaptureQueriesContext(connection) as asked:
            take(client, referral, "close", {"outcome": "goals_partly_met"})
        return [query["sql"] for query in asked]

    little, much = close_with(1), close_with(5)
    assert len(much) == len(little), set(much) - set(little)
    assert len(little) <= MOST_QUERIES_OF_A_CLOSING
