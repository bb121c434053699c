"""What is made once in a run, by whichever worker comes to it first; the others wait for it, and read it."""

import fcntl
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.db import connection

Made = TypeVar("Made")


def folder_of_the_run(config: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of this run: each worker has one of its own inside it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(config, "workerinput") else own


def made_once(kept: Path, make: Callable[[], Made]) -> tuple[Made, bool]:
    """Return what `make` made, and whether it was made here. What fails is tried again by the next."""
    with kept.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if kept.exists():
            return pickle.loads(kept.read_bytes()), False  # noqa: S301 - our own bytes
        made = make()
        kept.write_bytes(pickle.dumps(made))
        return made, True


class CopiesForWorkers:
    """The migrated test database, copied for each worker but the one that migrated."""

    def __init__(self, config: pytest.Config) -> None:
        said = getattr(config, "workerinput", {})
        self._worker, self._workers = said.get("workerid", ""), said.get("workercount", 1)
        self.own = connection.settings_dict["TEST"]["NAME"] or ""

    def made_for_others(self) -> list[str]:
        """Make them, and return their names."""
        source = connection.settings_dict["NAME"]
        workers = (f"gw{number}" for number in range(self._workers))
        names = [source.removesuffix(self._worker) + each for each in workers if each != self._worker and self._worker]
        connection.close()  # nobody may be in what is copied
        for name in names:
            self._say(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return names

    def open_own(self) -> None:
        """Open the copy of this worker, as the runner of Django opens what it has made."""
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = self.own

    def remove_own(self) -> None:
        """Drop it."""
        connection.close()
        self._say(f'DROP DATABASE "{self.own}"')

    def _say(self, *statements: str) -> None:
        creation: Any = connection.creation
        with creation._nodb_cursor() as cursor:  # of the database that everybody may open: none of ours is in use
            for statement in statements:
                cursor.execute(statement)
