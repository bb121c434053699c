"""The service as people meet it: the web server of `make run`, in processes of its own, over a database of its own.

The database is filled once and never rolled back, so every test makes the people that it changes. The processes know
nothing of the tests: the clock is the real one, and what a test wants to set or to see goes by `backstage`.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.db import connections
from pytest_django import DjangoDbBlocker

from standalone import processes
from standalone.children import tied_to_this_process
from standalone.folders import PROJECT
from standalone.ports import LOCALHOST, any_free_port

PATIENCE = 120.0
"""Seconds until it answers, on however busy a machine."""
T = TypeVar("T")


class Backstage:
    """Calls services and selectors in the service's database, as another process would.

    In a thread, because a browser is driven by an event loop and Django refuses to ask a database beside one.
    """

    def __init__(self, database: dict[str, Any], blocker: DjangoDbBlocker) -> None:
        self._database = database
        self._blocker = blocker
        self._thread = ThreadPoolExecutor(max_workers=1, initializer=self._connect)

    def __call__(self, do: Callable[[], T]) -> T:
        """Do something there, and return what it returns."""
        with self._blocker.unblock():
            return self._thread.submit(do).result()

    def close(self) -> None:
        """Leave the database."""
        self(connections.close_all)
        self._thread.shutdown()

    def _connect(self) -> None:
        connection = connections.create_connection("default")
        connection.settings_dict = self._database
        connections["default"] = connection


def url_of(database: Mapping[str, Any]) -> str:
    """Return the DATABASE_URL of another database on the tests' server: the application's, where it has a role."""
    ours = os.environ.get("APPLICATION_DATABASE_URL") or os.environ["DATABASE_URL"]
    return urlsplit(ours)._replace(path=f"/{database['NAME']}").geturl()


@contextlib.contextmanager
def serving(database_url: str, log: Path) -> Iterator[str]:
    """Serve a database while the block lasts; yields the address."""
    port = any_free_port()
    url = f"http://{LOCALHOST}:{port}"
    environment = os.environ | {
        "DATABASE_URL": database_url, "PUBLIC_URL": url, "DEPLOYMENT": "test",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    command = [sys.executable, "-m", *processes.web(LOCALHOST, port)]
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603 - our own
            command, cwd=PROJECT, env=environment, stdout=written, stderr=written,
            preexec_fn=tied_to_this_process(signal.SIGTERM),
        )  # fmt: skip
    try:
        _wait_for(f"{url}/sign-in/", process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(URLError, OSError), urlopen(address, timeout=PATIENCE):  # noqa: S310 - our own
            return
        time.sleep(0.1)
    raise RuntimeError(f"The web server does not answer:\n{log.read_text()[-3000:]}")
