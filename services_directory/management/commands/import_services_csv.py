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
        parser.add_argument(
            "--whole",
            action="store_true",
            help="with --feed: the file is the whole list, so that what is not in it any more is withdrawn",
        )
        parser.add_argument(
            "--allow-withdrawals", action="store_true", help="with --whole: withdraw also more than a quarter of a feed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["feed"] and options["by"]:
            raise CommandError("--feed does not go with --by.")
        if options["whole"] and not options["feed"]:
            raise CommandError("--whole goes with --feed only: to close a listing, change its status.")
        if options["allow_withdrawals"] and not options["whole"]:
            raise CommandError("--allow-withdrawals goes with --whole only.")
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
        for warning in report.warnings:
            self.stdout.write(f"Take care: {warning}")
        withdrawals = f", {report.withdrawals}" if options["feed"] else ""
        self.stdout.write(
            f"{report.created} created, {report.changed} changed, {report.unchanged} unchanged"
            f"{withdrawals}, {len(report.refused)} refused{'; nothing was written' if options['dry_run'] else ''}."
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
                is_whole=options["whole"],
                allow_withdrawals=options["allow_withdrawals"],
                is_dry_run=options["dry_run"],
            )
        user = find_user_by_email(options["by"]) if options["by"] else None
        if options["by"] and user is None:
            raise CommandError(f"Nobody here has the email {options['by']}.")
        actor = Actor(user) if user else SYSTEM
        return import_spreadsheet(content=content, actor=actor, at=now, is_dry_run=options["dry_run"])
