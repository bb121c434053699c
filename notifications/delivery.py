"""From a row that is owed to a message that is recorded as delivered.

A batch is claimed under a lease, sent outside any transaction, and settled row by row. Whatever process is killed at
whatever moment: a message is sent again rather than lost, and recorded once. The promise: at least once on the wire,
exactly once as recorded, and every repetition carries the same id.

What can go wrong, and what then:

- the process dies: the lease ends, and the row is claimed again;
- the message is refused for now: the row waits, longer each time, and is given up after `MAX_DEFERRALS`;
- the message is refused for good: the row is given up at once, with the reason;
- nothing arrives at its address: so is the row, and the address is marked, for the messages after it (`bounces`);
- whoever it is for may not be reached any more: the row is stopped (`recipients`);
- whoever it is for has left: the row is stopped, and those who stay are told (`leavers`);
- it has become night, and it is for the person who is referred: the row waits for the morning;
- nobody can be reached: the batch is handed back, and no message is the worse for it;
- a bug: it is logged and reported, its row waits as if refused, and the others go on.
"""

import datetime as dt
import logging
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from django.db import connection, transaction
from django_guid import set_guid

from core.statements import change
from notifications import bounces, leavers
from notifications.channels import SENDERS, AddressRefused, PermanentFailure, Sender, TemporaryFailure, Unreachable
from notifications.enums import MessageStatus
from notifications.models import OutboxMessage
from notifications.preferences import not_at_night
from notifications.recipients import NotToBeReached, addressed

BATCH_SIZE = 100
LEASE = dt.timedelta(seconds=20)
"""How long a claim holds. Also the longest wait after a killed process, of the 30 seconds which recovery may take."""
SENDING_SHARE = 4
"""No send begins after this fraction (a quarter) of the lease, so that one which runs into EMAIL_TIMEOUT ends in it."""
FIRST_DEFERRAL = dt.timedelta(seconds=10)
LONGEST_DEFERRAL = dt.timedelta(hours=1)
MAX_DEFERRALS = 12
"""How often sending is put off before a message is given up: about three hours after the first try."""
OUTAGE_PAUSE = dt.timedelta(seconds=5)
"""How long a batch rests when nobody could be reached. Short and level: the other side is asked once per batch."""
SWEEP = "notifications.deliver_due"
"""The task, and the pulse of whoever has looked through the outbox to its end: a worker or the relay."""
WORKER = "worker"
"""The pulse of a worker that takes tasks, whatever becomes of them."""

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Report:
    """What became of the messages that were claimed."""

    claimed: int = 0
    sent: int = 0
    deferred: int = 0
    failed: int = 0
    stopped: int = 0
    handed_back: int = 0
    is_unreachable: bool = False
    unreachable: set[str] = field(default_factory=set, compare=False)
    """By which channels nobody could be reached."""
    errors: list[Exception] = field(default_factory=list)
    """Bugs. The messages concerned are among the deferred or failed."""

    def add(self, other: "Report") -> None:
        """Count another report into this one."""
        self.claimed += other.claimed
        self.sent += other.sent
        self.deferred += other.deferred
        self.failed += other.failed
        self.stopped += other.stopped
        self.handed_back += other.handed_back
        self.is_unreachable |= other.is_unreachable
        self.unreachable |= other.unreachable
        self.errors += other.errors

    def raise_errors(self) -> None:
        """Let the bugs surface.

        :raises ExceptionGroup: if there were any.
        """
        if self.errors:
            raise ExceptionGroup("Some messages met a bug; all others were attended to.", self.errors)


def deliver_due(*, clock: Callable[[], dt.datetime], seconds: float = 20) -> Report:
    """Deliver what is owed, batch by batch, until nothing is due or the time is up.

    A channel by which nobody can be reached is left alone for the rest of this round, and holds up no other. Any number
    of processes may do so at once.
    """
    total = Report()
    started = monotonic()
    while True:
        report = deliver_batch(at=clock(), without=total.unreachable)
        total.add(report)
        if not report.claimed or monotonic() - started >= seconds:
            break
    if total.claimed:
        logger.info(
            "Messages sent: %d, put off: %d, given up: %d, stopped: %d, handed back: %d.",
            total.sent,
            total.deferred,
            total.failed,
            total.stopped,
            total.handed_back,
        )
    return total


def deliver_batch(
    *, at: dt.datetime, size: int = BATCH_SIZE, lease: dt.timedelta = LEASE, without: Collection[str] = ()
) -> Report:
    """Claim one batch of messages due at `at`, but those of some channels, send each and settle each.

    :raises RuntimeError: if called inside a transaction: a rollback would forget what has been sent.
    """
    started = monotonic()

    def now() -> dt.datetime:
        return at + dt.timedelta(seconds=monotonic() - started)

    claimed = claim_batch(at=at, size=size, lease=lease, without=without)
    report = Report(claimed=len(claimed))
    for channel, sender in SENDERS.items():
        messages = [message for message in claimed if message.channel == channel]
        if messages:
            with sender() as opened:
                _send_each(messages, sender=opened, now=now, until=at + lease / SENDING_SHARE, report=report)
    return report


def claim_batch(
    *, at: dt.datetime, size: int = BATCH_SIZE, lease: dt.timedelta = LEASE, without: Collection[str] = ()
) -> list[OutboxMessage]:
    """Claim up to `size` messages due at `at`, the longest due first, but those of some channels.

    Until `at + lease` nobody else gets them.

    Those that go out together are claimed by `notifications.digests`, and webhooks, which wait for other people's
    servers, by `notifications.webhooks.delivery`.

    :raises RuntimeError: if called inside a transaction: the claim must be seen by the others at once.
    """
    with transaction.atomic(durable=True):
        claimed = OutboxMessage.objects.raw(
            """
            WITH due AS MATERIALIZED (
                SELECT id, available_at
                FROM notifications_outboxmessage
                WHERE status = 'pending' AND channel <> 'webhook' AND NOT in_digest AND available_at <= %(at)s
                    AND channel <> ALL(%(without)s)
                ORDER BY available_at, id
                FOR UPDATE SKIP LOCKED
                LIMIT %(size)s
            )
            UPDATE notifications_outboxmessage AS message
            SET available_at = %(lease_end)s, attempts = message.attempts + 1
            FROM due
            WHERE message.id = due.id
            RETURNING message.*, due.available_at AS due_at
            """,
            {"at": at, "size": size, "lease_end": at + lease, "without": list(without)},
        )
        # In the order of what happened, where a batch comes back as one.
        return sorted(claimed, key=lambda row: (row.due_at, row.occurred_at, row.id))  # type: ignore[attr-defined]


def deferral(message_id: UUID, *, number: int) -> dt.timedelta:
    """Return how long a message waits after it was put off for the `number`th time.

    Twice as long each time, up to an hour; between half and all of that, by its id, so that messages which failed
    together do not come back together.
    """
    full = min(FIRST_DEFERRAL * 2 ** (number - 1), LONGEST_DEFERRAL)
    spread = zlib.crc32(f"{message_id}:{number}".encode()) / 2**32
    wait: dt.timedelta = full * (0.5 + spread / 2)
    return wait


def _send_each(
    messages: Sequence[OutboxMessage],
    *,
    sender: Sender,
    now: Callable[[], dt.datetime],
    until: dt.datetime,
    report: Report,
) -> None:
    left, marks = leavers.who_have_left(messages), bounces.Marks(messages)
    for position, message in enumerate(messages):
        if now() >= until:
            report.handed_back += _hand_back(messages[position:], available_at=now())
            return
        set_guid(message.request_id or str(message.id))
        morning = not_at_night(message.template, channel=message.channel, at=now())
        if morning > now():
            report.handed_back += _settle(message, available_at=morning, held_until=morning)
            continue
        outgoing = message
        try:
            if message.id in left:
                report.stopped += _pass_on(message)
                continue
            outgoing = addressed(message, at=now())
            marks.check(outgoing)
            wire_id = sender.send(outgoing)
        except Unreachable as failure:
            logger.warning("Messages wait: %s", str(failure))  # our own words: an error's are not written
            report.is_unreachable = True
            report.unreachable.add(message.channel)
            report.handed_back += _hand_back(messages[position:], available_at=now() + OUTAGE_PAUSE)
            return
        except TemporaryFailure as failure:
            _defer(message, at=now(), reason=str(failure), report=report)
        except NotToBeReached as change:
            report.stopped += _settle(message, status=MessageStatus.STOPPED, failure=str(change))
        except AddressRefused as failure:
            marks.add(outgoing)
            _give_up_with_address(message, outgoing.recipient, reason=str(failure), at=now(), report=report)
        except PermanentFailure as failure:
            _give_up(message, reason=str(failure), report=report)
        except Exception as bug:
            # It must not hold up the messages behind it, on each round again; it surfaces when the round is done.
            logger.exception("Message %s met a bug.", message.id)
            report.errors.append(bug)
            _defer(message, at=now(), reason=f"A fault of ours ({type(bug).__name__}).", report=report)
        else:
            _record(message, wire_id=wire_id, at=now(), report=report)


@transaction.atomic
def _pass_on(message: OutboxMessage) -> int:
    leavers.pass_on([message])
    return _settle(message, status=MessageStatus.STOPPED, failure=leavers.WHY)


_RECORD = """
WITH settled AS (
    UPDATE notifications_outboxmessage SET status = 'sent', sent_at = %(at)s, failure = ''
    WHERE id = %(id)s AND status = 'pending'
    RETURNING id
)
INSERT INTO notifications_delivery (message_id, at, wire_id, attempts)
SELECT id, %(at)s, %(wire_id)s::text, %(attempts)s::integer FROM settled
"""


def _record(message: OutboxMessage, *, wire_id: str, at: dt.datetime, report: Report) -> None:
    """Mark a message as sent and record its delivery: one statement, so both or neither, and durable on return."""
    recorded = change(_RECORD, {"id": message.id, "at": at, "wire_id": wire_id, "attempts": message.attempts})
    if recorded:
        logger.info("message sent", extra={"message_id": str(message.id)})
        report.sent += 1
    else:
        logger.warning("Message %s was sent again: somebody settled it meanwhile.", message.id)


def _defer(message: OutboxMessage, *, at: dt.datetime, reason: str, report: Report) -> None:
    number = message.deferrals + 1
    if number > MAX_DEFERRALS:
        _give_up(message, reason=reason, report=report)
        return
    report.deferred += _settle(
        message, available_at=at + deferral(message.id, number=number), deferrals=number, failure=reason
    )


def _give_up(message: OutboxMessage, *, reason: str, report: Report) -> None:
    logger.error("Message %s is given up: %s", message.id, reason)
    report.failed += _settle(message, status=MessageStatus.FAILED, failure=reason)


def _give_up_with_address(
    message: OutboxMessage, address: str, *, reason: str, at: dt.datetime, report: Report
) -> None:
    """Give a message up and mark its address: both or neither. A bug in telling of it leaves it given up."""
    try:
        with transaction.atomic():
            bounces.mark(message, address=address, reason=reason, at=at)  # locks first what the message is about
            _give_up(message, reason=reason, report=report)
    except Exception as bug:
        logger.exception("The address of message %s could not be marked.", message.id)
        report.errors.append(bug)
        _give_up(message, reason=reason, report=report)


def _settle(message: OutboxMessage, **values: object) -> int:
    """Settle what was not sent, unless the lease ended and the message is somebody else's by now."""
    mine = OutboxMessage.objects.filter(id=message.id, status=MessageStatus.PENDING, attempts=message.attempts)
    settled: int = mine.update(**values)
    return settled


def _hand_back(messages: Sequence[OutboxMessage], *, available_at: dt.datetime) -> int:
    """End the claim on messages that were not tried."""
    attempts_of = {message.id: message.attempts for message in messages}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_outboxmessage AS message
            SET available_at = %(available_at)s
            FROM unnest(%(ids)s::uuid[], %(attempts)s::integer[]) AS claim (id, attempts)
            WHERE message.id = claim.id AND message.attempts = claim.attempts AND message.status = 'pending'
            """,
            {"available_at": available_at, "ids": list(attempts_of), "attempts": list(attempts_of.values())},
        )
        handed_back: int = cursor.rowcount
    return handed_back
