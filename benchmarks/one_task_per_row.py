"""What messages usually are: a task each, which sends it and writes down that it did. For `benchmarks.outbox`.

It is as quick as that way can be: no question is asked but for the row, and the connection to the mail server is kept.
"""

from typing import Any

from celery import shared_task

from config.celery import app as app  # the worker is started with this module

QUEUE = "benchmark_one_by_one"
_kept: list[Any] = []


@shared_task(name="benchmarks.send_one", queue=QUEUE)
def send_one(message_id: str) -> None:
    """Send one message and record its delivery."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up by then

    from notifications.channels.email import EmailSender  # noqa: PLC0415
    from notifications.delivery import Report, _record  # noqa: PLC0415
    from notifications.models import OutboxMessage  # noqa: PLC0415

    if not _kept:
        _kept.append(EmailSender())
    message = OutboxMessage.objects.get(pk=message_id)
    wire_id = _kept[0].send(message)
    _record(message, wire_id=wire_id, at=timezone.now(), report=Report())
