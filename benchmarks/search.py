"""Search over HTTP beside the same answer in one raw statement: `python -m benchmarks.search --services 100000`.

Ours is `GET /api/v1/services/`: the production server and settings, a token, one client that keeps its connection, each
request with words, 10 km, two choices, the count and the facets. Raw is `sql/search.sql` with psycopg, over the same
index tables. Before anything is measured both must answer every question alike. A misspelt search is compared with the
same search spelt right.

It works in a database of its own beside the one of DATABASE_URL (`--keep` leaves it there for the next run).
"""

import argparse
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit

import django
import psycopg
from django.db import connection

from benchmarks.measuring import Comparison, compare, machine_line, postgresql_version, report

GOAL, LIMIT = 1.5, 2.0
MISSPELT_GOAL, MISSPELT_LIMIT = 2.0, 3.0
KM, PAGE, QUESTIONS = 10, 20, 60
RAW = Path(__file__).with_name("sql") / "search.sql"


@dataclass(frozen=True)
class Question:
    """One search, as both sides are asked it."""

    address: str
    misspelt: str
    """The address of the same search, with a mistake in it."""
    values: dict[str, Any]
    """The parameters of the raw statement."""


def main() -> int:
    """Fill the database, check that both sides say the same, compare, and return the exit code of the report."""
    arguments = read_arguments(__doc__, services=100_000, blocks=QUESTIONS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with scratch_database(keep=arguments.keep):
        questions, token = prepare(arguments.services)
        url = database_url()
        with server(url) as port, psycopg.connect(url, autocommit=True) as raw:
            raw.execute("SET plan_cache_mode = force_custom_plan")
            raw.execute("SET jit = off")
            raw.execute("SET random_page_cost = 1.1")
            client = Client(port, token)
            check(client, raw, questions)
            found = [*comparisons(client, raw, questions, blocks=arguments.blocks, rounds=arguments.rounds)]
            beside = list(figures(client))
        if arguments.profile:
            beside += profile(questions)
        machine = machine_line(postgresql=postgresql_version(url))
        code = report(found, machine=machine, json_path=arguments.json)
        print("\n".join(beside))
    return code


def read_arguments(description: str | None, *, services: int, blocks: int) -> argparse.Namespace:
    """Return what the command line says, with these numbers where it says nothing."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--services", type=int, default=services)
    parser.add_argument("--blocks", type=int, default=blocks)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="keep the database, or use the one that was kept")
    parser.add_argument("--profile", action="store_true", help="also say where the time goes, in this process")
    parser.add_argument("--json", metavar="PATH")
    return parser.parse_args()


# --- The two sides --------------------------------------------------------------------------------------------------


class Client:
    """A client that keeps its connection, and what shows who asks: a token, or the cookie of who has signed in."""

    def __init__(self, port: int, token: str = "", *, session: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        shown = {"Cookie": f"__Host-session={session}"} if session else {"Authorization": f"Bearer {token}"}
        self._headers = {**shown, "Accept": "text/html, application/json" if session else "application/json"}

    def get(self, address: str) -> bytes:
        """Return the body of an answer.

        :raises RuntimeError: if the answer is no success.
        """
        self._connection.request("GET", address, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for {address}: {body[:300]!r}")
        return body


def comparisons(
    client: Client, raw: psycopg.Connection[Any], questions: Sequence[Question], *, blocks: int, rounds: int
) -> Iterator[Comparison]:
    """Compare ours with raw, then a misspelt search with the same one spelt right."""
    statement = RAW.read_text(encoding="utf-8")
    # Each block asks one question: twice of ours, and four times of raw (raw, and raw again).
    ours, theirs = turns(questions, 2), turns(questions, 4)
    yield compare(
        f"search over HTTP ({KM} km, facets)",
        ours=lambda: client.get(next(ours).address),
        raw=lambda: raw.execute(statement, next(theirs).values).fetchone(),
        goal=GOAL, limit=LIMIT, blocks=blocks, rounds=rounds, warm_up=0,
    )  # fmt: skip
    wrong, right = turns(questions, 2), turns(questions, 4)
    yield compare(
        "misspelt, beside spelt right",
        ours=lambda: client.get(next(wrong).misspelt),
        raw=lambda: client.get(next(right).address),
        goal=MISSPELT_GOAL, limit=MISSPELT_LIMIT, blocks=blocks, rounds=rounds, warm_up=0,
    )  # fmt: skip


def turns(questions: Sequence[Question], times: int) -> Iterator[Question]:
    """Yield each question so many times in a row, for ever."""
    for question in cycle(questions):
        for _ in range(times):
            yield question


def check(client: Client, raw: psycopg.Connection[Any], questions: Sequence[Question]) -> None:
    """Ask both sides everything once.

    :raises RuntimeError: if they differ, or a misspelt search finds something else.
    """
    statement = RAW.read_text(encoding="utf-8")
    total = 0
    for question in questions:
        ours = json.loads(client.get(question.address))
        row = raw.execute(statement, question.values).fetchone()
        theirs = json.loads(row[0] if row else "{}")
        facets = {(name, value["value"]): value["count"] for name, values in ours["facets"].items() for value in values}
        counted = {
            tuple(each["key"].split("=", 1)): each["count"]
            for each in theirs["facets"] or []
            if not each["key"].startswith("receiving_team=")
        }
        if (ours["count"], ours["results"], facets) != (theirs["count"], theirs["results"] or [], counted):
            raise RuntimeError(f"The two sides differ: {question.address}")
        if json.loads(client.get(question.misspelt))["results"] != ours["results"]:
            raise RuntimeError(f"Misspelt it finds something else: {question.misspelt}")
        total += ours["count"]
    print(f"{len(questions)} questions, both sides alike; {total / len(questions):.0f} results on average")


# --- What is asked --------------------------------------------------------------------------------------------------


def prepare(services: int) -> tuple[list[Question], str]:
    """Fill the database unless it is full already; return the questions and a token."""
    import datetime as dt  # noqa: PLC0415 - Django is set up by then

    from accounts.models import User  # noqa: PLC0415
    from accounts.services import issue_token, register_user  # noqa: PLC0415
    from benchmarks.made_up_directory import MadeUp, fill  # noqa: PLC0415
    from services_directory.models import Service  # noqa: PLC0415

    begun = time.perf_counter()
    there = Service.objects.count()
    if 0 < there < services:
        raise SystemExit(f"The database that was kept has {there} services: drop it, or ask for as many.")
    made_up = MadeUp()
    if not there:
        made_up = fill(services=services, say=lambda told: print(f"{time.perf_counter() - begun:.0f} s: {told}"))
    email = "benchmark@work.example"
    user = User.objects.filter(email=email).first()
    user = user or register_user(email=email, full_name="Ben Mark", password=None, roles=[])
    token, _ = issue_token(user=user, life=dt.timedelta(days=1))
    return list(questions_of(made_up)), token


def questions_of(made_up: Any) -> Iterator[Question]:
    """Yield the questions: two in five a common word, two in five a middling one, one in five a rare one."""
    from benchmarks.made_up_directory import ACTIVITIES  # noqa: PLC0415 - Django is set up by then
    from services_directory.needs import NEEDS  # noqa: PLC0415

    rng = made_up.rng
    rng.seed(11)
    plain = [activity for activity in ACTIVITIES if " " not in activity and len(activity) > 5]
    for number in range(QUESTIONS):
        if number % 5 < 2:
            word = made_up.words[rng.randrange(3, 12)]
        elif number % 5 < 4:
            word = rng.choice(plain)
        else:
            word = made_up.words[rng.randrange(150, 500)]
        if len(word) < 5:
            word = rng.choice(plain)
        yield question_of(word, made_up.town(), rng.choice(sorted(NEEDS)))


def question_of(word: str, town: Any, need: str) -> Question:
    """Return a question for a word near a town."""
    from services_directory.campaigns import CAMPAIGNS_TAXONOMY_ID  # noqa: PLC0415 - Django is set up by then
    from services_directory.needs import NEEDS_TAXONOMY_ID  # noqa: PLC0415
    from services_directory.search.asked import Near  # noqa: PLC0415
    from services_directory.search.distance import cells_around, edges  # noqa: PLC0415
    from services_directory.search.statement import AROUND_KM, weighted  # noqa: PLC0415
    from services_directory.search.words import query_of, read  # noqa: PLC0415

    near = Near(latitude=town.latitude, longitude=town.longitude, within_km=KM)
    corners = dict(zip(("west", "south", "east", "north"), edges(near, AROUND_KM), strict=True))
    query = query_of(read(word))
    asked = {
        "latitude": near.latitude, "longitude": near.longitude, "within_km": KM,
        "need": need, "has_room": "true", "facets": "true", "page_size": PAGE,
    }  # fmt: skip
    return Question(
        address=f"/api/v1/services/?{urlencode({'search': word, **asked})}",
        misspelt=f"/api/v1/services/?{urlencode({'search': misspelt(word), **asked})}",
        values={
            "whole": query.whole, "typed": query.typed, "named": weighted(query.typed, "A"),
            "termed": weighted(query.typed, "AB"), "text": word, "latitude": near.latitude,
            "longitude": near.longitude, "km": KM, "cells": cells_around(near, KM), **corners,
            "all_of": ["has_room=true"], "keys": [f"need={need}"], "facet": "need", "needs": NEEDS_TAXONOMY_ID,
            "campaigns": CAMPAIGNS_TAXONOMY_ID, "page": PAGE,
        },
    )  # fmt: skip


def misspelt(word: str) -> str:
    """Return a word with a letter doubled in its middle, as one types in haste."""
    middle = len(word) // 2
    return f"{word[:middle]}{word[middle]}{word[middle:]}"


# --- Figures beside the comparison ----------------------------------------------------------------------------------


def figures(client: Client, *, times: int = 15) -> Iterator[str]:
    """Yield what other searches take over HTTP, in milliseconds at p50: not compared, to know them."""
    everywhere: dict[str, dict[str, Any]] = {
        "all services by name": {},
        "all services by name, with facets": {"facets": "true"},
        "a common word, everywhere": {"search": "yoga"},
        "a common word, everywhere, with facets": {"search": "yoga", "facets": "true"},
        "nearest first, everywhere": {"latitude": 52.5, "longitude": -1.5},
        "nothing like it": {"search": "qwxzjk"},
    }
    for name, asked in everywhere.items():
        yield f"{name}: {timed(client, f'/api/v1/services/?{urlencode(asked)}', times):.1f} ms"
    deep: dict[str, dict[str, Any]] = {"by name": {}, "by relevance": {"search": "yoga or walking or swimming"}}
    for name, asked in deep.items():
        address = f"/api/v1/services/?{urlencode({**asked, 'page_size': 100})}"
        depth = 0
        first = timed(client, address, times)
        while depth < 10_000 and (following := json.loads(client.get(address))["next"]):
            parts = urlsplit(following)
            address, depth = f"{parts.path}?{parts.query}", depth + 100
        yield f"a page of 100 {name}: {first:.1f} ms; {depth:,} results further {timed(client, address, times):.1f} ms"


def timed(client: Client, address: str, times: int) -> float:
    """Return the median of so many calls, in milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        client.get(address)
        taken.append(time.perf_counter() - begun)
    return median(taken) * 1000


def profile(questions: Sequence[Question]) -> list[str]:
    """Return what the parts of a request take in this process, in milliseconds at p50."""
    from django.http import QueryDict  # noqa: PLC0415 - Django is set up by then

    from services_directory.filters import read_search  # noqa: PLC0415
    from services_directory.search.statement import search_statement  # noqa: PLC0415
    from services_directory.search.words import query_of, read  # noqa: PLC0415
    from services_directory.selectors import search_services  # noqa: PLC0415

    parts: dict[str, list[float]] = {"read the parameters": [], "read the words": [], "build": [], "all of it": []}
    for question in questions:
        given = QueryDict(question.address.partition("?")[2])
        marks = [time.perf_counter()]
        asked = read_search(given)
        marks.append(time.perf_counter())
        query = query_of(read(asked.text))
        marks.append(time.perf_counter())
        search_statement(asked, query, cursor=None, limit=PAGE + 1)
        marks.append(time.perf_counter())
        search_services(None, asked, page_size=PAGE)  # type: ignore[arg-type]  # every signed-in person sees the same
        marks.append(time.perf_counter())
        for name, begun, ended in zip(parts, marks, marks[1:], strict=False):
            parts[name].append(ended - begun)
    return [f"in process, {name}: {median(taken) * 1000:.2f} ms" for name, taken in parts.items()]


# --- Servers --------------------------------------------------------------------------------------------------------


@contextmanager
def scratch_database(*, keep: bool) -> Iterator[None]:
    """Work in a database made for this, dropped afterwards unless it is to be kept."""
    connection.settings_dict["TEST"]["NAME"] = f"{connection.settings_dict['NAME']}_benchmark"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keep)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0, keepdb=keep)


def database_url() -> str:
    """Return the address of the scratch database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return parts._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def admin_url() -> str:
    """Return the same for a superuser, where another is named: a made-up past is written past the triggers."""
    parts = urlsplit(os.environ.get("ADMIN_DATABASE_URL") or os.environ["DATABASE_URL"])
    return parts._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@contextmanager
def server(url: str, *, secret_key: str | None = None, processes: int = 2) -> Iterator[int]:
    """Run the production server with the production settings on a free port; yields the port.

    :param secret_key: by which somebody has been signed in here already; another one for each server otherwise.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "DEPLOYMENT": "production",
        "SECRET_KEY": secret_key or secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_URL": "https://127.0.0.1",
        "SECURE_SSL_REDIRECT": "false",
    }
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", str(processes), "--blocking-threads", "1", "--no-ws", "--log-level", "error",
        "config.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own server
    try:
        for _ in range(600):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:  # a machine that is overbooked
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
