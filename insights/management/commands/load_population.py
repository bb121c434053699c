"""Load the counts of the local population."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Invalid
from insights.population import COLUMNS, load_population


class Command(BaseCommand):
    help = (
        "Make the counts of a file the local population that the pages of equity show beside the referrals: CSV with "
        "the columns dimension (deprivation, age, gender or ethnicity), group, count, source, as_of (2021-03-21)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True)
            if not set(COLUMNS) <= set(rows.fieldnames or []):
                raise CommandError(f"{path.name} needs the columns {', '.join(COLUMNS)}.")
            loaded = load_population(rows)
        except OSError as problem:
            raise CommandError(f"{path.name} cannot be opened: {problem.strerror}.") from problem
        except (UnicodeDecodeError, csv.Error) as problem:
            raise CommandError(f"{path.name} is no CSV: {problem}.") from problem
        except Invalid as problem:
            lines = [f"{where}: {' '.join(said)}" for where, said in problem.extra["errors"].items()]
            raise CommandError("\n".join([problem.detail, *lines])) from problem
        for dimension, count in loaded.items():
            self.stdout.write(f"{dimension}: {count} groups.")
