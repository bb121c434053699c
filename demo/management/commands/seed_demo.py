"""Fill an empty database with a made-up year."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from core.clocks import LONDON
from core.postgresql.roles import OwnersCommand
from demo import seeding
from demo.guard import refuse_outside_a_demo

_LOCK = 7_134_002
"""An advisory lock of our own: of two seedings at once, the second waits, and then finds the data."""
ALREADY_THERE = "There is data in this database already, so nothing was made; start with an empty one."


class Command(OwnersCommand):
    help = "Fill an empty database with a made-up year of referrals, told through the services."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same data (7)")
        parser.add_argument("--now", type=_moment, help="when the year ends, like 2026-11-02T09:00 (the present)")
        parser.add_argument("--size", type=int, default=600, help="how many referrals are made (600)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing, and say so, where there is data")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_a_demo()
        begun = time.monotonic()
        now = options["now"] or timezone.now()
        with _all_or_nothing():
            if seeding.has_data():
                if options["if_empty"]:
                    self.stdout.write("There is data in this database already: it is kept.")
                    return
                raise CommandError(ALREADY_THERE)
            made = seeding.seed(seed=options["seed"], now=now, size=options["size"])
        self.stdout.write(
            f"Made {made.referrals} referrals and {made.offers} offers to services, of the year until "
            f"{now.astimezone(LONDON):%-d %B %Y, %H:%M}, in {time.monotonic() - begun:.0f} s."
        )


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """Hold everything in one transaction: a seeding that is stopped half-way leaves an empty database behind.

    By hand, because each use case insists on being the outermost atomic block; without autocommit those become
    savepoints of the one transaction, and six thousand commits become one.
    """
    transaction.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield
        transaction.commit()
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)


def _moment(text: str) -> dt.datetime:
    """Return a moment that was written down; without an offset it is England's time."""
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
