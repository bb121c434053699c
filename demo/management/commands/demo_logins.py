"""Say who can sign in to the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.cast import logins_here
from demo.guard import refuse_outside_a_demo
from demo.logins import PASSWORD

COLUMNS = ("Role", "Name", "Email", "Password")


class Command(BaseCommand):
    help = "Show who can sign in to the demonstration, and with which password."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_a_demo()
        rows = [(each.part, each.name, each.email, PASSWORD) for each in logins_here()]
        if not rows:
            raise CommandError("Nobody of the demonstration is here: run manage.py seed_demo on an empty database.")
        widths = [max(len(row[column]) for row in (COLUMNS, *rows)) for column in range(len(COLUMNS))]
        for row in (COLUMNS, tuple("-" * width for width in widths), *rows):
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
