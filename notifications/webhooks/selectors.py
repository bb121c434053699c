"""Reads about webhook endpoints: those which a user keeps, and what was sent to them. The only way to them."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from notifications.enums import Channel, WebhookStatus
from notifications.models import OutboxMessage, WebhookEndpoint

KEEPERS = (Role.LEAD, Role.MANAGER)
"""Who keeps a team's endpoints: its leads and managers, people or the accounts of machines."""


def endpoints_kept_by(user: User) -> QuerySet[WebhookEndpoint]:
    """Return the endpoints of the teams that a user leads or manages, the newest first; those that ended are gone."""
    return (
        WebhookEndpoint.objects.filter(team__in=user.team_ids(*KEEPERS))
        .exclude(status=WebhookStatus.ENDED)
        .select_related("team")
        .order_by("-id")
    )


def get_endpoint(user: User, reference: str) -> WebhookEndpoint:
    """Return one endpoint, to do something with.

    :raises NotVisible: if there is none, or none that the user keeps; it does not say which.
    """
    # PostgreSQL has no text with NUL in it, and would not even look.
    found = None if "\0" in reference else endpoints_kept_by(user).filter(reference=reference).first()
    if found is None:
        raise NotVisible("There is no such webhook endpoint, or it is not yours to see.")
    return found


def deliveries_to(endpoint: WebhookEndpoint) -> QuerySet[OutboxMessage]:
    """Return what was owed to an endpoint and what became of it, the newest first."""
    sent = OutboxMessage.objects.filter(channel=Channel.WEBHOOK, recipient=endpoint.recipient)
    return sent.order_by("-occurred_at", "-id")


def get_delivery(endpoint: WebhookEndpoint, message_id: UUID) -> OutboxMessage:
    """Return one message to an endpoint.

    :raises NotVisible: if there is none with this id.
    """
    found = deliveries_to(endpoint).filter(id=message_id).first()
    if found is None:
        raise NotVisible("Nothing with this id was sent to this endpoint.")
    return found
