"""What the clock and a commit set off. One call each: the work is in the rows, so running twice is harmless."""

from celery import shared_task
from django.utils import timezone

from notifications import delivery, digests, inbox_services


@shared_task(name="notifications.deliver_due")
def deliver_due(**kwargs: object) -> None:
    """Deliver what is owed. Takes any keyword, so that older and newer callers may call it.

    :raises ExceptionGroup: if a message met a bug, when all others have been attended to.
    """
    report = delivery.deliver_due(clock=timezone.now)
    report.add(digests.deliver_digests(clock=timezone.now))
    report.raise_errors()


@shared_task(name="notifications.forget_readings")
def forget_readings(**kwargs: object) -> None:
    """Delete what says who has read messages that no inbox shows any more."""
    inbox_services.forget_readings(at=timezone.now())
