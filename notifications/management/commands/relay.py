"""Deliver messages without Redis: `manage.py relay`. May run beside the workers, and more than once."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from core import runs
from notifications import delivery, digests
from notifications.delivery import SWEEP

IDLE_SECONDS = 1.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Deliver what is owed, batch by batch, until told to stop."""

    help = "Deliver what is owed without Redis, until SIGTERM or SIGINT: the batch at hand is finished first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Stop when nothing is due.")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop = threading.Event()
        before = {number: signal.signal(number, lambda *_: stop.set()) for number in STOP_SIGNALS}
        try:
            if once:
                report = delivery.deliver_due(clock=timezone.now)
                report.add(digests.deliver_digests(clock=timezone.now))
                report.raise_errors()
            else:
                self._relay(stop)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _relay(self, stop: threading.Event) -> None:
        while not stop.is_set():
            close_old_connections()
            try:
                # Bugs are in the log already, and their messages wait: the relay goes on.
                report = delivery.deliver_batch(at=timezone.now())
                report.add(digests.deliver_digests(clock=timezone.now, seconds=5))
                runs.pulse(task=SWEEP, at=timezone.now())
            except (InterfaceError, OperationalError):
                logger.exception("The relay lost the database, and tries again.")
                stop.wait(IDLE_SECONDS)
                continue
            if not report.claimed or report.is_unreachable:
                stop.wait(IDLE_SECONDS)
