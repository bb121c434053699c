"""Load the ONS Postcode Directory."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.errors import Conflict, Invalid
from core.postgresql.roles import OwnersCommand
from services_directory.services import load_postcodes
from services_directory.services.postcodes import CHUNK, PostcodesLoaded, Progress


class Command(OwnersCommand):
    help = (
        "Load an edition of the ONS Postcode Directory: its CSV, the same as .gz, or the .zip as downloaded. "
        "Killed and run again, it goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--restart", action="store_true", help="begin anew what was begun or loaded already")
        parser.add_argument(
            "--chunk", type=int, default=CHUNK, metavar="BYTES", help=f"how much is committed at a time ({CHUNK})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        came_from = 0
        heard: list[Progress] = []

        def tell(progress: Progress) -> None:
            nonlocal came_from
            heard.append(progress)
            if len(heard) == 1:
                came_from = progress.rows
                if came_from:
                    self.stdout.write(f"Going on after {came_from:,} rows, {progress.share:.0%} of the file.")
                return
            pace = (progress.rows - came_from) / max(time.monotonic() - begun, 0.001)
            self.stdout.write(f"{progress.share:4.0%}  {progress.rows:,} rows, {pace:,.0f} a second")
            self.stdout.flush()

        try:
            loaded = load_postcodes(
                path=options["file"],
                at=timezone.now(),
                restart=options["restart"],
                chunk=max(1, options["chunk"]),
                progress=tell,
            )
        except Invalid as problem:
            raise CommandError(" ".join(problem.extra["errors"]["file"])) from problem
        except Conflict as problem:
            raise CommandError(problem.detail) from problem
        self._conclude(loaded, time.monotonic() - begun)

    def _conclude(self, loaded: PostcodesLoaded, seconds: float) -> None:
        edition = loaded.edition
        if loaded.already:
            self.stdout.write(
                f"{edition.file_name} is already loaded, with {edition.rows:,} postcodes: nothing was done. "
                "--restart loads it again."
            )
            self._tell_of_index(loaded)
            return
        for remark in edition.remarks:
            where = f"Line {remark['line']}" if remark["line"] else "Left out"
            self.stdout.write(f"{where}: {remark['reason']}")
        if edition.refused > len(edition.remarks):
            self.stdout.write(f"… and {edition.refused - len(edition.remarks):,} more.")
        taken = ", ".join(f"{name} from {edition.columns[name]}" for name in ("lsoa", "ward", "local_authority"))
        self.stdout.write(
            f"{edition.file_name}: {edition.rows:,} postcodes loaded, {edition.refused:,} left out, "
            f"in {seconds:.0f} s ({taken}, imd_rank from {edition.columns['imd_rank']})."
        )
        self._tell_of_index(loaded)

    def _tell_of_index(self, loaded: PostcodesLoaded) -> None:
        if loaded.reindexed:
            self.stdout.write(
                f"The search index of {loaded.reindexed:,} listings was made anew: they lie elsewhere by it."
            )
