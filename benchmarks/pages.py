"""What a page of the web takes beside the API's answers that hold the same, over HTTP, in the demo's year.

    python -m benchmarks.pages
    python -m benchmarks.pages --in-process

Both are asked of the production server with production settings, by the same signed-in person, without compression.
Where a page shows what the API says in several answers, they are all asked for, one after another, on one connection.

In process, without a server: the processor time of Python, which is steady where others work on the machine, and the
number of statements. PostgreSQL's own time is not in it.

It needs `DATABASE_URL` and `REDIS_URL` as the service does, and works in a database of its own beside that one.
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.measuring import Comparison, compare, machine_line, postgresql_version, report
from benchmarks.search import Client, database_url, scratch_database, server
from demo import logins

GOAL, LIMIT = 1.5, 2.0
"""A page beside the same answer of the API (performance goals: 1.5, never above 2)."""
P95_MS = 100
"""What the server may take for a page, in milliseconds at p95."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A page, and what of the API says the same; `who` is the address with which somebody signs in."""

    name: str
    who: str
    page: str
    answers: tuple[str, ...]


def main() -> int:
    """Fill the database, compare each page with its answers, and return the exit code of the report."""
    arguments = read_arguments()
    # The second factor is no part of what is measured; whoever has one is asked for it once.
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "DEPLOYMENT": "demo", "SECOND_FACTOR": "optional"}
    django.setup()
    with scratch_database(keep=arguments.keep):
        call_command("seed_demo", "--if-empty", size=arguments.size)
        pairs, cookies = list(pairs_of_the_demo()), dict(signed_in())
        if arguments.in_process:
            print("\n".join(in_process(pairs)))
            return 0
        url = database_url()
        with server(url, secret_key=settings.SECRET_KEY) as port:
            found = [compared(pair, Client(port, session=cookies[pair.who]), arguments) for pair in pairs]
        code = report(found, machine=machine_line(postgresql=postgresql_version(url)), json_path=arguments.json)
    late = [each.name for each in found if each.ours.p95 * 1000 > P95_MS]
    print(f"Above {P95_MS} ms at p95: {', '.join(late) or 'no page'}.")
    return code or int(bool(late))


def read_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=600, help="how many referrals the demo's year has (600)")
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="keep the database, or use the one that was kept")
    parser.add_argument("--in-process", action="store_true", help="processor time and statements, without a server")
    parser.add_argument("--json", metavar="PATH")
    return parser.parse_args()


def compared(pair: Pair, reader: Client, arguments: argparse.Namespace) -> Comparison:
    """Compare one page with its answers."""
    return compare(
        pair.name,
        ours=lambda: reader.get(pair.page),
        raw=lambda: [reader.get(answer) for answer in pair.answers],
        goal=GOAL, limit=LIMIT, blocks=arguments.blocks, rounds=arguments.rounds, warm_up=6,
    )  # fmt: skip


def in_process(pairs: Iterable[Pair], *, times: int = 40) -> Iterator[str]:
    """Yield, as a table, what each page and its answers take of this process's time, and of how many statements."""
    from django.test import Client as Browser  # noqa: PLC0415 - Django is set up by then

    from accounts.models import User  # noqa: PLC0415
    from core import limits  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    yield "| what | page: ms of the processor / statements | answers: ms / statements | ratio |"
    yield "|---|---|---|---|"
    for pair in pairs:
        limits.clear()
        browser = Browser()
        browser.force_login(User.objects.get(email=pair.who))
        page, asked = took(browser, [pair.page], times)
        answers, asked_by_answers = took(browser, pair.answers, times)
        yield f"| {pair.name} | {page:.1f} / {asked} | {answers:.1f} / {asked_by_answers} | {page / answers:.2f} |"


def took(browser: Any, addresses: Sequence[str], times: int) -> tuple[float, int]:
    """Return the median of the processor's milliseconds for these addresses, and how many statements they ask.

    :raises RuntimeError: if an answer is no success.
    """

    def ask() -> None:
        for address in addresses:
            if (status := browser.get(address, secure=True).status_code) != 200:
                raise RuntimeError(f"{status} for {address}")

    taken = []
    for _ in range(times):
        begun = time.process_time()
        ask()
        taken.append(time.process_time() - begun)
    with CaptureQueriesContext(connection) as seen:
        ask()
    return median(taken[5:]) * 1000, len(seen)


def signed_in() -> Iterator[tuple[str, str]]:
    """Sign in who is measured; yields their addresses, each with the key of the session."""
    from django.test import Client as Browser  # noqa: PLC0415 - Django is set up by then

    from accounts.models import User  # noqa: PLC0415

    for login in (logins.GP, logins.LINK_WORKER, logins.LEAD, logins.PROVIDER, logins.MANAGER):
        client = Browser()
        client.force_login(User.objects.get(email=login.email))
        yield login.email, client.cookies[settings.SESSION_COOKIE_NAME].value


def pairs_of_the_demo() -> Iterator[Pair]:
    """Yield the pages on which people spend their day, of referrals that the demo has."""
    from accounts.models import User  # noqa: PLC0415 - Django is set up by then
    from referrals.models import OnwardReferral, Referral  # noqa: PLC0415
    from services_directory.models import Service  # noqa: PLC0415

    gp, lou, lead, priya, martha = (
        each.email for each in (logins.GP, logins.LINK_WORKER, logins.LEAD, logins.PROVIDER, logins.MANAGER)
    )
    worker = User.objects.get(email=lou)
    case = Referral.objects.filter(owner=worker, status="active").latest("id").reference
    team = User.objects.get(email=priya).memberships.get().team
    sent = OnwardReferral.objects.filter(provider_team=team, status="started").latest("id").reference
    sent_by_gp = Referral.objects.filter(referrer__email=gp).exclude(status="draft").latest("id").reference
    service = Service.objects.filter(status="active").earliest("name").pk
    yield Pair(name="my referrals", who=gp, page="/referrals/", answers=("/api/v1/referrals/?page_size=25",))
    yield Pair(
        name="a referral, of its referrer", who=gp, page=f"/r/{sent_by_gp}",
        answers=tuple(f"/api/v1/referrals/{sent_by_gp}/{part}" for part in ("", "events/", "messages-back/")),
    )  # fmt: skip
    yield Pair(
        name="home of a link worker", who=lou, page="/",
        answers=("/api/v1/tasks/?mine=true&page_size=25", "/api/v1/referrals/?status=submitted&page_size=25",
                 "/api/v1/onward-referrals/?status=sent&page_size=25", "/api/v1/inbox/unread/"),
    )  # fmt: skip
    yield Pair(
        name="caseload", who=lou, page="/caseload/", answers=(f"/api/v1/referrals/?owner={worker.pk}&page_size=25",)
    )  # fmt: skip
    yield Pair(
        name="a case", who=lou, page=f"/r/{case}",
        answers=tuple(
            f"/api/v1/referrals/{case}/{part}"
            for part in ("", "events/", "contacts/", "tasks/", "plan/versions/", "notes/", "risks/", "measures/",
                         "signposts/")
        ),
    )  # fmt: skip
    yield Pair(
        name="services for somebody", who=lou, page=f"/r/{case}/find/?asked=1&search=walking",
        answers=(f"/api/v1/services/?search=walking&for_referral={case}&facets=true&page_size=20",
                 f"/api/v1/referrals/{case}/"),  # for whom, and what they have been offered already
    )  # fmt: skip
    yield Pair(name="a service", who=lou, page=f"/services/{service}/", answers=(f"/api/v1/services/{service}/",))
    yield Pair(
        name="public directory", who=lou, page="/directory/?asked=1&search=walking",
        answers=("/api/v1/services/?search=walking&facets=true&page_size=20",
                 "/open-referral/v3/services?search=walking&full=true&per_page=20"),
    )  # fmt: skip
    yield Pair(
        name="people sent to us", who=priya, page="/providing/", answers=("/api/v1/onward-referrals/?page_size=25",)
    )  # fmt: skip
    yield Pair(
        name="person sent to us", who=priya, page=f"/providing/{sent}/",
        answers=tuple(
            f"/api/v1/onward-referrals/{sent}/{part}"
            for part in ("", "events/", "attendances/", "measures/due/", "reviews/", "screening/")
        ),
    )  # fmt: skip
    yield Pair(name="funnel", who=lead, page="/figures/funnel/", answers=("/api/v1/insights/funnel/",))
    yield Pair(name="waits", who=martha, page="/figures/waits/", answers=("/api/v1/insights/waits/",))


if __name__ == "__main__":
    sys.exit(main())
