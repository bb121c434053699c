"""Gita chose to be told in the morning, and left in the evening: she is told nothing more, her practice is told all."""

import datetime as dt

import pytest
from django.db import DatabaseError

from accounts.actors import Actor
from accounts.services import end_roles
from insights.integrity import audit
from notifications import delivery, digests
from notifications.models import OutboxMessage
from referrals.services.leavers import hand_over, leave_team
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests.conftest import NOW
from tests.stage import fresh

pytestmark = pytest.mark.django_db
NIGHT = {"quiet_from": dt.time(8), "quiet_until": dt.time(23)}
MORNING = dt.datetime(2026, 11, 3, 8, 30, tzinfo=dt.UTC)
WHY = "Whoever it was for has left: those who have taken over are told."


def deliver(at=MORNING):
    """Two rounds: what is passed on in the first goes out in the second."""
    report = delivery.Report()
    for _ in range(2):
        report.add(delivery.deliver_due(clock=lambda: at))
        report.add(digests.deliver_digests(clock=lambda: at))
    assert report.errors == []
    return report


def became_of(template):
    rows = OutboxMessage.objects.filter(template=template).order_by("created_at", "recipient")
    return [(row.recipient, row.status, row.failure) for row in rows]


def audited():
    return {rule: shown for rule, shown in audit(at=MORNING).references.items() if shown}


@pytest.mark.parametrize("choice", [NIGHT, {"news": "daily"}])
def test_what_waited_for_a_gp_who_has_left_goes_to_the_practice(cast, chooses, referral_at, mailoutbox, choice):
    chooses(cast.gp, **choice)
    referral_at("accepted")
    end_roles(user=cast.gp, team=cast.practice)
    deliver()
    assert became_of("referral_accepted") == [
        (cast.gp.email, "stopped", WHY), (cast.practice.inbox_email, "sent", ""),
    ]  # fmt: skip
    assert [mail.to for mail in mailoutbox if cast.gp.email in mail.to] == []
    assert deliver() == delivery.Report()
    assert audited() == {}

    gone = OutboxMessage.objects.get(template="referral_accepted", status="stopped")
    OutboxMessage.objects.filter(template="referral_accepted", status="sent").update(event_key="by hand")
    assert audited() == {"delivered": [str(gone.pk)]}  # nobody knows of it any more


def test_what_waited_for_a_link_worker_goes_to_their_team(cast, chooses, onward_at, as_user, time_machine):
    chooses(cast.link_worker, **NIGHT)
    onward = onward_at("information_requested")
    hand_over(team=cast.team, leaver=cast.link_worker, to=cast.lead, actor=Actor(fresh(cast.lead)), at=NOW)
    assert leave_team(team=cast.team, leaver=cast.link_worker, actor=Actor(fresh(cast.lead)))
    deliver()
    assert became_of("onward_question") == [
        (cast.link_worker.email, "stopped", WHY), (cast.team.inbox_email, "sent", ""),
    ]  # fmt: skip
    time_machine.move_to(MORNING)
    told = as_user(cast.lead).get("/api/v1/inbox/").json()["results"]
    assert [row["reference"] for row in told if row["template"] == "onward_question"] == [onward.reference]


def test_where_the_team_has_been_told_of_the_same_it_is_not_told_twice(cast, chooses, referral_at, mailoutbox):
    chooses(cast.gp, **NIGHT)
    referral_at("accepted")
    row = OutboxMessage.objects.get(template="referral_accepted")
    OutboxMessage.objects.create(
        event_key=row.event_key, recipient=cast.practice.inbox_email, channel="email", template=row.template,
        context=row.context, occurred_at=NOW, available_at=NOW,
    )  # fmt: skip
    end_roles(user=cast.gp, team=cast.practice)
    deliver()
    assert [mail.to for mail in mailoutbox].count([cast.practice.inbox_email]) == 1


def test_a_summary_for_a_lead_who_has_left_goes_to_nobody(cast, owe, chooses, mailoutbox):
    chooses(cast.lead, **NIGHT)
    owe(cast.lead.email, "referral_accepted", reference="S-22222-22222")
    end_roles(user=cast.lead, team=cast.team)
    deliver()
    assert became_of("referral_accepted") == [(cast.lead.email, "stopped", WHY)]
    assert mailoutbox == []


def test_a_team_whose_mailbox_was_somebody_s_own_is_still_told(cast, owe, mailoutbox):
    type(cast.practice).objects.filter(pk=cast.practice.pk).update(inbox_email=cast.gp.email)
    end_roles(user=cast.gp, team=cast.practice)
    owe(cast.gp.email)
    deliver()
    assert [mail.to for mail in mailoutbox] == [[cast.gp.email]]


def test_a_code_goes_where_it_was_asked_for_whoever_worked_there_once(cast, owe, mailoutbox):
    end_roles(user=cast.gp, team=cast.practice)
    owe(cast.gp.email, "self_referral_code", reference="C-22222-22222")
    deliver()
    assert [mail.to for mail in mailoutbox] == [[cast.gp.email]]


def test_after_the_work_went_back_the_next_question_finds_who_is_there(cast, chooses, referral_at, mailoutbox):
    """Nothing of it changes who is told from now on: that is decided at the event."""
    referral = referral_at("submitted")
    end_roles(user=cast.gp, team=cast.practice)
    take_referral_step(
        referral=referral, step="request_information", actor=Actor(fresh(cast.link_worker)), at=NOW,
        details=StepDetails(note="Does she use a frame?"),
    )  # fmt: skip
    assert became_of("referral_question") == [(cast.practice.inbox_email, "pending", "")]


def test_a_digest_whose_address_cannot_be_marked_is_given_up_and_holds_up_no_other(
    cast, owe, chooses, mailoutbox, settings
):
    settings.MESSAGE_BOUNCED = "tests.inbox.test_who_has_left.falls"
    chooses(cast.gp, news="daily")
    chooses(cast.link_worker, news="daily")
    owe(cast.gp.email)
    OutboxMessage.objects.filter(recipient=cast.gp.email).update(recipient="no address")
    owe(cast.link_worker.email)
    report = digests.deliver_digests(clock=lambda: MORNING)
    assert [type(bug) for bug in report.errors] == [DatabaseError]
    assert (report.failed, report.sent, [mail.to for mail in mailoutbox]) == (1, 1, [[cast.link_worker.email]])


def falls(message, *, at):
    raise DatabaseError
