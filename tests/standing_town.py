"""The town that stands: a second test database beside the empty one, with the cast in it, and scenes played again.

Making the cast takes a tenth of a second, and thousands of tests want it. So each worker makes it once, in a copy of
its empty test database, and a test that asks for `cast` is played there, inside a transaction as ever. All other tests
find the empty database; so do those that commit, because emptying the tables would take the town away.

What is played first in most of these tests is one of a few scenes: a referral brought to a status by the services. The
first time each is played in full, and what it wrote is kept, statement by statement. Where it is again the first thing
that happens in the town, the same statements in the same order write the same rows, and every trigger looks at them.
"""

import pickle
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.stage import Cast, build_cast

_COMMITS = {"transactional_db", "live_server"}
PATCHES = {"monkeypatch", "settings", "django_capture_on_commit_callbacks"}
"""A test with one of these may want to see the services at work, or may have them work otherwise."""

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_SEQUENCES = "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences ORDER BY 1"


class Scene(NamedTuple):
    statements: str
    result: bytes


class StandingTown:
    """The two databases of this worker, and which of them the test at hand is played in."""

    def __init__(self) -> None:
        self._empty: Any = None
        self._town: Any = None
        self._cast = b""
        self._scenes: dict[str, Scene] = {}
        self._wanted = False
        self._is_plain = False
        self._is_another_time = False
        self._is_recording = False

    @property
    def is_here(self) -> bool:
        """Say whether the test at hand is played in the town."""
        return self._town is not None and self._wanted

    def build(self) -> None:
        """Copy the empty database, make the cast in the copy, and open the one that the test at hand wants."""
        self._empty = connections["default"]
        if not self._empty.settings_dict["NAME"].startswith("test_"):
            raise RuntimeError("No test of this run asked for a database, so there is no test database to copy.")
        creation = self._empty.creation
        creation.clone_test_db("town", verbosity=0)
        town = connections.create_connection("default")
        town.settings_dict = creation.get_test_db_clone_settings("town")
        connections["default"] = self._town = town
        self._cast = pickle.dumps(build_cast())
        self._open()

    def copy_of_the_empty(self, name: str) -> dict[str, Any]:
        """Copy the empty database once more, and return how to connect to the copy."""
        self._empty.creation.clone_test_db(name, verbosity=0)
        return dict(self._empty.creation.get_test_db_clone_settings(name))

    def remove_copy(self, name: str) -> None:
        """Drop such a copy."""
        self._empty.creation.destroy_test_db(suffix=name, verbosity=0)

    def remove(self) -> None:
        """Drop the copy, and leave the empty database open."""
        connections["default"] = self._empty
        self._town.close()
        self._town = None
        self._empty.creation.destroy_test_db(suffix="town", verbosity=0)

    def prepare(self, test: pytest.Item) -> None:
        """Open the database that the test wants."""
        fixtures = set(getattr(test, "fixturenames", ()))
        marker = test.get_closest_marker("django_db")
        commits = bool(_COMMITS & fixtures) or (marker is not None and bool(marker.kwargs.get("transaction")))
        self._wanted = "cast" in fixtures and not commits
        self._is_plain = not PATCHES & fixtures
        self._is_another_time = "time_machine" in fixtures
        if self._town is not None:
            self._open()

    def cast(self) -> Cast:
        """Return the cast as it was when it was made: objects of the test's own."""
        cast = pickle.loads(self._cast)  # noqa: S301 - our own bytes
        assert isinstance(cast, Cast)
        return cast

    def scene(self, name: str, play: Callable[[], Any]) -> Any:
        """Return what `play` returns: played again where nothing was written before it in this test.

        A scene within one that is being written down is played in full, so that its statements are written down too.
        """
        if self._is_recording or not (self.is_here and self._is_plain and _nothing_is_written()):
            return play()
        if self._is_another_time:  # rows say when they were made
            name = f"{timezone.now():%Y-%m-%d %H:%M} {name}"
        if name not in self._scenes:
            self._is_recording = True
            try:
                self._scenes[name] = recorded(play)
            finally:
                self._is_recording = False
        else:
            with connection.cursor() as cursor:
                cursor.execute(self._scenes[name].statements)
        return pickle.loads(self._scenes[name].result)  # noqa: S301 - our own bytes

    def _open(self) -> None:
        connections["default"] = self._town if self._wanted else self._empty


def _nothing_is_written() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NULL")
        return bool(cursor.fetchone()[0])


def recorded(play: Callable[[], Any]) -> Scene:
    """Play it, and keep what it wrote; the numbers of its rows come of the sequences, set to where they stood."""
    statements: list[str] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if _WRITES.match(sql):
            write_out: Any = getattr(connection.ops, "compose_sql")  # noqa: B009 - PostgreSQL's alone
            statements.extend(write_out(sql, one) for one in (params if many else [params]))
        return execute(sql, params, many, context)

    before = _sequences()
    with connection.execute_wrapper(keep):
        result = pickle.dumps(play())
    moved = [(name, before[name]) for name, value in _sequences().items() if value != before[name]]
    back = [f"SELECT setval('{name}', {value or 1}, {value is not None})" for name, value in moved]
    return Scene(";\n".join(back + statements), result)


def _sequences() -> dict[str, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        return dict(cursor.fetchall())
