"""Pat's walking group meets on Tuesdays: who is on its register, who came, and what is said when it is corrected."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from referrals.models import Attendance, OnwardReferral, RegisterTaken, Session, SupersededAttendance
from services_directory.models import Service
from tests.stage import ROSE

RUTH = replace(ROSE, first_name="Ruth", family_name="Adeyemi", nhs_number="9990000026")
SESSIONS = "/api/v1/sessions/"


@pytest.fixture
def pat(cast, as_user):
    """The provider's client."""
    return as_user(cast.provider)


@pytest.fixture
def rose(onward_at):
    """Rose has started at the walking group, on Monday 2 November."""
    return onward_at("started")


@pytest.fixture
def ruth(onward_at, referral_at):
    """So has Ruth."""
    return onward_at("started", referral=referral_at("active", person=RUTH))


@pytest.fixture
def tuesday(cast, pat, time_machine):
    """The session of Tuesday 3 November, ten o'clock; and it is noon of that day."""
    time_machine.move_to(dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC), tick=False)
    made = pat.post(SESSIONS, session_of(cast.walking))
    assert made.status_code == 201
    return made.json()["sessions"][0]["id"]


def session_of(service, **said):
    return {
        "service": str(service.pk),
        "starts_at": "2026-11-03T10:00:00Z",
        "minutes": 60,
        "place": "Vale Park gate",
    } | said


def register_of(client, session):
    return client.get(f"{SESSIONS}{session}/register/")


def take(client, session, entries, *, drop_ins=0, **headers):
    said = [{"onward_referral": row.reference, "result": result} for row, result in entries]
    body = {"entries": said, "drop_ins": drop_ins}
    return client.put(f"{SESSIONS}{session}/register/", body, headers=headers)


def everything():
    """All that a refused register must leave as it was."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Session, Attendance, SupersededAttendance, RegisterTaken, OnwardReferral)
    ]


# --- Making sessions ------------------------------------------------------------------------------------------------


def test_a_session_each_week_stays_at_ten_by_the_clock_on_the_wall(cast, pat):
    made = pat.post(SESSIONS, session_of(cast.walking, starts_at="2027-03-22T10:00:00Z", weekly_until="2027-04-05"))
    assert made.status_code == 201
    # Summer time begins on 28 March 2027.
    assert [row["starts_at"] for row in made.json()["sessions"]] == [
        "2027-03-22T10:00:00Z", "2027-03-29T10:00:00+01:00", "2027-04-05T10:00:00+01:00",
    ]  # fmt: skip
    assert made.json()["sessions"][0] | {"id": ""} == {
        "id": "", "service": {"id": str(cast.walking.pk), "name": "Walking group"}, "team": "Active team",
        "starts_at": "2027-03-22T10:00:00Z", "minutes": 60, "place": "Vale Park gate", "places": None, "recorded": 0,
        "came": 0, "drop_ins": None, "cancelled_at": None, "cancel_reason": "", "version": 1,
    }  # fmt: skip


def test_sessions_sent_twice_are_made_once(cast, pat):
    said = session_of(cast.walking, weekly_until="2026-11-24")
    assert pat.post(SESSIONS, said).status_code == 201
    again = pat.post(SESSIONS, said)
    assert (again.status_code, again.json()["code"], Session.objects.count()) == (409, "session_exists", 4)


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead", "befriender", "outsider", "manager"])
def test_only_the_team_that_receives_the_services_referrals_makes_its_sessions(who, cast, as_user):
    refused = as_user(getattr(cast, who)).post(SESSIONS, session_of(cast.walking))
    assert (refused.status_code, Session.objects.count()) == (403, 0)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"starts_at": "2026-10-01T10:00:00Z"}, "starts_at"),
        ({"starts_at": "2029-10-01T10:00:00Z"}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"place": "  "}, "place"),
        ({"places": 0}, "places"),
        ({"weekly_until": "2026-11-02"}, "weekly_until"),
        ({"weekly_until": "2028-10-30"}, "weekly_until"),
        ({"leader": "Pat"}, "leader"),
    ],
)
def test_a_session_that_cannot_be_is_not_made(said, field, cast, pat):
    refused = pat.post(SESSIONS, session_of(cast.walking, **said))
    assert (refused.status_code, list(refused.json()["errors"]), Session.objects.count()) == (400, [field], 0)


def test_a_pack_has_no_sessions(cast, pat):
    Service.objects.filter(pk=cast.walking.pk).update(delivery="posted")
    refused = pat.post(SESSIONS, session_of(cast.walking))
    assert (refused.status_code, refused.json()["code"], Session.objects.count()) == (409, "is_a_pack", 0)


def test_a_team_sees_its_own_sessions_in_the_order_of_time(cast, pat, as_user):
    pat.post(SESSIONS, session_of(cast.walking, weekly_until="2026-11-17"))
    as_user(cast.befriender).post(SESSIONS, session_of(cast.visiting))

    def days(**asked):
        return [row["starts_at"][:10] for row in pat.get(SESSIONS, asked).json()["results"]]

    assert days() == ["2026-11-03", "2026-11-10", "2026-11-17"]
    assert days(from_day="2026-11-04", to_day="2026-11-10") == ["2026-11-10"]
    assert days(to_day="9999-12-31", service=str(cast.walking.pk)) == ["2026-11-03", "2026-11-10", "2026-11-17"]
    assert days(service=str(cast.visiting.pk)) == []
    assert as_user(cast.gp).get(SESSIONS).json()["results"] == []


def test_a_session_is_cancelled_for_a_reason_and_its_time_is_free_again(cast, pat, rose, tuesday):
    before = everything()
    assert pat.post(f"{SESSIONS}{tuesday}/cancel/", {}).status_code == 400
    assert everything() == before
    cancelled = pat.post(f"{SESSIONS}{tuesday}/cancel/", {"reason": "weather"}, headers={"If-Match": '"1"'})
    assert (cancelled.status_code, cancelled.json()["cancel_reason"], cancelled.headers["ETag"]) == (
        200, "weather", '"2"',
    )  # fmt: skip
    before = everything()
    for answer, code in (
        (pat.post(f"{SESSIONS}{tuesday}/cancel/", {"reason": "weather"}), "already_cancelled"),
        (take(pat, tuesday, [(rose, "present")]), "session_cancelled"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert everything() == before
    assert pat.post(SESSIONS, session_of(cast.walking)).status_code == 201


def test_a_session_whose_register_is_taken_took_place(pat, rose, tuesday):
    take(pat, tuesday, [(rose, "present")])
    before = everything()
    refused = pat.post(f"{SESSIONS}{tuesday}/cancel/", {"reason": "too_few"})
    assert (refused.status_code, refused.json()["code"]) == (409, "register_taken")
    stale = pat.post(f"{SESSIONS}{tuesday}/cancel/", {"reason": "too_few"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert everything() == before


# --- Taking the register --------------------------------------------------------------------------------------------


def test_on_the_register_is_who_has_started_and_nobody_else(pat, rose, ruth, onward_at, referral_at, tuesday):
    ada = replace(ROSE, first_name="Ada", family_name="Booked", nhs_number="9990000034")
    onward_at("assessment_booked", referral=referral_at("active", person=ada))
    assert register_of(pat, tuesday).json()["people"] == [
        {
            "onward_referral": row.reference, "person": name, "is_paused": False, "is_drop_in": False, "entry": None,
        }
        for row, name in ((ruth, "ADEYEMI, Ruth"), (rose, "OKAFOR, Rose"))
    ]  # fmt: skip


def test_a_register_says_in_one_call_who_came_who_did_not_and_who_is_new(cast, pat, rose, ruth, tuesday, as_user):
    taken = take(pat, tuesday, [(rose, "new"), (ruth, "told_us")], drop_ins=3)
    body = taken.json()
    assert (taken.status_code, taken.headers["ETag"]) == (200, '"2"')
    assert {name: body["session"][name] for name in ("recorded", "came", "drop_ins", "version")} == {
        "recorded": 2, "came": 1, "drop_ins": 3, "version": 2,
    }  # fmt: skip
    assert [(each["person"], each["entry"]["result"]) for each in body["people"]] == [
        ("ADEYEMI, Ruth", "told_us"),
        ("OKAFOR, Rose", "new"),
    ]
    # The link worker and the referrer read it where they always did.
    for who in (cast.link_worker, cast.gp):
        seen = as_user(who).get(f"/api/v1/onward-referrals/{rose.reference}/attendances/").json()["results"]
        assert [(row["session_on"], row["result"], row["recorded_by"]) for row in seen] == [
            ("2026-11-03", "new", "Pat Active")
        ]


def test_a_register_sent_twice_is_taken_once(pat, rose, ruth, tuesday):
    entries = [(rose, "present"), (ruth, "absent")]
    take(pat, tuesday, entries, drop_ins=1, **{"If-Match": '"1"'})
    before = everything()
    # In another order, and with the tag that it had the first time: the answer was lost on its way.
    again = take(pat, tuesday, entries[::-1], drop_ins=1, **{"If-Match": '"1"'})
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert everything() == before


def test_a_correction_keeps_what_was_said_before(pat, cast, rose, ruth, tuesday, time_machine):
    take(pat, tuesday, [(rose, "absent"), (ruth, "present")])
    time_machine.move_to(dt.datetime(2026, 11, 4, 9, tzinfo=dt.UTC), tick=False)
    corrected = take(pat, tuesday, [(rose, "present"), (ruth, "present")], drop_ins=2)
    assert (corrected.status_code, corrected.headers["ETag"]) == (200, '"3"')
    entries = {each["person"]: each["entry"] for each in corrected.json()["people"]}
    assert entries["OKAFOR, Rose"] == {
        "session_on": "2026-11-03", "result": "present", "recorded_by": "Pat Active",
        "recorded_at": "2026-11-04T09:00:00Z",
        "earlier": [{"result": "absent", "recorded_by": "Pat Active", "recorded_at": "2026-11-03T12:00:00Z"}],
    }  # fmt: skip
    assert entries["ADEYEMI, Ruth"]["earlier"] == []
    assert list(RegisterTaken.objects.order_by("number").values_list("number", "drop_ins")) == [(1, 0), (2, 2)]


@pytest.mark.parametrize("model", [SupersededAttendance, RegisterTaken])
def test_what_was_said_before_is_never_changed(model, pat, rose, tuesday):
    take(pat, tuesday, [(rose, "absent")])
    take(pat, tuesday, [(rose, "present")])
    for change in (
        lambda: model.objects.update(recorded_at=dt.datetime.now(dt.UTC)),
        lambda: model.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert model.objects.count() == (1 if model is SupersededAttendance else 2)


def test_a_register_is_taken_whole_or_not_at_all_and_bad_rows_are_named(cast, pat, rose, ruth, onward_at, tuesday):
    elsewhere = onward_at("sent", referral=rose.referral, service=cast.visiting)
    take(pat, tuesday, [(rose, "new")])
    before = everything()
    refused = pat.put(
        f"{SESSIONS}{tuesday}/register/",
        {
            "entries": [
                {"onward_referral": ruth.reference, "result": "present"},
                {"onward_referral": elsewhere.reference, "result": "present"},
                {"onward_referral": ruth.reference, "result": "absent"},
                {"onward_referral": "O-22222-22222", "result": "present"},
            ]
        },
    )
    assert (refused.status_code, refused.json()["errors"]) == (
        400,
        {
            "entries.1": ["Nobody with this reference is expected at this session."],
            "entries.2": ["This person is named twice."],
            "entries.3": ["Nobody with this reference is expected at this session."],
            "entries": [f"Say also what is right of {rose.reference}: an entry is corrected, not taken out."],
        },
    )
    assert everything() == before


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "entries"),
        ({"entries": [{"onward_referral": "O-22222-22222", "result": "late"}]}, "entries.0.result"),
        ({"entries": [], "drop_ins": -1}, "drop_ins"),
        ({"entries": [], "names": ["Ann"]}, "names"),
    ],
)
def test_a_register_that_is_none_is_refused(said, field, pat, tuesday):
    before = everything()
    refused = pat.put(f"{SESSIONS}{tuesday}/register/", said)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert everything() == before


def test_who_came_last_week_is_not_new(cast, pat, rose, tuesday, time_machine):
    take(pat, tuesday, [(rose, "new")])
    time_machine.move_to(dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC), tick=False)
    made = pat.post(SESSIONS, session_of(cast.walking, starts_at="2026-11-10T10:00:00Z"))
    before = everything()
    refused = take(pat, made.json()["sessions"][0]["id"], [(rose, "new")])
    assert refused.json()["errors"] == {"entries.0": ["They have come before: they are present, and not new."]}
    assert everything() == before


def test_who_pauses_is_on_the_register_and_does_not_attend(pat, rose, cast, tuesday, time_machine):
    said = {"reason": "health", "until": "2026-12-01"}
    assert pat.post(f"/api/v1/onward-referrals/{rose.reference}/pause/", said).status_code == 200
    time_machine.move_to(dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC), tick=False)
    made = pat.post(SESSIONS, session_of(cast.walking, starts_at="2026-11-10T10:00:00Z"))
    session = made.json()["sessions"][0]["id"]
    assert [each["is_paused"] for each in register_of(pat, session).json()["people"]] == [True]
    before = everything()
    refused = take(pat, session, [(rose, "present")])
    assert refused.json()["errors"] == {"entries.0": ["They are pausing: resume first."]}
    assert everything() == before
    # Last week's register is not touched by that: the pause began after it.
    assert take(pat, tuesday, [(rose, "present")]).status_code == 200


def test_a_register_is_not_taken_before_the_day(cast, pat, rose, tuesday):
    made = pat.post(SESSIONS, session_of(cast.walking, starts_at="2026-11-04T10:00:00Z"))
    before = everything()
    refused = take(pat, made.json()["sessions"][0]["id"], [(rose, "present")])
    assert (refused.status_code, refused.json()["code"]) == (409, "session_to_come")
    assert everything() == before


def test_whoever_read_an_older_register_reads_it_again(pat, rose, tuesday):
    take(pat, tuesday, [(rose, "present")])
    before = everything()
    assert take(pat, tuesday, [(rose, "absent")], **{"If-Match": '"1"'}).status_code == 412
    assert everything() == before


# --- Dropping in ----------------------------------------------------------------------------------------------------


def test_somebody_of_another_service_of_the_provider_drops_in(cast, pat, rose, onward_at, referral_at, tuesday):
    Service.objects.filter(pk=cast.visiting.pk).update(receiving_team=cast.leisure)
    cast.visiting.refresh_from_db()
    guest = onward_at("started", referral=referral_at("active", person=RUTH), service=cast.visiting)
    assert [each["onward_referral"] for each in register_of(pat, tuesday).json()["people"]] == [rose.reference]
    taken = take(pat, tuesday, [(rose, "present"), (guest, "new")])
    assert [(each["person"], each["is_drop_in"], each["entry"]["result"]) for each in taken.json()["people"]] == [
        ("ADEYEMI, Ruth", True, "new"),
        ("OKAFOR, Rose", False, "present"),
    ]
    assert Attendance.objects.get(onward_referral=guest).session_id == Session.objects.get().pk
    # An entry for that day alone is one of the guest's own service, and another row.
    url = f"/api/v1/onward-referrals/{guest.reference}/attendances/"
    assert pat.post(url, {"session_on": "2026-11-03", "result": "absent"}).status_code == 201
    assert sorted(guest.attendances.values_list("result", flat=True)) == ["absent", "new"]
    assert len(register_of(pat, tuesday).json()["people"]) == 2


def test_somebody_who_has_not_started_does_not_drop_in(cast, pat, onward_at, referral_at, tuesday):
    Service.objects.filter(pk=cast.visiting.pk).update(receiving_team=cast.leisure)
    cast.visiting.refresh_from_db()
    guest = onward_at("accepted", referral=referral_at("active", person=RUTH), service=cast.visiting)
    before = everything()
    refused = take(pat, tuesday, [(guest, "new")])
    assert refused.json()["errors"] == {"entries.0": ["Nobody with this reference is expected at this session."]}
    assert everything() == before


# --- Who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead", "befriender", "outsider", "manager"])
def test_a_register_is_the_providers_alone(who, cast, as_user, rose, tuesday):
    other = as_user(getattr(cast, who))
    before = everything()
    assert register_of(other, tuesday).status_code == 404
    assert take(other, tuesday, [(rose, "present")]).status_code == 404
    assert other.post(f"{SESSIONS}{tuesday}/cancel/", {"reason": "weather"}).status_code == 404
    assert everything() == before


def test_who_withdraws_consent_is_on_no_register(cast, pat, rose, ruth, tuesday, as_user):
    take(pat, tuesday, [(rose, "present"), (ruth, "present")])
    url = f"/api/v1/referrals/{rose.referral.reference}/consents/"
    assert as_user(cast.gp).post(url, {"decision": "withdrawn"}).status_code == 201
    seen = register_of(pat, tuesday)
    assert [each["onward_referral"] for each in seen.json()["people"]] == [ruth.reference]
    assert "Rose" not in seen.content.decode()
    # The figure stays: it names nobody. The rest of the register can still be corrected.
    assert seen.json()["session"]["came"] == 2
    assert take(pat, tuesday, [(ruth, "absent")]).status_code == 200
    assert Attendance.objects.get(onward_referral=rose).result == "present"


def test_one_persons_entry_is_the_sessions_entry(pat, rose, tuesday):
    url = f"/api/v1/onward-referrals/{rose.reference}/attendances/"
    assert pat.post(url, {"session_on": "2026-11-03", "result": "present"}).status_code == 201
    seen = register_of(pat, tuesday)
    assert (seen.headers["ETag"], seen.json()["people"][0]["entry"]["result"]) == ('"2"', "present")
    take(pat, tuesday, [(rose, "absent")])
    assert [(row.result, row.session_id is not None) for row in Attendance.objects.all()] == [("absent", True)]


def test_with_two_sessions_on_a_day_the_register_of_one_is_taken(cast, pat, rose, tuesday):
    pat.post(SESSIONS, session_of(cast.walking, starts_at="2026-11-03T11:30:00Z"))
    before = everything()
    url = f"/api/v1/onward-referrals/{rose.reference}/attendances/"
    refused = pat.post(url, {"session_on": "2026-11-03", "result": "present"})
    assert (refused.status_code, refused.json()["code"]) == (409, "several_sessions")
    assert everything() == before


def test_many_people_and_sessions_cost_no_more_queries_than_one(cast, pat, rose, onward_at, referral_at, tuesday):
    def queries(ask):
        ask()  # the client's user learns its roles with the first request
        with CaptureQueriesContext(connection) as asked:
            assert ask().status_code == 200
        return len(asked)

    take(pat, tuesday, [(rose, "absent")])
    take(pat, tuesday, [(rose, "present")])
    asks = (lambda: register_of(pat, tuesday), lambda: pat.get(SESSIONS))
    alone = [queries(ask) for ask in asks]
    others = []
    for number, nhs_number in enumerate(("9990000026", "9990000034", "9990000042")):
        person = replace(ROSE, first_name=f"Ann{number}", family_name=f"Other{number}", nhs_number=nhs_number)
        others.append(onward_at("started", referral=referral_at("active", person=person)))
    take(pat, tuesday, [(rose, "present"), *[(other, "absent") for other in others]])
    take(pat, tuesday, [(rose, "present"), *[(other, "present") for other in others]])
    pat.post(SESSIONS, session_of(cast.walking, starts_at="2026-11-04T10:00:00Z", weekly_until="2026-12-02"))
    assert [queries(ask) for ask in asks] == alone
    assert len(register_of(pat, tuesday).json()["people"]) == 4


def test_a_register_of_many_costs_no_more_queries_than_one_of_two(cast, pat, rose, onward_at, referral_at, tuesday):
    others = []
    for number, nhs_number in enumerate(("9990000026", "9990000034", "9990000042")):
        person = replace(ROSE, first_name=f"Ann{number}", family_name=f"Other{number}", nhs_number=nhs_number)
        others.append(onward_at("started", referral=referral_at("active", person=person)))

    def cost(entries):
        with CaptureQueriesContext(connection) as asked:
            assert take(pat, tuesday, entries).status_code == 200
        return len(asked)

    # Each time one is corrected, and some are new
    take(pat, tuesday, [(rose, "absent")])
    of_two = cost([(rose, "present"), (others[0], "absent")])
    of_four = cost([(rose, "present"), (others[0], "present"), (others[1], "absent"), (others[2], "present")])
    assert of_four == of_two
