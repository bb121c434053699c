"""To owe a message is to write a row in the transaction of what happened."""

import datetime as dt
import uuid
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from celery import current_app
from django.db import IntegrityError, transaction
from kombu import pools

from notifications import delivery, selectors, services
from notifications.enums import MessageStatus
from notifications.models import Delivery, OutboxMessage
from tests.notifications.post_office import AT, REFERENCE, free_port, owe

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_wake_yet(monkeypatch):
    monkeypatch.setattr(services, "_no_wake_before", 0.0)


def owed(**changes: Any) -> services.Owed:
    usual = services.Owed(
        event_key="test-event:1",
        recipient="gp@practice.example",
        template="referral_accepted",
        context={"reference": REFERENCE},
        at=AT,
    )
    return replace(usual, id=uuid.uuid4(), **changes)


def test_a_message_is_a_row_with_everything_needed_to_send_it():
    message = services.enqueue(
        event_key="referral-event:123",
        recipient=" gp@practice.example ",
        template="referral_accepted",
        context={"reference": REFERENCE},
        at=AT,
    )

    assert message is not None
    assert list(OutboxMessage.objects.values()) == [
        {
            "id": message.id,
            "event_key": "referral-event:123",
            "recipient": "gp@practice.example",
            "channel": "email",
            "template": "referral_accepted",
            "context": {"reference": REFERENCE},
            "created_at": OutboxMessage.objects.get().created_at,
            "request_id": "",
            "occurred_at": AT,
            "available_at": AT,
            "held_until": None,
            "in_digest": False,
            "attempts": 0,
            "deferrals": 0,
            "status": "pending",
            "sent_at": None,
            "failure": "",
        }
    ]
    assert str(message) == str(message.id)


def test_one_event_owes_one_recipient_one_message():
    first = owe(event=1, template="referral_accepted", recipient="gp@practice.example")
    with transaction.atomic():
        again = services.enqueue(
            event_key="test-event:1",
            recipient="gp@practice.example",
            template="referral_closed",
            context={"reference": REFERENCE},
            at=LATER,
        )
    other = owe(event=1, recipient="reception@practice.example")

    assert again is None
    assert set(OutboxMessage.objects.values_list("id", "template")) == {
        (first.id, "referral_accepted"),
        (other.id, "referral_arrived"),
    }


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_owed():
    with pytest.raises(RuntimeError, match="in the transaction"):
        services.enqueue_many([owed()])
    assert OutboxMessage.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_what_did_not_happen_is_not_told():
    with transaction.atomic():
        services.enqueue_many([owed()])
        transaction.set_rollback(True)
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize(
    "mistake",
    [
        {"template": "birthday"},
        {"context": {"reference": REFERENCE, "name": "Ada Archer"}},
        {"context": {}},
        {"context": {"reference": "Ada Archer"}},
        {"at": AT.replace(tzinfo=None)},
        {"already_delivered_at": AT.replace(tzinfo=None)},
    ],
)
def test_a_programmers_mistake_is_refused_and_nothing_written(mistake):
    with pytest.raises(ValueError, match=r"."):
        services.enqueue_many([owed(), owed(**{"event_key": "test-event:2"} | mistake)])
    assert OutboxMessage.objects.count() == 0


def test_many_messages_cost_two_statements(django_assert_num_queries):
    before = owe(event=3, recipient="gp@practice.example")
    messages = [owed(event_key=f"test-event:{number}") for number in [1, 2, 3, 4, 4]]

    with django_assert_num_queries(2):  # what their recipients chose, and the rows
        written = services.enqueue_many(messages)

    assert [message.event_key for message in written] == ["test-event:1", "test-event:2", "test-event:4"]
    assert set(OutboxMessage.objects.values_list("id", flat=True)) == {before.id, *(message.id for message in written)}


def test_history_is_recorded_as_delivered_and_never_sent(mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        message = owe(already_delivered_at=LATER)

    assert (message.status, message.sent_at) == (MessageStatus.SENT, LATER)
    assert list(Delivery.objects.values()) == [
        {"message_id": message.id, "at": LATER, "wire_id": "history", "attempts": 0}
    ]
    assert callbacks == []
    assert delivery.deliver_batch(at=LATER).claimed == 0
    assert mailoutbox == []


def test_a_message_that_was_given_up_can_be_owed_again():
    message = owe()
    OutboxMessage.objects.update(status=MessageStatus.FAILED, failure="Refused.", deferrals=12, attempts=13)

    assert services.try_again(message, at=LATER) is True
    assert services.try_again(message, at=LATER) is False
    message.refresh_from_db()
    assert (message.status, message.available_at, message.deferrals) == (MessageStatus.PENDING, LATER, 0)


# --- What the database itself refuses ---


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("message_once_per_event", {"event_key": "test-event:1"}),
        ("message_channel_known", {"channel": "pigeon"}),
        ("message_status_known", {"status": "lost"}),
        ("message_sent_has_its_time", {"status": "sent"}),
        ("message_sent_has_its_time", {"sent_at": AT}),
        ("message_failed_has_its_reason", {"status": "failed"}),
    ],
)
def test_the_database_refuses_what_makes_no_sense(constraint, values):
    owe(event=1)
    other = owe(event=2)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OutboxMessage.objects.filter(id=other.id).update(**values)


def test_the_database_refuses_a_second_delivery():
    message = owe(already_delivered_at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.bulk_create([Delivery(message=message, at=LATER, wire_id="again", attempts=1)])


# --- What the keepers read ---


def test_keepers_see_what_failed_what_is_late_and_what_an_event_owed():
    failed, late, sent, contradictory = (
        owe(event=number, at=AT + number * dt.timedelta(hours=1)) for number in range(4)
    )
    OutboxMessage.objects.filter(id=failed.id).update(status="failed", failure="Refused.")
    delivery.deliver_batch(at=AT + dt.timedelta(hours=2))
    OutboxMessage.objects.filter(id=late.id).update(status="pending", sent_at=None)
    OutboxMessage.objects.filter(id=contradictory.id).update(status="sent", sent_at=LATER)

    assert list(selectors.failed_messages()) == [failed]
    assert list(selectors.overdue_messages(since=AT + dt.timedelta(hours=1))) == []
    assert list(selectors.overdue_messages(since=AT + dt.timedelta(hours=5))) == [late]
    assert list(selectors.contradictory_messages()) == [late, contradictory]
    assert list(selectors.messages_for(["test-event:2", "test-event:3", "test-event:99"])) == [sent, contradictory]


# --- The wake ---


def test_a_transaction_asks_for_one_wake_however_much_it_owes(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        owe(event=1)
        with transaction.atomic():
            owe(event=2)
        owe(event=3)
    assert callbacks == [services._wake]


def test_a_wake_is_still_asked_for_when_the_part_that_asked_first_is_rolled_back(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        with transaction.atomic():
            services.enqueue_many([owed()])
            transaction.set_rollback(True)
        owe(event=2)
    assert callbacks == [services._wake]


@pytest.fixture
def broker(monkeypatch):
    """Lets a test choose the broker."""

    def choose(url):
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)

    yield choose
    pools.reset()


def test_a_wake_asks_the_workers_to_deliver(broker, django_capture_on_commit_callbacks):
    broker("memory://")
    with django_capture_on_commit_callbacks(execute=True):
        owe()

    with current_app.connection_for_write() as connection, connection.SimpleQueue("notifications") as queue:
        asked = queue.get(timeout=1)
        assert (asked.headers["task"], asked.payload[:2]) == ("notifications.deliver_due", [[], {}])
        assert queue.qsize() == 0


def test_wakes_in_quick_succession_are_one(broker):
    broker("memory://")
    for _ in range(5):
        services._wake()

    with current_app.connection_for_write() as connection, connection.SimpleQueue("notifications") as queue:
        assert queue.qsize() == 1
        queue.clear()


def test_without_redis_the_message_is_owed_all_the_same_and_nobody_waits(
    broker, caplog, django_capture_on_commit_callbacks
):
    broker(f"redis://127.0.0.1:{free_port()}/0")
    services._wake()  # the first use loads the client
    services._no_wake_before = 0.0
    started = monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        message = owe(event=1)
    with django_capture_on_commit_callbacks(execute=True):
        owe(event=2)
    assert monotonic() - started < 0.5

    assert OutboxMessage.objects.filter(status=MessageStatus.PENDING).count() == 2
    assert [record.levelname for record in caplog.records if record.name == "notifications.services"] == [
        "WARNING",
        "WARNING",
    ]
    assert message.recipient not in caplog.text
    assert services._no_wake_before > monotonic() + 25
