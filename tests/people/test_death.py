"""A person has died: everything that runs ends at once, nobody is written to, and nobody refers them again."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import transaction

from notifications import services as notifications
from notifications.models import OutboxMessage
from referrals.enums import ContactChannel
from referrals.models import OnwardReferral, Person, PersonChange, Referral, ReferralEvent
from referrals.reaching import may_contact
from tests import stage

OPEN = ["draft", "deferred", "submitted", "information_requested", "accepted", "active", "on_hold"]


@pytest.fixture(autouse=True)
def _today(time_machine, now):
    time_machine.move_to(now + dt.timedelta(days=3), tick=False)


def post(client, referral, step, body):
    return client.post(f"/api/v1/referrals/{referral.reference}/{step}/", body)


def state():
    return (
        list(Person.objects.order_by("pk").values()), list(Referral.objects.order_by("pk").values()),
        ReferralEvent.objects.count(), OutboxMessage.objects.count(), PersonChange.objects.count(),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_rose_has_died_and_all_that_runs_for_her_ends(now, as_user):
    cast = stage.build_cast()
    active = stage.referral_at(cast, "active", at=now)
    walking = stage.onward_at(cast, "started", at=now, referral=active)
    next_door = stage.created(cast, at=now, team_id=cast.neighbouring_team.pk)
    draft = stage.referral_at(cast, "draft", at=now)
    closed = stage.referral_at(cast, "closed", at=now)
    other = stage.created(
        cast, at=now, person=replace(stage.ROSE, first_name="Ruth", nhs_number="9990000026", is_new=True)
    )
    with transaction.atomic():
        for reference, recipient in (
            (active.reference, "rose@home.example"), (other.reference, "rose@home.example"),
            (active.reference, "daughter@home.example"),
        ):  # fmt: skip
            notifications.enqueue(
                event_key=f"test:{reference}:{recipient}", recipient=recipient, template="referral_back",
                context={"reference": reference}, at=now,
            )  # fmt: skip
    Referral.objects.filter(pk=closed.pk).update(email="rose@home.example")
    OutboxMessage.objects.exclude(recipient__endswith="home.example").update(status="sent", sent_at=now)

    answer = post(as_user(cast.link_worker), active, "record-death", {"died_on": "2026-11-04", "note": "Her son rang."})
    assert (answer.status_code, answer.json()["status"], answer.json()["outcome"]) == (200, "closed", "deceased")

    ended = Referral.objects.filter(pk__in=[active.pk, next_door.pk, draft.pk]).order_by("pk")
    assert {(row.status, row.outcome, row.next_action_on) for row in ended} == {("closed", "deceased", None)}
    assert Referral.objects.open().exclude(pk=other.pk).count() == 0
    row = OnwardReferral.objects.get(pk=walking.pk)
    event = row.events.latest("sequence")
    assert (row.status, row.next_action_on, event.kind, event.reason) == ("withdrawn", None, "withdraw", "deceased")
    closed = Referral.objects.get(pk=closed.pk)
    assert (closed.outcome, closed.events.filter(kind="record_death").count()) == (
        "goals_met",
        0,
    )  # it had ended before
    person = Person.objects.get(pk=active.person_id)
    assert (person.is_deceased, person.died_on) == (True, dt.date(2026, 11, 4))
    # What was said of it here, the other team does not read.
    assert list(next_door.events.filter(kind="record_death").values_list("note", flat=True)) == [""]

    told = OutboxMessage.objects.filter(status="pending").exclude(recipient__endswith="home.example")
    assert sorted(told.values_list("template", "recipient")) == sorted([
        ("onward_withdrawn", cast.leisure.inbox_email),
        ("referral_ended", cast.gp.email), ("referral_ended", cast.link_worker.email),
        ("referral_ended", cast.gp.email), ("referral_ended", cast.neighbouring_team.inbox_email),
    ])  # fmt: skip
    owed = OutboxMessage.objects.filter(recipient__endswith="home.example").order_by("event_key")
    assert {(row.recipient, row.context["reference"]): row.status for row in owed} == {
        ("rose@home.example", active.reference): "stopped",
        ("rose@home.example", other.reference): "pending",  # another person at the same address
        ("daughter@home.example", active.reference): "pending",
    }
    other = Referral.objects.get(pk=other.pk)
    assert other.status == "submitted"


def test_who_has_died_is_not_referred_reopened_or_written_to(cast, as_user, referral_at):
    referral = referral_at("active")
    Referral.objects.filter(pk=referral.pk).update(may_email="yes")
    assert post(as_user(cast.lead), referral, "record-death", {}).status_code == 200
    before = state()
    again = as_user(cast.gp).post("/api/v1/referrals/", {
        "person": {"first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
                   "gp_practice_code": "Z90001", "nhs_number": "9990000018"},
        "team": str(cast.team.pk), "reason": "Lonely.", "no_known_risks": True, "send_anyway": True,
    })  # fmt: skip
    reopened = post(as_user(cast.lead), referral, "reopen", {"reason": "person_came_back"})
    assert [(answer.status_code, answer.json()["code"]) for answer in (again, reopened)] == [
        (409, "person_deceased"), (409, "person_deceased"),
    ]  # fmt: skip
    assert state() == before
    assert not may_contact(Referral.objects.get(pk=referral.pk), ContactChannel.EMAIL)


def test_a_mistake_is_undone_by_a_lead_and_what_ended_may_be_reopened(cast, as_user, referral_at):
    referral = referral_at("active")
    post(as_user(cast.gp), referral, "record-death", {})
    before = state()
    said = {"note": "It was her sister."}
    for who, code in ((cast.gp, 403), (cast.link_worker, 403), (cast.provider, 404), (cast.outsider, 404)):
        assert post(as_user(who), referral, "undo-death", said).status_code == code
    assert state() == before
    lead = as_user(cast.lead)
    undone = post(lead, referral, "undo-death", said)
    assert (undone.status_code, undone.json()["status"]) == (200, "closed")
    assert list(PersonChange.objects.order_by("id").values_list("kind", flat=True)) == [
        "death_recorded", "death_undone",
    ]  # fmt: skip
    assert referral.events.latest("sequence").kind == "death_undone"
    assert post(lead, referral, "undo-death", said).json()["code"] == "not_recorded_as_deceased"
    reopened = post(lead, referral, "reopen", {"reason": "closed_by_mistake"})
    assert (reopened.status_code, reopened.json()["status"]) == (200, "active")


@pytest.mark.parametrize("status", OPEN)
def test_the_referrer_records_it_wherever_the_referral_stands(status, cast, as_user, referral_at):
    referral = referral_at(status)
    answer = post(as_user(cast.gp), referral, "record-death", {})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "deceased")


@pytest.mark.parametrize("day", ["2026-11-06", "1950-01-01", "2021-11-01"])
def test_a_day_that_cannot_be_right_changes_nothing(day, cast, as_user, referral_at):
    referral = referral_at("active")
    before = state()
    answer = post(as_user(cast.lead), referral, "record-death", {"died_on": day})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["died_on"])
    assert state() == before
