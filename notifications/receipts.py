"""What becomes of a message after the other side took it: what Notify tells, and the mails that come back.

Told more than once, or late, it changes nothing: each telling is a `Receipt`, once, and counts only for the sending
that it speaks of. A message that did not arrive after all is given up, so it is shown and can be tried again; that
the other side had taken it is no delivery any more.
"""

import datetime as dt
import logging
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from notifications import bounces
from notifications.enums import MessageStatus
from notifications.models import OutboxMessage, Receipt
from notifications.recipients import is_key

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What somebody tells of one message."""

    key: str
    """Tells this telling from another: a repetition has the same."""
    wire_id: str
    """Which sending it speaks of."""
    status: str
    """In their words; kept."""
    reason: str = ""
    """Why it did not arrive, in our words; empty: it arrived."""
    is_about_address: bool = False
    """Whether nothing else would arrive there either."""
    address: str = ""
    """Where it went. Used where the message is for a key; never kept."""


DID_NOT_ARRIVE = {
    "permanent-failure": "Nobody can be reached at this number or address.",
    "temporary-failure": "It could not be delivered for days: the phone was off, or the mailbox full.",
    "technical-failure": "GOV.UK Notify could not send it.",
}
"""By Notify's word, ours. What else it tells is kept, and changes nothing."""


def told_by_notify(*, sending: str, status: str, address: str) -> Told:
    """Return what GOV.UK Notify tells.

    :param sending: its id of the sending.
    :param status: its word for what became of it.
    :param address: where it went, if it says so.
    """
    return Told(
        key=f"notify:{sending}:{status}", wire_id=sending, status=status, reason=DID_NOT_ARRIVE.get(status, ""),
        is_about_address=status == "permanent-failure", address=address,
    )  # fmt: skip


@transaction.atomic(durable=True)
def take(told: Told, *, message_id: UUID | None, at: dt.datetime) -> bool:
    """Note what became of a message; return whether it was news.

    Nothing is changed, and nothing is said, where no message of ours is meant: the answer tells nobody what there is.

    :param message_id: the message, where what came names it; None: the messages which went in the email of `wire_id`.
    """
    meant = _meant(told, message_id)
    messages = list(meant)
    if not messages:
        return False
    _, is_news = Receipt.objects.get_or_create(
        key=told.key, defaults={"message": messages[0], "status": told.status, "at": at}
    )
    if is_news and told.reason:
        for message in messages:
            if told.is_about_address:  # first: who is told of it locks what the message is about, before the message
                address = told.address if is_key(message.recipient) else message.recipient
                bounces.mark(message, address=address, reason=told.reason, at=at)
        ids = [message.id for message in meant.select_for_update(no_key=True, of=("self",))]
        _take_back(told, ids)
        OutboxMessage.objects.filter(id__in=ids).update(status=MessageStatus.FAILED, sent_at=None, failure=told.reason)
        for lost in ids:
            logger.error("Message %s did not arrive: %s", lost, told.reason)
    return is_news


def _take_back(told: Told, messages: list[UUID]) -> None:
    """Delete the deliveries of the sending of which the receipt tells: nothing else may delete one (migration 0009)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_take_back(%s, %s)", [told.key, messages])


def _meant(told: Told, message_id: UUID | None) -> QuerySet[OutboxMessage]:
    """Return the messages of which the sending that is spoken of is the last; one whose answer we lost, too."""
    if message_id is None:
        return OutboxMessage.objects.filter(recipient=told.address, delivery__wire_id=told.wire_id).order_by("id")
    sent = Q(status=MessageStatus.SENT, delivery__wire_id=told.wire_id)
    return OutboxMessage.objects.filter(sent | Q(status=MessageStatus.PENDING, attempts__gt=0), pk=message_id)
