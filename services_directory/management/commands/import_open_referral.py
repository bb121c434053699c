"""Load a published Open Referral UK feed into the directory."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from services_directory.open_referral.importing import ImportReport
from services_directory.open_referral.sources import SourceUnreadable, records_from
from services_directory.services import import_feed

SHOWN = 50


class Command(BaseCommand):
    help = "Load an Open Referral UK feed: a JSON file, or the http(s) address of a document or an API."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_URL")
        parser.add_argument("--feed", default="", metavar="NAME", help="what to call the feed (else: after its source)")
        parser.add_argument("--licence", default="", help="under which licence it is published")

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["source"]
        try:
            report = import_feed(
                feed_name=options["feed"] or _name_of(source),
                source=source,
                records=records_from(source),
                at=timezone.now(),
                licence=options["licence"],
            )
        except SourceUnreadable as problem:
            raise CommandError(problem.detail) from problem
        self._print(report)
        if not report.loaded:
            raise CommandError("Nothing could be loaded.")

    def _print(self, report: ImportReport) -> None:
        for title, remarks in (("Taken, but not just as it was", report.notes), ("Refused", report.refused)):
            for remark in remarks[:SHOWN]:
                self.stdout.write(f"{title}: {remark.id}: {remark.reason}")
            if len(remarks) > SHOWN:
                self.stdout.write(f"{title}: and {len(remarks) - SHOWN} more.")
        self.stdout.write(
            f"{report.created} created, {report.changed} changed, {report.unchanged} unchanged, "
            f"{len(report.refused)} refused."
        )


def _name_of(source: str) -> str:
    """Return a name for a feed: the host of an address, the stem of a file's name."""
    parts = urlsplit(source)
    name = parts.netloc if parts.scheme in {"http", "https"} else PurePosixPath(source).stem
    return name[:100]
