"""What is known of the person is written in versions, and risks are ended and not deleted."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.models import OutboxMessage
from referrals.models import RecordEntry, RecordVersion, Referral, ReferralEvent, Risk
from tests.dapb4066.conftest import RECORD

NOTHING_YET = {
    "number": 0, "preferred_name": "", "title": "", "name_suffix": "", "alias": "", "pronouns": "", "gender": "",
    "ethnic_category": "", "relevant_contacts": "", "gp_name": "", "gp_practice_name": "", "supported_by": "",
    "is_pregnant": False, "expected_delivery_on": None, "entries": [], "recorded_by": "", "recorded_at": None,
}  # fmt: skip


def address(referral, what="record"):
    return f"/api/v1/referrals/{referral.reference}/{what}/"


def state():
    return (
        RecordVersion.objects.count(), RecordEntry.objects.count(), ReferralEvent.objects.count(),
        OutboxMessage.objects.count(), list(Risk.objects.order_by("id").values()),
        list(Referral.objects.order_by("id").values("version", "chain_hash")),
    )  # fmt: skip


# --- The record ---------------------------------------------------------------------------------------------------


def test_a_referral_sent_with_a_record_shows_it_as_it_was_given(cast, as_user, refer, everything):
    answer = as_user(cast.link_worker).get(refer(everything) + "record/")
    shown = answer.json()
    entries = [{"text": "", "comment": "", "started_on": None, "ended_on": None} | entry for entry in RECORD["entries"]]
    assert shown == {
        **RECORD, "entries": entries, "number": 1, "recorded_by": "Gita Gill", "recorded_at": "2026-11-03T09:30:00Z",
    }  # fmt: skip


def test_lou_writes_it_anew_and_what_the_gp_wrote_stays_readable(cast, as_user, refer, everything):
    base = refer(everything)
    client = as_user(cast.link_worker)
    assert client.get(base + "record/").headers["ETag"] == '"1"'
    new: dict[str, Any] = {
        "preferred_name": "Rosie O",
        "gender": "X",
        "entries": [{"section": "occupation", "text": "Retired."}],
    }
    answer = client.put(base + "record/", new, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    entry: dict[str, Any] = {"code": "", "display": "", "comment": "", "started_on": None, "ended_on": None} | new[
        "entries"
    ][0]
    expected: dict[str, Any] = NOTHING_YET | new | {"entries": [entry], "number": 2, "recorded_by": "Lou Marsh"}
    assert answer.json() == expected | {"recorded_at": "2026-11-03T09:30:00Z"}
    versions = client.get(base + "record/versions/").json()["results"]
    assert [(row["number"], row["preferred_name"], row["recorded_by"], len(row["entries"])) for row in versions] == [
        (2, "Rosie O", "Lou Marsh", 1), (1, "Rosie", "Gita Gill", len(RECORD["entries"])),
    ]  # fmt: skip
    # The timeline says that it happened, and nothing of it.
    event = ReferralEvent.objects.order_by("-id")[0]
    assert (event.kind, event.details, event.note, event.reason) == ("record_written", {"number": 2}, "", "")
    assert "Rosie" not in str(list(OutboxMessage.objects.values()))


def test_where_nothing_is_written_the_record_is_empty(cast, as_user, referral_at):
    assert as_user(cast.gp).get(address(referral_at("submitted"))).json() == NOTHING_YET


def test_a_draft_that_is_changed_without_a_record_keeps_it(cast, as_user, mandatory):
    client = as_user(cast.gp)
    made = client.post("/api/v1/referrals/", {**mandatory, "draft": True, "record": {"title": "Mr"}}).json()
    base = f"/api/v1/referrals/{made['reference']}/"
    assert client.put(base, {**mandatory, "draft": True}).status_code == 200
    assert client.get(base + "record/").json()["title"] == "Mr"
    assert client.put(base, {**mandatory, "draft": True, "record": {"title": "Dr"}}).status_code == 200
    assert client.put(base + "record/", {"title": "Prof"}).status_code == 200
    assert [row["title"] for row in client.get(base + "record/versions/").json()["results"]] == ["Prof", "Dr", "Mr"]


@pytest.mark.parametrize(
    ("status", "who", "code"),
    [
        ("draft", "gp", 200), ("draft", "link_worker", 404), ("draft", "outsider", 404),
        ("submitted", "gp", 409), ("submitted", "link_worker", 200), ("submitted", "lead", 200),
        ("submitted", "provider", 404), ("submitted", "outsider", 404), ("submitted", "manager", 404),
        ("active", "gp", 409), ("active", "link_worker", 200), ("on_hold", "lead", 200),
        ("deferred", "link_worker", 200), ("closed", "link_worker", 409), ("closed", "gp", 409),
        ("rejected", "lead", 409), ("withdrawn", "link_worker", 409), ("redirected", "lead", 409),
    ],
)  # fmt: skip
def test_who_may_write_it_and_when(cast, as_user, referral_at, status, who, code):
    referral = referral_at(status)
    client = as_user(getattr(cast, who))
    before = state()
    answer = client.put(address(referral), {"title": "Mrs"})
    assert answer.status_code == code
    assert (state() == before) == (code != 200)
    shown = client.get(f"/api/v1/referrals/{referral.reference}/")
    if shown.status_code == 200:
        assert ("write_record" in shown.json()["available_actions"]) == (code == 200)


def test_what_was_decided_on_an_older_page_is_refused(cast, as_user, referral_at):
    referral = referral_at("active")
    before = state()
    answer = as_user(cast.link_worker).put(address(referral), {"title": "Mrs"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, state()) == (412, before)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"sex": "1"}, ["sex"]),
        ({"photograph": "x"}, ["photograph"]),
        ({"gender": "M"}, ["gender"]),
        ({"ethnic_category": "98"}, ["ethnic_category"]),
        ({"title": "x" * 36}, ["title"]),
        ({"expected_delivery_on": "2027-01-01"}, ["expected_delivery_on"]),
        ({"is_pregnant": True, "expected_delivery_on": "2028-01-01"}, ["expected_delivery_on"]),
        ({"entries": [{"section": "shoe_size", "text": "9"}]}, ["entries.0.section"]),
        ({"entries": [{"section": "religion", "text": "none"}]}, ["entries.0.text"]),
        ({"entries": [{"section": "religion"}]}, ["entries.0.code"]),
        ({"entries": [{"section": "religion", "code": "12345"}]}, ["entries.0.code"]),
        ({"entries": [{"section": "religion", "code": "871731000000107"}]}, ["entries.0.code"]),
        ({"entries": [{"section": "access", "text": "Key safe", "code": "219006"}]}, ["entries.0.code"]),
        ({"entries": [{"section": "access", "text": "Key safe", "display": "safe"}]}, ["entries.0.display"]),
        ({"entries": [{"section": "access", "text": " "}]}, ["entries.0.text"]),
        ({"entries": [{"section": "access", "text": "x" * 151}]}, ["entries.0.text"]),
        ({"entries": [{"section": "access", "text": "x", "comment": "y"}]}, ["entries.0.comment"]),
        ({"entries": [{"section": "access", "text": "x", "started_on": "2026-01-01"}]}, ["entries.0.started_on"]),
        ({"entries": [{"section": "access", "text": "x"}, {"section": "access", "text": "y"}]}, ["entries.1.section"]),
        ({"entries": [{"section": "problem", "text": "x", "started_on": "1951-03-26"}]}, ["entries.0.started_on"]),
        (
            {"entries": [{"section": "problem", "text": "x", "started_on": "2026-02-01", "ended_on": "2026-01-01"}]},
            ["entries.0.ended_on"],
        ),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(cast, as_user, referral_at, wrong, fields):
    referral = referral_at("active")
    before = state()
    answer = as_user(cast.link_worker).put(address(referral), wrong)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, fields)
    assert state() == before


def test_a_referral_with_a_wrong_record_is_not_made(cast, as_user, everything):
    everything["record"]["entries"].append({"section": "religion", "code": "219006"})
    everything["record"]["risks"].append({"comment": "says nothing"})
    answer = as_user(cast.gp).post("/api/v1/referrals/", everything)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["record.risks.1.description"]
    everything["record"]["risks"].pop()
    answer = as_user(cast.gp).post("/api/v1/referrals/", everything)
    assert list(answer.json()["errors"]) == [f"record.entries.{len(RECORD['entries'])}.section"]
    assert Referral.objects.count() == 0


def test_versions_take_the_same_queries_however_many_there_are(cast, as_user, refer, everything):
    base = refer(everything)
    client = as_user(cast.link_worker)
    client.get(base)  # whose memberships are read once
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(base + "record/versions/")
        counts.append(len(queries))
        for title in ("Ms", "Mrs", "Miss"):
            client.put(base + "record/", {"title": title, "entries": [{"section": "access", "text": "x"}]})
    assert counts[0] == counts[1]


def test_the_database_keeps_every_version(cast, as_user, refer, everything):
    refer(everything)
    for statement in (
        "UPDATE referrals_recordversion SET title = 'Dr'", "DELETE FROM referrals_recordversion",
        "UPDATE referrals_recordentry SET text = 'x'", "DELETE FROM referrals_recordentry",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_provider_is_shown_nothing_of_it(cast, as_user, onward_at):
    onward = onward_at("started")
    before = as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").json()
    client = as_user(cast.link_worker)
    assert client.put(address(onward.referral), RECORD).status_code == 200
    after = as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").json()
    assert after == before | {"version": after["version"]}


# --- Risks --------------------------------------------------------------------------------------------------------


def test_a_risk_is_recorded_ended_and_stays_readable(cast, as_user, referral_at):
    referral = referral_at("active")  # its GP said that none was known
    client = as_user(cast.link_worker)
    url = address(referral, "risks")
    given = {
        "description": "May fall on stairs.", "code": "871691000000100", "display": "made-up risk",
        "comment": "Two falls.", "started_on": "2026-04-01",
    }  # fmt: skip
    made = client.post(url, given)
    assert made.status_code == 201
    expected = given | {"id": made.json()["id"], "is_none_known": False, "ended_on": None}
    assert (made.json(), made.headers["ETag"]) == (expected, '"4"')
    rows = client.get(url).json()["results"]
    assert [(row["is_none_known"], row["description"], row["ended_on"]) for row in rows] == [
        (True, "", "2026-11-03"), (False, "May fall on stairs.", None),
    ]  # fmt: skip
    whole = f"/api/v1/referrals/{referral.reference}/"
    assert client.get(whole).json()["risks"] == [{"is_none_known": False, "description": "May fall on stairs."}]

    ended = client.post(f"{url}{made.json()['id']}/end/", {"ended_on": "2026-11-01"})
    assert (ended.status_code, ended.json()) == (200, expected | {"ended_on": "2026-11-01"})
    assert client.get(whole).json()["risks"] == [{"is_none_known": True, "description": ""}]
    rows = client.get(url).json()["results"]
    assert [(row["is_none_known"], row["ended_on"]) for row in rows] == [
        (True, "2026-11-03"), (False, "2026-11-01"), (True, None),
    ]  # fmt: skip
    events = ReferralEvent.objects.filter(referral=referral).order_by("-sequence")[:2]
    assert [(event.kind, event.details, event.note) for event in events] == [
        ("risk_ended", {}, ""), ("risk_recorded", {}, ""),
    ]  # fmt: skip


def test_the_provider_reads_a_risk_that_holds_and_none_that_has_ended(cast, as_user, onward_at):
    onward = onward_at("started")
    client = as_user(cast.link_worker)
    url = address(onward.referral, "risks")
    number = client.post(url, {"description": "A dog.", "comment": "It bites."}).json()["id"]

    def shown():
        return as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").json()["risks"]

    assert shown() == [{"is_none_known": False, "description": "A dog."}]
    client.post(f"{url}{number}/end/", {})
    assert shown() == [{"is_none_known": True, "description": ""}]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "description"),
        ({"comment": "Two falls."}, "description"),
        ({"description": "x", "code": "12345678"}, "code"),
        ({"description": "x", "display": "at risk"}, "display"),
        ({"description": "x", "started_on": "2026-11-04"}, "started_on"),
        ({"description": "x", "started_on": "1951-03-26"}, "started_on"),
        ({"description": "x", "ended_on": "2026-11-01"}, "ended_on"),
    ],
)
def test_a_risk_that_cannot_be_right_is_refused(cast, as_user, referral_at, wrong, field):
    referral = referral_at("active")
    before = state()
    answer = as_user(cast.link_worker).post(address(referral, "risks"), wrong)
    assert (answer.status_code, list(answer.json()["errors"]), state()) == (400, [field], before)


@pytest.mark.parametrize(
    ("ended_on", "code"), [("2026-03-31", 400), ("2026-11-04", 400), ("2026-04-01", 200), (None, 200)]
)
def test_a_risk_ends_once_on_a_day_that_can_be(cast, as_user, referral_at, ended_on, code):
    referral = referral_at("active", no_known_risks=False, risks=("A dog.",))
    client = as_user(cast.gp)
    url = address(referral, "risks")
    number = client.post(url, {"description": "Falls.", "started_on": "2026-04-01"}).json()["id"]
    assert client.post(f"{url}{number}/end/", {"ended_on": ended_on}).status_code == code
    if code == 200:
        before = state()
        assert client.post(f"{url}{number}/end/", {}).status_code == 409
        assert state() == before


def test_who_may_not_record_a_risk(cast, as_user, referral_at):
    closed, active = referral_at("closed"), referral_at("active")
    number = active.risks.get().pk
    before = state()
    for who, referral, code in (("link_worker", closed, 409), ("provider", active, 404), ("outsider", active, 404)):
        client = as_user(getattr(cast, who))
        assert client.post(address(referral, "risks"), {"description": "x"}).status_code == code
        assert client.post(f"{address(active, 'risks')}{number}/end/", {}).status_code == 404
    assert state() == before  # a statement that none is known is not ended by itself either


def test_the_database_keeps_a_risk_once_its_referral_was_sent(cast, referral_at):
    referral_at("active")
    for statement in (
        "UPDATE referrals_risk SET comment = 'x'", "DELETE FROM referrals_risk",
        "UPDATE referrals_risk SET is_none_known = false, description = 'x', ended_on = '2026-11-01'",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="risk"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- Needs --------------------------------------------------------------------------------------------------------


def test_a_need_has_its_code_beside_our_own_term(cast, as_user, refer, everything):
    document = as_user(cast.link_worker).get(refer(everything) + "dapb4066/").json()
    _, need, _ = document["Presenting complaints or issues"]["Presenting complaint or issue"]
    assert need == {
        "Coded value": {"code": "413350009", "display": "made-up need"},
        "Free text": "Loneliness and isolation: misses company",
    }


@pytest.mark.parametrize(("wrong", "field"), [({"code": "413350008"}, "code"), ({"display": "x"}, "display")])
def test_a_need_with_a_wrong_code_is_refused(cast, as_user, mandatory, wrong, field):
    mandatory["needs"] = [{"term": str(cast.loneliness.pk), **wrong}]
    answer = as_user(cast.gp).post("/api/v1/referrals/", mandatory)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [f"needs.0.{field}"])
    assert Referral.objects.count() == 0
