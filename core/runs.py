"""What the timetable set off: every run is recorded, and never are there two of one task at once.

A task is safe to run twice, safe to miss and safe to kill. So a second one that comes while the first runs does
nothing, and one whose process was killed is found by the next, which does what was left.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from core.doing import doing
from core.models import RunOutcome, TaskPulse, TaskRun

KEPT = dt.timedelta(days=400)
"""How long runs are kept: a year can be compared with the year before."""
PULSE_EVERY = dt.timedelta(seconds=10)

logger = logging.getLogger(__name__)
Figures = Mapping[str, int]


def run(*, task: str, work: Callable[[dt.datetime], Figures], clock: Callable[[], dt.datetime]) -> TaskRun | None:
    """Do a task's work and record the run; None if the same task is running already, somewhere.

    `work` is given the moment at which the run began, and returns what it did: a count for each name.

    :raises RuntimeError: if called inside a transaction: the record must outlive a failure.
    """
    with _only_one(task) as is_mine:
        if not is_mine:
            logger.info("%s runs already", task)
            return None
        began = _begin(task, at=clock())
        try:
            with doing({"task": task}):
                figures = work(began.started_at)
        except Exception as error:
            _end(began, RunOutcome.FAILED, clock(), failure=type(error).__name__[:60])
            raise
        _end(began, RunOutcome.DONE, clock(), figures=dict(figures))
        if any(figures.values()):
            logger.info("%s: %s", task, ", ".join(f"{name} {count}" for name, count in figures.items()))
        return began


def pulse(*, task: str, at: dt.datetime) -> None:
    """Note that a task which runs every second has run: one statement, which writes every ten seconds at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_taskpulse (task, at) VALUES (%(task)s, %(at)s) ON CONFLICT (task) DO UPDATE "
            "SET at = excluded.at WHERE core_taskpulse.at NOT BETWEEN %(fresh)s AND excluded.at",
            {"task": task, "at": at, "fresh": at - PULSE_EVERY},
        )


def last_pulse(task: str) -> dt.datetime | None:
    """Return when a task of every second last ran, give or take ten seconds."""
    return TaskPulse.objects.filter(task=task).values_list("at", flat=True).first()


def pulses() -> dict[str, dt.datetime]:
    """Return when each task of every second last ran."""
    return dict(TaskPulse.objects.order_by("task").values_list("task", "at"))


def latest_runs() -> list[TaskRun]:
    """Return the latest run of each task, by name: one query."""
    return list(TaskRun.objects.order_by("task", "-started_at", "-id").distinct("task"))


def latest_runs_of(tasks: Iterable[str], *, outcomes: Collection[RunOutcome] = tuple(RunOutcome)) -> dict[str, TaskRun]:
    """Return the latest run of each of some tasks, or the latest that ended in one of some ways: one query, which finds
    each by the index, however many runs there were.
    """
    rows = TaskRun.objects.raw(
        "SELECT run.* FROM unnest(%(tasks)s::text[]) AS wanted (task) CROSS JOIN LATERAL ("
        "SELECT * FROM core_taskrun WHERE task = wanted.task AND outcome = ANY (%(outcomes)s) "
        "ORDER BY started_at DESC, id DESC LIMIT 1) AS run",
        {"tasks": list(tasks), "outcomes": [str(outcome) for outcome in outcomes]},
    )
    return {run.task: run for run in rows}


def failures_of(tasks: Iterable[str], *, since: dt.datetime) -> dict[str, int]:
    """Return how many runs of each of some tasks failed, or were stopped, since a moment; none: it is not named."""
    failed = TaskRun.objects.filter(
        task__in=tasks, started_at__gte=since, outcome__in=(RunOutcome.FAILED, RunOutcome.INTERRUPTED)
    )
    return dict(failed.order_by("task").values_list("task").annotate(count=Count("id")))


def runs_of(task: str) -> QuerySet[TaskRun]:
    """Return the runs of a task, the latest first."""
    return TaskRun.objects.filter(task=task).order_by("-started_at", "-id")


def last_done(task: str) -> TaskRun | None:
    """Return the latest run of a task that did its work."""
    return runs_of(task).filter(outcome=RunOutcome.DONE).first()


def forget_runs(*, at: dt.datetime) -> int:
    """Delete the runs that are too old to tell anybody anything; return how many."""
    return TaskRun.objects.filter(started_at__lt=at - KEPT).delete()[0]


@transaction.atomic(durable=True)
def _begin(task: str, *, at: dt.datetime) -> TaskRun:
    """Record that a run began; whatever still says that it runs was killed, for the lock is ours."""
    TaskRun.objects.filter(task=task, outcome=RunOutcome.RUNNING).update(outcome=RunOutcome.INTERRUPTED)
    return TaskRun.objects.create(task=task, started_at=at)


@transaction.atomic(durable=True)
def _end(
    began: TaskRun, outcome: RunOutcome, at: dt.datetime, *, figures: dict[str, int] | None = None, failure: str = ""
) -> None:
    began.outcome, began.ended_at, began.figures, began.failure = outcome, at, figures or {}, failure
    began.save(update_fields=["outcome", "ended_at", "figures", "failure"])


@contextmanager
def _only_one(task: str) -> Iterator[bool]:
    """Hold the task's advisory lock, of the session: it ends with the work, or with the connection of a dead process.

    It needs a connection of its own to PostgreSQL, or a pool that keeps one per session.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"task:{task}"])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine and connection.connection is not None:  # a lost connection has let go of it already
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"task:{task}"])
