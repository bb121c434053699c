"""Loading the ONS Postcode Directory beside a COPY of the same rows: `python -m benchmarks.postcodes`.

Ours reads the whole CSV of 55 columns, checks each row, keeps its place, builds the indexes and changes the tables. Raw
is a COPY of the eight columns that are needed, cut out beforehand, into an empty table with the same columns, checks
and indexes, committed once. Both go to a database of their own beside the one of DATABASE_URL, which is dropped at the
end.
"""

import argparse
import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.db import connection

from benchmarks import made_up_postcodes
from benchmarks.measuring import compare, machine_line, postgresql_version, report
from services_directory.onspd.columns import layout_of
from services_directory.onspd.files import published_file, read_header
from services_directory.onspd.rows import COLUMNS, Reader

GOAL, LIMIT = 1.5, 2.0
RAW = "postcodes_raw"
AT = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
PIECE = 1 << 20


def main() -> int:
    """Make the file, compare, and return the exit code of the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=made_up_postcodes.ROWS)
    parser.add_argument("--file", type=Path, help="use this file of the directory instead of a made-up one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="PATH")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with tempfile.TemporaryDirectory() as folder, scratch_database():
        published = arguments.file or Path(folder) / "made_up.csv"
        if arguments.file is None:
            made_up_postcodes.write(published, rows=arguments.rows)
        cut = Path(folder) / "cut.tsv"
        rows = cut_out(published, cut)
        found = compare(
            f"{rows:,} postcodes",
            ours=lambda: load(published),
            raw=lambda: copy(cut),
            before_raw=empty_raw,
            goal=GOAL,
            limit=LIMIT,
            blocks=1,
            rounds=arguments.rounds,
        )
        machine = machine_line(postgresql=postgresql_version(os.environ["DATABASE_URL"]))
    return report([found], machine=machine, json_path=arguments.json)


@contextmanager
def scratch_database() -> Iterator[None]:
    """Work in a database made for this and dropped afterwards."""
    connection.settings_dict["TEST"]["NAME"] = f"{connection.settings_dict['NAME']}_benchmark_alone"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def load(published: Path) -> None:
    """Ours: what the command calls."""
    from services_directory.services import load_postcodes  # noqa: PLC0415 - Django is set up by then

    load_postcodes(path=published, at=AT, restart=True)


def empty_raw() -> None:
    """Make the raw table: the same columns, checks and indexes, and nothing in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {RAW}")
        cursor.execute(f"CREATE TABLE {RAW} (LIKE services_directory_postcode INCLUDING ALL)")


def copy(cut: Path) -> None:
    """Raw: one COPY, one commit."""
    columns = ", ".join(COLUMNS)
    with (
        cut.open("rb") as file,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {RAW} ({columns}) FROM STDIN") as into,
    ):
        while piece := file.read(PIECE):
            into.write(piece)


def cut_out(published: Path, cut: Path) -> int:
    """Write the columns that are needed, as COPY takes them; return how many rows."""
    rows = 0
    with published_file(published).open() as stream, cut.open("wb") as file:
        for block in Reader(layout_of(read_header(stream))).blocks(stream, lines=1):
            file.write(block.text)
            rows += block.rows
    return rows


if __name__ == "__main__":
    sys.exit(main())
