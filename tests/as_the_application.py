"""Requests, tasks and commands are played by the role that the application has in life (docs/adr/0053).

The tests own the tables: they set the stage, look behind it, and empty it. What comes in by one of the application's
doors meanwhile is done with its rights (config/rights.py) and no others. It costs two statements that no test counts.
Only where the server has a second role, as in `make test`; elsewhere all is done by the owner.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import Task
from django.core.handlers.base import BaseHandler
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from psycopg import OperationalError, sql
from psycopg.pq import TransactionStatus

from core.postgresql.roles import OwnersCommand


def application_role() -> str:
    """Return the application's role; empty where the tests' server has but one."""
    name = urlsplit(os.environ.get("APPLICATION_DATABASE_URL", "")).username or ""
    return "" if name == connection.settings_dict["USER"] else name


@contextmanager
def as_the_application() -> Iterator[None]:
    """Be the application's role meanwhile, unless we are it already."""
    raw = _open_connection()
    if raw is None or raw.info.transaction_status == TransactionStatus.INERROR or _is_it(raw):
        yield
        return
    try:
        raw.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(application_role())), prepare=False)
    except OperationalError:  # the server has ended it: whoever comes in finds that out, and opens another
        yield
        return
    raw.is_the_application = True
    try:
        yield
    finally:
        raw.is_the_application = False
        # A transaction that failed takes it back with all else, and with a connection it is gone.
        if not raw.closed and raw.info.transaction_status != TransactionStatus.INERROR:
            raw.execute("RESET ROLE", prepare=False)


def _open_connection() -> Any:
    """Return psycopg's, opened if need be; none in a test without the database, or while it is out of reach."""
    with suppress(RuntimeError, DatabaseError):
        connection.ensure_connection()
    raw = connection.connection
    return None if raw is None or raw.closed else raw


def _is_it(raw: Any) -> bool:
    return getattr(raw, "is_the_application", False)


def guard_the_doors(patch: pytest.MonkeyPatch) -> None:
    """Let what comes in be done by the application."""

    def guard(door: type, name: str, is_its_own: Callable[[Any], bool] = lambda _: True) -> None:
        real = getattr(door, name)

        def guarded(self: Any, *args: Any, **options: Any) -> Any:
            if not is_its_own(self):
                return real(self, *args, **options)
            with as_the_application():
                return real(self, *args, **options)

        patch.setattr(door, name, guarded)

    guard(BaseHandler, "get_response")
    guard(Task, "__call__")
    guard(BaseCommand, "execute", _is_the_applications)


def _is_the_applications(command: BaseCommand) -> bool:
    return not isinstance(command, OwnersCommand) and not type(command).__module__.startswith(("django.", "tests."))
