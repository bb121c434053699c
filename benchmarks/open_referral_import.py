"""Importing an Open Referral UK feed, beside the parse and a COPY: `python -m benchmarks.open_referral_import`.

Ours is what `manage.py import_open_referral FILE` does, into an empty directory and again when nothing has changed. Raw
parses the same file with `json.load`, and copies the same rows (as PostgreSQL itself wrote them out beforehand) into
the same tables, their keys and constraints included; beside an unchanged feed it is the parse alone. Memory is the peak
of a process that imports all of it, and of one that imports a tenth. All this goes to a database of its own beside the
one of DATABASE_URL, which is dropped at the end.
"""

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.db import connection

from benchmarks import made_up_services
from benchmarks.measuring import compare, machine_line, postgresql_version, report

GOAL, LIMIT = 4.0, 6.0
GOAL_UNCHANGED, LIMIT_UNCHANGED = 1.2, 1.5
AT = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
TABLES = (
    *("feed", "taxonomy", "taxonomyterm", "organization", "location", "service", "address", "serviceatlocation"),
    *("schedule", "servicearea", "costoption", "phone", "attribute"),
)
"""Those that the made-up feed has rows for, in an order in which they can be filled."""


def main() -> int:
    """Make the feed, compare, and return the exit code of the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=made_up_services.SERVICES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="PATH")
    parser.add_argument("--import-and-say-memory", metavar="FILE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if arguments.import_and_say_memory:
        import_feed(Path(arguments.import_and_say_memory))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return 0
    with tempfile.TemporaryDirectory() as folder, scratch_database() as name:
        feed, tenth = Path(folder) / "feed.json", Path(folder) / "tenth.json"
        size = made_up_services.write(feed, services=arguments.services)
        made_up_services.write(tenth, services=max(1, arguments.services // 10))
        import_feed(feed)
        copies = write_out(Path(folder))
        found = [
            compare(
                f"{arguments.services:,} services",
                ours=lambda: import_feed(feed),
                raw=lambda: parse_and_copy(feed, copies),
                before_ours=empty,
                before_raw=empty,
                goal=GOAL,
                limit=LIMIT,
                blocks=1,
                rounds=arguments.rounds,
                warm_up=0,
            )
        ]
        empty()
        import_feed(feed)
        found.append(
            compare(
                f"{arguments.services:,} services, none changed",
                ours=lambda: import_feed(feed),
                raw=lambda: parse(feed),
                goal=GOAL_UNCHANGED,
                limit=LIMIT_UNCHANGED,
                blocks=2,
                rounds=arguments.rounds,
            )
        )
        peaks = []
        for path in (tenth, feed):
            empty()
            peaks.append(peak_memory(path, database=name))
        machine = machine_line(postgresql=postgresql_version(os.environ["DATABASE_URL"]))
    code = report(found, machine=machine, json_path=arguments.json)
    print(f"A feed of {size / 2**20:.0f} MiB: peak memory {peaks[1]:.0f} MiB; of a tenth of it {peaks[0]:.0f} MiB.")
    return code


@contextmanager
def scratch_database() -> Iterator[str]:
    """Work in a database made for this and dropped afterwards; give its name."""
    connection.settings_dict["TEST"]["NAME"] = f"{connection.settings_dict['NAME']}_benchmark"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    with connection.cursor() as cursor:
        # Emptying the directory reaches the tables that point to it, two of which no one may empty.
        for table in ("referrals_referralevent", "referrals_consent"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield connection.settings_dict["NAME"]
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def import_feed(path: Path) -> Any:
    """Ours: what the command calls."""
    from services_directory.open_referral.sources import records_from  # noqa: PLC0415 - Django is set up by then
    from services_directory.services import import_feed as load  # noqa: PLC0415

    found = load(feed_name="Made up", source=path.name, records=records_from(str(path)), at=AT)
    if found.refused or found.notes or found.warnings:
        raise AssertionError(found)
    return found


def parse(path: Path) -> Any:
    """Raw: the parse."""
    with path.open("rb") as file:
        return json.load(file)


def parse_and_copy(path: Path, copies: dict[str, Path]) -> None:
    """Raw: the parse, and each table's rows by one COPY, in one transaction."""
    parse(path)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for table, rows in copies.items():
            with rows.open("rb") as file, cursor.copy(f'COPY "{table}" FROM STDIN') as into:
                while piece := file.read(1 << 20):
                    into.write(piece)
        cursor.execute("COMMIT")


def write_out(folder: Path) -> dict[str, Path]:
    """Let PostgreSQL write out what was imported, as COPY takes it."""
    copies = {}
    with connection.cursor() as cursor:
        for name in TABLES:
            table = f"services_directory_{name}"
            copies[table] = folder / f"{name}.copy"
            with copies[table].open("wb") as file, cursor.copy(f'COPY "{table}" TO STDOUT') as out:
                for piece in out:
                    file.write(piece)
    return copies


def empty() -> None:
    """Take away every row of the directory."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'services_directory_{name}' for name in TABLES)} CASCADE")


def peak_memory(path: Path, *, database: str) -> float:
    """Return the peak of a process that imports a feed, in MiB."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    command = [sys.executable, "-m", "benchmarks.open_referral_import", "--import-and-say-memory", str(path)]
    environment = os.environ | {"DATABASE_URL": f"{address}/{database}"}
    ended = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return int(ended.stdout.split()[-1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
