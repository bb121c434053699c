"""Worklists at any depth, and a case opened, over HTTP, beside the same rows read by hand.

    python -m benchmarks.pathway --referrals 1000000

The referrals are those of `benchmarks.synthetic`; who asks leads the team that has three tenths of them. It needs
`DATABASE_URL` (a superuser's) and `REDIS_URL`, and works in a database of its own beside that one.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from benchmarks.beginning import begin
from benchmarks.measuring import Comparison, compare, machine_line, postgresql_version, report
from benchmarks.search import Client, database_url, scratch_database, server

SQL = Path(__file__).with_name("sql")
PAGE = 25
WORKLIST_GOAL, WORKLIST_LIMIT = 2.5, 3.0
CASE_GOAL, CASE_LIMIT = 3.0, 4.0
DEEP = 250_000
"""How far down the list a page is asked for, too: as deep as there are referrals, at most so far."""
CASES = 40


def main() -> int:
    """Fill the database, check that both sides tell the same, compare, and return the exit code of the report."""
    arguments = begin(__doc__, referrals=1_000_000, blocks=20, rounds=3)
    with scratch_database(keep=arguments.keep):
        team, lead, token = prepare(arguments.referrals)
        url = database_url()
        with server(url) as port, psycopg.connect(url, autocommit=True) as raw:
            as_the_service_does(raw)
            client = Client(port, token)
            found = list(comparisons(client, raw, team, lead, blocks=arguments.blocks, rounds=arguments.rounds))
        return report(found, machine=machine_line(postgresql=postgresql_version(url)), json_path=arguments.json)


def as_the_service_does(raw: psycopg.Connection[Any]) -> None:
    """Let the planner know of raw statements what it knows of the service's own (`config.settings`)."""
    raw.execute("SET jit = off")
    raw.execute("SET random_page_cost = 1.1")


def prepare(referrals: int) -> tuple[Any, Any, str]:
    """Fill the database, if it is empty; return the largest team's id, and the id and a token of who leads it."""
    from django.db.models import Count  # noqa: PLC0415 - Django is set up by then

    from accounts.enums import Role  # noqa: PLC0415
    from accounts.models import Membership, Team  # noqa: PLC0415
    from accounts.services import issue_token, register_user  # noqa: PLC0415
    from benchmarks.synthetic import fill  # noqa: PLC0415
    from referrals.models import Referral  # noqa: PLC0415

    if not Referral.objects.exists():
        fill(database_url(), referrals)
    largest = Referral.objects.values("owner_team").annotate(count=Count("id")).order_by("-count")[0]
    team = Team.objects.get(pk=largest["owner_team"])
    lead = Membership.objects.filter(team=team, role=Role.LEAD).first()
    user = lead.user if lead else register_user(
        email="lead@bench.example", full_name="Lea Bench", password=None, roles=[(team, Role.LEAD)]
    )  # fmt: skip
    print(f"The team has {largest['count']:,} of {Referral.objects.count():,} referrals.")
    return team.pk, user.pk, issue_token(user=user)[0]


def comparisons(
    client: Client, raw: psycopg.Connection[Any], team: Any, lead: Any, *, blocks: int, rounds: int
) -> Iterator[Comparison]:
    """Compare the first page with the raw one, a deep page with the first, and a case with its raw queries."""
    worklist = (SQL / "worklist.sql").read_text(encoding="utf-8")
    first = {"user": lead, "size": PAGE, "from": 2**62}
    rows = raw.execute(worklist, first).fetchone()
    told = json.loads(client.get(address()))["results"]
    assert rows is not None  # noqa: S101 - an aggregate has a row
    assert [row["reference"] for row in json.loads(rows[0])[:PAGE]] == [row["reference"] for row in told]  # noqa: S101
    yield compare(
        f"a worklist page of {PAGE}",
        ours=lambda: client.get(address()), raw=lambda: raw.execute(worklist, first).fetchone(),
        goal=WORKLIST_GOAL, limit=WORKLIST_LIMIT, blocks=blocks, rounds=rounds, warm_up=6,
    )  # fmt: skip
    count, at = depth_of(raw, team)
    yield compare(
        f"the page {count:,} referrals further down, beside the first",
        ours=lambda: client.get(address(at)), raw=lambda: client.get(address()),
        goal=1.15, limit=1.3, blocks=blocks, rounds=rounds, warm_up=6,
    )  # fmt: skip
    statements = [*statements_of("case"), statements_of("access")[-1]]
    known = {"user": lead, "referring": [], "owning": [team]}
    cases = [{**known, "id": pk, "reference": reference} for pk, reference in cases_of(raw, team)]
    ours, theirs = cycle(case for case in cases for _ in range(2)), cycle(case for case in cases for _ in range(4))

    def open_raw() -> None:
        case = next(theirs)
        for statement in statements:
            raw.execute(statement, case).fetchall()

    def open_ours() -> None:
        client.get(f"/api/v1/referrals/{next(ours)['reference']}/?include=events,contacts")

    yield compare(
        "a case opened: the referral, whole, its events and its contacts", ours=open_ours, raw=open_raw,
        goal=CASE_GOAL, limit=CASE_LIMIT, blocks=blocks, rounds=rounds, warm_up=6,
    )  # fmt: skip


def address(after: int | None = None) -> str:
    """Return the address of a page of the list: the first, or the one that follows a referral's number."""
    asked: dict[str, Any] = {"page_size": PAGE}
    if after is not None:
        asked["cursor"] = b64encode(urlencode({"p": after}).encode()).decode()
    return f"/api/v1/referrals/?{urlencode(asked)}"


def statements_of(name: str) -> list[str]:
    """Return the statements of a frozen file, in its order."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8").split(";\n")


def depth_of(raw: psycopg.Connection[Any], team: Any) -> tuple[int, int]:
    """Return how far down the list there is still a page to read, and the number of the referral before it."""
    counted = raw.execute("SELECT count(*) FROM referrals_referral WHERE owner_team_id = %s", [team]).fetchone()
    assert counted is not None  # noqa: S101 - an aggregate has a row
    depth = max(0, min(DEEP, counted[0] - 10 * PAGE))
    row = raw.execute(
        "SELECT id FROM referrals_referral WHERE owner_team_id = %s AND sent_at IS NOT NULL ORDER BY id DESC"
        " OFFSET %s LIMIT 1", [team, depth],
    ).fetchone()  # fmt: skip
    assert row is not None  # noqa: S101 - it is not as deep as the list is long
    return depth, row[0]


def cases_of(raw: psycopg.Connection[Any], team: Any) -> list[tuple[int, str]]:
    """Return some open cases of a team, far apart."""
    rows = raw.execute(
        "SELECT id, reference FROM referrals_referral WHERE owner_team_id = %s AND status = 'active'"
        " ORDER BY hashtext(reference), id LIMIT %s", [team, CASES],
    ).fetchall()  # fmt: skip
    return [(pk, reference) for pk, reference in rows]


if __name__ == "__main__":
    sys.exit(main())
