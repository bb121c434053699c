"""Set which team looks after which place, from a table."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Invalid
from referrals.services.team_areas import read_areas, set_team_areas


class Command(BaseCommand):
    """`manage.py set_team_areas FILE`: the file's areas take the place of all before (docs/front-doors.md)."""

    help = "Set the areas of all teams from a CSV with the columns team, kind, code, priority."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as table:
                count = set_team_areas(areas=read_areas(csv.DictReader(table)))
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({type(error).__name__}).") from None
        except Invalid as refusal:
            said = "\n".join(f"{where}: {' '.join(why)}" for where, why in refusal.extra["errors"].items())
            raise CommandError(f"Nothing was changed.\n{said}") from None
        self.stdout.write(f"{count} areas are set.")
