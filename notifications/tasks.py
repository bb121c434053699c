"""What the clock and a commit set off. One call each: the work is in the rows, so running twice is harmless."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from core import runs
from core.runs import Figures
from core.tasks import periodic_task
from notifications import delivery, digests, inbox_services
from notifications.delivery import SWEEP, WORKER


@shared_task(name=SWEEP)
def deliver_due(**kwargs: object) -> None:
    """Deliver what is owed. Takes any keyword, so that older and newer callers may call it.

    :raises ExceptionGroup: if a message met a bug, when all others have been attended to.
    """
    runs.pulse(task=WORKER, at=timezone.now())
    report = delivery.deliver_due(clock=timezone.now)
    report.add(digests.deliver_digests(clock=timezone.now))
    runs.pulse(task=SWEEP, at=timezone.now())
    report.raise_errors()


@periodic_task(name="notifications.forget_readings")
def forget_readings(at: dt.datetime) -> Figures:
    """Delete what says who has read messages that no inbox shows any more."""
    return {"forgotten": inbox_services.forget_readings(at=at)}
