"""Take a spreadsheet into the directory."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.selectors import find_user_by_email
from core.errors import DomainError
from services_directory.open_referral.report import ImportReport
from services_directory.services import import_spreadsheet, import_spreadsheet_feed


class Command(BaseCommand):
    help = "Change the directory to what the rows of a CSV file say (docs/keeping-the-directory.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="report the same, and write nothing")
        parser.add_argument("--by", default="", metavar="EMAIL", help="the directory editor whose changes they are")
        parser.add_argument("--feed", default="", metavar="NAME", help="somebody else publishes it: load it as a feed")
        parser.add_argument("--licence", default="", help="with --feed: under which licence it is published")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["feed"] and (options["dry_run"] or options["by"]):
            raise CommandError("--feed goes with neither --dry-run nor --by.")
        try:
            report = self._import(Path(options["file"]).read_bytes(), options)
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be read: {problem.strerror}.") from problem
        except DomainError as problem:
            sentences = problem.extra.get("errors", {}).get("file", [problem.detail])
            raise CommandError(" ".join(sentences)) from problem
        for title, remarks in (("Taken, but not just as it was", report.notes), ("Refused", report.refused)):
            for remark in remarks:
                self.stdout.write(f"{title}: {remark.id}: {remark.reason}")
        self.stdout.write(
            f"{report.created} created, {report.changed} changed, {report.unchanged} unchanged, "
            f"{len(report.refused)} refused{'; nothing was written' if options['dry_run'] else ''}."
        )

    def _import(self, content: bytes, options: dict[str, Any]) -> ImportReport:
        now = timezone.now()
        if options["feed"]:
            return import_spreadsheet_feed(
                feed_name=options["feed"],
                source=Path(options["file"]).name,
                content=content,
                at=now,
                licence=options["licence"],
            )
        user = find_user_by_email(options["by"]) if options["by"] else None
        if options["by"] and user is None:
            raise CommandError(f"Nobody here has the email {options['by']}.")
        actor = Actor(user) if user else SYSTEM
        return import_spreadsheet(content=content, actor=actor, at=now, is_dry_run=options["dry_run"])
