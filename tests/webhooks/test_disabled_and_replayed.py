"""An endpoint that takes nothing is disabled and its keepers are told; what it missed can be replayed."""

import datetime as dt

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import register_user
from notifications import selectors
from notifications.enums import Channel, DisabledReason, MessageStatus, WebhookStatus
from notifications.models import OutboxMessage, WebhookEndpoint
from notifications.webhooks import delivery, endpoints
from notifications.webhooks.delivery import deliver_due
from tests.conftest import NOW
from tests.notifications.post_office import free_port
from tests.webhooks.receiver import OK, answering, verified
from tests.webhooks.rows import lane, state

pytestmark = pytest.mark.django_db
R = "R-7K3M9-QXD24"
AFTER = dt.timedelta


# --- Disabled ---------------------------------------------------------------------------------------------


def keepers_told():
    rows = OutboxMessage.objects.filter(template="webhook_disabled").order_by("recipient")
    return [(row.recipient, row.channel, row.context) for row in rows]


def test_who_is_gone_is_disabled_at_once_and_its_keepers_are_told(cast, register, tell, receiver, deliver, keeper_of):
    receiver.rule = lambda number: answering(410)
    endpoint, _ = register(cast.team, receiver.url)
    gone, waiting = tell(), tell(at=NOW + AFTER(seconds=1))
    report = deliver(NOW + AFTER(seconds=2))
    assert (report.claimed, report.failed) == (1, 1)
    found = lane(endpoint)
    assert (found.status, found.disabled_reason) == (WebhookStatus.DISABLED, DisabledReason.GONE)
    assert state(gone)[0] == MessageStatus.FAILED
    assert state(waiting) == (MessageStatus.FAILED, 0, "The endpoint was disabled. It answered 410 Gone.")
    assert keepers_told() == [
        (address, Channel.EMAIL, {"reference": endpoint.reference})
        for address in sorted([cast.lead.email, keeper_of(cast.team).email])
    ]
    assert tell() is None  # nothing more is owed to it
    assert len(receiver.requests) == 1


def test_where_nobody_leads_or_manages_the_team_is_told(cast, register, tell, receiver, deliver, keeper_of):
    receiver.rule = lambda number: answering(410)
    register(cast.practice, receiver.url)
    type(cast.gp).objects.filter(pk=keeper_of(cast.practice).pk).update(is_active=False)
    tell(cast.practice)
    deliver(NOW)
    assert [recipient for recipient, *_ in keepers_told()] == [cast.practice.inbox_email]


def test_who_takes_nothing_for_three_days_is_disabled(cast, register, tell, receiver, deliver):
    """As long as one message is tried: 75 hours, 35 minutes and 5 seconds, however many messages there were."""
    receiver.rule = lambda number: answering(500)
    endpoint, _ = register(cast.team, receiver.url)
    tell()
    deliver(NOW)
    almost, enough = AFTER(hours=75, minutes=35), AFTER(hours=75, minutes=35, seconds=5)
    tell(at=NOW + almost)
    deliver(NOW + almost)
    assert lane(endpoint).status == WebhookStatus.ACTIVE
    tell(at=NOW + enough)
    deliver(NOW + enough)
    assert (lane(endpoint).status, lane(endpoint).disabled_reason) == ("disabled", "failing")
    assert {row.status for row in OutboxMessage.objects.filter(channel="webhook")} == {MessageStatus.FAILED}
    assert len(keepers_told()) == 2


def test_one_message_that_is_taken_in_between_begins_it_anew(cast, register, tell, receiver, deliver):
    receiver.rule = lambda number: OK if number == 2 else answering(500)
    endpoint, _ = register(cast.team, receiver.url)
    tell()
    deliver(NOW)
    tell(at=NOW + AFTER(days=2))
    OutboxMessage.objects.filter(deferrals=1).update(available_at=NOW + AFTER(days=9))
    deliver(NOW + AFTER(days=2))
    tell(at=NOW + AFTER(days=4))
    deliver(NOW + AFTER(days=4))
    assert lane(endpoint).status == WebhookStatus.ACTIVE
    assert lane(endpoint).failing_since == NOW + AFTER(days=4)


def test_what_was_owed_in_the_moment_of_disabling_is_given_up(cast, register, tell, receiver, deliver):
    _endpoint, _ = register(cast.team, receiver.url)
    row = tell()
    WebhookEndpoint.objects.update(status="disabled", disabled_reason="gone", disabled_at=NOW)
    deliver(NOW)
    assert state(row) == (MessageStatus.FAILED, 0, "The endpoint was disabled.")
    assert receiver.requests == []


def test_a_receiver_that_is_down_is_no_illness_of_ours(cast, register, tell, deliver):
    register(cast.team, f"http://127.0.0.1:{free_port()}/hook")
    tell()
    tell()
    deliver(NOW)
    assert selectors.unsent_since(at=NOW + AFTER(hours=1)) is None
    assert [(b.channel, b.due + b.refused + b.later) for b in selectors.backlogs(at=NOW)] == [("webhook", 2)]


# --- Rotation, replay, ping -------------------------------------------------------------------------------


def test_while_a_secret_is_changed_both_are_good_and_then_the_new_one_alone(
    cast, register, tell, receiver, deliver, keeper_of, time_machine
):
    endpoint, old = register(cast.team, receiver.url)
    keeper = Actor(keeper_of(cast.team))
    _, new = endpoints.rotate_secret(endpoint=endpoint, actor=keeper, at=NOW, overlap=AFTER(hours=2))
    for hours in (1, 3):
        at = NOW + AFTER(hours=hours)
        time_machine.move_to(at)
        tell(at=at)
        deliver(at)
    during, after = receiver.requests
    time_machine.move_to(NOW + AFTER(hours=1))
    assert verified(during, old) == verified(during, new)
    time_machine.move_to(NOW + AFTER(hours=3))
    assert verified(after, new)["type"] == "referral.accepted"
    with pytest.raises(Exception, match="No matching signature"):
        verified(after, old)


def test_what_was_given_up_is_replayed_with_its_id(cast, register, tell, receiver, deliver, keeper_of):
    receiver.rule = lambda number: answering(410) if number == 1 else OK
    endpoint, _ = register(cast.team, receiver.url)
    before, since = tell(at=NOW), tell(at=NOW + AFTER(minutes=5))
    later = tell(at=NOW + AFTER(minutes=6))
    deliver(NOW + AFTER(minutes=10))
    keeper = Actor(keeper_of(cast.team))
    at = NOW + AFTER(days=1)
    endpoints.enable_endpoint(endpoint=endpoint, actor=keeper, at=at)
    assert deliver(at).claimed == 0  # nothing by itself

    count = endpoints.replay_failed(endpoint=endpoint, since=NOW + AFTER(minutes=5), actor=keeper, at=at)
    deliver(at)

    assert count == 2
    assert {request.id for request in receiver.requests[1:]} == {str(since.id), str(later.id)}
    assert [state(row)[0] for row in (before, since, later)] == ["failed", "sent", "sent"]
    endpoints.replay_one(endpoint=endpoint, message=before, actor=keeper, at=at)
    deliver(at)
    assert receiver.requests[-1].id == receiver.requests[0].id == str(before.id)
    assert state(before)[0] == "sent"


def test_a_ping_arrives_whatever_types_were_chosen(cast, register, receiver, deliver, keeper_of, time_machine):
    endpoint, secret = register(cast.team, receiver.url, event_types=["referral.accepted"])
    time_machine.move_to(NOW)
    endpoints.ping(endpoint=endpoint, actor=Actor(keeper_of(cast.team)), at=NOW)
    deliver(NOW)
    assert verified(receiver.requests[0], secret) == {
        "type": "webhook.ping", "timestamp": "2026-11-02T09:30:00Z", "data": {"webhook": endpoint.reference},
    }  # fmt: skip


def test_the_task_delivers(cast, register, tell, receiver, time_machine):
    from notifications.tasks import deliver_webhooks  # noqa: PLC0415

    register(cast.team, receiver.url)
    tell()
    time_machine.move_to(NOW)
    deliver_webhooks()
    assert receiver.types == ["referral.accepted"]
    assert delivery.WAITS[0] == AFTER(seconds=5)


def test_a_lead_who_has_left_is_not_told(cast, register, tell, receiver, deliver, keeper_of):
    leaver = register_user(
        email="gone@work.example", full_name="Gus Gone", password=None, roles=[(cast.team, Role.LEAD)]
    )
    type(leaver).objects.filter(pk=leaver.pk).update(is_active=False)
    receiver.rule = lambda number: answering(410)
    register(cast.team, receiver.url)
    tell()
    deliver_due(clock=lambda: NOW)
    assert "gone@work.example" not in [recipient for recipient, *_ in keepers_told()]


def test_what_waits_for_a_receiver_that_fails_is_not_stuck_as_long_as_somebody_tries(
    cast, register, tell, receiver, deliver
):
    """The audit counts as stuck what has no coming try: two days of a dead receiver are not that, a dead worker is."""
    receiver.rule = lambda number: answering(503)
    register(cast.team, receiver.url)
    tried, waiting = tell(), tell(at=NOW + AFTER(seconds=1))
    deliver(NOW + AFTER(hours=2))
    assert (state(tried)[1], state(waiting)[1]) == (1, 0)  # the second waits behind the first, and was never tried
    assert list(selectors.overdue_messages(since=NOW + AFTER(hours=2))) == []
    assert list(selectors.overdue_messages(since=NOW + AFTER(hours=3))) == [tried, waiting]  # nobody has come since


def test_what_was_put_off_is_not_stuck_before_its_next_try(cast, register, tell, receiver, deliver):
    receiver.rule = lambda number: answering(500)
    register(cast.team, receiver.url)
    at, row = NOW, tell()
    for _ in range(5):
        deliver(at)
        row.refresh_from_db()
        at = row.available_at
    assert at - NOW > AFTER(hours=7)
    assert list(selectors.overdue_messages(since=at - AFTER(minutes=1))) == []
    assert list(selectors.overdue_messages(since=at + AFTER(hours=1))) == [row]
