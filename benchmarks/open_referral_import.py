"""Importing an Open Referral UK feed, beside the parse and a COPY: `python -m benchmarks.open_referral_import`.

Ours is what `manage.py import_open_referral FILE` does, into an empty directory and again when nothing has changed. Raw
parses the same file with `json.load`, and copies the same rows (as PostgreSQL itself wrote them out beforehand) into
the same tables, their keys and constraints included, without the triggers that keep the search index; beside an
unchanged feed it is the parse alone.

Ours writes more than the feed says: the search index, the history and the judgement of each listing. What it costs raw
to COPY those rows as well, ready made, is measured too; that second ratio is told beside the first, which is the one
that counts. Told as well: which part of ours went into the index.

Memory is the peak (VmHWM) of a process that imports all of it, and of one that imports a tenth. All this goes to a
database of its own beside the one of DATABASE_URL, which is dropped at the end.
"""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
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
DERIVED = ("serviceentry", "servicecard", "placeentry", "searchword", "listingchange", "listingtrust")
"""Those that hold what follows from the others: the search index, the history, the judgements."""


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
        print(peak_of_this_process())
        return 0
    with tempfile.TemporaryDirectory() as folder, scratch_database() as name:
        feed, tenth = Path(folder) / "feed.json", Path(folder) / "tenth.json"
        size = made_up_services.write(feed, services=arguments.services)
        made_up_services.write(tenth, services=max(1, arguments.services // 10))
        import_feed(feed)
        copies, derived = write_out(TABLES, Path(folder)), write_out(DERIVED, Path(folder))
        indexing: list[float] = []
        wider: list[float] = []

        def ours() -> None:
            with time_of("SELECT directory_release()") as spent:
                import_feed(feed)
            indexing.append(sum(spent))

        def before_raw() -> None:
            """Measure raw with all rows, by turns with the others, and leave the tables empty."""
            index_triggers("DISABLE")
            empty()
            begun = time.perf_counter()
            parse_and_copy(feed, copies | derived)
            wider.append(time.perf_counter() - begun)
            empty()

        def before_ours() -> None:
            index_triggers("ENABLE")
            empty()

        found = [
            compare(
                f"{arguments.services:,} services",
                ours=ours,
                raw=lambda: parse_and_copy(feed, copies),
                before_ours=before_ours,
                before_raw=before_raw,
                goal=GOAL,
                limit=LIMIT,
                blocks=1,
                rounds=arguments.rounds,
                warm_up=0,
            )
        ]
        before_ours()
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
    whole = found[0].ours.p50
    print(f"Of ours {median(indexing) / whole:.0%} went into the search index.")
    print(
        f"Raw that copies the rows of index, history and judgements too takes {median(wider):.2f} s (p50): "
        f"ours is {whole / median(wider):.2f} of that."
    )
    print(f"A feed of {size / 2**20:.0f} MiB: peak memory {peaks[1]:.0f} MiB; of a tenth of it {peaks[0]:.0f} MiB.")
    return code


@contextmanager
def scratch_database() -> Iterator[str]:
    """Work in a database made for this and dropped afterwards; give its name."""
    connection.settings_dict["TEST"]["NAME"] = f"{connection.settings_dict['NAME']}_benchmark_alone"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    with connection.cursor() as cursor:
        # Emptying the directory reaches the tables that point to it, some of which no one may empty.
        cursor.execute(
            "SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgtype & 32 = 32"  # those that fire at a TRUNCATE
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        # Counting a table in the middle of a COPY finds it empty, and raw's keys are then checked by reading it whole.
        for table in (*TABLES, *DERIVED):
            cursor.execute(f"ALTER TABLE services_directory_{table} SET (autovacuum_enabled = false)")
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


def write_out(names: Iterable[str], folder: Path) -> dict[str, Path]:
    """Let PostgreSQL write out what was imported, as COPY takes it."""
    copies = {}
    with connection.cursor() as cursor:
        for name in names:
            table = f"services_directory_{name}"
            copies[table] = folder / f"{name}.copy"
            with copies[table].open("wb") as file, cursor.copy(f'COPY "{table}" TO STDOUT') as out:
                for piece in out:
                    file.write(piece)
    return copies


def empty() -> None:
    """Take away every row of the directory."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'services_directory_{name}' for name in (*TABLES, *DERIVED))} CASCADE")


def index_triggers(do: str) -> None:
    """ENABLE the triggers that keep the search index, or DISABLE them: raw copies its rows, if any, as they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER TABLE %%s %%s TRIGGER %%I', tgrelid::regclass, %s::text, tgname) FROM pg_trigger "
            "WHERE tgname LIKE 'directory\\_index\\_%%'",
            [do],
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


@contextmanager
def time_of(statement: str) -> Iterator[list[float]]:
    """Give the seconds that each call of a statement takes meanwhile."""
    spent: list[float] = []

    def watch(execute: Any, sql: str, *more: Any) -> Any:
        begun = time.perf_counter()
        answer = execute(sql, *more)
        if sql == statement:
            spent.append(time.perf_counter() - begun)
        return answer

    with connection.execute_wrapper(watch):
        yield spent


def peak_of_this_process() -> int:
    """Return the most memory that this process has held so far, in KiB (proc(5): VmHWM)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def peak_memory(path: Path, *, database: str) -> float:
    """Return the peak of a process that imports a feed, in MiB."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    command = [sys.executable, "-m", "benchmarks.open_referral_import", "--import-and-say-memory", str(path)]
    environment = os.environ | {"DATABASE_URL": f"{address}/{database}"}
    ended = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return int(ended.stdout.split()[-1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
