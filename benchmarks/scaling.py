"""More processes of the web beside fewer, on this machine: `python -m benchmarks.scaling`.

Eight clients ask for the lists of a day as fast as they are answered: of one process of the web server, of two, and of
two servers of one process each, as several containers are. Two workers beside one are measured by `benchmarks.outbox`,
which also counts that no message came twice.

It needs `DATABASE_URL` and `REDIS_URL`, and works in a database of its own beside that one.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from statistics import median

import django

from benchmarks.measuring import Figure, machine_line, postgresql_version, report
from benchmarks.search import Client, database_url, scratch_database, server

CLIENTS = 8
TWICE, TWICE_LIMIT = 1.7, 1.2
"""What two of something do, beside one."""


def main() -> int:
    """Fill the database, measure, and return the exit code of the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--referrals", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="keep the database, or use the one that was kept")
    parser.add_argument("--ask", nargs=3, metavar=("PORTS", "TOKEN", "SECONDS"), help=argparse.SUPPRESS)
    parser.add_argument("--json", metavar="PATH")
    arguments = parser.parse_args()
    if arguments.ask:
        ports, token, seconds = arguments.ask
        print(asked([int(port) for port in ports.split(",")], token, float(seconds)))
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from benchmarks.pathway import prepare  # noqa: PLC0415 - Django is set up by then
    from benchmarks.years import ensure  # noqa: PLC0415

    with scratch_database(keep=arguments.keep):
        ensure(referrals=arguments.referrals)
        *_, token = prepare(arguments.referrals)
        figures = list(measured(database_url(), token, arguments))
        machine = machine_line(postgresql=postgresql_version(database_url()))
        return report([], figures=figures, machine=machine, json_path=arguments.json)


def measured(url: str, token: str, arguments: argparse.Namespace) -> Iterator[Figure]:
    """Let the clients ask one process, two, and two servers, by turns."""
    ways = {"one process": (1, 1), "two processes": (1, 2), "two servers of one": (2, 1)}
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(arguments.rounds):
        for way in (*ways, *reversed(ways)):
            servers, processes = ways[way]
            with ExitStack() as stack:
                ports = [stack.enter_context(server(url, processes=processes)) for _ in range(servers)]
                ask(ports, token, 1)
                rates[way].append(ask(ports, token, arguments.seconds))
    found = {way: median(each) for way, each in rates.items()}
    for way, rate in found.items():
        yield Figure(name=f"web, {way}, {CLIENTS} clients", value=rate, unit="answers a second")
    for way in list(ways)[1:]:
        yield Figure(
            name=f"web, {way} beside one process", value=found[way] / found["one process"], unit="times",
            goal=TWICE, limit=TWICE_LIMIT, is_better="more",
        )  # fmt: skip


def ask(ports: list[int], token: str, seconds: float) -> float:
    """Let clients, each a process of its own, ask for some seconds; return how many answers there were a second."""
    command = [sys.executable, "-m", "benchmarks.scaling", "--ask", ",".join(map(str, ports)), token, str(seconds)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this module again
        for _ in range(2)
    ]
    return sum(float(each.communicate()[0]) for each in running)


def asked(ports: list[int], token: str, seconds: float) -> float:
    """Ask over half of the connections, each by turns; return how many answers there were a second."""
    import threading  # noqa: PLC0415 - by the clients alone

    counts: list[int] = []
    until = time.monotonic() + seconds

    def go_on(port: int) -> None:
        client, count = Client(port, token), 0
        for address in cycle(
            ("/api/v1/referrals/?page_size=25", "/api/v1/tasks/?page_size=25", "/api/v1/inbox/unread/")
        ):
            if time.monotonic() > until:
                break
            client.get(address)
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=go_on, args=[ports[number % len(ports)]]) for number in range(CLIENTS // 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


if __name__ == "__main__":
    sys.exit(main())
