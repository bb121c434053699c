"""What the clock and a commit set off. One call each: the work is in the rows, so running twice is harmless."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from core import runs
from core.doing import doing
from core.runs import Figures
from core.tasks import periodic_task
from notifications import delivery, digests, inbox_services
from notifications.delivery import SWEEP, WORKER
from notifications.webhooks import delivery as webhooks
from notifications.webhooks.delivery import WEBHOOKS


@shared_task(name=SWEEP)
@doing({"task": SWEEP})
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


@shared_task(name=WEBHOOKS)
@doing({"task": WEBHOOKS})
def deliver_webhooks(**kwargs: object) -> None:
    """Deliver what is owed to other systems, on a queue of its own: one that hangs holds up no email.

    :raises ExceptionGroup: if a message met a bug, when all others have been attended to.
    """
    report = webhooks.deliver_due(clock=timezone.now)
    runs.pulse(task=WEBHOOKS, at=timezone.now())
    report.raise_errors()
