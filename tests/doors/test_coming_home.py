"""A person is referred from hospital, waits, comes home, goes back in, and comes home again."""

import datetime as dt

import pytest

from notifications.models import OutboxMessage
from referrals.enums import EventKind
from referrals.models import Discharge, Observation, Referral, TeamPolicy
from referrals.selectors import facts_for
from referrals.services.onward import expire_unanswered
from referrals.tasks import chase_discharges

URL = "/api/v1/referrals/"


@pytest.fixture(autouse=True)
def _it_is_monday_morning(time_machine, now):
    time_machine.move_to(now, tick=False)


@pytest.fixture
def body(cast):
    """What the discharge team sends on Monday 2 November: Rose goes home on Friday."""
    return {
        "person": {
            "first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27", "gp_practice_code": "Z90001",
        },
        "team": str(cast.team.pk),
        "reason": "Afraid of falling again.",
        "no_known_risks": True,
        "consent": {"decision": "given"},
        "discharge": {
            "planned_on": "2026-11-06",
            "ward": "B4",
            "pathway": 1,
            "destination": "own_home",
            "reason_for_stay": "A fall",
            "package_of_care": "Carer each morning for six weeks",
            "mobility_and_equipment": "Frame; rails are being fitted",
            "falls_history": "Two this year",
            "home_access": "Key safe",
            "carer": "Her daughter at weekends",
            "key_contact": "Discharge desk, 0161 496 0222",
            "events": [{"code": "stroke", "occurred": "2026-10-20"}],
        },
    }  # fmt: skip


def put(client, reference, **changes):
    return client.put(f"{URL}{reference}/discharge/", {"planned_on": "2026-11-06", "ward": "B4"} | changes)


def moved(time_machine, day, hour=9):
    time_machine.move_to(dt.datetime(2026, 11, day, hour, tzinfo=dt.UTC), tick=False)


def owed(template):
    return list(OutboxMessage.objects.filter(template=template).values_list("recipient", flat=True))


def test_what_the_hospital_says_is_held_and_what_happened_is_seen_by_the_rules(cast, body, as_user):
    answer = as_user(cast.discharge_nurse).post(URL, body)
    said = answer.json()
    assert (answer.status_code, said["status"], said["source"]) == (201, "deferred", "hospital")
    assert (said["planned_discharge_on"], said["next_action_on"]) == ("2026-11-06", "2026-11-09")
    assert said["discharge"] == {
        "trust_ods_code": "RZZ", "ward": "B4", "pathway": 1, "destination": "own_home", "reason_for_stay": "A fall",
        "package_of_care": "Carer each morning for six weeks",
        "mobility_and_equipment": "Frame; rails are being fitted", "falls_history": "Two this year",
        "home_access": "Key safe", "carer": "Her daughter at weekends",
        "key_contact": "Discharge desk, 0161 496 0222", "start_no_earlier_than": None,
    }  # fmt: skip
    stroke = facts_for(cast.link_worker, said["reference"]).answers["stroke"]
    assert stroke.occurred is not None
    assert (stroke.answer, stroke.occurred.text) == ("yes", "2026-10-20")
    kinds = list(Referral.objects.get().events.order_by("sequence").values_list("kind", "details"))
    assert ("observations_recorded", {"count": 1}) in kinds
    assert "edit_discharge" in said["available_actions"]
    assert OutboxMessage.objects.count() == 0  # nobody is to act before she is home


BAD = [
    ({"trust_ods_code": "R1"}, "discharge.trust_ods_code"),
    ({"pathway": 4}, "discharge.pathway"),
    ({"destination": "the moon"}, "discharge.destination"),
    ({"events": [{"code": "age", "occurred": "2026"}]}, "discharge.events.0.code"),
    ({"events": [{"code": "stroke", "occurred": "2027-01-01"}]}, "discharge.events.0.occurred"),
    ({"start_no_earlier_than": "2036-01-01"}, "discharge.start_no_earlier_than"),
    ({"wardd": "B4"}, "discharge.wardd"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(change, field, cast, body, as_user):
    answer = as_user(cast.discharge_nurse).post(URL, body | {"discharge": body["discharge"] | change})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert (Referral.objects.count(), Discharge.objects.count(), Observation.objects.count()) == (0, 0, 0)


def test_the_discharge_team_moves_the_day_while_she_waits(cast, body, as_user):
    nurse = as_user(cast.discharge_nurse)
    reference = nurse.post(URL, body).json()["reference"]
    answer = put(nurse, reference, planned_on="2026-11-11", ward="C1", events=body["discharge"]["events"])
    said = answer.json()
    assert (answer.status_code, said["status"]) == (200, "deferred")
    assert (said["planned_discharge_on"], said["next_action_on"]) == ("2026-11-11", "2026-11-12")
    assert (said["discharge"]["ward"], said["discharge"]["carer"]) == ("C1", "")
    event = Referral.objects.get().events.order_by("-sequence")[0]
    assert (event.kind, event.details) == (
        EventKind.DISCHARGE_EDITED, {"planned_on": "2026-11-11", "was": "2026-11-06"},
    )  # fmt: skip
    assert Observation.objects.count() == 1  # the stroke was known

    assert put(nurse, reference, planned_on="2026-11-01").json()["errors"].keys() == {"discharge.planned_on"}
    stale = nurse.put(f"{URL}{reference}/discharge/", {"planned_on": "2026-11-12"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert put(as_user(cast.provider), reference).status_code == 404
    nurse.post(f"{URL}{reference}/withdraw/", {"reason": "moved"})
    late = put(nurse, reference)
    assert (late.status_code, late.json()["code"]) == (409, "not_deferred")


def test_she_comes_home_and_is_contacted_within_the_short_window(cast, body, as_user, time_machine):
    TeamPolicy.objects.create(team=cast.team, triage_working_days=5, first_contact_working_days=10)
    reference = as_user(cast.discharge_nurse).post(URL, body).json()["reference"]
    moved(time_machine, 6, 15)
    answer = as_user(cast.discharge_nurse).post(f"{URL}{reference}/confirm-discharge/", {"discharged_on": "2026-11-06"})
    assert (answer.json()["status"], answer.json()["next_action_on"]) == ("submitted", "2026-11-10")
    assert owed("referral_arrived") == [cast.team.inbox_email]
    accepted = as_user(cast.link_worker).post(f"{URL}{reference}/accept/", {})
    assert accepted.json()["next_action_on"] == "2026-11-10"  # two working days after Friday, not ten


def test_nothing_begins_before_the_day_that_the_hospital_named(cast, body, as_user, time_machine):
    body["discharge"] |= {"start_no_earlier_than": "2026-11-27"}
    reference = as_user(cast.discharge_nurse).post(URL, body).json()["reference"]
    moved(time_machine, 6, 15)
    worker = as_user(cast.link_worker)
    answer = worker.post(f"{URL}{reference}/confirm-discharge/", {"discharged_on": "2026-11-06"})
    assert answer.json()["next_action_on"] == "2026-11-27"
    assert worker.post(f"{URL}{reference}/accept/", {}).json()["next_action_on"] == "2026-11-27"
    sent = worker.post(f"{URL}{reference}/onward-referrals/", {"service": str(cast.walking.pk)}).json()["reference"]
    provider, onward = as_user(cast.provider), f"/api/v1/onward-referrals/{sent}"
    assert provider.post(f"{onward}/accept/", {}).status_code == 200
    early = provider.post(f"{onward}/book-assessment/", {"assessment_at": "2026-11-26T10:00:00Z"})
    assert (early.status_code, early.json()["errors"]) == (
        400, {"assessment_at": ["Nothing begins before 27 November 2026: the hospital has asked for that."]},
    )  # fmt: skip
    assert provider.post(f"{onward}/book-assessment/", {"assessment_at": "2026-11-27T10:00:00Z"}).status_code == 200


def test_a_planned_day_that_passes_without_a_word_is_asked_about(cast, body, as_user, time_machine):
    reference = as_user(cast.discharge_nurse).post(URL, body).json()["reference"]
    moved(time_machine, 6)
    chase_discharges()
    assert owed("discharge_unconfirmed") == []  # it is today
    moved(time_machine, 9)
    chase_discharges()
    chase_discharges()
    assert owed("discharge_unconfirmed") == [cast.discharge_nurse.email]
    referral = Referral.objects.get(reference=reference)
    assert (referral.status, referral.next_action_on) == ("deferred", dt.date(2026, 11, 11))
    moved(time_machine, 11)
    chase_discharges()
    assert len(owed("discharge_unconfirmed")) == 2
    as_user(cast.discharge_nurse).post(f"{URL}{reference}/confirm-discharge/", {"discharged_on": "2026-11-10"})
    moved(time_machine, 20)
    chase_discharges()
    assert len(owed("discharge_unconfirmed")) == 2


@pytest.fixture
def at_home(cast, body, as_user, time_machine, now):
    """Rose is home and supported; walking has taken her on, visiting has not answered yet."""
    nurse, worker, provider = as_user(cast.discharge_nurse), as_user(cast.link_worker), as_user(cast.provider)
    reference = nurse.post(URL, body).json()["reference"]
    moved(time_machine, 6)
    nurse.post(f"{URL}{reference}/confirm-discharge/", {"discharged_on": "2026-11-06"})
    for step in ("accept", "start-support"):
        worker.post(f"{URL}{reference}/{step}/", {})
    for service in (cast.walking, cast.visiting):
        answer = worker.post(f"{URL}{reference}/onward-referrals/", {"service": str(service.pk)})
        assert answer.status_code == 201, answer.json()
    referral = Referral.objects.get(reference=reference)
    walking = referral.onward_referrals.get(service=cast.walking).reference
    provider.post(f"/api/v1/onward-referrals/{walking}/accept/", {})
    provider.post(f"/api/v1/onward-referrals/{walking}/book-assessment/", {"assessment_at": "2026-11-06T10:00:00Z"})
    assert provider.post(f"/api/v1/onward-referrals/{walking}/start/", {}).status_code == 200
    OutboxMessage.objects.all().delete()
    moved(time_machine, 12)
    return referral


def offers(referral):
    return dict(referral.onward_referrals.order_by("id").values_list("service__name", "status"))


@pytest.mark.parametrize("who", ["discharge_nurse", "link_worker"])
def test_a_readmission_holds_and_does_not_close(who, cast, at_home, as_user, time_machine):
    """What runs is paused, what waits for an answer waits without expiring, and home again it goes on."""
    client, at = as_user(getattr(cast, who)), f"{URL}{at_home.reference}"
    answer = client.post(f"{at}/record-readmission/", {})
    assert (answer.status_code, answer.json()["status"], answer.json()["next_action_on"]) == (
        200, "on_hold", "2026-11-19",
    )  # fmt: skip
    assert answer.json()["discharged_on"] is None
    event = at_home.events.filter(onward_referral=None).order_by("-sequence")[0]
    assert (event.kind, event.reason) == ("record_readmission", "in_hospital")
    assert offers(at_home) == {"Walking group": "paused", "Visiting": "sent"}
    assert sorted(owed("onward_held")) == sorted([cast.leisure.inbox_email, cast.befriending.inbox_email])
    assert owed("referral_held") == [cast.link_worker.email]

    moved(time_machine, 30)  # longer than a provider has to answer
    assert expire_unanswered(at=dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)) == 0
    resumed = as_user(cast.link_worker).post(f"{at}/resume/", {})
    assert (resumed.status_code, resumed.json()["code"]) == (409, "in_hospital")
    early = client.post(f"{at}/confirm-discharge-again/", {"discharged_on": "2026-11-06"})
    assert (early.status_code, list(early.json()["errors"])) == (400, ["discharged_on"])

    home = client.post(f"{at}/confirm-discharge-again/", {"discharged_on": "2026-11-28"})
    assert (home.status_code, home.json()["status"], home.json()["discharged_on"]) == (200, "accepted", "2026-11-28")
    assert home.json()["next_action_on"] == "2026-12-02"  # two working days after the Saturday
    visiting = at_home.onward_referrals.get(service=cast.visiting)
    assert (visiting.status, visiting.next_action_on) == ("sent", dt.date(2026, 12, 14))
    assert sorted(owed("onward_back")) == sorted([cast.leisure.inbox_email, cast.befriending.inbox_email])
    walking = at_home.onward_referrals.get(service=cast.walking).reference
    again = as_user(cast.provider).post(f"/api/v1/onward-referrals/{walking}/resume/", {})
    assert (again.status_code, again.json()["status"]) == (200, "started")
    agreed = as_user(cast.link_worker).post(f"{at}/start-support/", {})
    assert agreed.json()["status"] == "active"
    assert list(at_home.events.exclude(snomed_code="").values_list("snomed_code", flat=True)) == ["871731000000106"]


def test_a_person_readmitted_before_support_began_has_not_agreed_yet(cast, body, as_user, time_machine):
    reference = as_user(cast.gp).post(URL, body | {"discharge": None}).json()["reference"]
    worker, at = as_user(cast.link_worker), f"{URL}{reference}"
    worker.post(f"{at}/accept/", {})
    until = worker.post(f"{at}/record-readmission/", {"until": "2026-11-16", "note": "Her son rang."})
    assert until.json()["next_action_on"] == "2026-11-16"
    moved(time_machine, 4)
    home = worker.post(f"{at}/confirm-discharge-again/", {"discharged_on": "2026-11-04"})
    assert (home.json()["status"], home.json()["next_action_on"]) == ("accepted", "2026-11-06")
    assert not Referral.objects.get().events.exclude(snomed_code="").exists()


def test_who_is_away_for_another_reason_is_not_discharged(cast, referral_at, as_user):
    referral = referral_at("active")
    worker, at = as_user(cast.link_worker), f"{URL}{referral.reference}"
    worker.post(f"{at}/hold/", {"reason": "away", "until": "2026-11-20"})
    answer = worker.post(f"{at}/confirm-discharge-again/", {"discharged_on": "2026-11-02"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_hospital")
    assert worker.post(f"{at}/resume/", {}).json()["status"] == "active"


def test_a_redirected_referral_takes_the_discharge_along(cast, body, as_user, time_machine):
    reference = as_user(cast.discharge_nurse).post(URL, body).json()["reference"]
    moved(time_machine, 6)
    worker = as_user(cast.link_worker)
    worker.post(f"{URL}{reference}/confirm-discharge/", {"discharged_on": "2026-11-06"})
    answer = worker.post(
        f"{URL}{reference}/redirect/", {"reason": "out_of_area", "to_team": str(cast.neighbouring_team.pk)}
    )
    later = as_user(cast.neighbouring_link_worker).get(f"{URL}{answer.json()['redirected_to']}/").json()
    assert (later["source"], later["discharge"]["ward"], later["referrer"]["name"]) == ("hospital", "B4", "Dean Nurse")


def test_a_draft_says_something_else_when_it_is_written_again(cast, body, as_user):
    nurse = as_user(cast.discharge_nurse)
    draft = body | {"draft": True}
    reference = nurse.post(URL, draft).json()["reference"]
    changed = nurse.put(f"{URL}{reference}/", draft | {"discharge": draft["discharge"] | {"ward": "C1"}})
    assert (changed.status_code, changed.json()["discharge"]["ward"], Observation.objects.count()) == (200, "C1", 1)
    gone = nurse.put(f"{URL}{reference}/", draft | {"discharge": None})
    assert (gone.status_code, gone.json()["discharge"]) == (200, None)


def test_services_are_judged_as_of_the_day_that_the_hospital_named(cast, body, as_user):
    """A class for adults, and somebody who comes of age before the day on which anything may begin."""
    cast.walking.minimum_age = 18
    cast.walking.save()
    body["person"] |= {"date_of_birth": "2008-11-20", "is_new": True}
    nurse = as_user(cast.discharge_nurse)

    def verdict(**said):
        reference = nurse.post(URL, body | {"discharge": body["discharge"] | said, "send_anyway": True}).json()[
            "reference"
        ]
        answer = nurse.get(f"/api/v1/services/{cast.walking.pk}/?for_referral={reference}").json()
        return answer["suitability"]["verdict"], answer["suitability"]["eligible_from"]

    assert verdict() == ("eligible_from", "2026-11-20")
    assert verdict(start_no_earlier_than="2026-11-27") == ("no_rules", None)  # the age is no obstacle by then
