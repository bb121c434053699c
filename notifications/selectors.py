"""Reads about messages: for the keepers of the service, and for the proof that nothing is lost."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from core.statements import Written
from notifications.enums import Channel, MessageStatus, WebhookStatus
from notifications.models import OutboxMessage, WebhookEndpoint


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
    """Return the messages still owed that could have been sent before `since`, and have no coming try; oldest first.

    What was put off, or waits for a morning, has one: it may be claimed again only then. A webhook waits for its
    endpoint, too, which is sent to one at a time and rests while it does not answer.
    """
    attended = (
        WebhookEndpoint.objects.filter(status=WebhookStatus.ACTIVE, free_at__gte=since)
        .annotate(named=Concat(Value(f"{Channel.WEBHOOK}:"), "reference"))
        .filter(named=OuterRef("recipient"))
    )
    owed = OutboxMessage.objects.filter(status=MessageStatus.PENDING, available_at__lt=since)
    return owed.filter(~Q(channel=Channel.WEBHOOK) | ~Exists(attended)).order_by("occurred_at", "id")


def messages_for(event_keys: Iterable[str]) -> QuerySet[OutboxMessage]:
    """Return the messages which some events owed, with their deliveries, in order of time and then recipient."""
    return (
        OutboxMessage.objects.filter(event_key__in=list(event_keys))
        .select_related("delivery")
        .order_by("occurred_at", "event_key", "recipient", "channel")
    )


def channel_told_by(event_key: str, recipient: str) -> Channel | None:
    """Return by which channel an event has been, or is to be, told to a recipient; None if it owes them nothing yet."""
    told = _told().first(event_key=event_key, recipient=recipient)
    return Channel(told.channel) if told else None


@cache
def _told() -> Written[OutboxMessage]:
    rows = OutboxMessage.objects.filter(event_key="e", recipient="r").order_by("created_at", "id")
    return Written(rows, {"e": "%(event_key)s", "r": "%(recipient)s"})


def last_told(address: str, *, reference: str) -> dt.datetime | None:
    """Return when an address was last owed an email about a reference; None if it never was."""
    rows = OutboxMessage.objects.filter(recipient=address, channel=Channel.EMAIL, context__reference=reference)
    last: dt.datetime | None = rows.exclude(status=MessageStatus.STOPPED).aggregate(at=Max("occurred_at"))["at"]
    return last


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
    """Return what waits, by channel: one query, over the messages that are not settled.

    They are named as the three indexes of what is not settled name them: else every message there ever was is read.
    """
    pending, is_webhook = Q(status=MessageStatus.PENDING), Q(channel=Channel.WEBHOOK)
    unsettled = (pending & ~is_webhook) | (pending & is_webhook) | Q(status=MessageStatus.FAILED)
    is_later = Q(available_at__gt=at) & (Q(attempts=0) | Q(held_until__gt=at))
    rows = (
        OutboxMessage.objects.filter(unsettled)
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
    back because nobody could be reached counts from when it was owed. Nor does a webhook: it may wait for others to the
    same endpoint, and so for somebody else's server.
    """
    mine = OutboxMessage.objects.filter(~Q(channel=Channel.WEBHOOK), status=MessageStatus.PENDING, deferrals=0)
    since = mine.aggregate(
        never_tried=Min("available_at", filter=Q(available_at__lte=at)),
        handed_back=Min("occurred_at", filter=Q(attempts__gt=1, available_at__gt=at) & ~Q(held_until__gt=at)),
    )
    return min((moment for moment in since.values() if moment is not None), default=None)
