"""Messages of the outbox, for the leads whose teams they concern.

What was given up to a team's own system is not among them, also where it tells of a referral of theirs: whose system it
is looks after it (`notifications.webhooks`), and nobody else knows of it.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from accounts.enums import Role
from accounts.models import Team, User
from core.errors import NotVisible
from notifications.enums import Channel
from notifications.models import OutboxMessage
from notifications.selectors import failed_messages
from referrals.models import MessageBack, OnwardReferral, Referral


def failed_messages_for(user: User) -> QuerySet[OutboxMessage]:
    """Return the messages that were given up and concern a team which a user leads, oldest first."""
    return _concerning(failed_messages(), user)


def message_for(user: User, message_id: UUID) -> OutboxMessage:
    """Return a message, given up or not, that concerns a team which a user leads.

    :raises NotVisible: if it concerns none of theirs.
    """
    message = _concerning(OutboxMessage.objects.filter(pk=message_id), user).first()
    if message is None:
        raise NotVisible("There is no such message about a referral of a team that you lead.")
    return message


def _concerning(messages: QuerySet[OutboxMessage], user: User) -> QuerySet[OutboxMessage]:
    """Narrow messages to those about a referral that a team led by the user has, and those to such a team or member."""
    if not user.is_active:
        return messages.none()
    led = Team.objects.filter(
        is_active=True, organization__is_active=True, memberships__user=user, memberships__role=Role.LEAD
    )
    teams = list(led.order_by("id").values_list("id", flat=True).distinct())
    inboxes = led.values("inbox_email")
    members = User.objects.filter(memberships__team__in=teams, is_active=True).values("email")
    about = {"reference": OuterRef("said_reference")}
    told = messages.exclude(channel=Channel.WEBHOOK)
    return told.annotate(said_reference=KeyTextTransform("reference", "context")).filter(
        Exists(Referral.objects.filter(**about, owner_team__in=teams))
        | Exists(OnwardReferral.objects.filter(**about, referral__owner_team__in=teams))
        | Exists(MessageBack.objects.filter(**about, referral__owner_team__in=teams))
        | Q(recipient__in=inboxes)
        | Q(recipient__in=members)
    )
