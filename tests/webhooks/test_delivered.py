"""From a row that is owed to a request that was taken, with a real receiver; and all that can go wrong between."""

import datetime as dt
import email.utils
from threading import Thread
from time import monotonic

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.delivery import claim_batch
from notifications.enums import MessageStatus
from notifications.models import Delivery, OutboxMessage, WebhookEndpoint
from notifications.webhooks import sending
from notifications.webhooks.delivery import claim
from tests.conftest import NOW
from tests.notifications.post_office import free_port
from tests.webhooks.receiver import OK, answering, running, verified
from tests.webhooks.rows import lane, state

pytestmark = pytest.mark.django_db
R = "R-7K3M9-QXD24"
AFTER = dt.timedelta


# --- Taken ------------------------------------------------------------------------------------------------


def test_what_is_owed_arrives_signed_and_is_recorded_once(cast, register, tell, receiver, deliver, time_machine):
    _endpoint, secret = register(cast.team, receiver.url)
    row = tell()
    time_machine.move_to(NOW)

    report = deliver(NOW)

    assert (report.claimed, report.sent, report.errors) == (1, 1, [])
    [request] = receiver.requests
    assert verified(request, secret) == {
        "type": "referral.accepted", "timestamp": "2026-11-02T09:30:00Z", "data": {"referral": R},
    }  # fmt: skip
    assert request.path == "/hook"
    assert request.id == str(row.id)
    assert request.headers["content-type"] == "application/json"
    assert state(row) == (MessageStatus.SENT, 0, "")
    assert [(d.message_id, d.wire_id, d.attempts) for d in Delivery.objects.all()] == [(row.id, str(row.id), 1)]
    assert deliver(NOW).claimed == 0


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_has_taken_it(status, cast, register, tell, receiver, deliver):
    receiver.rule = lambda number: answering(status)
    register(cast.team, receiver.url)
    row = tell()
    deliver(NOW)
    assert state(row)[0] == MessageStatus.SENT


def test_an_endpoint_is_sent_one_at_a_time_in_the_order_of_what_happened(cast, register, tell, receiver, deliver):
    register(cast.team, receiver.url)
    rows = [tell(at=NOW + AFTER(seconds=number)) for number in range(5)]
    deliver()
    assert [request.id for request in receiver.requests] == [str(row.id) for row in rows]


def test_emails_and_webhooks_are_two_queues(cast, register, tell, deliver, receiver):
    register(cast.team, receiver.url)
    tell()
    assert claim_batch(at=NOW + AFTER(days=1)) == []
    assert deliver().sent == 1


# --- Not taken --------------------------------------------------------------------------------------------


def test_the_retries_are_those_of_the_standard(cast, register, tell, receiver, deliver):
    """0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; up to a tenth later, so that not all come at once."""
    receiver.rule = lambda number: answering(500)
    register(cast.team, receiver.url)
    row = tell()
    waits, at = [], NOW
    for _ in range(9):
        assert deliver(at).deferred == 1
        assert deliver(at).claimed == 0
        row.refresh_from_db()
        waits.append((row.available_at - at).total_seconds())
        at = row.available_at
    hour = 3600
    table = [5, 300, 1800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour]
    assert all(full <= wait <= full * 1.1 for full, wait in zip(table, waits, strict=True))
    assert deliver(at).failed == 1
    assert state(row)[0] == MessageStatus.FAILED
    assert len(receiver.requests) == 10
    assert {request.id for request in receiver.requests} == {str(row.id)}
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-signature"] for request in receiver.requests}) == 10


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_a_failure_and_nobody_goes_there(status, cast, register, tell, receiver, deliver):
    with running() as elsewhere:
        receiver.rule = lambda number: answering(status, Location=elsewhere.url)
        register(cast.team, receiver.url)
        row = tell()
        deliver(NOW)
        assert elsewhere.requests == []
    assert state(row) == (MessageStatus.PENDING, 1, f"It answered {status}.")


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_one_message_that_is_not_taken_does_not_hold_up_the_next(status, cast, register, tell, receiver, deliver):
    receiver.rule = lambda number: answering(status) if number == 1 else OK
    endpoint, _ = register(cast.team, receiver.url)
    first, second = tell(), tell(at=NOW + AFTER(seconds=1))
    report = deliver(NOW + AFTER(seconds=2))
    assert (report.deferred, report.sent) == (1, 1)
    assert state(first) == (MessageStatus.PENDING, 1, f"It answered {status}.")
    assert state(second)[0] == MessageStatus.SENT
    assert lane(endpoint).failing_since is None


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_too_busy_says_when_to_come_back(status, cast, register, tell, receiver, deliver):
    receiver.rule = lambda number: answering(status, Retry_After="1800") if number == 1 else OK
    endpoint, _ = register(cast.team, receiver.url)
    first, second = tell(), tell(at=NOW + AFTER(seconds=1))
    at = NOW + AFTER(seconds=2)
    deliver(at)
    first.refresh_from_db()
    assert first.available_at == at + AFTER(minutes=30)
    assert lane(endpoint).free_at == at + AFTER(minutes=30)  # nor does the second go before
    assert deliver(at + AFTER(minutes=29)).claimed == 0
    assert deliver(at + AFTER(minutes=31)).sent == 2
    assert state(second)[0] == MessageStatus.SENT


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (email.utils.format_datetime(NOW + AFTER(minutes=10), usegmt=True), 600),
        (email.utils.format_datetime(NOW - AFTER(minutes=10), usegmt=True), None),
        ("99999999", 24 * 3600),  # at most a day
        ("soon", None),
        ("-5", None),
        ("Mon, 02 Nov 2026 10:00:00 +99999999999999999999", None),  # a number that no date has
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nonsense_counts_for_nothing(
    said, seconds, cast, register, tell, receiver, deliver
):
    receiver.rule = lambda number: answering(429, Retry_After=said)
    register(cast.team, receiver.url)
    row = tell()
    deliver(NOW)
    row.refresh_from_db()
    waits = (row.available_at - NOW).total_seconds()
    assert waits == seconds if seconds else 5 <= waits <= 5.5


def test_who_has_taken_it_may_say_what_nonsense_they_like_beside(cast, register, tell, receiver, deliver):
    receiver.rule = lambda number: answering(204, Retry_After="Mon, 02 Nov 2026 10:00:00 +99999999999999999999")
    register(cast.team, receiver.url)
    row = tell()
    assert deliver(NOW).errors == []
    assert state(row) == (MessageStatus.SENT, 0, "")


def test_nobody_there(cast, register, tell, deliver):
    endpoint, _ = register(cast.team, f"http://127.0.0.1:{free_port()}/hook")
    first, second = tell(), tell(at=NOW + AFTER(seconds=1))
    report = deliver(NOW + AFTER(seconds=2))
    assert (report.claimed, report.deferred) == (1, 1)  # the second was not tried, and is none the worse
    assert state(first) == (MessageStatus.PENDING, 1, "It could not be reached.")
    assert state(second) == (MessageStatus.PENDING, 0, "")
    assert lane(endpoint).failing_since == NOW + AFTER(seconds=2)


def test_a_name_that_leads_inside_is_not_asked(cast, register, tell, deliver, monkeypatch):
    """It was public when it was registered, and is not now; and the connection goes to the address that was judged."""
    register(cast.team, "https://hooks.town.example/in")
    row = tell()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("10.0.0.5", 443))])
    deliver(NOW)
    assert state(row) == (MessageStatus.PENDING, 1, "The address is not one of the public internet.")


def test_the_connection_goes_to_the_address_that_was_judged(cast, register, tell, receiver, deliver, monkeypatch):
    """A second answer of the name's server is never asked for."""
    port = int(receiver.url.split(":")[2].split("/")[0])
    asked = []
    usual = __import__("socket").getaddrinfo

    def first_inside_then_elsewhere(host, *args, **kwargs):
        if host != "localhost":
            return usual(host, *args, **kwargs)
        asked.append(host)
        return [(0, 0, 0, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.5", port))]

    register(cast.team, f"http://localhost:{port}/hook")
    tell()
    monkeypatch.setattr("socket.getaddrinfo", first_inside_then_elsewhere)
    assert deliver(NOW).sent == 1
    assert asked == ["localhost"]
    assert receiver.requests[0].headers["host"] == f"localhost:{port}"


def test_of_an_endless_answer_little_is_read(cast, register, tell, receiver, deliver):
    receiver.rule = lambda number: (200, {"Content-Length": str(10**9)}, b"x" * 100_000)
    register(cast.team, receiver.url)
    row = tell()
    started = monotonic()
    deliver(NOW)
    assert monotonic() - started < 5
    assert state(row)[0] == MessageStatus.SENT


def test_what_the_other_side_says_is_never_kept(cast, register, tell, receiver, deliver, caplog):
    receiver.rule = lambda number: (500, {}, b"Rose Okafor is not known here")
    register(cast.team, receiver.url)
    row = tell()
    deliver(NOW)
    assert state(row)[2] == "It answered 500."
    assert "Rose" not in caplog.text


def test_a_bug_of_ours_holds_up_nobody_and_surfaces(cast, register, tell, receiver, deliver):
    _endpoint, _ = register(cast.team, receiver.url)
    broken, whole = tell(), tell(at=NOW + AFTER(seconds=1))
    OutboxMessage.objects.filter(pk=broken.pk).update(template="referral.unheard_of")
    report = deliver(NOW + AFTER(seconds=2))
    assert (report.deferred, report.sent, [type(bug) for bug in report.errors]) == (1, 1, [ValueError])
    assert state(broken) == (MessageStatus.PENDING, 1, "A fault of ours (ValueError).")
    assert state(whole)[0] == MessageStatus.SENT
    with pytest.raises(ExceptionGroup):
        report.raise_errors()


# --- One that hangs ---------------------------------------------------------------------------------------


def test_one_that_hangs_is_left_after_the_timeout_and_holds_up_no_other(cast, register, tell, deliver, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT", 1.5)
    with running(is_shut=True) as hanging, running() as well:
        slow, _ = register(cast.team, hanging.url)
        register(cast.practice, well.url)
        stuck = tell()
        others = [tell(cast.practice, at=NOW + AFTER(seconds=number)) for number in range(3)]
        arrived = []

        def watch():
            hanging.has_begun.wait(10)
            until = monotonic() + 1
            while monotonic() < until and len(well.requests) < 3:
                pass
            arrived.append(len(well.requests))

        watcher = Thread(target=watch)
        watcher.start()
        started = monotonic()
        report = deliver(NOW + AFTER(seconds=5))
        took = monotonic() - started
        watcher.join()
    assert arrived == [3]  # while the other hung
    assert (report.sent, report.deferred) == (3, 1)
    assert 1.4 < took < 8
    assert state(stuck) == (MessageStatus.PENDING, 1, "It did not answer in time.")
    assert [state(row)[0] for row in others] == [MessageStatus.SENT] * 3
    assert lane(slow).free_at > NOW + AFTER(seconds=5)


def test_the_longer_nobody_answers_the_longer_a_lane_rests(cast, register, tell, deliver):
    endpoint, _ = register(cast.team, f"http://127.0.0.1:{free_port()}/hook")
    for failing_for, rests in [(0, 5), (100, 10), (1000, 100), (100_000, 300)]:
        at = NOW + AFTER(seconds=failing_for)
        tell(at=at)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(free_at=NOW, failing_since=NOW)
        OutboxMessage.objects.filter(recipient=endpoint.recipient).update(available_at=at)
        deliver(at)
        assert (lane(endpoint).free_at - at).total_seconds() == rests


@pytest.mark.parametrize(("status", "rests"), [(200, 0), (500, 0), (503, 5)])
def test_a_lane_is_free_when_our_clock_was_an_hour_ahead_and_is_right_again(
    cast, register, tell, receiver, deliver, status, rests
):
    now = timezone.now()
    receiver.rule = lambda number: answering(status)
    endpoint, _ = register(cast.team, receiver.url)
    row = tell(at=now)
    assert deliver(now + AFTER(hours=1)).claimed == 1
    assert row is not None
    assert state(row)[1] == (0 if status == 200 else 1)
    assert lane(endpoint).free_at <= timezone.now() + AFTER(seconds=rests)


def test_a_killed_process_leaves_a_lease_that_ends(cast, register, tell, receiver, deliver):
    register(cast.team, receiver.url)
    row = tell()
    assert [flight.message.id for flight in claim(at=NOW, lanes=8)] == [row.id]  # and then it is killed
    assert deliver(NOW + AFTER(seconds=19)).claimed == 0
    assert deliver(NOW + AFTER(seconds=21)).sent == 1
    assert Delivery.objects.get().attempts == 2


def test_while_one_process_sends_to_an_endpoint_no_other_does(cast, register, tell, receiver):
    register(cast.team, receiver.url)
    tell()
    tell()
    assert len(claim(at=NOW, lanes=8)) == 1
    assert claim(at=NOW, lanes=8) == []


def test_a_claim_costs_the_same_for_many_endpoints_and_messages(cast, register, tell, receiver):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            claim(at=NOW + AFTER(hours=1), lanes=8)
        return len(asked)

    register(cast.team, receiver.url)
    tell()
    one = statements()
    WebhookEndpoint.objects.update(free_at=NOW)
    for number in range(5):
        register(cast.practice, f"{receiver.url}/{number}")
    for _ in range(10):
        tell()
        tell(cast.practice)
    assert statements() == one
