"""From owed to delivered, whatever happens in between: the relay called directly, with senders that misbehave."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Self
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from notifications import channels, delivery, selectors
from notifications.channels import EmailSender, PermanentFailure, TemporaryFailure, Unreachable
from notifications.delivery import deliver_batch
from notifications.enums import Channel, MessageStatus
from notifications.models import Delivery, OutboxMessage
from tests.notifications.post_office import AT, Letterbox, mail_server, owe, owe_many

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


class Killed(BaseException):
    """Stands for kill -9: nothing in the relay may catch it, and nothing after it runs."""


class OddSender:
    """A sender that does what a test wants, and remembers what went out."""

    sent: list[OutboxMessage]
    act: Callable[[OutboxMessage], None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, message: OutboxMessage) -> str:
        type(self).act(message)
        self.sent.append(message)
        return f"<{message.id}@odd.example>"


@pytest.fixture
def sending(monkeypatch):
    """Replaces email by a sender that does what it is given; returns the messages that went out."""

    def choose(act=lambda message: None):
        sent: list[OutboxMessage] = []
        sender = type("Sender", (OddSender,), {"act": staticmethod(act), "sent": sent})
        monkeypatch.setitem(channels.SENDERS, Channel.EMAIL, sender)
        return sent

    return choose


def raising(error):
    def act(message):
        raise error

    return act


def state_of(message):
    message.refresh_from_db()
    return (message.status, message.attempts, message.deferrals, message.failure)


def near(moment):
    """A moment at which something was settled: the relay's own time passes while it works."""

    class Near:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, dt.datetime) and moment <= other < moment + 10 * SECOND

        __hash__ = None  # type: ignore[assignment]

    return Near()


# --- The plain course ---


def test_a_due_message_is_sent_and_recorded_once(mailoutbox):
    message = owe()

    report = deliver_batch(at=AT)
    again = deliver_batch(at=AT + dt.timedelta(days=1))

    assert report == delivery.Report(claimed=1, sent=1)
    assert again == delivery.Report()
    assert [mail.to for mail in mailoutbox] == [["link.workers@northside.example"]]
    assert state_of(message) == (MessageStatus.SENT, 1, 0, "")
    assert message.sent_at == near(AT)
    assert list(Delivery.objects.values()) == [
        {
            "message_id": message.id,
            "at": message.sent_at,
            "wire_id": f"<{message.id}@referral.example>",
            "attempts": 1,
        }
    ]
    assert str(message.delivery) == str(message.id)


def test_a_message_waits_for_its_time(sending):
    sent = sending()
    message = owe(at=AT + SECOND)

    assert deliver_batch(at=AT).claimed == 0
    assert deliver_batch(at=AT + SECOND).sent == 1
    assert sent == [message]


def test_the_longest_due_goes_first_and_a_batch_has_its_size(sending):
    sent = sending()
    messages = owe_many(5)

    assert [deliver_batch(at=AT, size=2).sent for _ in range(4)] == [2, 2, 1, 0]
    assert sent == messages


def test_everything_due_is_delivered_batch_by_batch(sending):
    sent = sending()
    messages = owe_many(250)

    report = delivery.deliver_due(clock=lambda: AT)

    assert report == delivery.Report(claimed=250, sent=250)
    assert sent == messages


def test_of_a_batch_it_is_asked_once_who_has_left_and_which_addresses_are_marked(mailoutbox):
    def questions(count):
        for number in range(count):
            owe(event=100 * count + number, at=AT)
        with CaptureQueriesContext(connection) as asked:
            assert deliver_batch(at=AT).sent == count
        return len(asked)

    assert questions(20) - questions(2) == 18  # the record of each, and nothing else


def test_a_round_ends_when_its_time_is_up(sending):
    sending()
    owe_many(150)
    assert delivery.deliver_due(clock=lambda: AT, seconds=0) == delivery.Report(claimed=100, sent=100)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_delivered_inside_a_transaction(sending):
    sent = sending()
    message = owe()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        deliver_batch(at=AT)

    assert sent == []
    assert state_of(message) == (MessageStatus.PENDING, 0, 0, "")


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_message_is_sent(sending):
    was_open = []
    sending(lambda message: was_open.append(connection.in_atomic_block))
    owe_many(2)

    deliver_batch(at=AT)

    assert was_open == [False, False]


# --- Two at once ---


@pytest.mark.django_db(transaction=True)
def test_two_relays_at_once_send_each_message_once(settings):
    messages = owe_many(60)
    letterbox = Letterbox()
    barrier = threading.Barrier(2)
    reports: list[list[delivery.Report]] = [[], []]

    def relay(own):
        try:
            barrier.wait()
            while (report := deliver_batch(at=AT, size=7)).claimed:
                own.append(report)
        finally:
            connections.close_all()

    with mail_server(letterbox) as port:
        settings.EMAIL_BACKEND = "notifications.channels.plain_email.PlainBackend"
        settings.EMAIL_PORT = port
        relays = [threading.Thread(target=relay, args=(own,)) for own in reports]
        for thread in relays:
            thread.start()
        for thread in relays:
            thread.join()

    assert sorted(letterbox.message_ids) == sorted(f"<{message.id}@referral.example>" for message in messages)
    assert sum(report.sent for own in reports for report in own) == 60
    assert all(reports), "both took part"
    assert Delivery.objects.count() == 60
    assert list(selectors.contradictory_messages()) == []


@pytest.mark.django_db(transaction=True)
def test_a_row_which_another_relay_is_claiming_is_passed_over_not_waited_for(sending):
    sent = sending()
    first, second = owe_many(2)
    has_locked, may_end = threading.Event(), threading.Event()

    def claim_slowly():
        try:
            with transaction.atomic():
                OutboxMessage.objects.select_for_update().get(id=first.id)
                has_locked.set()
                may_end.wait(10)
        finally:
            connections.close_all()

    other = threading.Thread(target=claim_slowly)
    other.start()
    has_locked.wait(10)
    report = deliver_batch(at=AT)
    may_end.set()
    other.join()

    assert report == delivery.Report(claimed=1, sent=1)
    assert sent == [second]


# --- Killed ---


def test_killed_before_the_send_the_message_goes_when_the_lease_has_ended(sending):
    sending(raising(Killed()))
    message = owe()
    with pytest.raises(Killed):
        deliver_batch(at=AT)
    sent = sending()

    assert deliver_batch(at=AT + delivery.LEASE - SECOND).claimed == 0
    assert deliver_batch(at=AT + delivery.LEASE).sent == 1
    assert sent == [message]
    assert state_of(message) == (MessageStatus.SENT, 2, 0, "")


def test_killed_between_send_and_settle_the_message_goes_again_with_the_same_id_and_is_recorded_once(
    mailoutbox, monkeypatch
):
    class KilledAfterwards(EmailSender):
        def send(self, message: OutboxMessage) -> str:
            super().send(message)
            raise Killed

    message, behind = owe_many(2)
    monkeypatch.setitem(channels.SENDERS, Channel.EMAIL, KilledAfterwards)
    with pytest.raises(Killed):
        deliver_batch(at=AT)
    assert Delivery.objects.count() == 0

    monkeypatch.setitem(channels.SENDERS, Channel.EMAIL, EmailSender)
    assert deliver_batch(at=AT + delivery.LEASE).sent == 2

    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [
        f"<{message.id}@referral.example>",
        f"<{message.id}@referral.example>",
        f"<{behind.id}@referral.example>",
    ]
    assert set(Delivery.objects.values_list("message_id", "attempts")) == {(message.id, 2), (behind.id, 2)}


def test_one_whose_lease_ended_while_it_sent_records_nothing_a_second_time(sending, caplog):
    def overtaken(message):
        if message.attempts == 1:
            assert deliver_batch(at=AT + delivery.LEASE) == delivery.Report(claimed=1, sent=1)

    sent = sending(overtaken)
    message = owe()

    assert deliver_batch(at=AT) == delivery.Report(claimed=1, sent=0)
    assert sent == [message, message]
    assert list(Delivery.objects.values_list("message_id", "attempts")) == [(message.id, 2)]
    assert f"Message {message.id} was sent again" in caplog.text


@pytest.mark.parametrize("failure", [TemporaryFailure("Later."), PermanentFailure("Never.")])
def test_one_whose_lease_ended_spoils_nothing_for_the_next(sending, failure):
    def act(message):
        delivery.claim_batch(at=AT + delivery.LEASE)
        raise failure

    sending(act)
    message = owe()

    report = deliver_batch(at=AT)

    assert (report.deferred, report.failed) == (0, 0)
    assert state_of(message) == (MessageStatus.PENDING, 2, 0, "")
    assert message.available_at == AT + 2 * delivery.LEASE


# --- Refused ---


def test_put_off_for_now_the_message_comes_again_later(sending):
    sending(raising(TemporaryFailure("Come back later.")))
    message = owe()

    assert deliver_batch(at=AT) == delivery.Report(claimed=1, deferred=1)
    assert state_of(message) == (MessageStatus.PENDING, 1, 1, "Come back later.")
    assert message.available_at == near(AT + delivery.deferral(message.id, number=1))

    sent = sending()
    assert deliver_batch(at=AT + 4 * SECOND).claimed == 0
    assert deliver_batch(at=AT + 20 * SECOND).sent == 1
    assert sent == [message]
    assert state_of(message) == (MessageStatus.SENT, 2, 1, "")


def test_each_wait_is_twice_as_long_up_to_an_hour_and_spread_by_half():
    ids = [uuid4() for _ in range(200)]
    for number, full in enumerate([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600], start=1):
        waits = [delivery.deferral(message_id, number=number) / SECOND for message_id in ids]
        assert full / 2 <= min(waits) < full * 0.55
        assert full * 0.95 < max(waits) <= full
    assert delivery.deferral(ids[0], number=3) == delivery.deferral(ids[0], number=3)


def test_put_off_too_often_the_message_is_given_up(sending, caplog):
    sending(raising(TemporaryFailure("Come back later.")))
    message = owe(recipient="link.workers@northside.example")

    reports = [deliver_batch(at=AT + number * dt.timedelta(hours=2)) for number in range(14)]

    assert [report.deferred for report in reports] == [1] * 12 + [0, 0]
    assert [report.failed for report in reports] == [0] * 12 + [1, 0]
    assert state_of(message) == (MessageStatus.FAILED, 13, 12, "Come back later.")
    assert list(selectors.failed_messages()) == [message]
    assert f"Message {message.id} is given up: Come back later." in caplog.text
    assert "northside" not in caplog.text


def test_refused_for_good_the_message_is_given_up_at_once_and_the_others_go(sending):
    def act(message):
        if message.event_key == "test-event:1":
            raise PermanentFailure("No such mailbox.")

    sent = sending(act)
    first, refused, last = owe_many(3)

    assert deliver_batch(at=AT) == delivery.Report(claimed=3, sent=2, failed=1)
    assert sent == [first, last]
    assert state_of(refused) == (MessageStatus.FAILED, 1, 0, "No such mailbox.")
    assert Delivery.objects.filter(message=refused).count() == 0


# --- Nobody there ---


def test_when_nobody_can_be_reached_the_batch_is_handed_back_untried(sending):
    tries = []

    def act(message):
        tries.append(message)
        raise Unreachable("The mail server could not be reached.")

    sending(act)
    messages = owe_many(150)

    report = delivery.deliver_due(clock=lambda: AT)

    assert report == delivery.Report(claimed=100, handed_back=100, is_unreachable=True)
    assert tries == messages[:1]
    messages[99].refresh_from_db()
    assert messages[99].available_at == near(AT + delivery.OUTAGE_PAUSE)


def test_an_outage_however_long_costs_no_message(sending):
    sending(raising(Unreachable("The mail server could not be reached.")))
    message = owe()
    for hour in range(50):
        assert deliver_batch(at=AT + dt.timedelta(hours=hour)).handed_back == 1
    assert state_of(message) == (MessageStatus.PENDING, 50, 0, "")

    sending()
    assert deliver_batch(at=AT + dt.timedelta(hours=50)).sent == 1


def test_an_outage_in_the_middle_of_a_batch_keeps_what_was_sent(sending):
    def act(message):
        if message.event_key == "test-event:2":
            raise Unreachable("The mail server refused us as the sender (550).")

    sent = sending(act)
    messages = owe_many(5)

    assert deliver_batch(at=AT) == delivery.Report(claimed=5, sent=2, handed_back=3, is_unreachable=True)
    assert sent == messages[:2]
    assert Delivery.objects.count() == 2


# --- Slow ---


def test_no_send_begins_late_in_the_lease(sending):
    sent = sending(lambda message: time.sleep(0.06))
    messages = owe_many(10)

    report = deliver_batch(at=AT, lease=dt.timedelta(seconds=0.4))

    assert report.sent <= 2
    assert report.handed_back == 10 - report.sent
    assert sent == messages[: report.sent]
    assert deliver_batch(at=AT + SECOND).claimed == report.handed_back


def test_a_send_that_runs_into_its_time_limit_ends_within_the_lease():
    begun_at_the_latest = delivery.LEASE / delivery.SENDING_SHARE
    assert begun_at_the_latest + settings.EMAIL_TIMEOUT * SECOND <= delivery.LEASE


# --- Bugs ---


def test_a_bug_surfaces_and_holds_up_nobody_else(mailoutbox, caplog):
    first, poisonous, last = owe_many(3)
    OutboxMessage.objects.filter(id=poisonous.id).update(template="taken_out_by_a_later_release")

    report = deliver_batch(at=AT)

    assert (report.claimed, report.sent, report.deferred) == (3, 2, 1)
    assert [mail.extra_headers["X-Message-Id"] for mail in mailoutbox] == [str(first.id), str(last.id)]
    assert state_of(poisonous) == (MessageStatus.PENDING, 1, 1, "A fault of ours (ValueError).")
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        f"Message {poisonous.id} met a bug."
    ]
    with pytest.raises(ExceptionGroup) as surfaced:
        report.raise_errors()
    assert [str(bug) for bug in surfaced.value.exceptions] == ["There is no template 'taken_out_by_a_later_release'."]


def test_a_message_that_meets_a_bug_each_time_ends_as_somebodys_task(sending):
    sending(raising(KeyError("oh")))
    message = owe()
    for number in range(13):
        deliver_batch(at=AT + number * dt.timedelta(hours=2))
    assert state_of(message) == (MessageStatus.FAILED, 13, 12, "A fault of ours (KeyError).")


def test_a_hundred_poisonous_messages_do_not_delay_the_one_behind_them(mailoutbox):
    for message in owe_many(100):
        OutboxMessage.objects.filter(id=message.id).update(template="taken_out_by_a_later_release")
    good = owe(event=1000)

    report = delivery.deliver_due(clock=lambda: AT)

    assert (report.sent, report.deferred, len(report.errors)) == (1, 100, 100)
    assert [mail.extra_headers["X-Message-Id"] for mail in mailoutbox] == [str(good.id)]
