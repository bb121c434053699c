"""Messages of the outbox, for the leads whose teams they concern; for managers where there is no lead.

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
    """Return the messages that were given up and concern a team which a user leads, oldest first.

    Managers have those that concern no team with a lead, so that each is somebody's to see: a summary, a word about a
    listing, a team whose lead has gone.
    """
    return _concerning(failed_messages(), user)


def message_for(user: User, message_id: UUID) -> OutboxMessage:
    """Return a message, given up or not, that a user looks after as above.

    :raises NotVisible: if it is none of theirs.
    """
    message = _concerning(OutboxMessage.objects.filter(pk=message_id), user).first()
    if message is None:
        raise NotVisible("There is no such message about a referral of a team that you lead.")
    return message


def _concerning(messages: QuerySet[OutboxMessage], user: User) -> QuerySet[OutboxMessage]:
    if not user.is_active:
        return messages.none()
    led = Team.objects.filter(
        is_active=True, organization__is_active=True, memberships__role=Role.LEAD, memberships__user__is_active=True
    )
    is_theirs = _concerns(led.filter(memberships__user=user, memberships__role=Role.LEAD))
    if Role.MANAGER in user.roles():
        is_theirs |= ~_concerns(led)
    told = messages.exclude(channel=Channel.WEBHOOK)
    return told.annotate(said_reference=KeyTextTransform("reference", "context")).filter(is_theirs)


def _concerns(teams: QuerySet[Team]) -> Q:
    """Whether a message is about a referral that one of some teams has, or is to such a team or a member of it."""
    ids = teams.values("id")
    about = {"reference": OuterRef("said_reference")}
    return (
        Q(Exists(Referral.objects.filter(**about, owner_team__in=ids)))
        | Q(Exists(OnwardReferral.objects.filter(**about, referral__owner_team__in=ids)))
        | Q(Exists(MessageBack.objects.filter(**about, referral__owner_team__in=ids)))
        | Q(recipient__in=teams.values("inbox_email"))
        | Q(recipient__in=User.objects.filter(memberships__team__in=ids, is_active=True).values("email"))
    )
