"""Every measurement, one after another: `python -m benchmarks`, which `make bench` calls.

It makes the synthetic years once (`benchmarks.years`), runs each module of PARTS on them in a process of its own, and
prints one table: each figure beside the limit measured in the same run, its goal and its verdict. `--short` takes few
samples. `--grow` measures at several sizes and draws how cost grows (`benchmarks.growth`).

It needs `DATABASE_URL` (a superuser's) and `REDIS_URL` as the service does. The years stay for the next run with
`--keep`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.measuring import cpu_times, machine_line, postgresql_version, steal_between
from benchmarks.tables import markdown

Told = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A module to run, with which arguments (`{referrals}` and `{services}` are filled in), and whether it is of those
    whose cost may grow with the years.
    """

    module: str
    arguments: str = ""
    short: str = ""
    """More arguments for a short run."""
    grows: bool = True


PARTS = (
    Part("search", "--keep --services {services}", "--blocks 10 --rounds 1"),
    Part("matching", "--keep --services {services}", "--blocks 5 --rounds 1"),
    Part("people", "--keep --people {referrals}", "--blocks 5 --rounds 1"),
    Part("pathway", "--keep --referrals {referrals}", "--blocks 5 --rounds 1"),
    Part("figures", "--keep --referrals {referrals}", "--rounds 1"),
    Part("sweeps", "--keep --referrals {referrals}", "--blocks 3 --rounds 1"),
    Part("integrity", "--keep --referrals {referrals}"),
    Part("writing", "--keep --referrals {referrals}", "--blocks 5 --rounds 1"),
    Part("writing_at_once", "--keep --referrals {referrals}", "--seconds 3 --rounds 1", grows=False),
    Part("outbox", "--keep", "--messages 300 --one-by-one 20 --blocks 1 --rounds 1"),
    Part("scaling", "--keep --referrals {referrals}", "--seconds 3 --rounds 1", grows=False),
    Part("open_referral_import", "--services {services} --rounds 1", grows=False),
    Part("postcodes", "--rounds 1", "--rows 20000", grows=False),
    Part("pages", "", "--size 60 --blocks 2 --rounds 1", grows=False),
)
"""In the order in which they run; the figures that are added with a module are added with one line.

What writes comes after what reads: rows that are written by hand break rules which the audit finds broken.
"""
SIZES = (10_000, 100_000, 1_000_000)
"""Of `--grow`, in referrals; the directory has a tenth as many services."""


def main() -> int:
    """Run what is asked for, print the table, write what is asked for; 1 if something is above its limit."""
    arguments = read_arguments()
    if arguments.grow:
        told = [run(arguments, referrals=size, services=size // 10, grows=True) for size in arguments.sizes]
    else:
        told = [run(arguments, referrals=arguments.referrals, services=arguments.services)]
    table = "\n\n".join(map(markdown, told))
    print(f"\n{table}")
    for path, text in ((arguments.table, f"{table}\n"), (arguments.json, json.dumps(told, indent=2))):
        if path:
            Path(path).write_text(text, encoding="utf-8")
    if arguments.grow:
        from benchmarks.growth import draw  # noqa: PLC0415 - matplotlib is needed for this alone

        draw(told, Path(arguments.pictures))
    verdicts = [row["verdict"] for each in told for row in (*each["comparisons"], *each["figures"])]
    failed = [name for each in told for name in each["failed"]]
    return int("above the limit" in verdicts or bool(failed))


def read_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--referrals", type=int, default=1_000_000)
    parser.add_argument("--millions", type=int, help="so many million referrals")
    parser.add_argument("--services", type=int, default=100_000)
    parser.add_argument("--short", action="store_true", help="few samples: to try it, not to quote it")
    parser.add_argument("--keep", action="store_true", help="keep the years, or use those that were kept")
    parser.add_argument("--only", nargs="+", metavar="MODULE", help="these modules only")
    parser.add_argument("--grow", action="store_true", help="at several sizes, drawn")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of --grow, in referrals")
    parser.add_argument("--pictures", default="docs/pictures", help="where --grow draws")
    parser.add_argument("--table", metavar="PATH", help="write the table, as markdown")
    parser.add_argument("--json", metavar="PATH", help="write the figures")
    arguments = parser.parse_args()
    if arguments.millions:
        arguments.referrals = arguments.millions * 1_000_000
    return arguments


def run(arguments: argparse.Namespace, *, referrals: int, services: int, grows: bool = False) -> Told:
    """Run the parts at one size, in a database of that size; return all that they tell."""
    parts = [
        part for part in PARTS if (not arguments.only or part.module in arguments.only) and (part.grows or not grows)
    ]
    url = os.environ["DATABASE_URL"]
    address = urlsplit(url)
    environment = os.environ | {"DATABASE_URL": address._replace(path=f"{address.path}_{referrals}").geturl()}
    sizes = {"referrals": referrals, "services": services}
    begun, cpu = time.perf_counter(), cpu_times()
    years = ["--referrals", str(referrals), "--services", str(services)]
    subprocess.run([sys.executable, "-m", "benchmarks.years", *years], env=environment, check=True)  # noqa: S603
    told: Told = {
        "machine": machine_line(postgresql=postgresql_version(url)), "commit": commit(), **sizes,
        "seconds_to_make_the_years": round(time.perf_counter() - begun), "comparisons": [], "figures": [], "failed": [],
    }  # fmt: skip
    try:
        for part in parts:
            words = [*part.arguments.format(**sizes).split(), *(part.short.split() if arguments.short else ())]
            for name, found in part_of(part.module, words, environment if "--keep" in words else os.environ | {}):
                told[name] += found
    finally:
        if not arguments.keep:
            command = [sys.executable, "-m", "benchmarks.years", "--drop"]
            subprocess.run(command, env=environment, check=True)  # noqa: S603
    told["steal"] = steal_between(cpu, cpu_times())
    told["seconds"] = round(time.perf_counter() - begun)
    return told


def part_of(module: str, words: list[str], environment: dict[str, str]) -> Iterator[tuple[str, list[Any]]]:
    """Run one module, and yield what it tells, each row with the module's name; or that it failed."""
    print(f"\n--- {module} {' '.join(words)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "told.json"
        command = [sys.executable, "-m", f"benchmarks.{module}", *words, "--json", str(path)]
        subprocess.run(command, env=environment, check=False)  # noqa: S603 - our own; its code is in what it tells
        if not path.exists():
            yield "failed", [module]
            return
        found = json.loads(path.read_text(encoding="utf-8"))
    for name in ("comparisons", "figures"):
        yield name, [{"part": module} | row for row in found.get(name, ())]


def commit() -> str:
    """Return which commit is measured; empty outside a repository."""
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)  # noqa: S607
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
