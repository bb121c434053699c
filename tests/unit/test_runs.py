"""The timetable's tasks: each run is on record, never are there two at once, and a killed one hides nothing."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.celery import app
from core import runs
from core.idempotency import Claim, take
from core.models import IdempotencyKey, RunOutcome, TaskPulse, TaskRun
from core.tasks import periodic_task

SIX = dt.datetime(2026, 11, 2, 6, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def ticking(*moments: dt.datetime) -> Any:
    hands: Iterator[dt.datetime] = iter(moments)
    return lambda: next(hands)


def on_record() -> list[tuple[Any, ...]]:
    fields = ("task", "outcome", "started_at", "ended_at", "figures", "failure")
    return list(TaskRun.objects.order_by("id").values_list(*fields))


@pytest.mark.django_db
def test_a_run_is_recorded_with_what_it_did_and_works_at_the_moment_it_began():
    given = []

    def count(at: dt.datetime) -> runs.Figures:
        given.append(at)
        return {"rows": 12}

    runs.run(task="test.count", work=count, clock=ticking(SIX, SIX + MINUTE))

    assert given == [SIX]
    assert on_record() == [("test.count", "done", SIX, SIX + MINUTE, {"rows": 12}, "")]


@pytest.mark.django_db
def test_a_failure_is_recorded_by_its_kind_alone_and_surfaces():
    def fail(_: dt.datetime) -> runs.Figures:
        raise LookupError("the row of Ada Example")

    with pytest.raises(LookupError):
        runs.run(task="test.count", work=fail, clock=ticking(SIX, SIX + MINUTE))

    assert on_record() == [("test.count", "failed", SIX, SIX + MINUTE, {}, "LookupError")]
    assert runs.last_done("test.count") is None


@pytest.mark.django_db
def test_while_one_runs_a_second_does_nothing():
    inner: list[bool] = []

    def hold(_: dt.datetime) -> runs.Figures:
        from_elsewhere = connection.copy()  # another session, as another worker has
        with from_elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('task:test.count', 0))")
            inner.append(cursor.fetchone()[0])
        from_elsewhere.close()
        return {}

    runs.run(task="test.count", work=hold, clock=ticking(SIX, SIX))
    assert inner == [False]
    assert runs.run(task="test.count", work=lambda _: {}, clock=ticking(SIX, SIX)) is not None  # it has let go


@pytest.mark.django_db
def test_one_that_another_worker_holds_is_left_alone():
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('task:test.count', 0))")

    def never(_: dt.datetime) -> runs.Figures:
        raise AssertionError("must not work")

    assert runs.run(task="test.count", work=never, clock=ticking()) is None
    assert on_record() == []

    other.close()  # that worker dies, and its lock with it
    with connection.cursor() as cursor:  # the server takes a moment to notice: wait for it, as nobody else would
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('task:test.count', 0))")
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended('task:test.count', 0))")
    assert runs.run(task="test.count", work=lambda _: {}, clock=ticking(SIX, SIX)) is not None


@pytest.mark.django_db
def test_one_whose_process_was_killed_is_marked_by_the_next():
    killed = TaskRun.objects.create(task="test.count", started_at=SIX - 60 * MINUTE)
    TaskRun.objects.create(task="test.other", started_at=SIX - 60 * MINUTE)

    runs.run(task="test.count", work=lambda _: {"rows": 1}, clock=ticking(SIX, SIX))

    assert [(task, outcome) for task, outcome, *_ in on_record()] == [
        ("test.count", "interrupted"),
        ("test.other", "running"),
        ("test.count", "done"),
    ]
    killed.refresh_from_db()
    assert killed.ended_at is None
    last = runs.last_done("test.count")
    assert last is not None
    assert [run.started_at for run in runs.runs_of("test.count")] == [last.started_at, killed.started_at]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row",
    [{"outcome": RunOutcome.DONE}, {"outcome": RunOutcome.RUNNING, "ended_at": SIX}, {"outcome": "vanished"}],
)
def test_the_database_refuses_a_run_that_contradicts_itself(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskRun.objects.create(task="test.count", started_at=SIX, **row)
    assert on_record() == []


@pytest.mark.django_db
def test_a_pulse_is_written_every_ten_seconds_at_most_and_after_the_clock_was_put_back():
    def after(seconds: int) -> dt.datetime | None:
        runs.pulse(task="test.beat", at=SIX + dt.timedelta(seconds=seconds))
        return runs.last_pulse("test.beat")

    assert runs.last_pulse("test.beat") is None
    assert [after(0), after(9), after(11)] == [SIX, SIX, SIX + dt.timedelta(seconds=11)]
    assert after(-3600) == SIX - dt.timedelta(hours=1)
    assert TaskPulse.objects.count() == 1
    with CaptureQueriesContext(connection) as asked:
        runs.pulse(task="test.beat", at=SIX)
    assert len(asked) == 1


@pytest.mark.django_db
def test_runs_are_forgotten_after_a_year_and_a_bit_and_keys_after_a_month(cast):
    for days in (29, 31):
        take(Claim(user_id=cast.gp.pk, operation="refer", key=f"key-of-{days}-days", body_digest="…"))
        IdempotencyKey.objects.filter(key=f"key-of-{days}-days").update(created_at=SIX - dt.timedelta(days=days))
    for days in (401, 399):
        TaskRun.objects.create(
            task="test.count", started_at=SIX - dt.timedelta(days=days), ended_at=SIX, outcome=RunOutcome.DONE
        )

    with time_machine.travel(SIX, tick=False):
        current_app.tasks["core.forget_runs"]()

    assert [(task, figures) for task, _, _, _, figures, _ in on_record()] == [
        ("test.count", {}),
        ("core.forget_runs", {"forgotten": 1, "keys": 1}),
    ]
    assert [key.key for key in IdempotencyKey.objects.all()] == ["key-of-29-days"]


def test_a_declared_task_keeps_its_name_and_takes_what_other_releases_say():
    def tidy(at: dt.datetime) -> runs.Figures:
        """Tidy up."""
        return {}

    declared: Any = periodic_task(name="test.declared")(tidy)
    try:
        assert (declared.name, declared.__doc__) == ("test.declared", "Tidy up.")
        declared.__header__(said_by="a newer release")  # what Celery checks before it sends one
    finally:
        current_app.tasks.pop("test.declared")


def test_every_task_of_the_timetable_exists_and_expires_before_it_is_due_again():
    app.loader.import_default_modules()
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["expires"] > 0, name
