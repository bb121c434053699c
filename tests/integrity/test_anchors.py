"""Somebody who can write to the tables makes a chain anew, and leaves no trace: what the last audit left tells."""

import hashlib
import threading

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from insights.integrity import run_audit
from insights.models import IntegrityRun
from insights.tasks import audit_pathway
from notifications.models import OutboxMessage
from referrals.models import Referral, ReferralEvent
from referrals.services.events import record_event, text_to_hash
from tests.in_the_tables import no_trigger_looks
from tests.integrity.conftest import broken

pytestmark = pytest.mark.django_db(transaction=True)


def audited():
    """Audit with every message given up: nobody delivers here, and it is weeks later."""
    OutboxMessage.objects.update(status="failed", failure="No such mailbox.")
    return run_audit(clock=timezone.now)


@pytest.fixture
def by_hand(db):
    """Work in the tables without triggers, as their owner can."""

    def run(*statements):
        with no_trigger_looks(may_orphan=["referrals_referral", "referrals_referralevent"]) as database:
            for statement, *values in statements:
                database.execute(statement, values)

    return run


def hashed_anew(referral, **changes):
    """Change the last event of a referral, and make all that is hashed fit: what is seen in the rows is consistent."""
    event = referral.events.order_by("-sequence").first()
    for name, value in changes.items():
        setattr(event, name, value)
    text = text_to_hash(event)
    sealed = hashlib.sha256(text.encode()).hexdigest()
    with no_trigger_looks():
        ReferralEvent.objects.filter(pk=event.pk).update(**changes, hashed_text=text, hash=sealed)
        type(referral).objects.filter(pk=referral.pk).update(chain_hash=sealed)


def test_what_fits_in_the_rows_does_not_fit_the_anchor(referral_at, by_hand):
    """Three nights, and three who leave no trace in the rows: each is found among what came between two audits.

    One makes the event, its hash and the end of the chain anew; one cuts off a rejection, and lets the row say what it
    said before; one deletes a referral with all that it had.
    """
    edited = referral_at("rejected")
    first = audited()
    cut = referral_at("rejected")
    second = audited()
    gone = referral_at("submitted")
    third = audited()
    assert [broken(each) for each in (first, second, third)] == [{}] * 3
    assert [each.anchor.upto for each in (first, second, third)] == [
        each.events.latest("id").pk for each in (edited, cut, gone)
    ]
    spans = [
        f"events {after + 1} to {each.anchor.upto}"
        for after, each in zip((0, first.anchor.upto, second.anchor.upto), (first, second, third), strict=True)
    ]
    by_hand(
        ("DELETE FROM referrals_referralevent WHERE referral_id = %s", gone.pk),
        ("DELETE FROM referrals_referral WHERE id = %s", gone.pk),
    )
    assert broken(audited()) == {"anchored": spans[2:]}
    by_hand(
        ("DELETE FROM referrals_messageback WHERE referral_id = %s", cut.pk),
        ("DELETE FROM referrals_referralevent WHERE referral_id = %s AND sequence = 2", cut.pk),
        (
            "UPDATE referrals_referral SET status = 'submitted', ended_at = NULL, next_action_on = '2026-12-01', "
            "version = 1, chain_hash = %s WHERE id = %s",
            cut.events.get(sequence=1).hash, cut.pk,
        ),
    )  # fmt: skip
    assert broken(audited()) == {"anchored": spans[1:]}
    hashed_anew(edited, reason="out_of_area")
    assert broken(audited()) == {"anchored": spans}
    referral_at("submitted")
    assert broken(audited()) == {"anchored": spans}  # and so each night, until somebody has looked


def test_an_anchor_that_was_made_anew_too_is_not_the_one_that_was_noted_elsewhere(referral_at, by_hand, capsys):
    """Whoever goes so far cannot change what is written in the log of another machine."""
    referral = referral_at("rejected")
    noted = str(audited().anchor)
    call_command("audit_pathway", anchor=[noted])
    assert "ok       0 anchored" in capsys.readouterr().out
    hashed_anew(referral, reason="out_of_area")
    by_hand(("DELETE FROM insights_integrityrun",))
    assert broken(audited()) == {}
    with pytest.raises(SystemExit):
        call_command("audit_pathway", anchor=[noted])
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[2] for line in said if line.startswith("NOT")] == ["anchored:"]
    assert f"           {noted}" in said


def test_the_nightly_run_writes_the_anchor_to_the_log_and_nobody_changes_what_is_kept(referral_at, caplog):
    referral_at("submitted")
    OutboxMessage.objects.update(status="failed", failure="No such mailbox.")
    with caplog.at_level("INFO"):
        audit_pathway()
        audit_pathway()  # nothing has happened since
    run, second = IntegrityRun.objects.order_by("id")
    said = [line for line in caplog.messages if "anchor" in line]
    assert said == [
        f"the audit's anchor: {run.anchored_to}:{run.anchor}", f"the audit's anchor: history:{run.history_anchor}",
    ]  # fmt: skip
    assert (len(run.anchor), second.anchor) == (64, "")
    for change in (lambda rows: rows.update(anchor="0" * 64), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError):
            change(IntegrityRun.objects.all())
    assert IntegrityRun.objects.exclude(anchor="0" * 64).count() == 2


def test_an_event_that_is_being_written_meanwhile_is_no_alarm_when_it_is_there(referral_at):
    """Its id was given before those that were seen: an anchor over them would not fit any more once it is there."""
    slow, quick = referral_at("submitted"), referral_at("submitted")
    has_written, may_commit = threading.Event(), threading.Event()

    def write_slowly():
        with transaction.atomic():
            _note(slow)
            has_written.set()
            may_commit.wait(20)
        connections.close_all()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert has_written.wait(20)
    with transaction.atomic():
        _note(quick)
    meanwhile = audited()
    may_commit.set()
    thread.join()
    assert (broken(meanwhile), meanwhile.anchor) == ({}, None)
    after = audited()
    assert (broken(after), after.anchor.upto) == ({}, ReferralEvent.objects.latest("id").pk)
    assert broken(audited()) == {}


def _note(referral):
    record_event(referral=Referral.objects.get(pk=referral.pk), kind="task_done", actor=SYSTEM, at=timezone.now())
