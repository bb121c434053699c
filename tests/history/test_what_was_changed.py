"""Somebody changes a row, by whatever way: the database has written down what stood there, who it was, and when."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.actors import Actor
from accounts.models import Membership, User
from core.doing import doing
from core.history import histories
from referrals.models import Person, Referral, RetentionProposal
from referrals.services.retention import forget
from tests.integrity.conftest import broken, by_hand  # noqa: F401 - a fixture
from tests.integrity.test_anchors import audited
from tests.stage import fresh


def kept(of: Any) -> Any:
    """The history of a row, or of a model's rows."""
    return of.history


def told(rows, *names):
    return [tuple(row.values()) for row in rows.order_by("pgh_id").values("pgh_label", *names)]


def in_psql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_change_by_hand_is_on_record_with_what_stood_there_before(cast, referral_at):
    """Rose's number is corrected in psql, her address by `update()`; and somebody makes themself a lead."""
    referral = referral_at("active")
    in_psql("UPDATE referrals_person SET nhs_number = '9990000026' WHERE id = %s", referral.person_id)
    Referral.objects.filter(pk=referral.pk).update(address="1 Elsewhere", failed_tries=1)
    Referral.objects.filter(pk=referral.pk).update(failed_tries=0)  # a copy of what the contacts say: no history
    in_psql("INSERT INTO accounts_membership (user_id, team_id, role) VALUES (%s, %s, 'lead')",
            cast.gp.pk, cast.team.pk)  # fmt: skip
    assert told(referral.person.history.all(), "nhs_number", "first_name", "pgh_context") == [
        ("update", "9990000018", "Rose", None)
    ]
    assert told(referral.history.all(), "address", "pgh_context") == [("update", referral.address, None)]
    given = Membership.objects.get(user=cast.gp, role="lead")
    assert told(kept(given).all(), "user_id", "team_id", "role") == [("insert", cast.gp.pk, cast.team.pk, "lead")]
    given.delete()
    history = kept(Membership).rel.related_model.objects.filter(pgh_obj_id=given.pk or 0)
    assert history.count() == 0  # Django empties the key of what it deleted
    assert told(kept(Membership).rel.related_model.objects.filter(user=cast.gp, role="lead"), "role") == [
        ("insert", "lead"), ("delete", "lead"),
    ]  # fmt: skip


def test_a_change_through_the_service_says_who_it_was_by_what_page_and_in_which_request(cast, referral_at):
    referral = referral_at("active")
    client = Client(headers={"X-Request-ID": "0123456789abcdef0123456789abcdef"})
    client.force_login(fresh(cast.link_worker))
    answer = client.post(
        f"/api/v1/referrals/{referral.reference}/change-contact/", {"telephone": "0161 496 0222"},
        content_type="application/json",
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    (row,) = referral.history.all()
    assert (row.telephone, row.pgh_context) == (referral.telephone, {
        "route": "referral-change-contact", "request": "0123456789abcdef0123456789abcdef",
        "user": str(cast.link_worker.pk),
    })  # fmt: skip
    with doing({"task": "referrals.run_clocks"}):
        Person.objects.filter(pk=referral.person_id).update(is_deceased=True)
        with transaction.atomic():
            Person.objects.filter(pk=referral.person_id).update(first_name="Lost")
            transaction.set_rollback(True)  # what was told inside goes with it, and is told again
        Person.objects.filter(pk=referral.person_id).update(first_name="Rosa")
    Person.objects.filter(pk=referral.person_id).update(first_name="Rose")
    assert told(referral.person.history.all(), "first_name", "pgh_context") == [
        ("update", "Rose", {"task": "referrals.run_clocks"}),
        ("update", "Rose", {"task": "referrals.run_clocks"}),
        ("update", "Rosa", None),
    ]


@pytest.mark.django_db(transaction=True)
def test_nothing_of_who_it_was_is_left_on_a_kept_connection():
    with doing({"task": "a"}):
        user = User.objects.create(email="a@work.example", full_name="A")
    User.objects.filter(pk=user.pk).update(full_name="B")
    assert [row.pgh_context for row in kept(user).order_by("pgh_id")] == [{"task": "a"}, None]


def test_no_history_holds_a_password_a_secret_or_a_digest_and_a_change_of_one_is_on_record(cast):
    columns = {field.name for model in histories() for field in model._meta.concrete_fields}
    assert not {"password", "digest", "token_digest", "secret_salt", "previous_salt"} & columns
    User.objects.filter(pk=cast.gp.pk).update(password="another")
    assert told(kept(fresh(cast.gp)).filter(pgh_label="update"), "email") == [("update", cast.gp.email)]


def test_nobody_changes_a_history(cast, referral_at, django_db_setup):
    referral = referral_at("active")
    Person.objects.filter(pk=referral.person_id).update(first_name="Rosa")
    for statement in (
        "UPDATE {} SET first_name = 'X'",
        "UPDATE {} SET first_name = NULL, pgh_salt = ''",
        "DELETE FROM {}",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            in_psql(statement.format("referrals_personhistory"))
    in_psql("ALTER TABLE referrals_personhistory ENABLE TRIGGER personhistory_no_truncate")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        in_psql("TRUNCATE referrals_personhistory")
    assert told(referral.person.history.all(), "first_name") == [("update", "Rose")]


@pytest.mark.django_db(transaction=True)
def test_the_audit_finds_who_edits_a_history_by_hand(referral_at, by_hand):  # noqa: F811
    """First a row is edited, then its seal made anew, then the row taken out; and one is emptied for nothing."""
    person = referral_at("active").person
    for name in ("Rosa", "Rosie", "Rose"):
        Person.objects.filter(pk=person.pk).update(first_name=name)
    first, second, _ = person.history.order_by("pgh_id").values_list("pgh_id", flat=True)
    before = audited()
    assert (broken(before), before.history is not None) == ({}, True)
    by_hand("UPDATE referrals_personhistory SET first_name = 'Nobody' WHERE pgh_id = %s", first)
    assert broken(audited()) == {"kept": [f"PersonHistory {first}"]}
    by_hand(
        "UPDATE referrals_personhistory AS line SET pgh_seal = core_seal_of(to_jsonb(line)) WHERE pgh_id = %s", first
    )
    spans = ["what the anchor 1 of the histories covers"]
    assert broken(audited()) == {"kept": spans}
    by_hand("UPDATE referrals_personhistory SET first_name = NULL, pgh_salt = '' WHERE pgh_id = %s", second)
    assert broken(audited()) == {"kept": [f"PersonHistory {second}, emptied", *spans]}
    by_hand("DELETE FROM referrals_personhistory WHERE pgh_id = %s", second)
    assert broken(audited()) == {"kept": spans}


def test_what_is_forgotten_is_forgotten_in_its_history_too_and_the_audit_still_holds(cast, referral_at, now):
    referral = referral_at("closed")
    Referral.objects.filter(pk=referral.pk).update(address="1 Elsewhere", reason="Another.")
    Person.objects.filter(pk=referral.person_id).update(first_name="Rosa")
    referral.needs.update(note="Says so.")
    assert broken(audited()) == {}
    proposal = RetentionProposal.objects.create(referral=referral, kind="supported", due_on=now.date(), proposed_at=now)
    forget(proposal=proposal, actor=Actor(fresh(cast.lead)), at=now + dt.timedelta(days=3000))
    left = [
        value
        for model in histories()
        if model._meta.app_label == "referrals"
        for row in model.objects.values()
        for name, value in row.items()
        if not name.endswith("_id") and name not in {"pgh_created_at", "pgh_label", "pgh_seal", "pgh_context"} and value
    ]
    assert left == []
    assert referral.person.history.count() >= 2
    assert broken(audited()) == {}
