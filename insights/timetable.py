"""Whether the timetable is kept: of each of its tasks the latest run, what it did, and whether another is late.

What ought to have run is asked of the timetable itself (`config.celery`), what has run of the records of the runs
(`core.runs`): so a task that has never run, and one that everybody has forgotten, are late and not merely absent.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from celery import Celery, current_app
from celery.schedules import crontab, schedule

from accounts.models import User
from core.clocks import LONDON
from core.errors import NotPermitted
from core.models import RunOutcome, TaskRun
from core.runs import failures_of, latest_runs_of, pulses
from insights.selectors import answers_for_the_pathway
from insights.watch.readiness import SWEEP_WITHIN

PATIENCE = dt.timedelta(minutes=30)
"""How long after its time a task is not late yet: it waits its turn in the queue, and takes a while."""
LATELY = dt.timedelta(days=7)
"""How far back failures are counted."""
_DAYS = ("Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays")


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """One task of the timetable. Of one that runs every second no run is on record: only when it was last seen."""

    task: str
    says: str
    runs: str
    """When it runs, in words."""
    is_late: bool
    expected_at: dt.datetime | None
    """The time that nothing was done of, where it is late; None where it has never run, or is not late."""
    done_at: dt.datetime | None
    """When it last came to its end as it should; of one that runs every second, when it was last seen."""
    figures: dict[str, int]
    """What that run did."""
    latest: TaskRun | None
    failed_lately: int


def timetable_for(user: User, *, at: dt.datetime) -> list[TaskState]:
    """Return every task of the timetable, the late ones first, then by name. Four queries.

    :raises NotPermitted: if the user is neither a manager nor a lead.
    """
    if not answers_for_the_pathway(user):
        raise NotPermitted("How the timetable is kept is for managers and leads.")
    app: Celery = current_app
    app.loader.import_default_modules()  # each task says how long it may take
    entries = {each["task"]: (name, each["schedule"]) for name, each in app.conf.beat_schedule.items()}
    latest = latest_runs_of(entries)
    done = latest_runs_of(entries, outcomes=(RunOutcome.DONE,))
    failed = failures_of(entries, since=at - LATELY)
    seen = pulses()
    states = [
        _state(
            app, task, name, when, at=at, latest=latest.get(task), done=done.get(task), failed=failed.get(task, 0),
            seen=seen.get(task),
        )
        for task, (name, when) in entries.items()
    ]  # fmt: skip
    return sorted(states, key=lambda state: (not state.is_late, state.says, state.task))


def _state(
    app: Celery, task: str, name: str, when: schedule, *, at: dt.datetime, latest: TaskRun | None,
    done: TaskRun | None, failed: int, seen: dt.datetime | None,
) -> TaskState:  # fmt: skip
    if isinstance(when, crontab):
        begun = done.started_at if done else None
        if latest is not None and _is_running(app, latest, at=at):
            begun = latest.started_at
        expected = _next_after(when, begun) if begun else None
        is_late = expected is None or expected + PATIENCE < at
        done_at = done.ended_at if done else None
    else:
        # A pulse from the future, of a clock that was ahead, says nothing: as `/readyz` has it.
        is_late = seen is None or abs(at - seen) > SWEEP_WITHIN
        expected, done_at = min(seen + SWEEP_WITHIN, at) if seen else None, seen
    return TaskState(
        task=task, says=name[:1].upper() + name[1:], runs=in_words(when), is_late=is_late,
        expected_at=expected if is_late else None, done_at=done_at, figures=dict(done.figures) if done else {},
        latest=latest, failed_lately=failed,
    )  # fmt: skip


def _is_running(app: Celery, run: TaskRun, *, at: dt.datetime) -> bool:
    """Whether a run that has begun may still come to its end: one over the task's own time limit was killed."""
    registered = app.tasks.get(run.task)
    limit = (registered.time_limit if registered is not None else None) or app.conf.task_time_limit
    return run.outcome == RunOutcome.RUNNING and at <= run.started_at + dt.timedelta(seconds=limit)


def _next_after(when: crontab, moment: dt.datetime) -> dt.datetime:
    """Return the first time of the timetable after a moment, by the clocks of England."""
    last, delta, _ = when.remaining_delta(moment, tz=LONDON)
    following: dt.datetime = last + delta
    return following


def in_words(when: schedule) -> str:
    """Return when a task runs, in words."""
    if not isinstance(when, crontab):
        return "Every second" if when.seconds == 1 else f"Every {when.seconds:g} seconds"
    cron: Any = when  # celery has no types
    minutes = sorted(cron.minute)
    if len(cron.hour) == 24:
        return f"Every hour, at {', '.join(str(minute) for minute in minutes)} minutes past"
    times = " and ".join(
        f"{hour % 12 or 12}:{minute:02}{'am' if hour < 12 else 'pm'}"
        for hour in sorted(cron.hour)
        for minute in minutes
    )
    days = "Every day" if len(cron.day_of_week) == 7 else " and ".join(_DAYS[day] for day in sorted(cron.day_of_week))
    return f"{days}, at {times}"
