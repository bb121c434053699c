"""What the clock and a commit set off. One call each: the work is in the rows, so running twice is harmless."""

from celery import shared_task
from django.utils import timezone

from notifications import delivery
from notifications.webhooks import delivery as webhooks


@shared_task(name="notifications.deliver_due")
def deliver_due(**kwargs: object) -> None:
    """Deliver what is owed. Takes any keyword, so that older and newer callers may call it.

    :raises ExceptionGroup: if a message met a bug, when all others have been attended to.
    """
    delivery.deliver_due(clock=timezone.now).raise_errors()


@shared_task(name="notifications.deliver_webhooks")
def deliver_webhooks(**kwargs: object) -> None:
    """Deliver what is owed to other systems, on a queue of its own: one that hangs holds up no email.

    :raises ExceptionGroup: if a message met a bug, when all others have been attended to.
    """
    webhooks.deliver_due(clock=timezone.now).raise_errors()
