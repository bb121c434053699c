"""The proof that nothing is lost: quiet where all is well, and loud where somebody has been in the tables by hand."""

import datetime as dt
import hashlib

import pytest
from django.core.management import call_command

from insights.integrity import RULES, audit, latest_run
from insights.models import IntegrityRun
from notifications.models import OutboxMessage
from referrals.models import ReferralEvent
from referrals.services.events import text_to_hash
from tests import stage
from tests.integrity.conftest import broken
from tests.stage import ONWARD_PATHS, REFERRAL_PATHS

NOTHING = dict.fromkeys(RULES, 0)


def test_wherever_a_referral_has_come_to_by_the_services_no_rule_is_broken(referral_at, onward_at, now):
    """One referral in each status, and one onward referral in each: sixty events and more, and nothing to say."""
    for status in REFERRAL_PATHS:
        referral_at(status)
    for status in ONWARD_PATHS:
        onward_at(status)
    found = audit(at=now)
    assert broken(found) == {}
    assert found.counts == NOTHING
    assert found.is_whole
    assert found.referrals == len(REFERRAL_PATHS) + len(ONWARD_PATHS) + 1  # the redirected one arrives somewhere
    assert found.events == ReferralEvent.objects.count()


def test_an_empty_database_breaks_no_rule(db, now):
    found = audit(at=now)
    assert (found.counts, found.referrals, found.events) == (NOTHING, 0, 0)


def test_an_event_whose_reason_was_changed_by_hand_is_found(referral_at, by_hand, now):
    """Somebody would rather that the reason had been another: the row says one thing, and what was hashed another."""
    referral = referral_at("rejected")
    fine = referral_at("rejected")
    by_hand(
        "UPDATE referrals_referralevent SET reason = 'out_of_area' WHERE referral_id = %s AND kind = 'reject'",
        referral.pk,
    )
    assert broken(audit(at=now)) == {"chained": [referral.reference]}
    assert fine.reference != referral.reference


def test_an_event_that_was_changed_and_hashed_anew_is_found_by_the_next(referral_at, by_hand, now):
    """Whoever knows how the hash is made can make it fit its own row; the one after it still carries the old one."""
    referral = referral_at("active")
    event = referral.events.get(kind="accept")
    event.actor_name = "Somebody Else"
    text = text_to_hash(event)
    by_hand(
        "UPDATE referrals_referralevent SET actor_name = 'Somebody Else', hashed_text = %s, hash = %s WHERE id = %s",
        text, hashlib.sha256(text.encode()).hexdigest(), event.pk,
    )  # fmt: skip
    assert broken(audit(at=now)) == {"chained": [referral.reference]}


def test_an_event_that_is_gone_is_found(referral_at, by_hand, now):
    """The last one: no event follows that could carry its hash, but the referral's row knows how many there were."""
    referral = referral_at("closed")
    by_hand("DELETE FROM referrals_referralevent WHERE referral_id = %s AND kind = 'close'", referral.pk)
    assert broken(audit(at=now)) == {"replayed": [referral.reference], "chained": [referral.reference]}


def test_a_status_without_the_event_that_led_to_it_is_found(referral_at, onward_at, by_hand, now):
    referral, onward = referral_at("accepted"), onward_at("sent")
    by_hand("UPDATE referrals_referral SET status = 'active' WHERE id = %s", referral.pk)
    by_hand("UPDATE referrals_onwardreferral SET status = 'started' WHERE id = %s", onward.pk)
    assert broken(audit(at=now)) == {"replayed": [referral.reference, onward.reference]}


def test_a_referral_that_nobody_has_in_hand_is_found(cast, referral_at, by_hand, now):
    """Lou has left the team, and nobody has her caseload: three are orphaned, and the one that has ended is not."""
    open_ones = [referral_at(status) for status in ("accepted", "active", "on_hold")]
    referral_at("closed")
    by_hand("DELETE FROM accounts_membership WHERE user_id = %s AND team_id = %s", cast.link_worker.pk, cast.team.pk)
    assert broken(audit(at=now)) == {"owned": [referral.reference for referral in open_ones]}


def test_a_referral_whose_owner_cannot_sign_in_any_more_is_found(cast, referral_at, by_hand, now):
    referral = referral_at("active")
    by_hand("UPDATE accounts_user SET is_active = false WHERE id = %s", cast.link_worker.pk)
    assert broken(audit(at=now)) == {"owned": [referral.reference]}


def test_one_that_nobody_will_look_at_again_is_found(referral_at, onward_at, by_hand, without_checks, now):
    referral, onward = referral_at("submitted"), onward_at("accepted")
    without_checks("referrals_referral", "referral_open_has_a_next_action")
    without_checks("referrals_onwardreferral", "onward_open_has_a_next_action")
    by_hand("UPDATE referrals_referral SET next_action_on = NULL WHERE id = %s", referral.pk)
    by_hand("UPDATE referrals_onwardreferral SET next_action_on = NULL WHERE id = %s", onward.pk)
    assert broken(audit(at=now)) == {"owned": [referral.reference], "awaited": [onward.reference]}


def test_that_a_clock_was_ahead_when_the_person_agreed_is_no_alarm(cast, now):
    """The clock of the web server was ten hours ahead, and right again when the person was sent on."""
    referral = stage.referral_at(cast, "active", at=now + dt.timedelta(hours=10))
    stage.onward_at(cast, "accepted", at=now, referral=referral)
    assert broken(audit(at=now)) == {}


def test_somebody_who_was_sent_on_without_having_agreed_is_found(onward_at, by_hand, now):
    onward = onward_at("declined")
    by_hand("DELETE FROM referrals_consent WHERE referral_id = %s", onward.referral_id)
    assert broken(audit(at=now)) == {"agreed": [onward.reference]}


def test_a_message_that_was_owed_and_is_not_there_is_found(referral_at, by_hand, now):
    """The practice was never told that it was closed; that the team had it before was told."""
    referral = referral_at("closed")
    last = referral.events.get(kind="close").sequence
    by_hand(
        "DELETE FROM notifications_outboxmessage WHERE event_key = %s", f"referral-event:{referral.reference}:{last}"
    )
    assert broken(audit(at=now)) == {"told": [referral.reference], "referrer_told": [referral.reference]}


def test_a_message_that_is_stuck_is_found_and_one_that_has_just_been_owed_is_not(referral_at, now):
    referral_at("submitted")
    message = OutboxMessage.objects.get()
    assert broken(audit(at=now + dt.timedelta(minutes=59))) == {}
    assert broken(audit(at=now + dt.timedelta(minutes=61))) == {"delivered": [str(message.pk)]}


def test_a_message_said_to_be_sent_of_which_no_delivery_is_known_is_found(referral_at, by_hand, now):
    referral_at("submitted")
    message = OutboxMessage.objects.get()
    by_hand("UPDATE notifications_outboxmessage SET status = 'sent', sent_at = now() WHERE id = %s", message.pk)
    assert broken(audit(at=now)) == {"delivered": [str(message.pk)]}


def test_a_message_that_was_given_up_breaks_no_rule_and_is_counted(referral_at, now):
    """The practice's address does not exist. It is shown as failed, and is somebody's task."""
    referral_at("submitted")
    OutboxMessage.objects.update(status="failed", failure="No such mailbox.")
    found = audit(at=now + dt.timedelta(days=1))
    assert (broken(found), found.messages_failed) == ({}, 1)


def test_who_came_is_recorded_of_somebody_who_never_started_is_found(cast, onward_at, by_hand, now):
    onward = onward_at("accepted")
    by_hand(
        "INSERT INTO referrals_attendance (onward_referral_id, session_on, result, recorded_by_id, recorded_at) "
        "VALUES (%s, '2026-11-01', 'present', %s, now())",
        onward.pk, cast.provider.pk,
    )  # fmt: skip
    assert broken(audit(at=now)) == {"attended": [onward.reference]}


def test_the_command_says_each_rule_and_what_breaks_it_and_ends_with_1(referral_at, by_hand, capsys):
    referral = referral_at("accepted")
    by_hand("UPDATE referrals_referral SET status = 'active' WHERE id = %s", referral.pk)
    OutboxMessage.objects.update(status="failed", failure="No such mailbox.")
    with pytest.raises(SystemExit) as ended:
        call_command("audit_pathway")
    assert ended.value.code == 1
    said = capsys.readouterr().out.splitlines()
    assert f"NOT      1 replayed: {RULES['replayed']}" in said
    assert f"           {referral.reference}" in said
    assert f"ok       0 chained: {RULES['chained']}" in said
    assert said[-1] == "1 referrals and 2 events; 2 messages given up."


def test_each_run_is_kept(referral_at, now):
    referral_at("accepted")
    OutboxMessage.objects.update(status="failed", failure="No such mailbox.")
    call_command("audit_pathway")
    call_command("audit_pathway")
    assert IntegrityRun.objects.count() == 2
    run = latest_run()
    assert run is not None
    assert (run.referrals, run.events, run.messages_failed, run.counts) == (1, 2, 2, NOTHING)


def test_what_is_read_does_not_grow_with_what_there_is(referral_at, now, django_assert_num_queries):
    """Of three as of three hundred: the reads of a batch, one more that finds no other, four of the messages, and
    thirteen of the histories.
    """
    for _ in range(3):
        referral_at("closed")
    with django_assert_num_queries(33):
        audit(at=now)
