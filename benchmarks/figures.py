"""The figures that leads, managers and commissioners read, over all the years: `python -m benchmarks.figures`.

Counting uptake, as it is done each night, stands beside the same aggregate by hand (`sql/uptake.sql`). Then every table
of figures is asked for over HTTP, by a manager, who sees everybody's; the web gives a statement thirty seconds.

It needs `DATABASE_URL` and `REDIS_URL`, and works in a database of its own beside that one.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.beginning import begin
from benchmarks.measuring import Comparison, Figure, compare, machine_line, postgresql_version, report
from benchmarks.search import Client, database_url, scratch_database, server

COUNT_GOAL, COUNT_LIMIT = 1.2, 2.0
READ_SECONDS, READ_LIMIT = 0.05, 0.1
WEB_SECONDS, WEB_LIMIT = 3.0, 30.0
"""What somebody waits for with patience, and what the web allows a statement."""
UPTAKE = ("programme", "referring_organization", "source", "neighbourhood")
TABLES = {
    "funnel": "?by=source", "funnel by neighbourhood": "?by=neighbourhood", "funnel by programme": "?by=programme",
    "waits": "", "waits by neighbourhood": "?by=neighbourhood", "waits by practice": "?by=practice",
    "responses": "", "outcomes": "", "clocks": "",
}  # fmt: skip
RAW = Path(__file__).with_name("sql") / "uptake.sql"


def main() -> int:
    """Fill the database, measure, and return the exit code of the report."""
    arguments = begin(__doc__, referrals=1_000_000, rounds=3)
    from benchmarks.years import ensure  # noqa: PLC0415 - Django is set up by then

    with scratch_database(keep=arguments.keep):
        ensure(referrals=arguments.referrals)
        url = database_url()
        found = counting(url, arguments)
        figures = [pathway()]
        with server(url) as port:
            figures += reading(Client(port, token_of_a_manager()))
        return report(
            [found], figures=figures, machine=machine_line(postgresql=postgresql_version(url)), json_path=arguments.json
        )


def counting(url: str, arguments: argparse.Namespace) -> Comparison:
    """Compare the nightly count with the aggregate by hand."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up by then

    from insights.services import count_uptake  # noqa: PLC0415

    statement = RAW.read_text(encoding="utf-8")
    with psycopg.connect(url, autocommit=True) as raw:
        raw.execute("SET jit = off")
        raw.execute("SET random_page_cost = 1.1")
        return compare(
            f"uptake of {arguments.referrals:,} referrals counted",
            ours=lambda: count_uptake(at=timezone.now()), raw=lambda: raw.execute(statement).fetchone(),
            goal=COUNT_GOAL, limit=COUNT_LIMIT, blocks=1, rounds=arguments.rounds,
        )  # fmt: skip


def pathway() -> Figure:
    """Count the funnel, the waits and the answers once, as it is done each night."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up by then

    from insights.counting import count_pathway  # noqa: PLC0415

    begun = time.perf_counter()
    print(f"counted: {count_pathway(at=timezone.now())}", flush=True)
    return Figure(name="the pathway counted, at night", value=time.perf_counter() - begun, unit="s")


def token_of_a_manager() -> str:
    """Return a token of somebody who sees the figures of everybody."""
    from accounts.enums import Role  # noqa: PLC0415 - Django is set up by then
    from accounts.models import Team, User  # noqa: PLC0415
    from accounts.services import issue_token, register_user  # noqa: PLC0415

    email = "figures@work.example"
    user = User.objects.filter(email=email).first() or register_user(
        email=email, full_name="Fay Gures", password=None, roles=[(Team.objects.earliest("name"), Role.MANAGER)]
    )
    return issue_token(user=user)[0]


def reading(client: Client) -> Iterator[Figure]:
    """Ask for each table, some times or for some seconds."""
    since = "2020-01-01"
    for _ in range(6):  # both processes of the server have done everything once
        client.get("/api/v1/insights/uptake/")
    for by in UPTAKE:
        taken = timed(client, f"/api/v1/insights/uptake/?by={by}")
        yield Figure(
            name=f"uptake by {by.replace('_', ' ')}, from the nightly count", value=taken, unit="s",
            goal=READ_SECONDS, limit=READ_LIMIT,
        )  # fmt: skip
    yield Figure(
        name="uptake of all the years by programme",
        value=timed(client, f"/api/v1/insights/uptake/?by=programme&since={since}"), unit="s",
        goal=READ_SECONDS, limit=READ_LIMIT,
    )  # fmt: skip
    for name, asked in TABLES.items():
        taken = timed(client, f"/api/v1/insights/{name.partition(' ')[0]}/{asked}")
        yield Figure(name=name, value=taken, unit="s", goal=WEB_SECONDS, limit=WEB_LIMIT)


def timed(client: Client, address: str) -> float:
    """Return the least of some calls, what it takes when nobody else is in the way; of one, where one takes long."""
    taken: list[float] = []
    while len(taken) < 11 and sum(taken) < 3:
        begun = time.perf_counter()
        try:
            client.get(address)
        except RuntimeError as refusal:
            print(f"{address}: {str(refusal)[:200]}", file=sys.stderr)
            return WEB_LIMIT * 10
        taken.append(time.perf_counter() - begun)
    return min(taken)


if __name__ == "__main__":
    sys.exit(main())
