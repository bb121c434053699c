"""Reads about messages: for the keepers of the service, and for the proof that nothing is lost."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from notifications.enums import MessageStatus
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
    owed = OutboxMessage.objects.filter(status=MessageStatus.PENDING, occurred_at__lt=since)
    return owed.filter(Q(held_until=None) | Q(held_until__lt=since)).order_by("occurred_at", "id")


def messages_for(event_keys: Iterable[str]) -> QuerySet[OutboxMessage]:
    """Return the messages which some events owed, with their deliveries, in order of time and then recipient."""
    return (
        OutboxMessage.objects.filter(event_key__in=list(event_keys))
        .select_related("delivery")
        .order_by("occurred_at", "event_key", "recipient", "channel")
    )


def contradictory_messages() -> QuerySet[OutboxMessage]:
    """Return messages marked sent without a delivery, or delivered without being marked. There should be none."""
    return OutboxMessage.objects.filter(
        Q(status=MessageStatus.SENT, delivery__isnull=True)
        | (~Q(status=MessageStatus.SENT) & Q(delivery__isnull=False))
    ).order_by("occurred_at", "id")


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many messages of one channel wait, and for what."""

    channel: str
    due: int
    """Could be sent now, or are being sent."""
    refused: int
    """Were refused for now, and wait for their next try."""
    later: int
    """Are not to go before a time that is still to come."""
    failed: int
    """Were given up, and wait for somebody to look."""


def backlogs(*, at: dt.datetime) -> list[Backlog]:
    """Return what waits, by channel: one query, over the messages that are not settled."""
    pending = Q(status=MessageStatus.PENDING)
    is_later = Q(available_at__gt=at, attempts=0)
    rows = (
        OutboxMessage.objects.filter(status__in=(MessageStatus.PENDING, MessageStatus.FAILED))
        .order_by("channel")
        .values("channel")
        .annotate(
            refused=Count("id", filter=pending & Q(deferrals__gt=0)),
            later=Count("id", filter=pending & Q(deferrals=0) & is_later),
            due=Count("id", filter=pending & Q(deferrals=0) & ~is_later),
            failed=Count("id", filter=Q(status=MessageStatus.FAILED)),
        )
    )
    return [Backlog(**row) for row in rows]


def unsent_since(*, at: dt.datetime) -> dt.datetime | None:
    """Return since when the oldest message could have been sent and was not, or None.

    One that its receiver refused for now waits for a reason of the receiver's, and does not count; one that was handed
    back because nobody could be reached counts from when it was owed.
    """
    mine = OutboxMessage.objects.filter(status=MessageStatus.PENDING, deferrals=0)
    since = mine.aggregate(
        never_tried=Min("available_at", filter=Q(available_at__lte=at)),
        handed_back=Min("occurred_at", filter=Q(attempts__gt=1, available_at__gt=at)),
    )
    return min((moment for moment in since.values() if moment is not None), default=None)
