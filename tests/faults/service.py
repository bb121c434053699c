"""The service under test, run by the pieces of `make run`: the same servers, commands and supervisor.

The main thread drives: it looks after the children as `make run` does (`rest`), so that what a fault ends is started
again by the supervisor itself, unless the fault keeps it down on purpose.
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import redis

from standalone.children import Child
from standalone.embedded import Services, start_servers
from standalone.folders import PROJECT
from standalone.ports import Ports, answers, any_free_port
from standalone.run import FIRST_WORDS, children_environment, is_healthy, start_processes
from standalone.supervisor import Supervisor
from tests.faults.history import Excuse
from tests.faults.post_office import PostOffice
from tests.faults.rows import unsettled

THE_FIVE = ("web", "worker", "beat", "valkey", "postgres")
EVERYTHING = (*THE_FIVE, "mail")
AROUND_A_KILL = 3.0
"""Seconds around a kill in which the sender may have had its answer and not recorded it."""


class Service:
    """Everything that runs, by name, with what a fault needs to do to it."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.ports = Ports(*(any_free_port() for _ in range(6)))
        self.post_office = PostOffice(any_free_port(), self.ports.smtp)
        self.mail_folder = supervisor.folder / "mail"
        self.excuses: list[Excuse] = []
        self.kills = 0
        self.children: dict[str, Child] = {}
        self.services: Services

    @property
    def url(self) -> str:
        """Return where the web server is."""
        return f"http://127.0.0.1:{self.ports.web}"

    def start(self) -> dict[str, Any]:
        """Start everything, and return who plays: see `stage_setting`."""
        only = os.environ.get("STANDALONE_POSTGRES", "")
        self.services = start_servers(
            self.supervisor, (self.ports.postgres, self.ports.redis), durable=True,
            environ={"STANDALONE_POSTGRES": only},
        )  # fmt: skip
        environment = children_environment(self.ports, self.services) | {"EMAIL_PORT": str(self.post_office.port)}
        self.environment = environment
        command = [sys.executable, "-m", "tests.faults.stage_setting"]
        said = self.supervisor.finish(self.supervisor.begin("stage_setting", command, environment, PROJECT))
        people: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
        self.post_office.open()
        start_processes(self.supervisor, self.ports, environment)
        self.children = {child.name: child for child in self.supervisor.children}
        return people

    def audit(self) -> str:
        """Let the service prove its own rules (docs/integrity.md); return what it said.

        :raises CannotStart: with what is broken, if something is.
        """
        command = [sys.executable, "manage.py", "audit_pathway"]
        return self.supervisor.finish(self.supervisor.begin("audit_pathway", command, self.environment, PROJECT))

    # --- Looking on ------------------------------------------------------------------------------------------

    def rest(self, seconds: float) -> None:
        """Let the load go on, and look after the children as `make run` does."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.supervisor.tend()

    def wait_until(self, condition: Callable[[], bool], *, seconds: float, what: str) -> float:
        """Look after the children until something is so; return how long it took."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                raise TookTooLong(f"After {seconds:.0f} seconds it was not so: {what}.")
            self.supervisor.tend()
        return time.monotonic() - began

    def is_up(self, name: str) -> bool:
        """Say whether a part serves."""
        child = self.children[name]
        if child not in self.supervisor.children or child.restart_at or child.ended() is not None:
            return False
        match name:
            case "postgres":
                return self._is_asked(lambda: psycopg.connect(self.services.database_url, connect_timeout=3).close())
            case "valkey":
                return self._is_asked(lambda: self.broker().ping())
            case "web":
                return is_healthy(self.ports.web)
            case "mail":
                return answers(self.ports.smtp)
            case _:
                return child.has_begun(FIRST_WORDS[name])

    def is_drained(self, until: float) -> bool:
        """Say whether every email that was owed by then has been sent."""
        try:
            return not self.post_office.front.is_taking_late and not unsettled(self.services.database_url, until=until)
        except psycopg.OperationalError:
            return False

    def broker(self) -> "redis.Redis":
        """Return a client of Valkey."""
        return redis.Redis.from_url(self.services.redis_url, socket_connect_timeout=3, socket_timeout=3)

    @staticmethod
    def _is_asked(ask: Callable[[], object]) -> bool:
        try:
            ask()
        except (psycopg.OperationalError, redis.exceptions.RedisError):
            return False
        return True

    # --- Doing harm ------------------------------------------------------------------------------------------

    def kill(self, name: str) -> None:
        """End a part with -9: its first process, and for PostgreSQL those that serve the connections, too."""
        child = self.children[name]
        if child.ended() is not None:
            return
        below = descendants(child.pid) if name == "postgres" else []
        self._excuse(name)
        for pid in (child.pid, *below):
            kill(pid)
        self.kills += 1

    def kill_one_below(self, name: str, *, chosen: Callable[[list[int]], int]) -> None:
        """End one process of a part with -9, and leave the others."""
        below = descendants(self.children[name].pid)
        if below:
            self._excuse(name)
            kill(chosen(below))
            self.kills += 1

    def take_down(self, name: str) -> None:
        """End a part with -9 and keep it down until `bring_up`."""
        child = self.children[name]
        if child in self.supervisor.children:
            self.supervisor.children.remove(child)
        child.restart_at = 0.0
        self.kill(name)
        until = time.monotonic() + 10
        while child.ended() is None and time.monotonic() < until:
            self.rest(0.05)

    def bring_up(self, name: str) -> None:
        """Start a part again, without waiting until it serves."""
        if self.children[name] not in self.supervisor.children:
            self.supervisor.start(self.children[name])

    @contextlib.contextmanager
    def with_environment(self, names: tuple[str, ...], extra: Mapping[str, str]) -> Iterator[None]:
        """Run parts with more in their environment for a while; they are stopped and started in between."""
        before = {name: self.children[name].environment for name in names}
        for name in names:
            self._restart(name, {**before[name], **extra})
        try:
            yield
        finally:
            for name in names:
                self._restart(name, before[name])

    def _restart(self, name: str, environment: Mapping[str, str]) -> None:
        self.take_down(name)
        self.children[name].environment = environment
        self.bring_up(name)
        self.wait_until(lambda: self.is_up(name), seconds=60, what=f"{name} is up")

    def sender(self) -> int | None:
        """Return the worker's process that has a connection to the mail server now, None if none has."""
        ours = connections_to(self.post_office.port)
        for pid in descendants(self.children["worker"].pid):
            if ours & sockets_of(pid):
                return pid
        return None

    def excuse(self, cause: str, *, begins: float, ends: float) -> None:
        """Allow messages of a time to have come twice."""
        self.excuses.append(Excuse(cause=cause, begins=begins, ends=ends))

    def _excuse(self, name: str) -> None:
        if name in {"worker", "postgres"}:
            at = time.time()
            self.excuse(f"the {name} was killed as it came", begins=at - AROUND_A_KILL, ends=at + AROUND_A_KILL)


class TookTooLong(Exception):
    """Something did not come back in time."""


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to a process that may have gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and theirs."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            rest = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(rest[1]), []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return sorted(found)


def connections_to(port: int) -> set[str]:
    """Return the inodes of this machine's connections to a port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {words[9] for words in lines if words[2].endswith(f":{port:04X}") and words[3] == "01"}


def sockets_of(pid: int) -> set[str]:
    """Return the inodes of a process's sockets."""
    found = set()
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                name = str(entry.readlink())
                if name.startswith("socket:["):
                    found.add(name[8:-1])
    return found
