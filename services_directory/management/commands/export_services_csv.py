"""Write the directory as a spreadsheet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from services_directory.selectors import spreadsheet_of


class Command(BaseCommand):
    help = "Write every listing as a row of a CSV file (docs/keeping-the-directory.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", nargs="?", default="-", help="where to (else: standard output)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] == "-":
            for piece in spreadsheet_of(None):
                self.stdout.write(piece, ending="")
            return
        with open(options["file"], "w", encoding="utf-8", newline="") as file:
            file.writelines(spreadsheet_of(None))
