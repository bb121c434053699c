"""What the clock and a commit set off. One call each: the work is in the rows, so running twice is harmless."""

from celery import shared_task
from django.utils import timezone

from core import runs
from notifications import delivery

DELIVER_DUE = "notifications.deliver_due"


@shared_task(name=DELIVER_DUE)
def deliver_due(**kwargs: object) -> None:
    """Deliver what is owed. Takes any keyword, so that older and newer callers may call it.

    :raises ExceptionGroup: if a message met a bug, when all others have been attended to.
    """
    report = delivery.deliver_due(clock=timezone.now)
    runs.pulse(task=DELIVER_DUE, at=timezone.now())
    report.raise_errors()
