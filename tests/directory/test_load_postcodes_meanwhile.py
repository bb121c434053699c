"""Loading postcodes when something happens meanwhile: it is killed, another load comes, people read."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from core.errors import Conflict
from services_directory.models import Postcode, PostcodeEdition
from services_directory.services import load_postcodes
from services_directory.services import postcodes as loading
from tests.directory.onspd import line, many, write

pytestmark = pytest.mark.django_db(transaction=True)

AT = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
ROWS = 4000
CHUNK = 10_000


@pytest.fixture(autouse=True)
def _no_table_left():
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {loading.NEXT}")


def database_url():
    said = connection.settings_dict
    return f"postgres://{quote(said['USER'])}:{quote(said['PASSWORD'])}@{said['HOST']}:{said['PORT']}/{quote(said['NAME'])}"


def load(path, **options):
    return load_postcodes(path=path, at=AT, **options)


class Stopped(Exception):
    """Somebody pulled the plug."""


def stop_after(chunks):
    told: list[loading.Progress] = []

    def tell(progress):
        told.append(progress)
        if len(told) > chunks:
            raise Stopped

    return tell


@pytest.mark.slow
def test_killed_in_the_middle_and_run_again_it_goes_on_where_it_was(tmp_path):
    # Given that an older edition counts, and a load of a new one is on its way
    load(write(tmp_path / "older.csv", line(imd="1")))
    path = write(tmp_path / "ONSPD_AUG_2026_UK.csv", *many(ROWS), "nonsense", line(code="SK9 9ZZ"))
    command = [sys.executable, "manage.py", "load_postcodes", str(path), "--chunk", str(CHUNK)]
    child = subprocess.Popen(  # noqa: S603 - our own command line
        command, cwd=settings.BASE_DIR, env=os.environ | {"DATABASE_URL": database_url()}, stdout=subprocess.DEVNULL
    )
    try:
        # When it has committed something, is held where it is, and is killed with -9
        with psycopg.connect(database_url(), autocommit=True) as observer:
            deadline = time.monotonic() + 60
            while (
                observer.execute(
                    "SELECT 1 FROM services_directory_postcodeedition WHERE loaded_at IS NULL AND rows > 0"
                ).fetchone()
                is None
            ):
                assert child.poll() is None, "it ended before it could be killed"
                assert time.monotonic() < deadline
                time.sleep(0.002)
            with observer.transaction():
                observer.execute("SELECT 1 FROM services_directory_postcodeedition WHERE loaded_at IS NULL FOR UPDATE")
                child.send_signal(signal.SIGKILL)
                child.wait()
    finally:
        child.kill()
        child.wait()

    # Then the older edition still counts
    assert list(Postcode.objects.values_list("code", "imd_rank")) == [("SK58BS", 1)]
    begun = PostcodeEdition.objects.get(loaded_at=None)
    assert 0 < begun.rows < ROWS

    # And the next run reads only what is left
    again = subprocess.run(  # noqa: S603 - our own command line
        command, cwd=settings.BASE_DIR, env=os.environ | {"DATABASE_URL": database_url()}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert again.stdout.startswith(f"Going on after {begun.rows:,} rows, ")
    assert "ONSPD_AUG_2026_UK.csv: 4,001 postcodes loaded, 1 left out" in again.stdout
    assert f"Line {ROWS + 2}: Its columns are 1 instead of 55." in again.stdout
    assert Postcode.objects.count() == ROWS + 1
    assert set(Postcode.objects.values_list("imd_rank", flat=True)) == {310}


@pytest.mark.parametrize("chunks", [0, 1, 3])
def test_stopped_after_any_chunk_it_ends_as_if_it_had_not_been(tmp_path, chunks):
    path = write(tmp_path / "a.csv", *many(300), "nonsense", *[line(code=f"M1 1A{letter}") for letter in "ABDEF"])
    with pytest.raises(Stopped):
        load(path, chunk=CHUNK, progress=stop_after(chunks))
    assert not Postcode.objects.exists()

    told: list[loading.Progress] = []
    loaded = load(path, chunk=CHUNK, progress=told.append)

    assert (told[0].rows > 0) == (chunks > 0)
    assert (loaded.edition.rows, loaded.edition.refused, loaded.edition.lines) == (305, 1, 307)
    assert loaded.edition.remarks == [{"line": 302, "reason": "Its columns are 1 instead of 55."}]
    assert Postcode.objects.count() == 305


@pytest.mark.parametrize("why", ["another file", "asked to", "a migration came between"])
def test_what_was_begun_is_begun_anew(tmp_path, why):
    path = write(tmp_path / "a.csv", *many(300))
    with pytest.raises(Stopped):
        load(path, chunk=CHUNK, progress=stop_after(2))
    if why == "another file":
        path = write(tmp_path / "b.csv", *many(301))
    if why == "a migration came between":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE services_directory_postcode ADD COLUMN later boolean")

    told: list[loading.Progress] = []
    loaded = load(path, restart=why == "asked to", progress=told.append)

    assert told[0].rows == 0
    assert Postcode.objects.count() == loaded.edition.rows == (301 if why == "another file" else 300)
    assert PostcodeEdition.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE services_directory_postcode DROP COLUMN IF EXISTS later")


def test_of_two_loads_at_once_the_second_is_refused(tmp_path):
    path = write(tmp_path / "a.csv", *many(300))
    other = write(tmp_path / "b.csv", line())
    refused: list[str] = []

    def come_too():
        try:
            load(other)
        except Conflict as conflict:
            refused.append(conflict.detail)
        finally:
            connection.close()

    def tell(_):
        second = threading.Thread(target=come_too)
        second.start()
        second.join()

    load(path, progress=tell)

    assert set(refused) == {"Postcodes are being loaded by somebody else just now: wait for it to end."}
    assert Postcode.objects.count() == 300
    assert PostcodeEdition.objects.count() == 1
    # And when it has ended the other may load.
    load(other)
    assert Postcode.objects.count() == 1


def test_who_reads_sees_one_whole_edition_or_the_other(tmp_path):
    old, new = (write(tmp_path / f"{rank}.csv", *many(ROWS, imd=rank)) for rank in ("1", "2"))
    load(old)
    seen = set()
    stop = threading.Event()

    def look():
        with psycopg.connect(database_url(), autocommit=True) as reader:
            while not stop.is_set():
                asked = "SELECT count(*), min(imd_rank), max(imd_rank) FROM services_directory_postcode"
                seen.add(reader.execute(asked).fetchone())

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        load(new, chunk=CHUNK)
        deadline = time.monotonic() + 30
        while (ROWS, 2, 2) not in seen and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        stop.set()
        for reader in readers:
            reader.join()

    assert seen == {(ROWS, 1, 1), (ROWS, 2, 2)}


def test_a_long_reader_is_waited_for_and_then_the_load_ends_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "_TRIES", 2)
    monkeypatch.setattr(loading, "_PATIENCE", "20ms")
    load(write(tmp_path / "old.csv", line(imd="1")))
    path = write(tmp_path / "new.csv", *many(300))

    with psycopg.connect(database_url()) as backup:
        backup.execute("SELECT count(*) FROM services_directory_postcode")
        with pytest.raises(Conflict, match="a backup perhaps: run this again when it has ended"):
            load(path)
        backup.rollback()
    assert list(Postcode.objects.values_list("code", "imd_rank")) == [("SK58BS", 1)]

    told: list[loading.Progress] = []
    load(path, progress=told.append)
    assert [progress.rows for progress in told] == [300]  # nothing was copied again
    assert Postcode.objects.count() == 300


def test_a_table_that_changes_during_a_load_keeps_its_change(tmp_path):
    path = write(tmp_path / "a.csv", *many(300))
    load(write(tmp_path / "old.csv", line()))

    def migrate(_):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE services_directory_postcode ADD COLUMN IF NOT EXISTS later boolean")

    try:
        with pytest.raises(Conflict, match="was changed while they were loaded: run this again"):
            load(path, progress=migrate)
        assert Postcode.objects.count() == 1
        load(path)
        assert Postcode.objects.count() == 300
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE services_directory_postcode DROP COLUMN IF EXISTS later")


def test_memory_does_not_grow_with_the_file(tmp_path):
    """What lies in memory at once is a block: the file is never read whole."""
    largest = 0
    path = write(tmp_path / "a.csv", *many(ROWS))
    reading = Path.open

    class Watched:
        def __init__(self, stream):
            self.stream = stream

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.stream.close()

        def read(self, size=-1):
            nonlocal largest
            assert size > 0
            largest = max(largest, size)
            return self.stream.read(size)

        def __getattr__(self, name):
            return getattr(self.stream, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", lambda self, *args: Watched(reading(self, *args)))
        load(path)

    assert Postcode.objects.count() == ROWS
    assert largest <= 1 << 20
