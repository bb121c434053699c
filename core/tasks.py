"""What Celery calls: how a task of the timetable is declared, and the housekeeping of its records."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from core import idempotency, runs

Work = Callable[[dt.datetime], runs.Figures]


def periodic_task(*, name: str, **options: Any) -> "Callable[[Work], Task[Any, None]]":
    """Declare a task of the timetable: what is given does its work at a moment, and returns what it did.

    Each run is recorded, and never are there two at once (`core.runs`). The task takes any keyword, so that older and
    newer callers may call it. `options` are Celery's.
    """

    def declare(work: Work) -> "Task[Any, None]":
        def task(**_: Any) -> None:
            runs.run(task=name, work=work, clock=timezone.now)

        task.__module__, task.__name__, task.__doc__ = work.__module__, work.__name__, work.__doc__
        as_task: Callable[[Callable[..., None]], Task[Any, None]] = shared_task(name=name, **options)
        return as_task(task)

    return declare


@periodic_task(name="core.forget_runs")
def forget_runs(at: dt.datetime) -> runs.Figures:
    """Delete the records of runs that are older than a year and a bit, and the keys of requests of a month ago."""
    return {"forgotten": runs.forget_runs(at=at), "keys": idempotency.forget_keys(at=at)}
