"""Eight clients who send referrals at once, beside eight who send the same statements by hand, on the same cores:
`python -m benchmarks.writing_at_once`.

What is sent and what is written is that of `benchmarks.writing`. Each side has eight connections of one program of
Python, which takes its share of the cores on both sides; the raw one waits for nothing but PostgreSQL.
"""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

import psycopg

from benchmarks.beginning import begin
from benchmarks.measuring import Figure, machine_line, postgresql_version, report
from benchmarks.pathway import as_the_service_does, prepare
from benchmarks.search import database_url, scratch_database, server
from benchmarks.writing import A_USER_MAY_SEND, Poster, Stage, referrers_for

CLIENTS = 8
GOAL, LIMIT = 0.3, 0.2
"""Of the rate by hand."""
MOST_A_SECOND = 15
"""Of one client: so many users are there to send."""


def main() -> int:
    """Fill the database, let both sides send by turns, and return the exit code of the report."""
    arguments = begin(__doc__, referrals=1_000_000, seconds=10.0, rounds=3)
    with scratch_database(keep=arguments.keep):
        team, lead, token = prepare(arguments.referrals)
        users = referrers_for(
            calls=CLIENTS * max(A_USER_MAY_SEND, round(MOST_A_SECOND * arguments.seconds * 2 * arguments.rounds))
        )
        url = database_url()
        with server(url) as port, ExitStack() as stack:
            clients = []
            for number in range(CLIENTS):
                raw = stack.enter_context(psycopg.connect(url, autocommit=True))
                as_the_service_does(raw)
                clients.append(Stage(Poster(port), raw, team, lead, token, users[number::CLIENTS]))
            figures = measured(clients, seconds=arguments.seconds, rounds=arguments.rounds)
        machine = machine_line(postgresql=postgresql_version(url))
        return report([], figures=figures, machine=machine, json_path=arguments.json)


def measured(clients: list[Stage], *, seconds: float, rounds: int) -> list[Figure]:
    """Send by turns, in an order that reads the same backwards, and compare the rates."""
    sides = {
        "over HTTP": [client.send for client in clients], "by hand": [client.send_by_hand for client in clients],
        "by hand again": [client.send_by_hand for client in clients],
    }  # fmt: skip
    rates: dict[str, list[float]] = {side: [] for side in sides}
    for sends in sides.values():
        rate_of(sends, seconds=1)
    for _ in range(rounds):
        for side in (*sides, *reversed(sides)):
            for client in clients:
                client.hang_up()  # the server has, where the other side took its turn meanwhile
            rates[side].append(rate_of(sides[side], seconds=seconds))
    found = {side: median(each) for side, each in rates.items()}
    told = [
        Figure(name=f"referrals sent {side}, {CLIENTS} clients", value=rate, unit="a second")
        for side, rate in found.items()
    ]
    beside = Figure(
        name=f"referrals sent by {CLIENTS} clients, beside by hand", value=found["over HTTP"] / found["by hand"],
        unit="times", goal=GOAL, limit=LIMIT, is_better="more",
    )  # fmt: skip
    return [*told, beside]


def rate_of(sends: list[Callable[[], None]], *, seconds: float) -> float:
    """Let each send as fast as it is answered; return how many there were a second.

    :raises RuntimeError: if one of them failed.
    """
    counts: list[int] = []
    until = time.monotonic() + seconds

    def go_on(send: Callable[[], None]) -> None:
        count = 0
        while time.monotonic() < until:
            send()
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=go_on, args=[send]) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) < len(sends):
        raise RuntimeError("one of the clients failed")
    return sum(counts) / seconds


if __name__ == "__main__":
    sys.exit(main())
