"""The service under test, run by the pieces of `make run`: the same servers, commands and supervisor.

The main thread drives: it looks after the children as `make run` does (`rest`), so that what a fault ends is started
again by the supervisor itself, unless the fault keeps it down on purpose.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from math import inf
from typing import Any

import psycopg
import redis
import requests

from standalone.children import Child
from standalone.embedded import Services, start_servers
from standalone.folders import PROJECT
from standalone.ports import Ports, answers, any_free_port
from standalone.run import FIRST_WORDS, children_environment, is_healthy, owners_environment, start_processes
from standalone.supervisor import Supervisor
from tests.faults.clock import HOUR, MovableClock
from tests.faults.history import EMAILS, EVERY_WIRE, TEXTS, TIME, WEBHOOKS, Endpoint, Excuse
from tests.faults.moods import Outside
from tests.faults.notify_front import NotifyFront
from tests.faults.post_office import PostOffice
from tests.faults.proc import connections_to, descendants, kill, sockets_of
from tests.faults.receiver import Receiver
from tests.faults.rows import owed_now, put_off_twice, still_owed

THE_FIVE = ("web", "worker", "beat", "valkey", "postgres")
EVERYTHING = (*THE_FIVE, "webhooks", "mail", "notify")
SENDS = {"worker": frozenset({EMAILS, TEXTS}), "webhooks": frozenset({WEBHOOKS}), "postgres": EVERY_WIRE}
"""What may come twice when one of them ends between an answer and the record of it."""
AROUND_A_KILL = 10.0
"""Seconds around a kill in which the sender may have had its answer and not recorded it, on a busy machine."""
BETWEEN_REPLAYS = 2.0
PATIENCE = 240.0
"""Seconds after which something is stuck, on however busy a machine."""


class Service:
    """Everything that runs, by name, with what a fault needs to do to it."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.ports = Ports(*(any_free_port() for _ in range(6)))
        self.post_office = PostOffice(any_free_port(), self.ports.smtp)
        self.notify = NotifyFront(any_free_port(), self.ports.notify)
        self.receiver = Receiver(any_free_port())
        self.excuses: list[Excuse] = []
        self.kills = 0
        self.replayed = 0
        self.children: dict[str, Child] = {}
        self.endpoints: list[Endpoint] = []
        self._keepers = requests.Session()
        self._ended: set[int] = set()
        self.services: Services

    @property
    def url(self) -> str:
        """Return where the web server is."""
        return f"http://127.0.0.1:{self.ports.web}"

    @property
    def outside(self) -> tuple[Outside, ...]:
        """Return those to whom the service sends."""
        return (self.post_office.front, self.notify, self.receiver)

    def start(self) -> dict[str, Any]:
        """Start everything, and return who plays: see `stage_setting`."""
        only = os.environ.get("STANDALONE_POSTGRES", "")
        self.services = start_servers(
            self.supervisor, (self.ports.postgres, self.ports.redis), durable=True,
            environ={"STANDALONE_POSTGRES": only},
        )  # fmt: skip
        environment = children_environment(self.ports, self.services) | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "EMAIL_PORT": str(self.post_office.port),
            "NOTIFY_URL": f"http://127.0.0.1:{self.notify.port}",
            "FAULTS_RECEIVER": f"http://127.0.0.1:{self.receiver.port}",
        }
        self.environment = environment
        command = [sys.executable, "-m", "tests.faults.stage_setting"]
        owners = environment | owners_environment(self.services)
        said = self.supervisor.finish(self.supervisor.begin("stage_setting", command, owners, PROJECT))
        people: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
        self.endpoints = [Endpoint(**each) for each in people["endpoints"]]
        self.receiver.secrets = {each.path: each.secret for each in self.endpoints}
        self._keepers.headers["Authorization"] = f"Bearer {people['keeper']}"
        self.post_office.open()
        self.notify.open()
        self.receiver.open()
        start_processes(self.supervisor, self.ports, environment, patience=PATIENCE)
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
            self._tend()

    def wait_until(self, condition: Callable[[], bool], *, seconds: float, what: str) -> float:
        """Look after the children until something is so; return how long it took."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                raise TookTooLong(f"After {seconds:.0f} seconds it was not so: {what}.")
            self._tend()
        return time.monotonic() - began

    def wait_up_to(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Look after the children until something is so, but no longer than this; return whether it is."""
        with contextlib.suppress(TookTooLong):
            self.wait_until(condition, seconds=seconds, what="")
            return True
        return False

    def _tend(self) -> None:
        """Look after the children, and note which sender has ended, of a kill or by itself."""
        for name in SENDS:
            child = self.children.get(name)
            if child and child.process and child.ended() is not None and child.pid not in self._ended:
                self._ended.add(child.pid)
                self._excuse(name)
        self.supervisor.tend()

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
            case "notify":
                return answers(self.ports.notify)
            case _:
                return child.has_begun(FIRST_WORDS[name])

    def wait_until_sent(self, *, seconds: float, what: str, within: float | None = PATIENCE) -> float:
        """Look after the children until all that is owed now has been sent; return how long it took.

        All that may go within so many seconds: what a clock that was ahead has dated an hour ahead waits for the hour.

        A webhook that was put off twice waits for minutes: its keeper replays it, as a person would.
        """
        owed: list[str] | None = None
        replay_at = time.monotonic()

        def is_sent() -> bool:
            nonlocal owed, replay_at
            try:
                owed = owed_now(self.services.database_url, within=within) if owed is None else owed
                if time.monotonic() >= replay_at:
                    self._replay_what_waits()
                    replay_at = time.monotonic() + BETWEEN_REPLAYS
                late = any(each.is_taking_late for each in self.outside)
                return not late and not still_owed(self.services.database_url, owed)
            except psycopg.OperationalError:
                return False

        return self.wait_until(is_sent, seconds=seconds, what=what)

    def keeper(self, path: str, said: Mapping[str, str] | None = None) -> bool:
        """Do something as the keeper of the webhooks; return whether it was done."""
        with contextlib.suppress(requests.RequestException):
            return self._keepers.post(f"{self.url}/api/v1/webhooks/{path}", json=said, timeout=20).ok
        return False

    def _replay_what_waits(self) -> None:
        for endpoint, message in put_off_twice(self.services.database_url):
            self.replayed += self.keeper(f"{endpoint}/deliveries/{message}/replay/")

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
        """Run parts with more in their environment for a while; they are killed and started in between."""
        before = {name: self.children[name].environment for name in names}
        self._restart({name: {**before[name], **extra} for name in names})
        try:
            yield
        finally:
            self._restart(before)

    def _restart(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        for name, environment in environments.items():
            self.take_down(name)
            self.children[name].environment = environment
        for name in environments:
            self.bring_up(name)
        self.wait_until(
            lambda: all(self.is_up(name) for name in environments), seconds=PATIENCE, what="what was restarted is up"
        )

    def let_the_hour_come(self) -> int:
        """Send what waits for an hour because a clock was ahead when it was owed: the hour comes, for all who send.

        Return how many messages that were. When nobody asks for anything any more.
        """
        waiting = owed_now(self.services.database_url, within=None)
        if waiting:
            clock = MovableClock(self.supervisor.folder / "clock-of-the-end")
            clock.move(HOUR)
            self.excuse("the hour had come", begins=time.time(), ends=inf, of={TIME})
            senders = ("worker", "webhooks", "beat", "notify")
            self._restart({name: {**self.children[name].environment, **clock.environment()} for name in senders})
            self.wait_until_sent(seconds=PATIENCE, what="all is sent when the hour has come", within=None)
        return len(waiting)

    def sender(self, name: str, port: int) -> int | None:
        """Return the process of a part that has a connection to a port now, None if none has."""
        ours = connections_to(port)
        for pid in descendants(self.children[name].pid):
            if ours & sockets_of(pid):
                return pid
        return None

    def excuse(self, cause: str, *, begins: float, ends: float, of: Collection[str] = EVERY_WIRE) -> None:
        """Allow messages of a time to have come twice."""
        self.excuses.append(Excuse(cause=cause, begins=begins, ends=ends, of=frozenset(of)))

    def _excuse(self, name: str) -> None:
        if name in SENDS:
            at = time.time()
            self.excuse(f"{name} ended as it came", begins=at - AROUND_A_KILL, ends=at + AROUND_A_KILL, of=SENDS[name])


class TookTooLong(Exception):
    """Something did not come back in time."""
