"""What is asked again and again, whatever there is: `python -m benchmarks.sweeps`.

What the clocks look for each hour, what a worker claims each second, and the lists of a day over HTTP: the tasks of
whoever leads the largest team, their inbox. No raw side: each is to stay what it is while the tables grow.

It needs `DATABASE_URL` and `REDIS_URL`, and works in a database of its own beside that one.
"""

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.beginning import begin
from benchmarks.measuring import Figure, machine_line, postgresql_version, report
from benchmarks.search import Client, database_url, scratch_database, server

LISTS = {
    "tasks of a team": "/api/v1/tasks/?page_size=25", "an inbox": "/api/v1/inbox/",
    "unread in an inbox": "/api/v1/inbox/unread/", "what waits for triage": "/api/v1/referrals/?status=submitted",
}  # fmt: skip


def main() -> int:
    """Fill the database, measure, and return the exit code of the report."""
    arguments = begin(__doc__, referrals=1_000_000, blocks=10, rounds=3)
    from benchmarks.pathway import prepare  # noqa: PLC0415 - Django is set up by then
    from benchmarks.years import ensure  # noqa: PLC0415

    times = 2 * arguments.blocks * arguments.rounds
    with scratch_database(keep=arguments.keep):
        ensure(referrals=arguments.referrals)
        *_, token = prepare(arguments.referrals)
        url = database_url()
        figures = [Figure(name=name, value=least(ask, times), unit="s") for name, ask in sweeps()]
        with server(url) as port:
            client = Client(port, token)
            for name, address in LISTS.items():
                ask: Callable[[], Any] = lambda address=address: client.get(address)  # type: ignore[misc] # noqa: E731
                figures.append(Figure(name=name, value=least(ask, times), unit="s"))
        return report([], figures=figures, machine=machine_line(postgresql=postgresql_version(url)),
                      json_path=arguments.json)  # fmt: skip


def sweeps() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield what the timetable looks for, each with a name."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up by then

    from core.clocks import local_day  # noqa: PLC0415
    from notifications.delivery import claim_batch  # noqa: PLC0415
    from notifications.selectors import backlogs  # noqa: PLC0415
    from referrals.models import OnwardReferral  # noqa: PLC0415
    from referrals.selectors import clocks  # noqa: PLC0415

    at = timezone.now()
    today = local_day(at)
    yield "a claim of messages, of which none is due", lambda: claim_batch(at=at)
    yield "how long the queues are", lambda: backlogs(at=at)
    looked_for = {
        "overdue cases of which nobody has been told": clocks.referrals_breached(on=today),
        "overdue referrals on of which nobody has been told": clocks.onward_referrals_breached(on=today),
        "providers to remind": clocks.onward_referrals_to_chase(on=today),
        "referrals on without an answer": OnwardReferral.objects.unanswered(on=today).order_by("next_action_on", "id"),
    }
    for name, rows in looked_for.items():
        ids = rows.values_list("pk", flat=True)
        yield f"500 {name}", lambda ids=ids: list(ids[:500])  # type: ignore[misc]


def least(ask: Callable[[], Any], times: int) -> float:
    """Return the least of some calls, after some that do not count: what it takes when nobody else is in the way, so
    that one size can be laid beside another.
    """
    for _ in range(4):
        ask()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return min(taken)


if __name__ == "__main__":
    sys.exit(main())
