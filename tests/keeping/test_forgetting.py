"""When its time is over a referral is proposed to be forgotten, a lead decides, and what is forgotten is gone for good,
while every figure and every event stays.
"""

import datetime as dt
import hashlib
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team
from accounts.services import register_user
from core.errors import Conflict, NotPermitted
from insights.models import UptakeCount
from insights.services import count_uptake
from notifications import bounces
from notifications.models import OutboxMessage
from notifications.services import enqueue
from referrals.enums import EventKind
from referrals.models import (
    Clearance,
    Consent,
    Observation,
    OnwardReferral,
    Person,
    Referral,
    ReferralEvent,
    RetentionProposal,
    RetentionRule,
    Risk,
)
from referrals.services import events
from referrals.services.events import seal_of, text_to_hash
from referrals.services.health import ObservationDetails, record_observations
from referrals.services.referrals import allocate_referral, edit_draft, take_referral_step
from referrals.services.retention import forget, keep_longer, propose_forgetting
from referrals.services.steps import StepDetails
from referrals.tasks import propose_forgetting as nightly
from tests.stage import content_for, fresh

URL = "/api/v1/retention-proposals/"
YEARS = dt.timedelta(days=2922)
MARKERS = ("Rose", "Okafor", "9990000018", "0161 496 0111", "SK5 8BS", "misses company", "Prefers mornings", "frame")
"""What was written of Rose, in any column."""


def everything_written():
    """Return all that stands in the tables of the referrals, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'referrals_%' ORDER BY 1")
        written = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(line::text, ' '), '') FROM {table} AS line")  # noqa: S608
            written.append(cursor.fetchone()[0])
    return " ".join(written)


@pytest.fixture
def ended(cast, onward_at, referral_at, now):
    """Rose asked, was answered, was sent walking, came back, and was closed a month later."""
    referral = referral_at("information_requested")
    lou, gita = Actor(fresh(cast.link_worker)), Actor(fresh(cast.gp))
    said = StepDetails(note="She uses a frame.")
    take_referral_step(
        referral=referral, step="provide_information", actor=gita, at=now + dt.timedelta(hours=2), details=said
    )
    for hours, step in ((3, "accept"), (4, "start_support")):
        take_referral_step(referral=referral, step=step, actor=lou, at=now + dt.timedelta(hours=hours))
    reading = ObservationDetails(code="blood_pressure", value=Decimal(150), second_value=Decimal(90))
    record_observations(referral=referral, actor=lou, at=now + dt.timedelta(hours=4), observations=[reading])
    onward_at("completed", referral=Referral.objects.get(pk=referral.pk))
    closed_at = now + dt.timedelta(days=30)
    closing = StepDetails(outcome="goals_met", note="Rose Okafor walks twice a week.")
    take_referral_step(referral=referral, step="close", actor=lou, at=closed_at, details=closing)
    return Referral.objects.get(pk=referral.pk)


@pytest.fixture
def proposal(ended):
    assert propose_forgetting(at=ended.ended_at + YEARS + dt.timedelta(days=1)) == 1
    return RetentionProposal.objects.get()


# --- Proposing ------------------------------------------------------------------------------------------------------


def test_a_referral_is_proposed_the_day_after_its_time_and_once(ended):
    over = ended.ended_at + YEARS
    assert propose_forgetting(at=over) == 0
    assert propose_forgetting(at=over + dt.timedelta(seconds=1)) == 1
    assert propose_forgetting(at=over + dt.timedelta(days=1)) == 0
    proposal = RetentionProposal.objects.get()
    assert (proposal.referral, proposal.kind, proposal.decision) == (ended, "supported", "")
    assert proposal.due_on == (ended.ended_at + YEARS).date()


@pytest.mark.parametrize(
    ("status", "kind", "days"),
    [
        ("closed", "supported", 2922),
        ("rejected", "not_taken_on", 730),
        ("withdrawn", "not_taken_on", 730),
        ("entered_in_error", "not_taken_on", 730),
        ("redirected", "not_taken_on", 730),
    ],
)
def test_each_kind_is_kept_for_its_own_time(status, kind, days, referral_at):
    referral = referral_at(status)
    over = referral.ended_at + dt.timedelta(days=days)
    assert propose_forgetting(at=over) == 0
    assert propose_forgetting(at=over + dt.timedelta(minutes=1)) == 1
    assert RetentionProposal.objects.get().kind == kind


@pytest.mark.parametrize(
    ("step", "said", "kind", "days"),
    [
        ("reject", {"reason": "criteria_not_met"}, "not_taken_on", 730),
        ("redirect", {"reason": "out_of_area", "to_team": "neighbouring_team"}, "not_taken_on", 730),
        ("withdraw", {"reason": "person_changed_mind"}, "supported", 2922),
    ],
)
def test_what_was_given_to_somebody_and_then_ended_has_its_time_too(step, said, kind, days, cast, referral_at, now):
    """Lee shares the new referrals out before anybody has looked at them; Lou turns Rose's away."""
    referral, lou = referral_at("submitted"), fresh(cast.link_worker)
    allocate_referral(referral=referral, owner=lou, actor=Actor(fresh(cast.lead)), at=now)
    said = {name: getattr(cast, value) if name == "to_team" else value for name, value in said.items()}
    who = cast.gp if step == "withdraw" else lou
    at = now + dt.timedelta(hours=2)
    take_referral_step(referral=referral, step=step, actor=Actor(fresh(who)), at=at, details=StepDetails(**said))
    assert propose_forgetting(at=at + dt.timedelta(days=days)) == 0
    assert propose_forgetting(at=at + dt.timedelta(days=days, minutes=1)) == 1
    assert RetentionProposal.objects.get().kind == kind


def test_a_draft_that_was_thrown_away_is_proposed_to_the_privacy_officer_alone(cast, referral_at, now, as_user):
    draft = referral_at("draft")
    said = StepDetails(reason="no_longer_needed")
    take_referral_step(referral=draft, step="withdraw", actor=Actor(fresh(cast.gp)), at=now, details=said)
    assert propose_forgetting(at=now + dt.timedelta(days=91)) == 1
    assert RetentionProposal.objects.get().kind == "never_sent"
    assert as_user(cast.lead).get(URL).json()["results"] == []


@pytest.fixture
def officer(cast):
    team = Team.objects.get(organization__name="Town Council")
    return register_user(
        email="ola.record@work.example", full_name="Ola Record", password=None, roles=[(team, Role.PRIVACY_OFFICER)]
    )


@pytest.fixture
def stale(referral_at, now):
    """A draft of Rose that has lain about for half a year, and its proposal."""
    draft = referral_at("draft")
    touched = draft.events.latest("sequence").occurred_at
    assert propose_forgetting(at=touched + dt.timedelta(days=180)) == 0
    assert propose_forgetting(at=touched + dt.timedelta(days=180, seconds=1)) == 1
    assert propose_forgetting(at=touched + dt.timedelta(days=181)) == 0
    return RetentionProposal.objects.get()


def test_a_draft_that_nobody_has_touched_is_proposed_and_forgotten_by_the_privacy_officer(cast, stale, officer):
    assert (stale.kind, stale.due_on) == ("stale_draft", (stale.proposed_at - dt.timedelta(seconds=1)).date())
    told = OutboxMessage.objects.count()
    before = everything_written()
    with pytest.raises(NotPermitted):
        forget(proposal=stale, actor=Actor(fresh(cast.lead)), at=stale.proposed_at)
    assert everything_written() == before

    forget(proposal=stale, actor=Actor(officer), at=stale.proposed_at)
    draft = Referral.objects.get()
    assert (draft.status, draft.first_name, draft.forgotten_at) == ("withdrawn", "Forgotten", stale.proposed_at)
    kinds = list(draft.events.order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["created", "withdraw", "forgotten"]
    written = everything_written()
    assert [marker for marker in MARKERS if marker in written] == []
    assert OutboxMessage.objects.count() == told


def test_a_draft_that_is_used_again_is_not_forgotten(cast, stale, officer):
    draft, later = stale.referral, stale.proposed_at + dt.timedelta(days=1)
    edit_draft(referral=draft, actor=Actor(fresh(cast.gp)), at=later, content=content_for(cast, is_draft=True))
    before = everything_written()
    with pytest.raises(Conflict) as refused:
        forget(proposal=stale, actor=Actor(officer), at=later + dt.timedelta(hours=1))
    assert (refused.value.code, everything_written()) == ("draft_in_use", before)
    submit = StepDetails()
    take_referral_step(referral=draft, step="submit", actor=Actor(fresh(cast.gp)), at=later, details=submit)
    with pytest.raises(Conflict) as refused:
        forget(proposal=stale, actor=Actor(officer), at=later + dt.timedelta(hours=1))
    assert refused.value.code == "referral_open"


def test_the_address_of_who_came_by_the_public_door_goes_out_of_the_messages(cast, ended, proposal):
    Referral.objects.filter(pk=ended.pk).update(confirmed_email="rose@home.example")
    for reference, address in (
        (ended.reference, "rose@home.example"),
        (ended.reference, "team@inbox.example"),
        ("R-22222-22222", "rose@home.example"),
    ):
        enqueue(
            event_key=f"told:{reference}", recipient=address, template="self_referral_update",
            context={"reference": reference}, at=ended.ended_at,
        )  # fmt: skip
    for row in OutboxMessage.objects.filter(template="self_referral_update", recipient="rose@home.example"):
        address = f"{row.context['reference']}@home.example"
        bounces.mark(row, address=address, reason="Nobody is there.", at=ended.ended_at)
    forget(proposal=proposal, actor=Actor(fresh(cast.lead)), at=proposal.proposed_at)
    assert not bounces.is_marked("email", f"{ended.reference}@home.example")
    assert bounces.is_marked("email", "R-22222-22222@home.example")  # found by a message about somebody else
    told = OutboxMessage.objects.filter(template="self_referral_update").order_by("event_key", "recipient")
    assert [(row.recipient, row.context["reference"]) for row in told] == [
        ("rose@home.example", "R-22222-22222"), ("forgotten", ended.reference), ("team@inbox.example", ended.reference),
    ]  # fmt: skip
    assert "rose@home.example" not in everything_written()


@pytest.mark.parametrize("status", ["deferred", "submitted", "information_requested", "accepted", "active", "on_hold"])
def test_what_is_open_is_never_proposed(status, referral_at, now):
    referral_at(status)
    assert propose_forgetting(at=now + dt.timedelta(days=40 * 365)) == 0


def test_an_organisation_keeps_for_as_long_as_it_says(ended):
    RetentionRule.objects.create(kind="supported", keep_days=100, source="Our own schedule of 2026.")
    assert propose_forgetting(at=ended.ended_at + dt.timedelta(days=100)) == 0
    assert propose_forgetting(at=ended.ended_at + dt.timedelta(days=101)) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        RetentionRule.objects.update(keep_days=27)  # a closed referral can be opened again for 28 days


def test_the_nightly_task_proposes(ended, time_machine):
    time_machine.move_to(ended.ended_at + YEARS + dt.timedelta(days=2))
    nightly()
    nightly()
    assert RetentionProposal.objects.count() == 1


# --- Deciding -------------------------------------------------------------------------------------------------------


def test_what_is_forgotten_is_nowhere_and_the_rest_stands(cast, ended, proposal, now):
    later = proposal.proposed_at + dt.timedelta(hours=8)
    count_uptake(at=later)
    figures = list(UptakeCount.objects.order_by("id").values("referred", "accepted", "started", "completed"))
    happened = list(
        ReferralEvent.objects.order_by("id").values("id", "sequence", "kind", "to_status", "hash", "actor_name")
    )
    written = everything_written()
    assert [marker for marker in MARKERS if marker not in written] == []
    forget(proposal=proposal, actor=Actor(fresh(cast.lead)), at=later)
    written = everything_written()
    assert [marker for marker in MARKERS if marker in written] == []
    assert (Risk.objects.count(), Observation.objects.count(), Clearance.objects.count()) == (0, 0, 0)
    count_uptake(at=later)
    assert list(UptakeCount.objects.order_by("id").values("referred", "accepted", "started", "completed")) == figures
    after = list(
        ReferralEvent.objects.order_by("id").values("id", "sequence", "kind", "to_status", "hash", "actor_name")
    )
    assert after[: len(happened)] == happened
    assert [event["kind"] for event in after[len(happened) :]] == [EventKind.FORGOTTEN]
    referral = Referral.objects.get()
    assert (referral.status, referral.outcome, referral.forgotten_at) == ("closed", "goals_met", later)
    assert OnwardReferral.objects.get().status == "completed"
    assert list(Consent.objects.values_list("decision", flat=True)) == ["given"]
    person = Person.objects.get()
    assert (person.nhs_number, person.first_name, person.date_of_birth) == ("", "Forgotten", dt.date(1951, 1, 1))


def test_the_chain_still_holds_when_the_notes_are_gone(cast, ended, proposal):
    noted = ReferralEvent.objects.exclude(note="").count()
    for event in ReferralEvent.objects.exclude(note=""):
        assert event.note_seal == seal_of(event)
        assert event.note not in event.hashed_text
    forget(proposal=proposal, actor=Actor(fresh(cast.lead)), at=proposal.proposed_at)
    previous = ""
    for event in ReferralEvent.objects.order_by("sequence"):
        assert (event.note, event.note_salt, event.previous_hash) == ("", "", previous)
        assert event.hash == hashlib.sha256(event.hashed_text.encode()).hexdigest()
        assert event.hashed_text == text_to_hash(event)
        previous = event.hash
    assert ReferralEvent.objects.exclude(note_seal="").count() == noted
    assert Referral.objects.get().chain_hash == previous


def test_of_a_person_who_is_still_supported_only_the_old_referral_is_forgotten(cast, ended, proposal, referral_at):
    current = referral_at("submitted")
    assert current.person_id == ended.person_id
    forget(proposal=proposal, actor=Actor(fresh(cast.lead)), at=proposal.proposed_at)
    person = Person.objects.get()
    assert (person.nhs_number, person.family_name, person.date_of_birth.isoformat()) == (
        "9990000018", "Okafor", "1951-03-27",
    )  # fmt: skip
    assert [row.first_name for row in Referral.objects.order_by("id")] == ["Forgotten", "Rose"]


def test_nobody_sees_what_is_forgotten(cast, ended, proposal, as_user):
    onward = OnwardReferral.objects.get()
    forget(proposal=proposal, actor=Actor(fresh(cast.lead)), at=proposal.proposed_at)
    for user in cast.everyone.values():
        assert as_user(user).get(f"/api/v1/referrals/{ended.reference}/").status_code == 404
        assert as_user(user).get(f"/api/v1/onward-referrals/{onward.reference}/").status_code == 404


def test_a_lead_keeps_it_for_a_reason_and_it_is_proposed_again_afterwards(cast, ended, proposal, as_user, time_machine):
    time_machine.move_to(proposal.proposed_at)
    until = (proposal.proposed_at + dt.timedelta(days=200)).date()
    answer = as_user(cast.lead).post(f"{URL}{proposal.id}/keep/", {"reason": "complaint", "keep_until": str(until)})
    assert answer.status_code == 200
    assert (answer.json()["decision"], answer.json()["reason"], answer.json()["decided_by"]) == (
        "kept", "complaint", "Lena Head",
    )  # fmt: skip
    assert propose_forgetting(at=proposal.proposed_at + dt.timedelta(days=200)) == 0
    assert propose_forgetting(at=proposal.proposed_at + dt.timedelta(days=201)) == 1
    assert "Okafor" in everything_written()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": "complaint"}, "keep_until"),
        ({"keep_until": "2035-06-01"}, "reason"),
        ({"reason": "because", "keep_until": "2035-06-01"}, "reason"),
        ({"reason": "complaint", "keep_until": "2034-12-01"}, "keep_until"),
        ({"reason": "complaint", "keep_until": "2044-12-01"}, "keep_until"),
    ],
)
def test_keeping_it_without_saying_why_or_until_when_changes_nothing(
    said, field, cast, proposal, as_user, time_machine
):
    time_machine.move_to(dt.datetime(2034, 12, 2, 9, tzinfo=dt.UTC))
    answer = as_user(cast.lead).post(f"{URL}{proposal.id}/keep/", said)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert RetentionProposal.objects.get().decision == ""


def test_what_is_decided_stands(cast, proposal, as_user, time_machine):
    time_machine.move_to(proposal.proposed_at)
    client = as_user(cast.lead)
    assert client.post(f"{URL}{proposal.id}/forget/").status_code == 200
    again = client.post(f"{URL}{proposal.id}/forget/")
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert ReferralEvent.objects.filter(kind="forgotten").count() == 1


def test_one_that_was_opened_again_is_not_forgotten(cast, referral_at, now):
    RetentionRule.objects.create(kind="supported", keep_days=28, source="A test's.")
    referral = referral_at("closed")
    assert propose_forgetting(at=referral.ended_at + dt.timedelta(days=28, seconds=1)) == 1
    said = StepDetails(reason="person_came_back")
    at = referral.ended_at + dt.timedelta(days=28)
    take_referral_step(referral=referral, step="reopen", actor=Actor(fresh(cast.lead)), at=at, details=said)
    with pytest.raises(Conflict, match="opened again") as refusal:
        forget(proposal=RetentionProposal.objects.get(), actor=Actor(fresh(cast.lead)), at=at)
    assert refusal.value.code == "referral_open"
    assert RetentionProposal.objects.get().decision == ""
    assert "Okafor" in everything_written()


WHO_SEES = {
    "lead": [True],
    "link_worker": [],
    "gp": [],
    "provider": [],
    "hub_worker": [],
    "manager": [],
    "outsider": [],
}


@pytest.mark.parametrize("who", list(WHO_SEES))
def test_only_the_lead_of_the_team_that_owned_it_decides(who, cast, proposal, as_user, time_machine):
    time_machine.move_to(proposal.proposed_at)
    client = as_user(getattr(cast, who))
    listed = client.get(URL).json()["results"]
    assert [row["referral"] == proposal.referral.reference for row in listed] == WHO_SEES[who]
    assert "Okafor" not in str(listed)
    if not WHO_SEES[who]:
        assert client.post(f"{URL}{proposal.id}/forget/").status_code == 404
        assert client.post(f"{URL}{proposal.id}/keep/", {}).status_code == 404
        assert RetentionProposal.objects.get().decision == ""


# --- The database ---------------------------------------------------------------------------------------------------


def test_the_database_lets_nothing_be_forgotten_without_a_decision(ended):
    for statement in (
        "DELETE FROM referrals_observation",
        "UPDATE referrals_consent SET note = ''",
        "UPDATE referrals_referralevent SET note = '', note_salt = ''",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert "frame" in everything_written()


def test_a_decision_that_is_not_carried_out_is_refused_at_commit(cast, proposal):
    with transaction.atomic(), connection.cursor() as cursor:
        RetentionProposal.objects.update(decision="forgotten", decided_by=cast.lead, decided_at=proposal.proposed_at)
        with pytest.raises(DatabaseError, match="was not carried out"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    assert RetentionProposal.objects.get().decision == ""


@pytest.mark.parametrize("change", ["to_status = 'active'", "actor_name = 'X'", "hash = repeat('0', 64)", "note = 'x'"])
def test_while_a_referral_is_forgotten_its_events_lose_their_note_and_nothing_else(change, cast, proposal):
    with transaction.atomic(), connection.cursor() as cursor:
        RetentionProposal.objects.update(decision="forgotten", decided_by=cast.lead, decided_at=proposal.proposed_at)
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute(f"UPDATE referrals_referralevent SET {change}")  # noqa: S608
        transaction.set_rollback(True)
    assert RetentionProposal.objects.get().decision == ""


def test_a_note_from_before_notes_were_sealed_goes_with_the_text_that_was_hashed(cast, referral_at, monkeypatch):
    """Such an event has its note in the hashed text. It keeps its hash, and its neighbours theirs."""
    with monkeypatch.context() as before_seals:
        before_seals.setattr(events, "seal_of", lambda event: "")
        referral_at("information_requested")
    asked = ReferralEvent.objects.exclude(note="").get()
    assert (asked.note_seal, asked.note in asked.hashed_text, "frame" in asked.note) == ("", True, True)
    said = StepDetails(reason="information_missing", note="Nobody answered about Rose Okafor.")
    at = asked.occurred_at + dt.timedelta(days=20)
    referral = Referral.objects.get()
    take_referral_step(referral=referral, step="reject", actor=Actor(fresh(cast.link_worker)), at=at, details=said)
    propose_forgetting(at=at + dt.timedelta(days=800))
    forget(proposal=RetentionProposal.objects.get(), actor=Actor(fresh(cast.lead)), at=at + dt.timedelta(days=801))
    after = ReferralEvent.objects.get(pk=asked.pk)
    assert (after.note, after.hashed_text, after.hash) == ("", "", asked.hash)
    following = ReferralEvent.objects.get(sequence=asked.sequence + 1)
    assert (following.kind, following.previous_hash) == ("reject", asked.hash)
    assert [marker for marker in MARKERS if marker in everything_written()] == []


def test_kept_and_decided_in_one_breath_is_the_leads_own_word(cast, proposal):
    with pytest.raises(Exception, match="lead of the team"):
        keep_longer(
            proposal=proposal, actor=Actor(fresh(cast.link_worker)), at=proposal.proposed_at, reason="complaint",
            keep_until=(proposal.proposed_at + dt.timedelta(days=10)).date(),
        )  # fmt: skip
    assert RetentionProposal.objects.get().decision == ""
