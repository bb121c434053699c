"""`manage.py audit_pathway`: every rule of the pathway over the whole database, and what breaks it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from insights.integrity import RULES, run_audit


class Command(BaseCommand):
    help = "Prove the rules of the pathway over the whole database. Ends with 1 if one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchor", action="append", default=[], metavar="EVENT:DIGEST",
            help="An anchor that an earlier audit printed, kept elsewhere: it must be one of this database's.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        found = run_audit(
            clock=timezone.now,
            say=lambda seen: self.stderr.write(f"{seen:,} referrals judged"),
            noted=options["anchor"],
        )
        for rule, says in RULES.items():
            broken = found.counts[rule]
            self.stdout.write(f"{'ok ' if not broken else 'NOT'} {broken:>6,} {rule}: {says}")
            for reference in found.references[rule]:
                self.stdout.write(f"           {reference}")
            if broken > len(found.references[rule]):
                self.stdout.write(f"           and {broken - len(found.references[rule]):,} more")
        for anchor in filter(None, (found.anchor, found.history)):
            self.stdout.write(f"Anchor: {anchor}")
        self.stdout.write(
            f"{found.referrals:,} referrals and {found.events:,} events; {found.messages_failed:,} messages given up."
        )
        if not found.is_whole:
            sys.exit(1)
