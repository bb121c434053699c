"""The inbox of a user: what went to their address, and to the addresses of the teams in which they have a role.

It is read from the outbox itself (docs/adr/0031): what somebody is told by email is there because it is owed to an
address that they read, and there is no second row that could be forgotten.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery

from accounts.models import Team, User
from core.counting import count_of
from core.errors import NotVisible
from core.merged import Merged
from notifications.catalogue import FOR_INBOXES, group_of, templates_of
from notifications.enums import Channel, MessageGroup, MessageStatus
from notifications.models import OutboxMessage, Reading
from notifications.templates import say

SHOWN_FOR = dt.timedelta(days=180)
"""How long the inbox shows a message. What matters longer is on the worklists, and in the timeline of its referral."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One message as the inbox shows it. `team` is None where it went to the user's own address."""

    id: UUID
    at: dt.datetime
    template: str
    group: MessageGroup | None
    reference: str
    title: str
    text: str
    link: str
    team: Team | None
    read_at: dt.datetime | None


def inbox_of(user: User, *, at: dt.datetime, groups: tuple[MessageGroup, ...] = ()) -> QuerySet[OutboxMessage]:
    """Return the messages in a user's inbox at a moment, newest first, each with `read_at`; of some kinds only, if any.

    What was stopped before it was sent is not there; what was given up is: it never came by email.
    """
    read_at = Reading.objects.filter(message=OuterRef("pk"), user=user).values("at")
    return (
        OutboxMessage.objects.filter(
            recipient__in=addresses_of(user),
            channel__in=[Channel.EMAIL, Channel.IN_APP],
            template__in=templates_of(*groups) if groups else sorted(FOR_INBOXES),
            occurred_at__gt=at - SHOWN_FOR,
            occurred_at__lte=at,
        )
        .exclude(status=MessageStatus.STOPPED)
        .annotate(read_at=Subquery(read_at, output_field=DateTimeField()))
        .order_by("-occurred_at", "-id")
    )


def addresses_of(user: User) -> list[str]:
    """Return the addresses that a user reads: their own, and those of the teams in which they have a role."""
    return sorted({user.email, user.email.lower()} | {team.inbox_email for team in user.teams})


def in_order(user: User, messages: QuerySet[OutboxMessage]) -> Merged[OutboxMessage]:
    """Return messages of `inbox_of` a user, to be paged: of each address no more than a page is read."""
    return Merged(OutboxMessage, [messages.filter(recipient=address) for address in addresses_of(user)])


def unread(messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
    """Narrow messages of `inbox_of` to those that the user has not read."""
    return messages.filter(Q(read_at=None))


def count_unread(user: User, *, at: dt.datetime) -> int:
    """Return how many messages wait to be read; `MOST_COUNTED` means that many or more."""
    return count_of(unread(inbox_of(user, at=at)))


def message_in_inbox(user: User, message_id: UUID, *, at: dt.datetime) -> OutboxMessage:
    """Return one message of a user's inbox.

    :raises NotVisible: if it is not there.
    """
    message = inbox_of(user, at=at).filter(pk=message_id).first()
    if message is None:
        raise NotVisible("There is no such message in your inbox.")
    return message


def entries_of(user: User, messages: list[OutboxMessage]) -> list[Entry]:
    """Return messages of `inbox_of` in words, in their order. One query for all."""
    team_at = {team.inbox_email: team for team in reversed(user.teams)}
    for own in (user.email, user.email.lower()):
        team_at.pop(own, None)
    return [_entry(message, team=team_at.get(message.recipient)) for message in messages]


def _entry(message: OutboxMessage, *, team: Team | None) -> Entry:
    said = say(message.template, message.context)
    return Entry(
        id=message.id,
        at=message.occurred_at,
        template=message.template,
        group=group_of(message.template),
        reference=message.context["reference"],
        title=said.subject,
        text=said.news,
        link=said.link,
        team=team,
        read_at=message.read_at,  # type: ignore[attr-defined]  # annotated
    )
