"""Writes about messages: one use case each. Nothing here sends; `notifications.delivery` does, from the rows."""

import datetime as dt
import json
import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from celery import current_app
from django.db import connection, transaction
from django_guid import get_guid
from kombu import pools
from kombu.exceptions import LimitExceeded, OperationalError

from core.statements import ask
from notifications import bounces, templates
from notifications.channels import can_send_by as can_send_by  # asked for here by whoever owes a message
from notifications.enums import Channel, MessageStatus
from notifications.models import Delivery, OutboxMessage, UndeliverableAddress
from notifications.preferences import Course, courses_of
from notifications.recipients import NotToBeReached, addressed

FORGOTTEN = "forgotten"
"""Stands for the address of somebody who has been forgotten; nothing goes there."""
HISTORY = "history"
"""The wire id of deliveries that were told to us, not made by us."""
INBOX = "inbox"
"""The wire id of what is delivered by being there: in the inbox of the service, and by no other way."""

OWED_AGAIN = {"status": MessageStatus.PENDING, "deferrals": 0}
"""What a message that was given up becomes when its keeper says so, beside `available_at`: it begins anew."""

BROKER_PATIENCE = 0.2
"""Seconds which a request may wait for Redis, at most, and only once in `PAUSE_AFTER_FAILURE`."""
PAUSE_AFTER_WAKE = 0.2
PAUSE_AFTER_FAILURE = 30.0

logger = logging.getLogger(__name__)
_no_wake_before = 0.0


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One message to be written: who is told what, because of which event, at which moment."""

    event_key: str
    recipient: str
    template: str
    context: Mapping[str, str]
    at: dt.datetime
    channel: Channel = Channel.EMAIL
    already_delivered_at: dt.datetime | None = None
    """Set only when history is written: the row is made as sent at that time, and nothing goes out."""
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def enqueue(
    *,
    event_key: str,
    recipient: str,
    template: str,
    context: Mapping[str, str],
    at: dt.datetime,
    channel: Channel = Channel.EMAIL,
    already_delivered_at: dt.datetime | None = None,
) -> OutboxMessage | None:
    """Owe one message: it goes out if, and only if, the caller's transaction commits.

    Returns None when this event already owes that recipient a message by that channel. `at` is when the event
    happened, and from when the message may go. `already_delivered_at` is for a history that is written after the
    fact (demonstration data, an import): the message is recorded as delivered then, and is not sent.

    :raises RuntimeError: if there is no transaction to belong to.
    :raises ValueError: if the template is unknown, the context is not exactly what it takes, or a time is naive.
    """
    written = enqueue_many(
        [
            Owed(
                event_key=event_key,
                recipient=recipient,
                template=template,
                context=context,
                at=at,
                channel=channel,
                already_delivered_at=already_delivered_at,
            )
        ]
    )
    return written[0] if written else None


def enqueue_many(messages: Sequence[Owed]) -> list[OutboxMessage]:
    """Owe several messages, in one statement; see `enqueue`. Returns those which were not owed already.

    An email goes as its recipient chose (`notifications.preferences`): now, after their quiet hours, in the one email
    of the day, or not at all. In the last case the row is delivered as it is written: it is in their inbox.

    :raises RuntimeError: if there is no transaction to belong to.
    :raises ValueError: if one of them may not be written; then none is.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A message is owed by what happens: write it in the transaction of that.")
    if not messages:
        return []
    for owed in messages:
        templates.check(owed.template, owed.context)
        if owed.at.tzinfo is None or (owed.already_delivered_at and owed.already_delivered_at.tzinfo is None):
            raise ValueError("A time needs its time zone.")
    rows = [_row(owed, course) for owed, course in zip(messages, courses_of(messages), strict=True)]
    written = _insert(rows)
    Delivery.objects.bulk_create(
        Delivery(message=row, at=row.sent_at, wire_id=INBOX if row.channel == Channel.IN_APP else HISTORY, attempts=0)
        for row in written
        if row.sent_at
    )
    if any(row.status == MessageStatus.PENDING for row in written):
        wake_after_commit()
    return written


def try_again(message: OutboxMessage, *, at: dt.datetime) -> bool:
    """Owe a message again that was given up, once its keeper has seen to the reason. Returns whether it was."""
    return bool(
        OutboxMessage.objects.filter(id=message.id, status=MessageStatus.FAILED).update(**OWED_AGAIN, available_at=at)
    )


def clear_bounce(message: OutboxMessage, *, at: dt.datetime) -> bool:
    """Take the mark from the address to which a message would go now: somebody knows that it works.

    Returns whether there was one. Where nobody is to be reached by it any more, there is nothing to clear.
    """
    try:
        address = addressed(message, at=at).recipient
    except NotToBeReached:
        return False
    return bounces.clear(message.channel, address)


def stop(*, recipients: Iterable[str], references: Iterable[str], why: str) -> int:
    """Stop what is still owed to any of these recipients about any of these references; return how many messages.

    Both must fit: an address may be shared by two people, and a reference by a person and those who support them.
    """
    addresses = {each for recipient in recipients for each in (recipient, recipient.lower())}
    owed = OutboxMessage.objects.filter(status=MessageStatus.PENDING, recipient__in=addresses)
    return owed.filter(context__reference__in=list(references)).update(status=MessageStatus.STOPPED, failure=why)


def wake_after_commit() -> None:
    """Ask for a delivery as soon as this transaction commits; once, however often it is asked.

    A convenience: the timetable asks every second anyway, so a wake that is lost costs a second.
    """
    if not any(registered[1] is _wake for registered in connection.run_on_commit):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    """Ask the workers to deliver now, without ever making a request wait long for Redis.

    It has its own connections, since those of the application try for seconds. While Redis fails there is one try in
    half a minute; while it works, five wakes a second per process are enough.
    """
    global _no_wake_before
    if monotonic() < _no_wake_before:
        return
    broker = current_app.connection_for_write(
        connect_timeout=BROKER_PATIENCE,
        transport_options={
            "max_retries": 0,
            "socket_timeout": BROKER_PATIENCE,
            "socket_connect_timeout": BROKER_PATIENCE,
        },
    )
    pause = PAUSE_AFTER_WAKE
    try:
        with pools.producers[broker].acquire(block=True, timeout=BROKER_PATIENCE) as producer:
            current_app.send_task(
                "notifications.deliver_due", queue="notifications", expires=60, retry=False, producer=producer
            )
    except (OperationalError, LimitExceeded) as error:
        pause = PAUSE_AFTER_FAILURE
        logger.warning("Redis was not there to wake the delivery (%s): the relay finds the rows.", type(error).__name__)
    _no_wake_before = monotonic() + pause


def _row(owed: Owed, course: Course) -> OutboxMessage:
    sent_at = owed.already_delivered_at or (owed.at if course.channel == Channel.IN_APP else None)
    return OutboxMessage(
        id=owed.id,
        event_key=owed.event_key,
        recipient=owed.recipient.strip(),
        channel=course.channel,
        template=owed.template,
        context=dict(owed.context),
        occurred_at=owed.at,
        available_at=course.available_at,
        held_until=course.held_until,
        in_digest=course.in_digest,
        status=MessageStatus.SENT if sent_at else MessageStatus.PENDING,
        sent_at=sent_at,
    )


def _insert(rows: Sequence[OutboxMessage]) -> list[OutboxMessage]:
    """Insert rows but those whose event already owes the same; return the inserted ones, in the order given.

    Who was owed an email and has chosen the inbox since is not told a second time of the same, nor the other way round.
    By hand, because Django's `bulk_create(ignore_conflicts=True)` does not say which rows it ignored.
    """
    owed = [
        {
            "id": str(row.id),
            "event_key": row.event_key,
            "recipient": row.recipient,
            "channel": row.channel,
            "template": row.template,
            "context": row.context,
            "occurred_at": row.occurred_at.isoformat(),
            "available_at": row.available_at.isoformat(),
            "status": row.status,
            "sent_at": row.sent_at and row.sent_at.isoformat(),
            "held_until": row.held_until and row.held_until.isoformat(),
            "in_digest": row.in_digest,
        }
        for row in rows
    ]
    answer = ask(_OWE, {"request_id": get_guid() or "", "owed": json.dumps(owed)})
    inserted = {row_id for (row_id,) in answer}
    return [row for row in rows if row.id in inserted]


_OWE = """
    INSERT INTO notifications_outboxmessage (
        id, event_key, recipient, channel, template, context, occurred_at, available_at, status, sent_at,
        held_until, in_digest, request_id, created_at, attempts, deferrals, failure
    )
    SELECT owed.*, %(request_id)s, now(), 0, 0, ''
    FROM jsonb_to_recordset(%(owed)s::jsonb) AS owed (
        id uuid, event_key text, recipient text, channel text, template text, context jsonb,
        occurred_at timestamptz, available_at timestamptz, status text, sent_at timestamptz,
        held_until timestamptz, in_digest boolean
    )
    WHERE owed.channel NOT IN ('email', 'in_app') OR NOT EXISTS (
        SELECT FROM notifications_outboxmessage AS before
        WHERE before.event_key = owed.event_key AND before.recipient = owed.recipient
        AND before.channel IN ('email', 'in_app')
    )
    ON CONFLICT (event_key, recipient, channel) DO NOTHING
    RETURNING id
"""


def forget_recipient(address: str, *, reference: str) -> None:
    """Take an address out of the messages about one reference. That they were owed, and what became of them, stays."""
    OutboxMessage.objects.filter(recipient=address, context__reference=reference).update(recipient=FORGOTTEN)


def forget_bounces(*, reference: str) -> None:
    """Delete the marks which messages about one reference have found: a digest of an address is somebody's, too."""
    UndeliverableAddress.objects.filter(message__context__reference=reference).delete()
