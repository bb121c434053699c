"""Deliver messages without Redis: `manage.py relay`. May run beside the workers, and more than once.

Webhooks go in a thread of their own, as they have a queue of their own: a system that hangs holds up no email.
"""

import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from core import runs
from notifications import delivery, digests
from notifications.delivery import SWEEP
from notifications.webhooks import delivery as webhooks
from notifications.webhooks.delivery import WEBHOOKS

IDLE_SECONDS = 1.0
ROUND_SECONDS = 5.0
"""How long a round of webhooks takes new ones; who is told to stop waits for what is on its way."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Deliver what is owed, to people and to other systems, until told to stop."""

    help = "Deliver what is owed without Redis, until SIGTERM or SIGINT: what is on its way is finished first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Stop when nothing is due.")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop = threading.Event()
        before = {number: signal.signal(number, lambda *_: stop.set()) for number in STOP_SIGNALS}
        try:
            if once:
                report = delivery.deliver_due(clock=timezone.now)
                report.add(digests.deliver_digests(clock=timezone.now))
                report.add(webhooks.deliver_due(clock=timezone.now))
                report.raise_errors()
            else:
                self._relay_both(stop)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _relay_both(self, stop: threading.Event) -> None:
        """Relay both until told to stop. Where one of them meets what it does not know, the other stops, too: whoever
        keeps the command running sees that it ended, and starts it again.
        """
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="webhooks") as beside:
            other = beside.submit(self._relay_webhooks, stop)
            other.add_done_callback(lambda _: stop.set())
            try:
                self._relay(stop)
            finally:
                stop.set()
        other.result()

    def _relay_webhooks(self, stop: threading.Event) -> None:
        while not stop.is_set():
            close_old_connections()
            try:
                report = webhooks.deliver_due(clock=timezone.now, seconds=ROUND_SECONDS)
                runs.pulse(task=WEBHOOKS, at=timezone.now())
            except (InterfaceError, OperationalError):
                logger.exception("The relay of webhooks lost the database, and tries again.")
                stop.wait(IDLE_SECONDS)
                continue
            if not report.claimed:
                stop.wait(IDLE_SECONDS)
        connection.close()  # this thread's own

    def _relay(self, stop: threading.Event) -> None:
        silent: set[str] = set()  # nobody was reached by these, so the others go first
        while not stop.is_set():
            close_old_connections()
            try:
                # Bugs are in the log already, and their messages wait: the relay goes on.
                report = delivery.deliver_batch(at=timezone.now(), without=silent)
                report.add(digests.deliver_digests(clock=timezone.now, seconds=5))
                runs.pulse(task=SWEEP, at=timezone.now())
            except (InterfaceError, OperationalError):
                logger.exception("The relay lost the database, and tries again.")
                stop.wait(IDLE_SECONDS)
                continue
            silent = silent | report.unreachable if report.claimed else set()
            if not report.claimed:
                stop.wait(IDLE_SECONDS)
