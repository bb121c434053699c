"""Load the neighbourhoods of the place."""

import csv
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Invalid
from services_directory.services import load_neighbourhoods

AREAS = ("lsoas", "wards", "sectors")


class Command(BaseCommand):
    help = (
        "Make the neighbourhoods of a file those that there are: JSON, a list of objects with code, name, lsoas, "
        "wards, sectors; or CSV with these columns, areas separated by semicolons."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_neighbourhoods(_records(options["file"]))
        except Invalid as problem:
            lines = [f"{code}: {' '.join(said)}" for code, said in problem.extra["errors"].items()]
            raise CommandError("\n".join([problem.detail, *lines])) from problem
        for title in ("created", "changed", "removed"):
            for code in getattr(loaded, title):
                self.stdout.write(f"{title}: {code}")
        self.stdout.write(
            f"{len(loaded.created)} created, {len(loaded.changed)} changed, {len(loaded.unchanged)} unchanged, "
            f"{len(loaded.removed)} removed."
        )


def _records(path: Path) -> list[dict[str, object]]:
    """Return what the file says.

    :raises CommandError: if it is neither JSON nor CSV of that form.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".csv":
            rows = csv.DictReader(text.splitlines(), strict=True)
            if not {"code", "name"} <= set(rows.fieldnames or []):
                raise CommandError(f"{path.name} needs the columns code, name, and lsoas, wards or sectors.")
            return [{**row, **{kind: _split(row.get(kind)) for kind in AREAS}} for row in rows]
        records = json.loads(text)
    except OSError as problem:
        raise CommandError(f"{path.name} cannot be opened: {problem.strerror}.") from problem
    except (UnicodeDecodeError, ValueError, csv.Error) as problem:
        raise CommandError(f"{path.name} is neither JSON nor CSV: {problem}.") from problem
    if not (isinstance(records, list) and all(isinstance(each, dict) for each in records)):
        raise CommandError(f"{path.name} should be a list of objects.")
    return records


def _split(text: str | None) -> list[str]:
    return [area.strip() for area in (text or "").split(";") if area.strip()]
