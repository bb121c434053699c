"""The one email of the day: what is owed to one recipient and waits for it goes out together.

It is delivered as single messages are (`notifications.delivery`), with its recipient's rows in place of one row:
claimed together under a lease, sent outside any transaction, settled together in one statement. A process that is
killed in between leaves rows that are claimed again, all of them; the same rows make an email with the same Message-ID.
"""

import datetime as dt
import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from string import Template
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from notifications import bounces, leavers
from notifications.channels import AddressRefused, EmailSender, PermanentFailure, TemporaryFailure, Unreachable
from notifications.delivery import LEASE, MAX_DEFERRALS, OUTAGE_PAUSE, Report, deferral
from notifications.enums import MessageStatus
from notifications.models import OutboxMessage
from notifications.templates import Text, say

LONGEST = 200
"""How many messages one email holds at most; the others go in the next, at once."""
_LOOKED_AT = 50
"""How many waiting rows are looked at to find a recipient whom no other process attends to at this moment."""
_LOCK = 3100
"""The class of our advisory locks: one for each recipient, held while their rows are claimed."""
_NAMESPACE = uuid.UUID("0f0c2f5e-6a9f-4f0b-8a53-9a3c1d1b7e31")

_DIGEST = Template(
    """\
Hello,

This is what is new for you. You can see each, once you have signed in, at its link.

$news

To keep people's details private, this message says nothing about them. You get it once a day because you, or the lead
of your team, chose so. Please do not reply to it: nobody reads this mailbox.

$service
"""
)

logger = logging.getLogger(__name__)


def deliver_digests(*, clock: Callable[[], dt.datetime], seconds: float = 20) -> Report:
    """Deliver the emails of the day that are due, until none is, nobody can be reached or the time is up.

    Any number of processes may do so at once.
    """
    total = Report()
    started = monotonic()
    with EmailSender() as sender:
        while True:
            report = deliver_digest(at=clock(), sender=sender)
            total.add(report)
            if not report.claimed or report.is_unreachable or monotonic() - started >= seconds:
                break
    if total.claimed:
        logger.info(
            "Messages in digests sent: %d, put off: %d, given up: %d, handed back: %d, stopped: %d.",
            total.sent,
            total.deferred,
            total.failed,
            total.handed_back,
            total.stopped,
        )
    return total


def deliver_digest(*, at: dt.datetime, sender: EmailSender, lease: dt.timedelta = LEASE) -> Report:
    """Claim what waits for one recipient at `at`, send it as one email, and settle each row.

    :raises RuntimeError: if called inside a transaction: a rollback would forget what has been sent.
    """
    started = monotonic()
    claimed = claim_digest(at=at, lease=lease)
    report = Report(claimed=len(claimed))
    if not claimed:
        return report
    digest_id = id_of(claimed)
    try:
        if leavers.who_have_left(claimed[:1]):
            report.stopped = _pass_on(claimed)
            return report
        bounces.Marks(claimed[:1]).check(claimed[0])
        text = compose_digest((message.template, message.context) for message in claimed)
        wire_id = sender.send_text(text, to=claimed[0].recipient, message_id=digest_id)
    except Unreachable as failure:
        logger.warning("Messages wait: %s", str(failure))
        report.is_unreachable = True
        report.handed_back = _settle(claimed, available_at=_now(at, started) + OUTAGE_PAUSE)
    except TemporaryFailure as failure:
        _defer(claimed, digest_id, at=_now(at, started), reason=str(failure), report=report)
    except AddressRefused as failure:
        _give_up_with_address(claimed, digest_id, reason=str(failure), at=_now(at, started), report=report)
    except PermanentFailure as failure:
        _give_up(claimed, digest_id, reason=str(failure), report=report)
    except Exception as bug:
        # It must not hold up the digests behind it; it surfaces when the round is done.
        logger.exception("Digest %s met a bug.", digest_id)
        report.errors.append(bug)
        reason = f"A fault of ours ({type(bug).__name__})."
        _defer(claimed, digest_id, at=_now(at, started), reason=reason, report=report)
    else:
        report.sent = _record(claimed, wire_id=wire_id, at=_now(at, started))
    return report


def claim_digest(*, at: dt.datetime, lease: dt.timedelta = LEASE) -> list[OutboxMessage]:
    """Claim what waits for one recipient at `at`, oldest first; until `at + lease` nobody else gets these.

    A lock for the recipient keeps two processes from taking a part each, which would make two emails of one.

    :raises RuntimeError: if called inside a transaction: the claim must be seen by the others at once.
    """
    with transaction.atomic(durable=True):
        for recipient in _waiting(at):
            if not _is_ours(recipient):
                continue
            claimed = OutboxMessage.objects.raw(
                """
                UPDATE notifications_outboxmessage AS message
                SET available_at = %(lease_end)s, attempts = message.attempts + 1
                WHERE message.status = 'pending' AND message.id IN (
                    SELECT id FROM notifications_outboxmessage
                    WHERE status = 'pending' AND in_digest AND recipient = %(recipient)s AND available_at <= %(at)s
                    ORDER BY occurred_at, id
                    LIMIT %(longest)s
                )
                RETURNING message.*
                """,
                {"at": at, "recipient": recipient, "longest": LONGEST, "lease_end": at + lease},
            )
            rows = sorted(claimed, key=lambda row: (row.occurred_at, row.id))
            if rows:  # else another process had just taken them
                return rows
    return []


def id_of(messages: Sequence[OutboxMessage]) -> uuid.UUID:
    """Return the id of the email that these messages make: the same for the same ones, in whatever order."""
    return uuid.uuid5(_NAMESPACE, ",".join(sorted(str(message.id) for message in messages)))


def compose_digest(messages: Iterable[tuple[str, Mapping[str, str]]]) -> Text:
    """Put several messages to one recipient, as template and context, into one: by reference, in the order given.

    :raises ValueError: as `check` does.
    """
    by_link: dict[str, list[str]] = {}
    for template, context in messages:
        said = say(template, context)
        by_link.setdefault(said.link, []).append(said.news)
    count = sum(len(news) for news in by_link.values())
    return Text(
        subject=f"Your summary of the day: {count} piece{'s' if count > 1 else ''} of news",
        body=_DIGEST.substitute(
            news="\n\n".join("\n".join([*news, link]) for link, news in by_link.items()), service=settings.SERVICE_NAME
        ),
    )


def _waiting(at: dt.datetime) -> Iterable[str]:
    """Return some recipients for whom an email is due, the longest due first."""
    due = OutboxMessage.objects.filter(status=MessageStatus.PENDING, in_digest=True, available_at__lte=at)
    rows = due.order_by("available_at", "id").values_list("recipient", flat=True)
    return dict.fromkeys(rows[:_LOOKED_AT])


def _is_ours(recipient: str) -> bool:
    """Take the lock of a recipient until the transaction ends; return whether it was free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, recipient])
        (is_free,) = cursor.fetchone()
    return bool(is_free)


def _now(at: dt.datetime, started: float) -> dt.datetime:
    return at + dt.timedelta(seconds=monotonic() - started)


def _record(messages: Sequence[OutboxMessage], *, wire_id: str, at: dt.datetime) -> int:
    """Mark messages as sent and record their deliveries by one email: one statement, so all or none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH settled AS (
                UPDATE notifications_outboxmessage
                SET status = 'sent', sent_at = %(at)s, failure = ''
                WHERE id = ANY(%(ids)s) AND status = 'pending'
                RETURNING id, attempts
            )
            INSERT INTO notifications_delivery (message_id, at, wire_id, attempts)
            SELECT id, %(at)s, %(wire_id)s, attempts FROM settled
            """,
            {"ids": [message.id for message in messages], "at": at, "wire_id": wire_id},
        )
        recorded: int = cursor.rowcount
    if recorded < len(messages):
        logger.warning("Digest %s was sent again: somebody settled it meanwhile.", wire_id)
    return recorded


def _defer(
    messages: Sequence[OutboxMessage], digest_id: uuid.UUID, *, at: dt.datetime, reason: str, report: Report
) -> None:
    """Put an email off: its rows wait together, so that it stays one."""
    number = max(message.deferrals for message in messages) + 1
    if number > MAX_DEFERRALS:
        _give_up(messages, digest_id, reason=reason, report=report)
        return
    report.deferred += _settle(
        messages, available_at=at + deferral(digest_id, number=number), deferrals=number, failure=reason
    )


def _give_up(messages: Sequence[OutboxMessage], digest_id: uuid.UUID, *, reason: str, report: Report) -> None:
    logger.error("Digest %s is given up: %s", digest_id, reason)
    report.failed += _settle(messages, status=MessageStatus.FAILED, failure=reason)


def _give_up_with_address(
    messages: Sequence[OutboxMessage], digest_id: uuid.UUID, *, reason: str, at: dt.datetime, report: Report
) -> None:
    """Give an email up and mark its address: both or neither. A bug in telling of it leaves it given up."""
    try:
        with transaction.atomic():
            bounces.mark(messages[0], address=messages[0].recipient, reason=reason, at=at)
            _give_up(messages, digest_id, reason=reason, report=report)
    except Exception as bug:
        logger.exception("The address of digest %s could not be marked.", digest_id)
        report.errors.append(bug)
        _give_up(messages, digest_id, reason=reason, report=report)


@transaction.atomic
def _pass_on(messages: Sequence[OutboxMessage]) -> int:
    leavers.pass_on(messages)
    return _settle(messages, status=MessageStatus.STOPPED, failure=leavers.WHY)


def _settle(messages: Sequence[OutboxMessage], **values: object) -> int:
    """Settle what was not sent, but what became somebody else's when the lease ended."""
    ids: dict[int, list[uuid.UUID]] = defaultdict(list)
    for message in messages:
        ids[message.attempts].append(message.id)
    claims = Q()
    for attempts, of_them in ids.items():
        claims |= Q(attempts=attempts, id__in=of_them)
    settled: int = OutboxMessage.objects.filter(claims, status=MessageStatus.PENDING).update(**values)
    return settled
