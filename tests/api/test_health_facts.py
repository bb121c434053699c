"""What is known of a person's health is recorded on the referral, added to and never changed, and seen by few."""

import pytest
from django.db import DatabaseError, connection, transaction

from notifications.models import OutboxMessage
from referrals.models import Clearance, Observation, Referral, ReferralEvent


def url(referral, what="observations"):
    return f"/api/v1/referrals/{referral.reference}/{what}/"


READING = {"code": "blood_pressure", "value": "180", "second_value": "100", "observed_on": "2026-11-02"}
CLEARED = {
    "code": "blood_pressure", "is_cleared": True, "professional_name": "Dr Amara Shah", "professional_role": "GP",
    "decided_on": "2026-11-03",
}  # fmt: skip


def record(client, referral, *given, **headers):
    return client.post(url(referral), {"observations": list(given)}, headers=headers)


def everything():
    return (
        Observation.objects.count(), Clearance.objects.count(), ReferralEvent.objects.count(),
        OutboxMessage.objects.count(), list(Referral.objects.order_by("id").values("version", "chain_hash")),
    )  # fmt: skip


# --- Recording ----------------------------------------------------------------------------------------------------


def test_a_link_worker_records_a_reading_and_reads_it_back(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    answer = record(client, referral, READING | {"note": "Taken twice."})
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"4"')
    expected = {
        "code": "blood_pressure",
        "question": "What is the person's resting blood pressure, both values?",
        "answer": "given",
        "value": 180.0,
        "second_value": 100.0,
        "unit": "mmHg",
        "choice": "",
        "occurred": "",
        "observed_on": "2026-11-02",
        "note": "Taken twice.",
        "recorded_by": "Lou Marsh",
        "recorded_at": answer.json()["observations"][0]["recorded_at"],
    }
    assert expected["recorded_at"].startswith("2026-11-03T09:30")
    assert answer.json() == {"observations": [expected]}
    assert client.get(url(referral)).json()["results"] == [expected | {"counts": True}]


def test_of_each_question_the_latest_observed_counts_and_the_others_stay(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    for value, day in ((150, "2026-11-02"), (165, "2026-10-01"), (155, "2026-11-02")):
        assert record(client, referral, READING | {"value": value, "observed_on": day}).status_code == 201
    record(client, referral, {"code": "asthma", "answer": "no"})
    listed = client.get(url(referral)).json()["results"]
    assert [(row["code"], row["value"], row["counts"]) for row in listed] == [
        ("asthma", None, True), ("blood_pressure", 155.0, True), ("blood_pressure", 165.0, False),
        ("blood_pressure", 150.0, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"code": "asthma", "answer": "yes"}, ("yes", "", "")),
        ({"code": "asthma", "answer": "unknown"}, ("unknown", "", "")),
        ({"code": "cardiac_event", "answer": "yes", "occurred": "2026-08"}, ("yes", "2026-08", "")),
        ({"code": "cardiac_event", "answer": "yes"}, ("yes", "", "")),
        ({"code": "bmi", "answer": "unknown"}, ("unknown", "", "")),
        ({"code": "gender", "choice": "non_binary"}, ("given", "", "non_binary")),
        ({"code": "blood_pressure", "value": 150}, ("given", "", "")),
    ],
)
def test_each_sort_of_answer_is_taken(cast, referral_at, as_user, given, stored):
    referral = referral_at("submitted")
    assert record(as_user(cast.gp), referral, given).status_code == 201
    row = Observation.objects.get()
    assert (row.answer, row.occurred, row.choice) == stored


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": "asthma"}, "answer"),
        ({"code": "asthma", "answer": "given"}, "answer"),
        ({"code": "asthma", "answer": "yes", "value": 3}, "value"),
        ({"code": "asthma", "answer": "yes", "occurred": "2026"}, "occurred"),
        ({"code": "bmi"}, "value"),
        ({"code": "bmi", "answer": "yes"}, "value"),
        ({"code": "bmi", "value": 31, "answer": "unknown"}, "answer"),
        ({"code": "bmi", "value": 3100}, "value"),
        ({"code": "bmi", "value": 31, "second_value": 3}, "second_value"),
        ({"code": "blood_pressure", "value": 100, "second_value": 180}, "value"),
        ({"code": "blood_pressure", "value": 810, "second_value": 100}, "value"),
        ({"code": "gender", "choice": "pigeon"}, "choice"),
        ({"code": "cardiac_event", "answer": "no", "occurred": "2026"}, "occurred"),
        ({"code": "cardiac_event", "answer": "yes", "occurred": "last May"}, "occurred"),
        ({"code": "cardiac_event", "answer": "yes", "occurred": "2026-11-04"}, "occurred"),
        ({"code": "cardiac_event", "answer": "yes", "occurred": "1950"}, "occurred"),
        ({"code": "asthma", "answer": "no", "observed_on": "2026-11-04"}, "observed_on"),
        ({"code": "asthma", "answer": "no", "observed_on": "1951-03-26"}, "observed_on"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_and_nothing_of_it_is_recorded(cast, referral_at, as_user, given, field):
    referral = referral_at("active")
    before = everything()
    answer = record(as_user(cast.link_worker), referral, {"code": "smoker", "answer": "no"}, given)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [f"observations.1.{field}"])
    assert everything() == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"observations": []},
        {"observations": [{"code": "horoscope", "answer": "yes"}]},
        {"observations": [{"code": "asthma", "answer": "perhaps"}]},
        {"observations": [{"code": "bmi", "value": "NaN"}]},
        {"observations": [{"code": "asthma", "answer": "yes", "severity": "bad"}]},
        {"observations": [{"code": "asthma", "answer": "yes"}, {"code": "asthma", "answer": "no"}]},
        {"observations": [{"code": "asthma", "answer": "yes"}], "more": 1},
        [],
    ],
)
def test_what_is_badly_formed_is_refused(cast, referral_at, as_user, body):
    referral = referral_at("active")
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral), body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert everything() == before


def test_a_decision_names_the_professional_and_can_be_for_one_service(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    answer = client.post(url(referral, "clearances"), CLEARED | {"service": str(cast.scheme.pk), "note": "By letter."})
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"4"')
    assert answer.json() == {
        "code": "blood_pressure",
        "is_cleared": True,
        "professional_name": "Dr Amara Shah",
        "professional_role": "GP",
        "decided_on": "2026-11-03",
        "service": {"id": str(cast.scheme.pk), "name": "Exercise on referral"},
        "note": "By letter.",
        "recorded_by": "Lou Marsh",
        "recorded_at": answer.json()["recorded_at"],
    }
    assert answer.json()["recorded_at"].startswith("2026-11-03T09:30")
    assert client.get(url(referral, "clearances")).json()["results"] == [answer.json()]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"code": "horoscope"}, 400, "code"),
        ({"professional_name": " "}, 400, "professional_name"),
        ({"professional_role": ""}, 400, "professional_role"),
        ({"decided_on": "2026-11-04"}, 400, "decided_on"),
        ({"service": "00000000-0000-0000-0000-000000000001"}, 404, None),
    ],
)
def test_a_decision_of_nobody_or_about_nothing_is_refused(cast, referral_at, as_user, change, code, field):
    referral = referral_at("active")
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral, "clearances"), CLEARED | change)
    assert answer.status_code == code
    assert list(answer.json().get("errors", [])) == ([field] if field else [])
    assert everything() == before


# --- Who, and when ------------------------------------------------------------------------------------------------

MAY = {"gp": 201, "link_worker": 201, "lead": 201}
PEOPLE = ["gp", "link_worker", "lead", "discharge_nurse", "provider", "befriender", "hub_worker",
          "neighbouring_link_worker", "manager", "editor", "outsider"]  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_the_referrer_and_the_team_that_supports_record_and_read_and_for_others_it_does_not_exist(
    cast, onward_at, as_user, who
):
    referral = onward_at("started").referral  # with the provider, who has the person's consent
    before = everything()
    client = as_user(getattr(cast, who))
    codes = [
        record(client, referral, READING).status_code,
        client.post(url(referral, "clearances"), CLEARED).status_code,
    ]
    reads = [client.get(url(referral, what)).status_code for what in ("observations", "clearances")]
    expected = MAY.get(who, 404)
    assert codes == [expected] * 2
    assert reads == [200 if expected == 201 else 404] * 2
    assert (everything() == before) is (expected == 404)


def test_nobody_reads_it_without_signing_in(referral_at, client):
    referral = referral_at("active")
    assert [client.get(url(referral, what)).status_code for what in ("observations", "clearances")] == [401, 401]


@pytest.mark.parametrize("status", ["draft", "deferred", "submitted", "information_requested", "accepted", "on_hold"])
def test_it_can_be_recorded_as_long_as_the_referral_is_open(cast, referral_at, as_user, status):
    referral = referral_at(status)
    client = as_user(cast.gp)
    assert record(client, referral, READING).status_code == 201
    assert client.post(url(referral, "clearances"), CLEARED).status_code == 201
    actions = client.get(f"/api/v1/referrals/{referral.reference}/").json()["available_actions"]
    assert {"record_observations", "record_clearance"} <= set(actions)


@pytest.mark.parametrize("status", ["closed", "rejected", "withdrawn", "entered_in_error", "redirected"])
def test_nothing_more_is_recorded_when_it_has_ended(cast, referral_at, as_user, status):
    referral = referral_at(status)
    before = everything()
    client = as_user(cast.gp)
    for answer in (record(client, referral, READING), client.post(url(referral, "clearances"), CLEARED)):
        assert (answer.status_code, answer.json()["code"]) == (409, "referral_ended")
    assert everything() == before
    actions = client.get(f"/api/v1/referrals/{referral.reference}/").json()["available_actions"]
    assert {"record_observations", "record_clearance"} & set(actions) == set()


def test_a_stale_page_records_nothing(cast, referral_at, as_user):
    referral = referral_at("active")
    before = everything()
    client = as_user(cast.link_worker)
    stale = {"If-Match": '"2"'}
    for answer in (
        record(client, referral, READING, **stale),
        client.post(url(referral, "clearances"), CLEARED, headers=stale),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert everything() == before
    assert record(client, referral, READING, **{"If-Match": '"3"'}).status_code == 201


# --- What is left behind ------------------------------------------------------------------------------------------


def test_the_timeline_says_that_something_was_recorded_and_nothing_of_what(cast, referral_at, as_user):
    referral = referral_at("active")
    messages = OutboxMessage.objects.count()
    client = as_user(cast.link_worker)
    record(client, referral, READING, {"code": "asthma", "answer": "yes"})
    client.post(url(referral, "clearances"), CLEARED)
    events = ReferralEvent.objects.filter(referral=referral).order_by("-sequence")[:2]
    assert [(event.kind, event.details, event.note) for event in events] == [
        ("clearance_recorded", {"is_cleared": True}, ""),
        ("observations_recorded", {"count": 2}, ""),
    ]
    written = "".join(event.hashed_text for event in events)
    assert [word for word in ("value", "blood", "asthma", "Shah") if word in written] == []
    assert OutboxMessage.objects.count() == messages


def test_a_team_that_a_referral_is_passed_on_to_knows_what_was_known(cast, referral_at, as_user):
    referral = referral_at("submitted")
    record(as_user(cast.gp), referral, READING)
    as_user(cast.gp).post(url(referral, "clearances"), CLEARED)
    as_user(cast.link_worker).post(
        f"/api/v1/referrals/{referral.reference}/redirect/",
        {"reason": "out_of_area", "to_team": str(cast.neighbouring_team.pk)},
    )
    arrived = Referral.objects.get(redirected_from=referral)
    client = as_user(cast.neighbouring_link_worker)
    (reading,) = client.get(url(arrived)).json()["results"]
    (decision,) = client.get(url(arrived, "clearances")).json()["results"]
    assert (reading["value"], reading["recorded_by"], reading["observed_on"]) == (180.0, "Gita Gill", "2026-11-02")
    assert (decision["professional_name"], decision["recorded_by"]) == ("Dr Amara Shah", "Gita Gill")
    assert Observation.objects.filter(referral=referral).count() == 1


@pytest.mark.parametrize(
    ("model", "trigger"), [(Observation, "observation_no_truncate"), (Clearance, "clearance_no_truncate")]
)
def test_what_was_known_can_be_neither_changed_nor_removed(cast, referral_at, as_user, model, trigger):
    referral = referral_at("active")
    record(as_user(cast.link_worker), referral, READING)
    as_user(cast.link_worker).post(url(referral, "clearances"), CLEARED)
    table = model._meta.db_table
    before = list(model.objects.values())
    for statements in (
        [f"UPDATE {table} SET note = 'otherwise'"],  # noqa: S608 -- a table of ours
        [f"DELETE FROM {table}"],  # noqa: S608
        [
            "SET CONSTRAINTS ALL IMMEDIATE",
            f"ALTER TABLE {table} ENABLE TRIGGER {trigger}",
            f"TRUNCATE {table} CASCADE",
        ],
    ):
        with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    assert list(model.objects.values()) == before


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"answer": "perhaps"}, "observation_answer_known|observation_given_has_its_value"),
        ({"answer": "given"}, "observation_given_has_its_value"),
        ({"answer": "yes", "value": 3}, "observation_given_has_its_value"),
        ({"answer": "no", "occurred": "2026"}, "observation_occurred_is_a_date"),
        ({"answer": "yes", "occurred": "May"}, "observation_occurred_is_a_date"),
    ],
)
def test_the_database_refuses_an_answer_that_is_none(cast, referral_at, now, change, constraint):
    referral = referral_at("active")
    with refused(constraint), transaction.atomic():
        Observation.objects.create(
            referral=referral, code="asthma", observed_on=now.date(), recorded_by=cast.gp, recorded_at=now, **change
        )


def refused(match):
    return pytest.raises(DatabaseError, match=match)


@pytest.mark.parametrize("what", ["observations", "clearances"])
def test_a_list_costs_as_many_queries_for_three_rows_as_for_one(
    cast, referral_at, as_user, what, django_assert_max_num_queries
):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    for number in range(3):
        record(client, referral, READING | {"value": 150 + number})
        client.post(url(referral, "clearances"), CLEARED | {"service": str(cast.scheme.pk)})
    with django_assert_max_num_queries(4):
        assert len(client.get(url(referral, what)).json()["results"]) == 3
