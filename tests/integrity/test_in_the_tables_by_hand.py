"""What somebody who may write to the tables could do, beyond the plain cases of `test_audit`: each is found."""

import datetime as dt

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Membership
from insights.integrity import audit
from notifications.models import OutboxMessage
from referrals.models import CaseTask, Consent
from referrals.services.consent import record_consent
from referrals.services.onward import send_onward_referral
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests import stage
from tests.integrity.conftest import broken

# --- Rule 1: every open referral has one owner, a team, then a person ------------------------------------------------


def test_an_owner_who_is_no_link_worker_there_does_not_own_it(cast, referral_at, by_hand, now):
    """Lou is still of the team, as somebody who looks after listings: nobody has the case in hand."""
    referral = referral_at("active")
    by_hand("UPDATE accounts_membership SET role = 'directory_editor' WHERE user_id = %s", cast.link_worker.pk)
    assert broken(audit(at=now)) == {"owned": [referral.reference]}


def test_a_new_referral_with_a_team_of_nobody_is_nobodys(cast, referral_at, by_hand, now):
    """Nobody triages there any more: the day on which somebody should look again helps nobody."""
    referral = referral_at("submitted")
    assert broken(audit(at=now)) == {}
    by_hand("DELETE FROM accounts_membership WHERE team_id = %s", cast.team.pk)
    assert broken(audit(at=now)) == {"owned": [referral.reference]}


def test_a_task_that_is_somebodys_who_is_gone_is_found(cast, referral_at, by_hand, now):
    referral = referral_at("submitted")
    nora = cast.neighbouring_link_worker
    CaseTask.objects.create(
        referral=referral, title="Ring", due_on=now.date(), assigned_to=cast.link_worker, recorded_by=cast.lead,
        recorded_at=now,
    )  # fmt: skip
    assert broken(audit(at=now)) == {}
    by_hand("UPDATE referrals_casetask SET assigned_to_id = %s WHERE referral_id = %s", nora.pk, referral.pk)
    assert broken(audit(at=now)) == {"owned": [referral.reference]}


def test_an_owner_put_in_by_hand_is_found(cast, referral_at, by_hand, now):
    referral = referral_at("active")
    Membership.objects.create(user=cast.befriender, team=cast.team, role=Role.LINK_WORKER)
    by_hand("UPDATE referrals_referral SET owner_id = %s WHERE id = %s", cast.befriender.pk, referral.pk)
    assert broken(audit(at=now)) == {"replayed": [referral.reference]}


def test_who_reopens_a_case_of_somebody_who_is_gone_has_it(cast, referral_at, by_hand, now):
    referral = referral_at("closed")
    by_hand("DELETE FROM accounts_membership WHERE user_id = %s", cast.link_worker.pk)
    again = take_referral_step(
        referral=referral, step="reopen", actor=Actor(stage.fresh(cast.lead)), at=now + dt.timedelta(days=1),
        details=StepDetails(reason="person_came_back"),
    )  # fmt: skip
    assert again.owner == cast.lead
    assert broken(audit(at=now)) == {}


def test_an_onward_referral_of_a_referral_that_has_ended_is_nobodys(cast, onward_at, by_hand, now):
    """By hand the last step of the referral is repeated without what hangs on it: Pat waits for an answer forever."""
    onward = onward_at("information_requested")
    take_referral_step(
        referral=onward.referral, step="enter_in_error", actor=Actor(stage.fresh(cast.lead)),
        at=now + dt.timedelta(days=1), details=StepDetails(reason="test_entry"),
    )  # fmt: skip
    assert broken(audit(at=now)) == {}
    by_hand(
        "UPDATE referrals_onwardreferral SET status = 'information_requested', ended_at = NULL, "
        "next_action_on = '2026-12-01' WHERE id = %s",
        onward.pk,
    )
    assert broken(audit(at=now)) == {"awaited": [onward.reference], "replayed": [onward.reference]}


def test_a_day_on_which_nobody_who_works_now_will_look_is_none(referral_at, onward_at, by_hand, now):
    """Put off by hand into the next century: nothing is planned more than two years ahead."""
    referral, onward = referral_at("active"), onward_at("accepted")
    for table, row in (("referral", referral), ("onwardreferral", onward)):
        by_hand(f"UPDATE referrals_{table} SET next_action_on = '2099-01-01' WHERE id = %s", row.pk)  # noqa: S608
    assert broken(audit(at=now)) == {"owned": [referral.reference], "awaited": [onward.reference]}


# --- Rule 2 and 3: reasons, outcomes and ends ----------------------------------------------------------------------


def test_an_outcome_changed_by_hand_is_found(referral_at, onward_at, by_hand, now):
    """A close with a better outcome, a programme likewise: the event still says what was said."""
    referral, onward = referral_at("closed"), onward_at("completed")
    by_hand("UPDATE referrals_referral SET outcome = 'goals_partly_met' WHERE id = %s", referral.pk)
    by_hand("UPDATE referrals_onwardreferral SET outcome = 'no_change' WHERE id = %s", onward.pk)
    assert broken(audit(at=now)) == {"replayed": [referral.reference, onward.reference]}


def test_a_day_of_the_end_changed_by_hand_is_found(referral_at, by_hand, now):
    """The day from which it is kept, and until which it may be reopened."""
    referral = referral_at("closed")
    by_hand("UPDATE referrals_referral SET ended_at = ended_at + interval '40 days' WHERE id = %s", referral.pk)
    assert broken(audit(at=now)) == {"replayed": [referral.reference]}


# --- Rules 5 and 6: providers ---------------------------------------------------------------------------------------


def test_an_onward_referral_given_to_another_provider_by_hand_is_found(cast, onward_at, by_hand, now):
    onward = onward_at("accepted")
    by_hand("UPDATE referrals_onwardreferral SET provider_team_id = %s WHERE id = %s", cast.befriending.pk, onward.pk)
    assert broken(audit(at=now)) == {"seen": [onward.reference]}


def test_an_onward_referral_that_was_never_sent_is_found(cast, onward_at, by_hand, now):
    """A row of its own, without history: Bo would see Rose."""
    onward = onward_at("sent")
    by_hand(
        "INSERT INTO referrals_onwardreferral (status, reference, version, referral_id, service_id, provider_team_id, "
        "handover_note, sent_at, next_action_on, outcome) "
        "VALUES ('sent', 'O-22222-22222', 1, %s, %s, %s, '', now(), '2026-12-01', '')",
        onward.referral_id, cast.visiting.pk, cast.befriending.pk,
    )  # fmt: skip
    assert broken(audit(at=now)) == {"seen": ["O-22222-22222"], "replayed": ["O-22222-22222"]}


def test_who_was_taken_up_after_the_person_had_said_no_is_found(cast, onward_at, by_hand, now):
    """Sent while Rose agreed; she then said no; and Pat accepted all the same, which the service refuses."""
    onward = onward_at("accepted")
    assert broken(audit(at=now)) == {}
    given = Consent.objects.get(referral=onward.referral, purpose="share_with_providers")
    said_no = given.recorded_at + dt.timedelta(hours=5, minutes=30)  # sent after five hours, accepted after six
    by_hand(
        "INSERT INTO referrals_consent (referral_id, purpose, decision, basis, how_given, note, "
        "recorded_by_id, recorded_at, decided_on) SELECT referral_id, purpose, 'refused', basis, how_given, "
        "'', recorded_by_id, %s, decided_on FROM referrals_consent WHERE id = %s",
        said_no, given.pk,
    )  # fmt: skip
    assert broken(audit(at=now)) == {"agreed": [onward.reference]}


def test_to_go_elsewhere_instead_needs_no_consent_to_where_the_person_was_before(cast, onward_at, now):
    """Pat had no place. Rose says that Pat's is to hear no more of her, and is sent to Bo instead."""
    onward = onward_at("declined")
    lou, later = Actor(stage.fresh(cast.link_worker)), now + dt.timedelta(hours=8)
    record_consent(referral=onward.referral, actor=lou, at=later, decision="withdrawn", to_service_id=cast.walking.pk)
    send_onward_referral(
        referral=onward.referral, service=cast.visiting, actor=lou, at=later + dt.timedelta(hours=1),
        rerouted_from=onward,
    )  # fmt: skip
    assert broken(audit(at=now)) == {}


# --- The chain: what an event tells of ------------------------------------------------------------------------------


def test_an_onward_referral_put_under_somebody_elses_case_is_found(referral_at, onward_at, by_hand, now):
    """Her events tell of what is not hers any more, and his onward referral has none of its own."""
    onward, other = onward_at("accepted"), referral_at("active")
    hers = onward.referral.reference
    assert broken(audit(at=now)) == {}
    by_hand("UPDATE referrals_onwardreferral SET referral_id = %s WHERE id = %s", other.pk, onward.pk)
    found = broken(audit(at=now))
    assert found["chained"] == [hers]
    assert onward.reference in found["replayed"]


# --- Rule 7: the national codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["active", "closed"])
def test_support_that_began_without_its_code_is_found(referral_at, by_hand, now, status):
    """The person accepted, and the GP's record does not say so. By hand: so the chain is broken, too."""
    referral = referral_at(status)
    by_hand("UPDATE referrals_referralevent SET snomed_code = '' WHERE referral_id = %s", referral.pk)
    assert broken(audit(at=now)) == {"chained": [referral.reference], "coded": [referral.reference]}


# --- Rule 4: messages -----------------------------------------------------------------------------------------------


def test_a_message_that_waits_for_its_next_try_is_not_stuck(referral_at, now):
    """The mail server said “not now” for two hours, and is asked again in twenty minutes."""
    referral_at("submitted")
    hour = dt.timedelta(hours=1)
    OutboxMessage.objects.update(deferrals=9, attempts=9, available_at=now + 2 * hour + dt.timedelta(minutes=20))
    assert broken(audit(at=now + 2 * hour)) == {}
    message = OutboxMessage.objects.get()
    assert broken(audit(at=now + 4 * hour)) == {"delivered": [str(message.pk)]}  # the try never came


def test_a_message_put_off_into_the_next_century_by_hand_is_found(referral_at, now):
    referral_at("submitted")
    OutboxMessage.objects.update(available_at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC), deferrals=1, attempts=1)
    message = OutboxMessage.objects.get()
    assert broken(audit(at=now + dt.timedelta(hours=2))) == {"delivered": [str(message.pk)]}


def test_a_message_to_a_team_that_was_stopped_by_hand_is_found(referral_at, by_hand, now):
    """Only what is for a person is ever stopped: they may have died, or not want to be reached."""
    referral_at("submitted")
    OutboxMessage.objects.update(status="stopped", failure="No more of this.")
    message = OutboxMessage.objects.get()
    assert broken(audit(at=now)) == {"delivered": [str(message.pk)]}


def test_a_webhook_is_late_when_its_tries_are_over_and_not_before(db, now):
    """An endpoint is tried for three days, as the standard says."""
    message = OutboxMessage.objects.create(
        event_key="k", recipient="endpoint:1", channel="webhook", template="", context={}, occurred_at=now,
        available_at=now,
    )  # fmt: skip
    assert broken(audit(at=now + dt.timedelta(days=3))) == {}
    assert broken(audit(at=now + dt.timedelta(days=4))) == {"delivered": [str(message.pk)]}


# --- The chain: what is said to be forgotten ------------------------------------------------------------------------


def test_saying_that_it_was_forgotten_hides_nothing(referral_at, by_hand, now):
    """Of what was forgotten the text is gone, and cannot be held against the row: so somebody says so, and edits."""
    referral = referral_at("rejected")
    by_hand(
        "UPDATE referrals_referralevent SET reason = 'out_of_area', hashed_text = '' WHERE referral_id = %s "
        "AND kind = 'reject'",
        referral.pk,
    )
    by_hand("UPDATE referrals_referral SET forgotten_at = ended_at WHERE id = %s", referral.pk)
    assert broken(audit(at=now)) == {"chained": [referral.reference]}
