"""Load a published Open Referral UK feed into the directory."""

import datetime as dt
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from services_directory.open_referral.cleaning import moment
from services_directory.open_referral.report import ImportReport
from services_directory.open_referral.sources import SourceUnreadable, records_from
from services_directory.selectors import last_imported_at
from services_directory.services import import_feed

SHOWN = 50


class Command(BaseCommand):
    help = "Load an Open Referral UK feed: a JSON file, or the http(s) address of a document or an API."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_URL")
        parser.add_argument("--feed", default="", metavar="NAME", help="what to call the feed (else: after its source)")
        parser.add_argument("--licence", default="", help="under which licence it is published")
        parser.add_argument(
            "--since",
            default="",
            metavar="WHEN",
            help="ask an API only for what was modified since a date and time, or since the `last` import; "
            "nothing is withdrawn then",
        )
        parser.add_argument("--dry-run", action="store_true", help="report the same, and write nothing")
        parser.add_argument(
            "--trust-last-modified",
            action="store_true",
            help="do not ask an API for the record of an entry that is as it was, its last_modified included",
        )
        parser.add_argument(
            "--allow-withdrawals", action="store_true", help="withdraw also more than a quarter of a feed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["source"]
        name = options["feed"] or _name_of(source)
        since = self._since(options["since"], name)
        try:
            report = import_feed(
                feed_name=name,
                source=source,
                records=records_from(source, since=since),
                at=timezone.now(),
                licence=options["licence"],
                is_partial=since is not None,
                trusts_last_modified=options["trust_last_modified"],
                allow_withdrawals=options["allow_withdrawals"],
                is_dry_run=options["dry_run"],
            )
        except SourceUnreadable as problem:
            raise CommandError(problem.detail) from problem
        self._print(report, is_dry_run=options["dry_run"])
        if not report.loaded and since is None:
            raise CommandError("Nothing could be loaded.")

    def _since(self, written: str, feed_name: str) -> dt.datetime | None:
        if written == "last":
            return last_imported_at(feed_name)
        try:
            return moment(written) if written else None
        except ValueError as problem:
            raise CommandError(f"--since {problem}") from problem

    def _print(self, report: ImportReport, *, is_dry_run: bool) -> None:
        for title, remarks in (("Taken, but not just as it was", report.notes), ("Refused", report.refused)):
            for remark in remarks[:SHOWN]:
                self.stdout.write(f"{title}: {remark.id}: {remark.reason}")
            if len(remarks) > SHOWN:
                self.stdout.write(f"{title}: and {len(remarks) - SHOWN} more.")
        for name, count in report.not_read.most_common(SHOWN):
            self.stdout.write(f"Not read, because the standard does not know it: {name} ({count} times)")
        for name, count in report.not_kept.most_common(SHOWN):
            self.stdout.write(f"Not kept, though the standard knows it: {name} ({count} times)")
        for warning in report.warnings:
            self.stdout.write(f"Take care: {warning}")
        self.stdout.write(
            f"{report.created} created, {report.changed} changed, {report.unchanged} unchanged, "
            f"{report.withdrawals}, {len(report.refused)} refused{'; nothing was written' if is_dry_run else ''}."
        )


def _name_of(source: str) -> str:
    """Return a name for a feed: the host of an address, the stem of a file's name."""
    parts = urlsplit(source)
    name = parts.netloc if parts.scheme in {"http", "https"} else PurePosixPath(source).stem
    return name[:100]
