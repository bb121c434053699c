"""The wiring, with real processes: the command, the timetable, and a Celery worker that is killed while it sends."""

import datetime as dt
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from kombu import Exchange, Queue

from notifications import delivery, selectors, tasks
from notifications.enums import MessageStatus
from notifications.management.commands import relay
from notifications.models import Delivery, OutboxMessage
from tests.notifications.post_office import OK, Letterbox, mail_server, owe, owe_many


def wait_until(condition: Callable[[], bool], *, seconds: float, poke: Callable[[], object] = lambda: None) -> bool:
    """Wait for a condition as the timetable does, asking for work twice a second."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            return False
        poke()
        time.sleep(0.5)
    return True


@contextmanager
def process(*arguments: str, log: Path, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process of ours on the test's own database, and leave none behind."""
    database = connection.settings_dict
    url = (
        f"postgres://{quote(database['USER'])}:{quote(database['PASSWORD'])}@{database['HOST']}:{database['PORT']}"
        f"/{quote(database['NAME'])}"
    )
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": url, "TEST_REAL_SMTP": "1", "EMAIL_HOST": "127.0.0.1"} | environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def worker_on(queue: str, *, log: Path, port: int) -> "AbstractContextManager[subprocess.Popen[bytes]]":
    """Run a Celery worker on a queue of its own: other tests use the same Redis at the same time."""
    options = [
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--concurrency=1",
        f"--hostname={queue}@%h",
    ]
    return process(
        "-m", "celery", "-A", "config", "worker", f"--queues={queue}", *options, log=log, EMAIL_PORT=str(port)
    )


@pytest.fixture
def queue() -> Iterator[str]:
    name = f"notifications-test-{uuid4()}"
    yield name
    with current_app.connection_for_write() as broker:
        own = Queue(name, Exchange(name), routing_key=name, channel=broker.default_channel)
        own.declare()
        own.delete()


def all_sent() -> bool:
    return not OutboxMessage.objects.exclude(status=MessageStatus.SENT).exists()


def wire_ids(messages: list[OutboxMessage]) -> list[str]:
    return sorted(f"<{message.id}@referral.example>" for message in messages)


@pytest.mark.django_db
def test_the_task_delivers_what_is_owed_and_takes_any_keyword(mailoutbox):
    messages = owe_many(3, at=timezone.now())

    tasks.deliver_due(said_by="an older release")

    assert len(mailoutbox) == 3
    assert Delivery.objects.count() == len(messages)


@pytest.mark.django_db
def test_the_task_fails_openly_when_a_message_met_a_bug(mailoutbox):
    owe_many(2, at=timezone.now())
    OutboxMessage.objects.filter(event_key="test-event:0").update(template="taken_out_by_a_later_release")

    with pytest.raises(ExceptionGroup, match="met a bug"):
        tasks.deliver_due()
    assert len(mailoutbox) == 1


def test_the_timetable_asks_every_second_and_forgets_what_nobody_took():
    entries = [entry for entry in current_app.conf.beat_schedule.values() if entry["task"] == tasks.deliver_due.name]
    assert [(entry["schedule"].seconds, entry["options"]["queue"]) for entry in entries] == [(1.0, "notifications")]
    # Longer than the clocks of two machines differ, and soon enough that no heap of calls waits for a worker.
    assert 30 <= entries[0]["options"]["expires"] <= 120


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_the_timetable_asks_in_the_next_second_when_the_clock_was_set(hours: int):
    every = pickle.loads(pickle.dumps(schedule_of_delivery()))  # noqa: S301 - as beat keeps it in its file
    assert every.is_due(every.now() - dt.timedelta(hours=hours)) == (True, 1.0)


def test_the_timetable_waits_out_its_second():
    every = schedule_of_delivery()
    is_due, seconds = every.is_due(every.now() - dt.timedelta(seconds=0.2))
    assert not is_due
    assert 0 < seconds <= 0.8


def schedule_of_delivery() -> Any:
    return current_app.conf.beat_schedule["deliver what is owed"]["schedule"]


def test_no_round_of_the_task_outlives_its_time_limit():
    conf = current_app.conf
    last_send_begins = 20 + (delivery.LEASE / delivery.SENDING_SHARE).total_seconds()
    assert last_send_begins + settings.EMAIL_TIMEOUT < conf.task_soft_time_limit < conf.task_time_limit
    assert conf.broker_transport_options["visibility_timeout"] >= 3 * conf.task_time_limit


@pytest.mark.django_db
def test_the_command_drains_once_without_redis(mailoutbox):
    owe_many(3, at=timezone.now())

    call_command("relay", "--once", stdout=StringIO())

    assert len(mailoutbox) == 3
    assert all_sent()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_command_outlives_its_database_connection_and_finishes_its_batch_when_told_to_stop(tmp_path):
    letterbox = Letterbox(slow=0.05)
    log = tmp_path / "relay.log"
    with mail_server(letterbox) as port, process("manage.py", "relay", log=log, EMAIL_PORT=str(port)) as running:
        first = owe_many(3, at=timezone.now())
        assert wait_until(all_sent, seconds=30), log.read_text()

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert set(cursor.fetchall()) == {(True,)}  # of the messages to people, and perhaps of the webhooks

        letterbox.has_begun.clear()
        second = [owe(event=number, at=timezone.now()) for number in range(100, 120)]
        assert letterbox.has_begun.wait(15), log.read_text()
        running.terminate()
        assert running.wait(timeout=15) == 0, log.read_text()

    assert sorted(letterbox.message_ids) == wire_ids(first + second)
    assert Delivery.objects.count() == 23
    assert "workers@" not in log.read_text()


@pytest.mark.django_db(transaction=True)
def test_the_command_waits_for_a_database_that_is_away_and_goes_on(monkeypatch, caplog):
    stop = threading.Event()
    tries = []

    def deliver_batch(*, at: dt.datetime, without: object) -> delivery.Report:
        tries.append(at)
        if len(tries) == 1:
            raise OperationalError("the connection is closed")
        stop.set()
        return delivery.Report()

    monkeypatch.setattr(delivery, "deliver_batch", deliver_batch)
    monkeypatch.setattr(relay, "IDLE_SECONDS", 0)
    relay.Command()._relay(stop)

    assert len(tries) == 2
    assert [record.getMessage() for record in caplog.records] == ["The relay lost the database, and tries again."]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_send_loses_nothing_and_the_next_records_each_message_once(tmp_path, queue):
    messages = owe_many(10, at=timezone.now())
    log = tmp_path / "worker.log"
    letterbox = Letterbox(slow=0.1)

    def ask() -> None:
        current_app.send_task("notifications.deliver_due", queue=queue, expires=5)

    with mail_server(letterbox) as port:
        # Given a worker that has sent a few messages and is in the middle of another
        with worker_on(queue, log=log, port=port) as worker:
            assert wait_until(lambda: len(letterbox.taken) >= 3, seconds=60, poke=ask), log.read_text()
            letterbox.slow = 1.0
            letterbox.has_begun.clear()
            assert letterbox.has_begun.wait(10)

            # When it is killed, with its pool
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        letterbox.slow = 0
        recorded_before = Delivery.objects.count()

        # Then another finishes its work when the lease has ended
        with worker_on(queue, log=log, port=port):
            assert wait_until(all_sent, seconds=60, poke=ask), log.read_text()

    # and every message has arrived; the one in the middle perhaps twice, under one id
    assert 0 < recorded_before < 10
    assert sorted(set(letterbox.message_ids)) == wire_ids(messages)
    assert len(letterbox.message_ids) in {10, 11}
    assert Delivery.objects.count() == 10
    assert list(selectors.contradictory_messages()) == []
    assert "workers@" not in log.read_text()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_carries_on_when_the_mail_server_comes_back(tmp_path, queue):
    messages = owe_many(5, at=timezone.now())
    log = tmp_path / "worker.log"
    letterbox = Letterbox(rule=lambda command, number: "550 not from here" if (command, number) == ("MAIL", 1) else OK)

    with mail_server(letterbox) as port, worker_on(queue, log=log, port=port):
        assert wait_until(
            all_sent,
            seconds=60,
            poke=lambda: current_app.send_task("notifications.deliver_due", queue=queue, expires=5),
        ), log.read_text()

    assert sorted(letterbox.message_ids) == wire_ids(messages)
    assert Delivery.objects.count() == 5
    assert "Messages wait: The mail server refused us as the sender (550)." in log.read_text()
