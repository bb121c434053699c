"""What the tests of webhooks look up."""

from typing import Any

from notifications.models import OutboxMessage, WebhookEndpoint


def state(row: OutboxMessage) -> tuple[Any, int, str]:
    """Return what has become of a message."""
    row.refresh_from_db()
    return row.status, row.deferrals, row.failure


def lane(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Return an endpoint as it is now."""
    return WebhookEndpoint.objects.get(pk=endpoint.pk)
