"""From a row owed to an endpoint to a request that it has taken.

Each endpoint is a lane: one request at a time, in the order of what is due, whichever process works it. A lane is
taken under a lease together with its next message; lanes are worked side by side, in threads that send and do nothing
else. So an endpoint that hangs holds up itself and one thread, and nobody who waits for an email: those are claimed by
`notifications.delivery` alone, and by another worker.

What can go wrong, and what then:

- the process dies: the leases end, and another goes on;
- the message is not taken: it waits as the standard's table says, longer each time, and is given up after ten tries;
- nobody answers, or the endpoint is too busy: its lane rests, the longer the longer this has been so; the messages
  that were not tried are none the worse for it;
- the endpoint wants nothing any more (410), or has taken nothing for as long as a message is tried: it is disabled,
  what is owed to it is given up, and its keepers are told;
- a bug: it is logged and reported, and the message waits as if it had not been taken.
"""

import datetime as dt
import logging
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Least, Now
from django_guid import set_guid

from notifications.delivery import LEASE, Report
from notifications.enums import Channel, DisabledReason, MessageStatus
from notifications.models import OutboxMessage, WebhookEndpoint
from notifications.webhooks import endpoints, payload, sending, signing

WEBHOOKS = "notifications.deliver_webhooks"
"""The task that delivers every second, in the timetable and in the record of when it last ran."""
LANES = 8
"""How many endpoints one process sends to at the same time."""
SECONDS = 40.0
"""How long one round goes on. In its last `sending.TIMEOUT` it takes no lane that is failing, so that it can end."""
WAITS = (
    dt.timedelta(seconds=5), dt.timedelta(minutes=5), dt.timedelta(minutes=30),
    *(dt.timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)  # fmt: skip
"""How long a message waits after each try that failed: the table of Standard Webhooks 1.0. After the tenth try it is
given up."""
TRIED_FOR = sum(WAITS, dt.timedelta())
"""From the first try to the last: 75 hours, 35 minutes and 5 seconds. Who takes nothing for so long is disabled."""
SHORTEST_REST = dt.timedelta(seconds=5)
LONGEST_REST = dt.timedelta(minutes=5)
"""How long a lane rests when nobody answers: a tenth of the time since when it is so, within these."""
LONGEST_RETRY_AFTER = dt.timedelta(hours=24)
LOOK_AGAIN = 1.0
"""Seconds after which a round looks for other lanes while it waits for slow ones."""
USER_AGENT = "Community-Referral-Webhooks/1.0"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Flight:
    """One message on its way, and the lease under which it goes."""

    message: OutboxMessage
    endpoint: WebhookEndpoint
    lease_end: dt.datetime


def deliver_due(*, clock: Callable[[], dt.datetime], seconds: float = SECONDS, lanes: int = LANES) -> Report:
    """Deliver what is owed to endpoints until nothing is due or the time is up; what is on its way is waited for.

    Any number of processes may do so at once.

    :raises RuntimeError: if called inside a transaction: a rollback would forget what has been sent.
    """
    report = Report()
    give_up_what_goes_nowhere()
    ends = monotonic() + seconds
    with ThreadPoolExecutor(max_workers=lanes, thread_name_prefix="webhook") as threads:
        flying: dict[Future[None], Flight] = {}
        while True:
            left = ends - monotonic()
            if left > 0 and len(flying) < lanes:
                for flight in claim(at=clock(), lanes=lanes - len(flying), are_well=left < sending.TIMEOUT < seconds):
                    report.claimed += 1
                    flying[threads.submit(_send, flight, at=clock())] = flight
            if not flying:
                break
            done, _ = wait(flying, timeout=LOOK_AGAIN, return_when=FIRST_COMPLETED)
            for future in done:
                _settle(flying.pop(future), future, at=clock(), report=report)
    if report.claimed:
        logger.info("Webhooks sent: %d, put off: %d, given up: %d.", report.sent, report.deferred, report.failed)
    return report


def claim(*, at: dt.datetime, lanes: int, are_well: bool = False, lease: dt.timedelta = LEASE) -> list[Flight]:
    """Take up to `lanes` endpoints that nobody sends to, the longest untouched first, each with its message due first.

    `are_well`: only endpoints that took what was last sent to them.

    :raises RuntimeError: if called inside a transaction: the claim must be seen by the others at once.
    """
    with transaction.atomic(durable=True):
        claimed = OutboxMessage.objects.raw(
            """
            WITH lane AS MATERIALIZED (
                SELECT id, reference
                FROM notifications_webhookendpoint AS endpoint
                WHERE status = 'active' AND free_at <= %(at)s AND (failing_since IS NULL OR NOT %(are_well)s)
                    AND EXISTS (
                        SELECT FROM notifications_outboxmessage
                        WHERE status = 'pending' AND channel = 'webhook' AND available_at <= %(at)s
                            AND recipient = 'webhook:' || endpoint.reference
                    )
                ORDER BY free_at, id
                FOR UPDATE SKIP LOCKED
                LIMIT %(lanes)s
            ), due AS MATERIALIZED (
                SELECT lane.id AS endpoint_id, message.id
                FROM lane CROSS JOIN LATERAL (
                    SELECT id
                    FROM notifications_outboxmessage
                    WHERE status = 'pending' AND channel = 'webhook' AND available_at <= %(at)s
                        AND recipient = 'webhook:' || lane.reference
                    ORDER BY available_at, occurred_at, id
                    FOR UPDATE SKIP LOCKED
                    LIMIT 1
                ) AS message
            ), taken AS (
                UPDATE notifications_webhookendpoint AS endpoint
                SET free_at = %(lease_end)s
                FROM due
                WHERE endpoint.id = due.endpoint_id
            )
            UPDATE notifications_outboxmessage AS message
            SET available_at = %(lease_end)s, attempts = message.attempts + 1
            FROM due
            WHERE message.id = due.id
            RETURNING message.*
            """,
            {"at": at, "lanes": lanes, "are_well": are_well, "lease_end": at + lease},
        )
        reference_of = {message: message.recipient.removeprefix(f"{Channel.WEBHOOK}:") for message in claimed}
        rows = WebhookEndpoint.objects.in_bulk(reference_of.values(), field_name="reference")
    return [
        Flight(message=message, endpoint=rows[reference], lease_end=at + lease)
        for message, reference in reference_of.items()
    ]


def wait_after(message_id: UUID, *, number: int) -> dt.timedelta:
    """Return how long a message waits after its `number`th try: what the table says, and up to a tenth more by its
    id, so that messages which failed together do not come back together.
    """
    full = WAITS[number - 1]
    return full + full * (zlib.crc32(f"{message_id}:{number}".encode()) / 2**32) / 10


def give_up_what_goes_nowhere() -> None:
    """Give up what was owed in the moment in which its endpoint was disabled or ended: nobody would look again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_outboxmessage AS message
            SET status = CASE endpoint.status WHEN 'ended' THEN 'stopped' ELSE 'failed' END,
                failure = 'The endpoint was ' || endpoint.status || '.'
            FROM notifications_webhookendpoint AS endpoint
            WHERE endpoint.status <> 'active' AND message.recipient = 'webhook:' || endpoint.reference
                AND message.status = 'pending' AND message.channel = 'webhook'
            """
        )


def _send(flight: Flight, *, at: dt.datetime) -> None:
    message, endpoint = flight.message, flight.endpoint
    body = payload.body_of(message.template, message.context, occurred_at=message.occurred_at)
    sending.post(
        sending.Request(url=endpoint.url, headers=headers_of(message, endpoint, body=body, at=at), body=body, at=at)
    )


def headers_of(message: OutboxMessage, endpoint: WebhookEndpoint, *, body: bytes, at: dt.datetime) -> Mapping[str, str]:
    """Return the headers of one try: the id is the same at each, the time and so the signature are its own."""
    salts = [endpoint.secret_salt]
    if endpoint.previous_until is not None and at < endpoint.previous_until:
        salts.append(endpoint.previous_salt)
    timestamp = int(at.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": str(message.id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.signatures_of(str(message.id), timestamp=timestamp, body=body, salts=salts),
    }


def _settle(flight: Flight, future: "Future[None]", *, at: dt.datetime, report: Report) -> None:
    set_guid(flight.message.request_id or str(flight.message.id))
    try:
        future.result()
    except sending.Gone as failure:
        _put_off(flight, at=at, failure=failure, report=report, is_gone=True)
    except sending.NotTaken as failure:
        _put_off(flight, at=at, failure=failure, report=report)
    except Exception as bug:
        logger.exception("Message %s met a bug.", flight.message.id)
        report.errors.append(bug)
        ours = sending.NotTaken(f"A fault of ours ({type(bug).__name__}).")
        _put_off(flight, at=at, failure=ours, report=report, is_ours=True)
    else:
        _record(flight, at=at, report=report)


def _record(flight: Flight, *, at: dt.datetime, report: Report) -> None:
    """Mark a message as sent, record its delivery and free its lane: one statement, durable on return."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH settled AS (
                UPDATE notifications_outboxmessage
                SET status = 'sent', sent_at = %(at)s, failure = ''
                WHERE id = %(id)s AND status IN ('pending', 'failed')
                RETURNING id
            ), delivery AS (
                INSERT INTO notifications_delivery (message_id, at, wire_id, attempts)
                SELECT id, %(at)s, id::text, %(attempts)s FROM settled
            )
            UPDATE notifications_webhookendpoint
            SET failing_since = NULL,
                free_at = CASE free_at WHEN %(lease_end)s THEN least(%(at)s, now()) ELSE free_at END
            WHERE id = %(endpoint)s
            RETURNING (SELECT count(*) FROM settled)
            """,
            {
                "id": flight.message.id, "at": at, "attempts": flight.message.attempts,
                "endpoint": flight.endpoint.pk, "lease_end": flight.lease_end,
            },
        )  # fmt: skip
        (recorded,) = cursor.fetchone()
    if recorded:
        logger.info("message sent", extra={"message_id": str(flight.message.id)})
        report.sent += 1
    else:
        logger.warning("Message %s was sent again: somebody settled it meanwhile.", flight.message.id)


def _put_off(
    flight: Flight, *, at: dt.datetime, failure: sending.NotTaken, report: Report,
    is_gone: bool = False, is_ours: bool = False,
) -> None:  # fmt: skip
    """Let a message wait for its next try, or give it up; let its lane go on, rest or end."""
    message = flight.message
    number = message.deferrals + 1
    with transaction.atomic(durable=True):
        endpoint = (
            WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("team").get(pk=flight.endpoint.pk)
        )
        failing_since = endpoint.failing_since if is_ours else endpoint.failing_since or at
        is_failing = failing_since is not None and at - failing_since >= TRIED_FOR
        asked_for = min(dt.timedelta(seconds=failure.wait or 0), LONGEST_RETRY_AFTER)
        values: dict[str, object] = {"failure": str(failure), "deferrals": number}
        if is_gone or number > len(WAITS):
            values |= {"status": MessageStatus.FAILED}
        else:
            values |= {"available_at": at + max(wait_after(message.id, number=number), asked_for)}
        mine = OutboxMessage.objects.filter(id=message.id, status=MessageStatus.PENDING, attempts=message.attempts)
        settled = mine.update(**values)
        lane = WebhookEndpoint.objects.filter(pk=endpoint.pk)
        lane.update(failing_since=failing_since)
        rest = _rest(failure, since=failing_since, at=at, asked=asked_for)
        # Our clock may be ahead: once it is right again, nobody should wait until it has caught up.
        lane.filter(free_at=flight.lease_end).update(free_at=Least(Value(at), Now()) + rest)
        if is_gone or is_failing:
            endpoints.disable(endpoint, reason=DisabledReason.GONE if is_gone else DisabledReason.FAILING, at=at)
    is_given_up = "status" in values or is_failing
    report.failed += settled if is_given_up else 0
    report.deferred += 0 if is_given_up else settled
    level = logging.ERROR if is_given_up else logging.INFO
    became = "given up" if is_given_up else "put off"
    logger.log(level, "Message %s to %s is %s: %s", message.id, endpoint.reference, became, str(failure))


def _rest(
    failure: sending.NotTaken, *, since: dt.datetime | None, at: dt.datetime, asked: dt.timedelta
) -> dt.timedelta:
    """Return how long a lane rests: not at all if only this message was not taken, else the longer the longer."""
    if not isinstance(failure, sending.NoAnswer | sending.Busy):
        return dt.timedelta()
    return max(asked, min(max(SHORTEST_REST, (at - (since or at)) / 10), LONGEST_REST))
