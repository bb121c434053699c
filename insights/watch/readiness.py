"""Is all of it there? Five findings, each within a minute of what it finds."""

import datetime as dt
from dataclasses import dataclass

from django.db import Error, connection

from core.runs import last_pulse
from insights.watch.broker import queue_lengths
from insights.watch.database import hangs
from notifications.delivery import SWEEP, WORKER
from notifications.selectors import unsent_since

WORKER_SEEN_WITHIN = dt.timedelta(seconds=60)
"""A worker takes a task every second. One whose mail server hangs is silent for half of this."""
SWEEP_WITHIN = dt.timedelta(minutes=10)
SENT_WITHIN = dt.timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One part of the service, and whether it is well."""

    part: str
    is_well: bool
    detail: str = ""


def findings(*, at: dt.datetime) -> list[Finding]:
    """Look at the database, Redis, the worker, the sweep of the outbox and what it left."""
    queues = queue_lengths()
    broker = Finding(part="broker", is_well=queues is not None, detail="" if queues is not None else "no answer")
    if hangs():
        return [Finding(part="database", is_well=False, detail="no answer"), broker, *_unknown()]
    try:
        worker, sweep, unsent = last_pulse(WORKER), last_pulse(SWEEP), unsent_since(at=at)
    except Error as error:
        connection.close()  # the next one to ask begins afresh
        return [Finding(part="database", is_well=False, detail=type(error).__name__), broker, *_unknown()]
    return [
        Finding(part="database", is_well=True),
        broker,
        _recent("worker", worker, within=WORKER_SEEN_WITHIN, at=at),
        _recent("sweep", sweep, within=SWEEP_WITHIN, at=at),
        Finding(
            part="messages",
            is_well=unsent is None or at - unsent <= SENT_WITHIN,
            detail="" if unsent is None else f"the oldest unsent could have gone {_seconds(at - unsent)} s ago",
        ),
    ]


def _unknown() -> list[Finding]:
    said = "not known without the database"
    return [Finding(part=part, is_well=False, detail=said) for part in ("worker", "sweep", "messages")]


def _recent(part: str, seen: dt.datetime | None, *, within: dt.timedelta, at: dt.datetime) -> Finding:
    if seen is None:
        return Finding(part=part, is_well=False, detail="never seen")
    # One from the future is of a clock that was ahead: it must not say for hours that all is well.
    return Finding(part=part, is_well=abs(at - seen) <= within, detail=f"last seen {_seconds(at - seen)} s ago")


def _seconds(span: dt.timedelta) -> int:
    return max(0, round(span.total_seconds()))
