"""What can be read off the rows and the queues at the moment of asking: the same whichever process is asked.

Counts and ages only. Nothing is by person, team or place.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

from django.db import Error, connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from core.clocks import local_day
from core.runs import latest_runs, pulses
from insights.watch.broker import queue_lengths
from insights.watch.database import hangs
from notifications.selectors import backlogs, unsent_since
from referrals.selectors.watch import open_counts, overdue_counts


class RowsAndQueues(Collector):
    """Reads the figures of one moment."""

    def __init__(self, *, at: dt.datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        queues = queue_lengths()
        yield _gauge("broker_up", "Whether Redis answers.", {(): float(queues is not None)})
        yield _gauge(
            "queue_tasks", "Tasks that wait in a queue.", {(q,): n for q, n in (queues or {}).items()}, "queue"
        )
        try:
            found = [] if hangs() else list(self._of_rows())
        except Error:
            connection.close()
            found = []
        yield _gauge("database_up", "Whether the database answers.", {(): float(bool(found))})
        yield from found

    def _of_rows(self) -> Iterator[GaugeMetricFamily]:
        by_channel = {backlog.channel: backlog for backlog in backlogs(at=self.at)}
        yield _gauge(
            "outbox_messages",
            "Messages that are not settled: due, refused for now, to go later, or given up.",
            {
                (channel, state): getattr(backlog, state)
                for channel, backlog in by_channel.items()
                for state in ("due", "refused", "later", "failed")
            },
            "channel",
            "state",
        )
        unsent = unsent_since(at=self.at)
        age = max(0.0, (self.at - unsent).total_seconds()) if unsent else 0.0
        yield _gauge("outbox_oldest_unsent_seconds", "Since when the oldest message could have been sent.", {(): age})
        yield _gauge("open_cases", "What is open.", {(k,): n for k, n in open_counts().items()}, "kind")
        today = local_day(self.at)
        yield _gauge(
            "overdue_cases",
            "What was due before today, by the clock that has run out.",
            {(clock,): count for clock, count in overdue_counts(on=today).items()},
            "clock",
        )
        yield _gauge(
            "task_last_pulse_seconds",
            "Since when a task of every second was not seen.",
            {(task,): (self.at - at).total_seconds() for task, at in pulses().items()},
            "task",
        )
        yield _gauge(
            "task_last_run_timestamp_seconds",
            "When the latest run of a task began, by how it ended.",
            {(run.task, run.outcome): run.started_at.timestamp() for run in latest_runs()},
            "task",
            "outcome",
        )


def _gauge(name: str, words: str, values: Mapping[tuple[str, ...], float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(list(key), value)
    return family
