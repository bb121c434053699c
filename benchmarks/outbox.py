"""How fast what is owed goes out, and how soon after a commit: `python -m benchmarks.outbox`.

Ours is one Celery worker of one process and the task that the timetable asks for each second; the receiver takes each
message over SMTP, and each is recorded as delivered, by a commit of its own. It stands beside

- one task for each row, as messages usually are sent, by the same worker program, broker, receiver and record;
- a bare queue: claim a hundred, hand each to the same receiver, record each; psycopg and a socket, no more;
- two workers of ours beside one.

Then messages are owed one by one, at odd moments, and it is looked how long after the commit each comes in: with the
workers and the timetable, and without a broker, by `manage.py relay` alone. No message may be missing or come twice.

It needs `DATABASE_URL` and `REDIS_URL`, and works in a database of its own beside that one.
"""

import argparse
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import django
import psycopg

from benchmarks.measuring import Comparison, Figure, Times, compare, machine_line, postgresql_version, report
from benchmarks.search import database_url, scratch_database

BY_TASKS_GOAL, BY_TASKS_LIMIT = 1 / 4, 1 / 2
"""Ours takes a quarter of the time of one task per row."""
TWO_GOAL, TWO_LIMIT = 1 / 1.7, 1 / 1.2
BARE_GOAL, BARE_LIMIT = 2.0, 3.0
A_SECOND = 1000
PATIENCE = 120.0
TEMPLATES = ("referral_accepted", "onward_accepted", "referral_question", "onward_arrived")
OWE = """
    INSERT INTO notifications_outboxmessage (
        id, event_key, recipient, channel, template, context, created_at, request_id, occurred_at, available_at,
        in_digest, attempts, deferrals, status, failure
    )
    SELECT gen_random_uuid(), 'benchmark:' || gen_random_uuid(), 'reader-' || n %% 500 || '@work.example', 'email',
        template, jsonb_build_object('reference', 'R-' || translate(lpad(to_hex(n), 5, '2'), '01abcdef', '23GHJKMN')
            || '-77777') || CASE WHEN template = 'onward_arrived' THEN '{"due_on": "2026-12-01"}'::jsonb ELSE '{}' END,
        now(), '', now(), now() - interval '1 second', false, 0, 0, 'pending', ''
    FROM generate_series(1, %(count)s) AS n,
        LATERAL (SELECT (%(templates)s::text[])[1 + n %% 4] AS template) AS chosen
    RETURNING id
"""
OWED = "status = 'pending' AND channel <> 'webhook'"
"""As the index of what is due has it: reading all years again and again took more of the machine than the sending."""
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id FROM notifications_outboxmessage
        WHERE status = 'pending' AND channel <> 'webhook' AND NOT in_digest AND available_at <= now()
        ORDER BY available_at, id FOR UPDATE SKIP LOCKED LIMIT 100
    )
    UPDATE notifications_outboxmessage AS message SET available_at = now() + interval '20 seconds', attempts = 1
    FROM due WHERE message.id = due.id RETURNING message.id, message.recipient
"""
RECORD = """
    WITH settled AS (
        UPDATE notifications_outboxmessage SET status = 'sent', sent_at = now()
        WHERE id = %(id)s AND status = 'pending' RETURNING id
    )
    INSERT INTO notifications_delivery (message_id, at, wire_id, attempts) SELECT id, now(), %(wire)s, 1 FROM settled
"""
LETTER = "Subject: News\r\nMessage-ID: {id}\r\nTo: {to}\r\n\r\n" + "There is news about a referral. " * 20


def main() -> int:
    """Start everything, compare, and return the exit code of the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000, help="how many are owed at a time (2000)")
    parser.add_argument("--one-by-one", type=int, default=100, help="how many are owed at odd moments (100)")
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="keep the database, or use the one that was kept")
    parser.add_argument("--json", metavar="PATH")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with scratch_database(keep=arguments.keep), tempfile.TemporaryDirectory() as folder:
        found, figures = measured(Path(folder), arguments)
        machine = machine_line(postgresql=postgresql_version(database_url()))
        return report(found, figures=figures, machine=machine, json_path=arguments.json)


def measured(folder: Path, arguments: argparse.Namespace) -> tuple[list[Comparison], list[Figure]]:
    """Compare, measure, and count that nothing is missing and nothing came twice.

    :raises RuntimeError: if it did.
    """
    count, how = arguments.messages, {"rounds": arguments.rounds, "blocks": arguments.blocks, "warm_up": 1}
    with ExitStack() as stack:
        database = stack.enter_context(psycopg.connect(database_url(), autocommit=True))
        database.execute("DELETE FROM notifications_delivery WHERE message_id IN (SELECT id FROM "
                         "notifications_outboxmessage WHERE status = 'pending')")  # fmt: skip
        database.execute("UPDATE notifications_outboxmessage SET status = 'stopped' WHERE status = 'pending'")
        port, book = stack.enter_context(post_room(folder))
        drains = Drains(database, count, port)
        with workers(port, "one"):
            found = [
                compare(
                    f"{count:,} messages, beside a task for each",
                    ours=drains.ours, raw=drains.by_tasks, before_ours=drains.owe, before_raw=drains.owe_as_tasks,
                    goal=BY_TASKS_GOAL, limit=BY_TASKS_LIMIT, **how,
                ),
                compare(
                    f"{count:,} messages, beside a bare queue",
                    ours=drains.ours, raw=drains.bare, before_ours=drains.owe, before_raw=drains.owe,
                    goal=BARE_GOAL, limit=BARE_LIMIT, **how,
                ),
            ]  # fmt: skip
            with workers(port, "two"):
                found.append(
                    compare(
                        f"two workers beside one, {2 * count:,} messages",
                        ours=lambda: drains.ours(workers=2), raw=drains.ours,
                        before_ours=lambda: drains.owe(2), before_raw=lambda: drains.owe(2),
                        goal=TWO_GOAL, limit=TWO_LIMIT, **how,
                    )
                )  # fmt: skip
            with beat(folder, port):
                soon = soon_after_commit(drains, book, arguments.one_by_one, has_broker=True)
        with relay(port):
            drains.owe()
            drains.wait()  # it is up
            alone = soon_after_commit(drains, book, arguments.one_by_one, has_broker=False)
        drains.check(book)
    rates = [
        Figure(
            name="messages, one worker", value=count / found[0].ours.p50, unit="a second", goal=A_SECOND,
            limit=A_SECOND / 2, is_better="more",
        ),
        Figure(
            name="messages, a task for each row", value=count / found[0].raw.p50, unit="a second"
        ),
        Figure(name="messages, a bare queue", value=count / found[1].raw.p50, unit="a second"),
        Figure(name="messages, two workers", value=2 * count / found[2].ours.p50, unit="a second"),
        Figure(name="commit to first attempt, p95", value=soon.p95, unit="s", goal=1.0, limit=2.0),
        Figure(name="commit to first attempt, p50", value=soon.p50, unit="s"),
        Figure(name="the same without Redis, by the relay, p95", value=alone.p95, unit="s", goal=3.0, limit=6.0),
    ]  # fmt: skip
    return found, rates


class Drains:
    """The ways to send what is owed, each until nothing is."""

    def __init__(self, database: psycopg.Connection[Any], count: int, port: int) -> None:
        self._database, self._count, self._port = database, count, port
        self.owed: list[str] = []
        self._last: list[str] = []

    def owe(self, times: int = 1) -> None:
        """Owe some messages."""
        asked = {"count": self._count * times, "templates": list(TEMPLATES)}
        self._last = [str(each) for (each,) in self._database.execute(OWE, asked).fetchall()]
        self.owed += self._last

    def owe_as_tasks(self) -> None:
        """Owe some, and put a task for each into the broker, before the clock runs."""
        from benchmarks.one_task_per_row import send_one  # noqa: PLC0415 - Django is set up by then

        self.owe()
        self._prepared = [send_one.s(each) for each in self._last]
        # What the sweep would see is the task's alone.
        self._database.execute(
            f"UPDATE notifications_outboxmessage SET available_at = now() + interval '1 hour' WHERE {OWED}"  # noqa: S608
        )

    def ours(self, workers: int = 1) -> None:
        """Ask as the timetable does, each second, until all are sent."""
        from notifications.tasks import deliver_due  # noqa: PLC0415 - Django is set up by then

        for _ in range(workers):
            deliver_due.apply_async(queue="notifications")
        self.wait()

    def by_tasks(self) -> None:
        """Let a task send each."""
        for task in self._prepared:
            task.apply_async()
        self.wait()

    def bare(self) -> None:
        """Claim, send and record, and nothing else."""
        with socket.create_connection(("127.0.0.1", self._port)) as line:
            says(line, None)
            says(line, b"EHLO bare\r\n")
            while claimed := self._database.execute(CLAIM).fetchall():
                for message_id, to in claimed:
                    wire = f"<{message_id}@referral.example>"
                    says(line, b"MAIL FROM:<no-reply@referral.example>\r\n")
                    says(line, f"RCPT TO:<{to}>\r\n".encode())
                    says(line, b"DATA\r\n")
                    says(line, LETTER.format(id=wire, to=to).encode() + b"\r\n.\r\n")
                    self._database.execute(RECORD, {"id": message_id, "wire": wire})

    def wait(self) -> None:
        """Wait until nothing is owed.

        :raises RuntimeError: if it takes too long.
        """
        asked = f"SELECT EXISTS (SELECT FROM notifications_outboxmessage WHERE {OWED})"  # noqa: S608 - our own
        until = time.monotonic() + PATIENCE
        while self._database.execute(asked).fetchone() == (True,):
            if time.monotonic() > until:
                raise RuntimeError(f"After {PATIENCE:.0f} seconds messages are still owed.")
            time.sleep(0.02)

    def check(self, book: Path) -> None:
        """Count that each message came once, and was recorded once.

        :raises RuntimeError: if not.
        """
        came = Counter(line.split("@")[0].lstrip("<") for line in book.read_text(encoding="ascii").splitlines())
        recorded = self._database.execute(
            "SELECT count(*) FROM notifications_delivery WHERE message_id = ANY (%s)", [self.owed]
        ).fetchone()
        missing = [each for each in self.owed if not came[each]]
        twice = [each for each in self.owed if came[each] > 1]
        if missing or twice or recorded != (len(self.owed),):
            raise RuntimeError(f"{len(missing)} are missing, {len(twice)} came twice, {recorded} are recorded.")
        print(f"{len(self.owed):,} messages owed, each came once and is recorded once.")


def says(line: socket.socket, text: bytes | None) -> None:
    """Say something to a mail server, and hear its answer."""
    if text is not None:
        line.sendall(text)
    line.recv(512)


def soon_after_commit(drains: Drains, book: Path, count: int, *, has_broker: bool) -> Times:
    """Owe messages one by one, as a step does, and return how long after its commit each came in."""
    from django.db import transaction  # noqa: PLC0415 - Django is set up by then
    from django.utils import timezone  # noqa: PLC0415

    from notifications import services  # noqa: PLC0415

    chance = random.Random(3)  # noqa: S311 - the same moments every time are the point
    committed: dict[str, float] = {}
    wake = services.wake_after_commit
    if not has_broker:
        services.wake_after_commit = lambda: None
    try:
        for number in range(count):
            with transaction.atomic():
                message = services.enqueue(
                    event_key=f"benchmark:{uuid.uuid4()}", recipient=f"reader-{number % 50}@work.example",
                    template="referral_accepted", context={"reference": "R-22222-77777"}, at=timezone.now(),
                )  # fmt: skip
            assert message is not None  # noqa: S101 - its key is new
            committed[str(message.id)] = time.time()
            drains.owed.append(str(message.id))
            time.sleep(chance.uniform(0.02, 0.4))
    finally:
        services.wake_after_commit = wake
    drains.wait()
    time.sleep(0.2)
    lines = (line.split() for line in book.read_text(encoding="ascii").splitlines())
    came = {wire.split("@")[0].lstrip("<"): float(at) for wire, at in lines}
    return Times.of([came[message] - at for message, at in committed.items()])


# --- Processes ----------------------------------------------------------------------------------------------------


@contextmanager
def post_room(folder: Path) -> Iterator[tuple[int, Path]]:
    """Run the receiver; yields its port and what it writes down."""
    book = folder / "post_room.txt"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with process([sys.executable, "-m", "benchmarks.post_room", str(port), str(book)], {}):
        until_it(lambda: answers(port))
        yield port, book


def answers(port: int) -> bool:
    """Whether somebody listens at a port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def workers(port: int, name: str) -> Iterator[None]:
    """Run a worker of one process, which takes both what ours asks for and single tasks."""
    from benchmarks.one_task_per_row import QUEUE, app  # noqa: PLC0415 - Django is set up by then

    command = [
        sys.executable, "-m", "celery", "-A", "benchmarks.one_task_per_row", "worker", "-n", f"{name}@benchmark",
        "-Q", f"notifications,{QUEUE}", "--concurrency", "1", "--loglevel", "INFO", "--without-gossip",
        "--without-mingle",
    ]  # fmt: skip
    with process(command, environment(port)):
        until_it(lambda: bool(app.control.ping([f"{name}@benchmark"], timeout=1)))
        yield


@contextmanager
def beat(folder: Path, port: int) -> Iterator[None]:
    """Run the timetable."""
    command = [sys.executable, "-m", "celery", "-A", "config", "beat", "--schedule", str(folder / "schedule")]
    with process(command, environment(port)):
        time.sleep(5)
        yield


@contextmanager
def relay(port: int) -> Iterator[None]:
    """Run what needs no broker; there is none."""
    with process([sys.executable, "manage.py", "relay"], environment(port) | {"REDIS_URL": "redis://127.0.0.1:1/0"}):
        yield


@contextmanager
def process(command: list[str], more: dict[str, str]) -> Iterator[None]:
    """Run a process until it is not needed any more."""
    running = subprocess.Popen(  # noqa: S603 - our own
        command, env=os.environ | more, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(timeout=30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def environment(port: int) -> dict[str, str]:
    """Return what a process of the service is told."""
    return {
        "DATABASE_URL": database_url(), "DEPLOYMENT": "demo", "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port),
        "EMAIL_USE_TLS": "false", "SECRET_KEY": os.environ["SECRET_KEY"],
    }  # fmt: skip


def until_it(is_so: Callable[[], bool]) -> None:
    """Wait for something.

    :raises RuntimeError: if it does not come.
    """
    for _ in itertools.repeat(None, 300):
        if is_so():
            return
        time.sleep(0.1)
    raise RuntimeError("A process does not come up.")


if __name__ == "__main__":
    sys.exit(main())
