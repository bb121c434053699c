"""Reads about messages: for the keepers of the service, and for the proof that nothing is lost."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from notifications.enums import Channel, MessageStatus
from notifications.models import OutboxMessage


def failed_messages() -> QuerySet[OutboxMessage]:
    """Return the messages that were given up, oldest first: each is somebody's task."""
    return OutboxMessage.objects.filter(status=MessageStatus.FAILED).order_by("occurred_at", "id")


def failed_recipients(recipients: Collection[str] | None = None) -> dict[str, list[dt.datetime]]:
    """Return to which addresses messages were given up, and when each of them was owed, oldest first.

    A message that is owed again (`services.try_again`) counts no more. `recipients` narrows the question to some.
    """
    failed = failed_messages()
    if recipients is not None:
        failed = failed.filter(recipient__in=recipients)
    found: dict[str, list[dt.datetime]] = defaultdict(list)
    for recipient, occurred_at in failed.values_list("recipient", "occurred_at"):
        found[recipient].append(occurred_at)
    return dict(found)


def overdue_messages(*, since: dt.datetime) -> QuerySet[OutboxMessage]:
    """Return the messages still owed that could have been sent before `since`, oldest first."""
    return OutboxMessage.objects.filter(status=MessageStatus.PENDING, occurred_at__lt=since).order_by(
        "occurred_at", "id"
    )


def messages_for(event_keys: Iterable[str]) -> QuerySet[OutboxMessage]:
    """Return the messages which some events owed, with their deliveries, in order of time and then recipient."""
    return (
        OutboxMessage.objects.filter(event_key__in=list(event_keys))
        .select_related("delivery")
        .order_by("occurred_at", "event_key", "recipient", "channel")
    )


def channel_told_by(event_key: str, recipient: str) -> Channel | None:
    """Return by which channel an event has been, or is to be, told to a recipient; None if it owes them nothing yet."""
    told = OutboxMessage.objects.filter(event_key=event_key, recipient=recipient).order_by("created_at", "id").first()
    return Channel(told.channel) if told else None


def contradictory_messages() -> QuerySet[OutboxMessage]:
    """Return messages marked sent without a delivery, or delivered without being marked. There should be none."""
    return OutboxMessage.objects.filter(
        Q(status=MessageStatus.SENT, delivery__isnull=True)
        | (~Q(status=MessageStatus.SENT) & Q(delivery__isnull=False))
    ).order_by("occurred_at", "id")
