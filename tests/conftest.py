"""The cast and the stage. People are named by what they do, never numbered; rows with a history are made by the
services, because a status without its history is a state that production never has.
"""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django_guid import clear_guid
from rest_framework.test import APIClient

from accounts.models import User
from core import limits
from core.postgresql.roles import give_rights
from referrals.models import OnwardReferral, Referral
from tests import stage
from tests.as_the_application import application_role, guard_the_doors
from tests.once import CopiesForWorkers, folder_of_the_run, made_once
from tests.standing_town import StandingTown

NOW = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
"""A Monday morning."""


TOWN = StandingTown()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the database is opened: which of the two it is."""
    TOWN.prepare(item)


FIRST = (
    (
        "tests/authority/",
        "tests/model/",
        "tests/notifications/test_relays",
        "tests/directory/test_import_",
        "tests/demo/",
    ),
    ("tests/standalone/", "tests/architecture/", "tests/e2e/", "tests/schema/"),
)
"""What takes long, or is set up once for a whole folder: what each of two workers begins with. The second begins with
what needs no database, while the first makes that for both."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with its own: each is given an equal part in this order, and who is idle takes from the
    end of another's. What begins last would otherwise be waited for by all the others.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers == 1:
        return
    heads = [[item for start in starts for item in items if item.nodeid.startswith(start)] for starts in FIRST]
    rest = [item for item in items if not item.nodeid.startswith(sum(FIRST, ()))]
    parts: list[pytest.Item] = []
    for number in range(workers):
        part = heads[number] if number < len(heads) else []
        room = max(0, (len(items) - len(parts)) // (workers - number) - len(part))
        parts += part + rest[:room]
        del rest[:room]
    items[:] = parts + rest


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    django_db_blocker: Any,
) -> Iterator[None]:
    """The empty database, and the town beside it. The first worker migrates, and makes a copy for each other one. What
    comes in by a door of the application is done by its role.
    """

    def migrated() -> list[str]:
        request.getfixturevalue("django_db_setup")
        with django_db_blocker.unblock():
            _let_tables_be_emptied()
            return [] if django_db_keepdb else copies.made_for_others()

    copies = CopiesForWorkers(request.config)
    names, is_made_here = made_once(folder_of_the_run(request.config, tmp_path_factory) / "database", migrated)
    is_copy = not is_made_here and copies.own in names
    if not (is_made_here or is_copy):  # a worker that came in place of one that fell, or each has a database to keep
        migrated()
    with django_db_blocker.unblock():
        if is_copy:
            copies.open_own()
        role = application_role()
        if role:
            give_rights(role)
        TOWN.build()
    with pytest.MonkeyPatch.context() as patch:
        if role:
            guard_the_doors(patch)
        yield
    with django_db_blocker.unblock():
        TOWN.remove()
        if is_copy:
            copies.remove_own()


def _let_tables_be_emptied() -> None:
    """Let the test runner empty the tables between tests; the tests of these triggers arm them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%no_truncate' ORDER BY 1"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what a test counted (`record_property("figures", …)`), also where it ran in another process."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, figures in report.user_properties if report.when == "call" else ():
            if name == "figures":
                terminalreporter.write_line(figures)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Throttles count in the cache: no test may spend another's tries."""
    cache.clear()
    limits.clear()


@pytest.fixture(autouse=True)
def _no_request() -> None:
    """What is done outside of a request has no request's id: not that of the test before."""
    clear_guid()


@pytest.fixture(autouse=True)
def _template_string_if_invalid_marker() -> None:
    """In place of pytest-django's, which is for templates of Django's: it asks for `monkeypatch` on behalf of every
    test, and whoever has that plays its scenes in full.
    """


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def cast(db: None) -> stage.Cast:
    """A practice, a link-worker team, a leisure trust and a charity, with their people and their services."""
    return TOWN.cast() if TOWN.is_here else stage.build_cast()


@pytest.fixture
def as_user() -> Callable[[User], APIClient]:
    """A client signed in as the given user."""

    def sign_in(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(User.objects.get(pk=user.pk))
        return client

    return sign_in


@pytest.fixture
def referral_at(cast: stage.Cast) -> Callable[..., Referral]:
    """A referral brought to a status by the services."""

    def bring(status: str, **changes: Any) -> Referral:
        return TOWN.scene(f"referral {status} {changes}", lambda: stage.referral_at(cast, status, at=NOW, **changes))  # type: ignore[no-any-return]

    return bring


@pytest.fixture
def scene(cast: stage.Cast) -> Callable[[str, Callable[[], Any]], Any]:
    """A story that many tests of a file begin with: told by the services once, and then played again.

    Its name is its own; what it tells hangs on nothing but the cast and the time.
    """
    return TOWN.scene


@pytest.fixture
def onward_at(cast: stage.Cast) -> Callable[..., OnwardReferral]:
    """An onward referral brought to a status by the services."""

    def bring(status: str, **changes: Any) -> OnwardReferral:
        return TOWN.scene(f"onward {status} {changes}", lambda: stage.onward_at(cast, status, at=NOW, **changes))  # type: ignore[no-any-return]

    return bring
