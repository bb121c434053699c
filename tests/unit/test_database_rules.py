"""What the database itself refuses, whoever asks: each test goes past the services."""

import hashlib

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from referrals.models import Consent, OnwardReferral, Person, Referral, ReferralEvent, Risk
from referrals.services.events import CHAINED_FIELDS, text_to_hash


def refused(match):
    return pytest.raises(DatabaseError, match=match)


def check_now():
    """Ask the deferred triggers now instead of at the commit that a test never makes."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("model", [ReferralEvent, Consent])
def test_what_happened_can_be_neither_changed_nor_removed(model, referral_at):
    referral_at("active")
    rows = list(model.objects.order_by("pk").values())
    with refused("append-only"), transaction.atomic():
        model.objects.update(referral_id=rows[0]["referral_id"])
    with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 -- a table of ours
    trigger = {"ReferralEvent": "event_no_truncate", "Consent": "consent_no_truncate"}[model.__name__]
    with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
        check_now()
        cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER {trigger}")
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")
    assert list(model.objects.order_by("pk").values()) == rows


def test_the_chain_can_be_checked_by_anybody(onward_at):
    onward = onward_at("completed")
    previous, sequence = "", 0
    for event in ReferralEvent.objects.filter(referral=onward.referral).order_by("sequence"):
        sequence += 1
        assert (event.sequence, event.previous_hash) == (sequence, previous)
        assert event.hash == hashlib.sha256(event.hashed_text.encode()).hexdigest()
        assert event.hashed_text == text_to_hash(event)
        previous = event.hash
    referral = Referral.objects.get(pk=onward.referral_id)
    assert (referral.version, referral.chain_hash, sequence) == (sequence, previous, 8)
    assert len(CHAINED_FIELDS) == 15


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 9},
        {"sequence": 1},
        {"previous_hash": "0" * 64},
        {"hash": "0" * 64},
        {"hashed_text": "another story"},
    ],
)
def test_an_event_that_does_not_continue_the_chain_is_refused(change, referral_at):
    referral = referral_at("submitted")
    text = "an event"
    values = {
        "sequence": referral.version + 1, "kind": "edited", "actor_name": "X", "occurred_at": referral.submitted_at,
        "previous_hash": referral.chain_hash, "hashed_text": text, "hash": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    with refused("does not continue the chain"), transaction.atomic():
        ReferralEvent.objects.create(referral=referral, **(values | change))
    assert referral.events.count() == 1
    ReferralEvent.objects.create(referral=referral, **values)
    with refused("is at version 1 but its chain ends at 2"), transaction.atomic():
        check_now()
    Referral.objects.filter(pk=referral.pk).update(version=2, chain_hash=values["hash"])
    check_now()


@pytest.mark.parametrize("change", [{"version": 50}, {"chain_hash": "0" * 64}])
def test_the_end_of_the_chain_cannot_be_moved(change, referral_at):
    referral = referral_at("submitted")
    with refused("but its chain ends at 1"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(**change)
        check_now()


def test_an_event_that_no_row_follows_is_refused_at_commit(referral_at):
    referral = referral_at("submitted")
    text = "closed, it says"
    with refused("its last event says closed"), transaction.atomic():
        ReferralEvent.objects.create(
            referral=referral, sequence=2, kind="close", to_status="closed", actor_name="X",
            occurred_at=referral.submitted_at, previous_hash=referral.chain_hash, hashed_text=text,
            hash=hashlib.sha256(text.encode()).hexdigest(),
        )  # fmt: skip
        check_now()


def test_an_onward_referral_stays_with_the_team_that_it_was_sent_to(cast, onward_at):
    onward = onward_at("sent")
    with refused("was sent where it was sent"), transaction.atomic():
        OnwardReferral.objects.filter(pk=onward.pk).update(provider_team=cast.befriending)


def test_a_status_that_no_event_says_is_refused_at_commit(referral_at):
    referral = referral_at("submitted")
    with refused("its last event says submitted"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(status="information_requested")
        check_now()
    assert Referral.objects.get(pk=referral.pk).status == "submitted"


def test_an_onward_status_that_no_event_says_is_refused_at_commit(onward_at):
    onward = onward_at("sent")
    with refused("its last event says sent"), transaction.atomic():
        OnwardReferral.objects.filter(pk=onward.pk).update(status="started")
        check_now()


def test_a_referral_without_history_is_refused_at_commit(cast, referral_at):
    referral = referral_at("submitted")
    with refused("its last event says <NULL>"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).first()
        referral.pk, referral.reference, referral._state.adding = None, "R-22222-22222", True
        referral.save()
        check_now()


@pytest.mark.parametrize("status", ["rejected", "withdrawn", "closed", "entered_in_error", "redirected"])
def test_nothing_moves_after_an_end(status, referral_at):
    referral = referral_at(status)
    with refused("has ended as"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(status="submitted")


@pytest.mark.parametrize("status", ["completed", "left_early", "not_started", "declined", "expired", "withdrawn"])
def test_nothing_moves_after_an_onward_end(status, onward_at):
    onward = onward_at(status)
    with refused("has ended as"), transaction.atomic():
        OnwardReferral.objects.filter(pk=onward.pk).update(status="sent")


@pytest.mark.parametrize(
    ("status", "change", "constraint"),
    [
        ("submitted", {"next_action_on": None}, "referral_open_has_a_next_action"),
        ("submitted", {"status": "lost"}, "referral_status_known|referral_ended_has_its_time"),
        ("submitted", {"ended_at": "2026-11-02T10:00Z"}, "referral_ended_has_its_time"),
        ("active", {"owner": None}, "referral_taken_on_has_an_owner"),
        ("submitted", {"sent_at": None}, "referral_sent_has_its_time"),
        ("submitted", {"first_name": ""}, "referral_names_the_person"),
        ("closed", {"outcome": ""}, "referral_closed_has_an_outcome"),
        ("closed", {"outcome": "fine"}, "referral_outcome_known"),
        ("deferred", {"planned_discharge_on": None}, "referral_deferred_has_a_discharge_date"),
        ("submitted", {"owner_team": None}, "owner_team_id"),
        ("submitted", {"gp_practice_code": ""}, "referral_names_a_practice_or_its_absence"),
    ],
)
def test_a_referral_keeps_its_rules(status, change, constraint, referral_at):
    referral = referral_at(status)
    with refused(constraint), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(**change)


@pytest.mark.parametrize(
    ("status", "change", "constraint"),
    [
        ("sent", {"next_action_on": None}, "onward_open_has_a_next_action"),
        ("completed", {"outcome": ""}, "onward_completed_has_an_outcome"),
        ("completed", {"ended_at": None}, "onward_open_has_a_next_action"),
    ],
)
def test_an_onward_referral_keeps_its_rules(status, change, constraint, onward_at):
    onward = onward_at(status)
    with refused(constraint), transaction.atomic():
        OnwardReferral.objects.filter(pk=onward.pk).update(**change)


def test_a_person_has_a_number_once_and_in_form(referral_at):
    person = referral_at("submitted").person
    with pytest.raises(IntegrityError, match="person_nhs_number_once"), transaction.atomic():
        Person.objects.create(
            nhs_number=person.nhs_number, nhs_number_status="02", first_name="Another", family_name="Person",
            date_of_birth=person.date_of_birth,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="person_nhs_number_form"), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(nhs_number="999 000 00")
    with pytest.raises(IntegrityError, match="person_is_named"), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(family_name="")


def test_a_risk_is_described_or_none_is_known(referral_at):
    referral = referral_at("submitted")
    with pytest.raises(IntegrityError, match="risk_is_described_or_none_known"), transaction.atomic():
        Risk.objects.create(referral=referral)
    with pytest.raises(IntegrityError, match="risk_none_known_stated_once"), transaction.atomic():
        Risk.objects.create(referral=referral, is_none_known=True)


def test_each_snomed_code_is_emitted_once(referral_at):
    referral = referral_at("active")
    text = "again"
    with pytest.raises(IntegrityError, match="event_snomed_code_once"), transaction.atomic():
        ReferralEvent.objects.create(
            referral=referral, sequence=referral.version + 1, kind="start_support", actor_name="Nobody",
            occurred_at=referral.submitted_at, snomed_code="871731000000106", previous_hash=referral.chain_hash,
            hashed_text=text, hash=hashlib.sha256(text.encode()).hexdigest(),
        )  # fmt: skip
