"""Compare what the service does with the same thing done raw, fairly, on a machine whose speed drifts.

Absolute times of a shared machine drift by a factor of two, so only ratios count, and they are kept honest so:

- each block calls in an order that reads the same backwards (ours, raw, again, again, raw, ours), so that drift
  within a block falls on all of them alike; the three possible orders take turns, so that none is always first;
- `again` is `raw` a second time: its ratio to itself (A/A) must be between 0.95 and 1.05, or the run is void;
- three rounds, p50 and p95 of each; the ratios are of the samples of all rounds together;
- the share of time that other machines took (steal, from /proc/stat) stands beside the figures.

Usage, in a benchmark of one's own (`python -m benchmarks.search`):

    machine = machine_line(postgresql=postgresql_version(os.environ["DATABASE_URL"]))
    results = [compare("a page of search", ours=ask_the_api, raw=ask_in_sql, blocks=20, goal=1.5, limit=2.0)]
    sys.exit(report(results, machine=machine, json_path=arguments.json))

No Django here: what is called is the caller's business.
"""

import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Literal

import psycopg

Run = Callable[[], object]

ORDERS = (("ours", "raw", "again"), ("raw", "again", "ours"), ("again", "ours", "raw"))
"""What each block calls first, second and third; then backwards."""
SAME = (0.95, 1.05)
"""Between these the A/A ratio says that the run can be believed."""


@dataclass(frozen=True)
class Times:
    """Seconds that calls of one thing took."""

    p50: float
    p95: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Times":
        """Return the percentiles of some samples (interpolated between them, never beyond them)."""
        if len(samples) == 1:
            return cls(samples[0], samples[0])
        cuts = quantiles(samples, n=100, method="inclusive")
        return cls(p50=cuts[49], p95=cuts[94])


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a comparison found. Times in seconds; `rounds` hold ours and raw of each round."""

    name: str
    ours: Times
    raw: Times
    again: Times
    rounds: list[tuple[Times, Times]]
    samples: int
    steal: float = field(metadata={"unit": "share of all time, 0 to 1"})
    goal: float
    limit: float

    @property
    def ratio(self) -> float:
        """Ours to raw, at p50."""
        return self.ours.p50 / self.raw.p50

    @property
    def ratio_p95(self) -> float:
        """Ours to raw, at p95."""
        return self.ours.p95 / self.raw.p95

    @property
    def same(self) -> float:
        """Raw to itself, at p50: the A/A check."""
        return self.again.p50 / self.raw.p50

    @property
    def verdict(self) -> str:
        """One of `void`, `within the goal`, `above the goal`, `above the limit`."""
        if not SAME[0] <= self.same <= SAME[1]:
            return "void"
        if self.ratio <= self.goal:
            return "within the goal"
        return "above the goal" if self.ratio <= self.limit else "above the limit"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number that is measured, with what is hoped for and what it may never be beyond, where there is such."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    limit: float | None = None
    is_better: Literal["less", "more"] = "less"

    @property
    def verdict(self) -> str:
        """One of `within the goal`, `above the goal` (within the limit), `above the limit`; empty without a goal."""
        if self.goal is None:
            return ""
        sign = 1 if self.is_better == "less" else -1
        if sign * self.value <= sign * self.goal:
            return "within the goal"
        limit = self.goal if self.limit is None else self.limit
        return "above the goal" if sign * self.value <= sign * limit else "above the limit"

    def __str__(self) -> str:
        number = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:.3g}"
        goal = f" (goal {self.goal:g}: {self.verdict})" if self.goal is not None else ""
        return f"{self.name}: {number} {self.unit}{goal}"


def compare(
    name: str,
    *,
    ours: Run,
    raw: Run,
    goal: float,
    limit: float,
    blocks: int = 20,
    rounds: int = 3,
    warm_up: int = 1,
    before_ours: Run | None = None,
    before_raw: Run | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Comparison:
    """Call `ours` and `raw` by turns and return what each took.

    :param goal: the ratio that is hoped for; `limit` the one never to be exceeded.
    :param blocks: how many blocks of six calls make a round. A call of a minute needs one, a call of a millisecond
        fifty; p95 means little under ten.
    :param warm_up: calls of each before anything is measured.
    :param before_ours: called before each call of `ours` and not measured (empties a table, say); likewise
        `before_raw`.
    """
    prepared = {"ours": (before_ours, ours), "raw": (before_raw, raw), "again": (before_raw, raw)}

    def taken(what: str) -> float:
        before, run = prepared[what]
        if before is not None:
            before()
        begun = clock()
        run()
        return clock() - begun

    for _ in range(warm_up):
        taken("ours")
        taken("raw")
    cpu = cpu_times()
    measured: list[dict[str, list[float]]] = []
    for number in range(rounds):
        samples: dict[str, list[float]] = {what: [] for what in prepared}
        for block in range(blocks):
            order = ORDERS[(number + block) % len(ORDERS)]
            for what in (*order, *reversed(order)):
                samples[what].append(taken(what))
        measured.append(samples)
    every = {what: [sample for samples in measured for sample in samples[what]] for what in prepared}
    return Comparison(
        name=name,
        ours=Times.of(every["ours"]),
        raw=Times.of(every["raw"]),
        again=Times.of(every["again"]),
        rounds=[(Times.of(samples["ours"]), Times.of(samples["raw"])) for samples in measured],
        samples=len(every["ours"]),
        steal=steal_between(cpu, cpu_times()),
        goal=goal,
        limit=limit,
    )


def cpu_times() -> tuple[int, ...]:
    """Return the counters of all processors since the start, in ticks; empty where there is no /proc/stat."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    except OSError:
        return ()
    return tuple(int(count) for count in first.split()[1:])


def steal_between(earlier: tuple[int, ...], later: tuple[int, ...]) -> float:
    """Return the share (0 to 1) of processor time that the host gave to other machines (proc(5): the 8th counter)."""
    if len(earlier) < 8 or len(later) < 8:
        return 0.0
    spent = [after - before for before, after in zip(earlier[:8], later[:8], strict=True)]
    return spent[7] / max(1, sum(spent))


def postgresql_version(database_url: str) -> str:
    """Return the version of the server at an address, and the settings that decide how dear a commit is there."""
    with psycopg.connect(database_url) as connection:
        asked = "select current_setting('server_version'), current_setting('fsync'), current_setting('shared_buffers')"
        row = connection.execute(asked).fetchone()
    assert row is not None  # noqa: S101 - a select without a from has a row
    return f"PostgreSQL {row[0].split()[0]} (fsync {row[1]}, shared_buffers {row[2]})"


def machine_line(*, postgresql: str = "") -> str:
    """Return one line about the machine: processors, memory, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [f"{len(os.sched_getaffinity(0))} cores", f"{memory:.0f} GiB", f"Python {platform.python_version()}"]
    return ", ".join([*parts, postgresql] if postgresql else parts)


def report(
    comparisons: Iterable[Comparison],
    *,
    machine: str,
    json_path: str | None = None,
    figures: Iterable[Figure] = (),
) -> int:
    """Print the table and the figures beside it, write JSON where asked, and return an exit code.

    :return: 0 when all is within its limit, 1 when something is above, 2 when a run is void.
    """
    found, beside = list(comparisons), list(figures)
    print(machine)
    print("| what | ours p50 / p95 | raw p50 / p95 | ratio p50 / p95 | goal (limit) | A/A | steal | verdict |")
    print("|---|---|---|---|---|---|---|---|")
    for each in found:
        print(
            f"| {each.name} | {_pair(each.ours)} | {_pair(each.raw)} | {each.ratio:.2f} / {each.ratio_p95:.2f} "
            f"| {each.goal:g} ({each.limit:g}) | {each.same:.2f} | {each.steal:.1%} | {each.verdict} |"
        )
    for each in found:
        told = "; ".join(f"{ours.p50 / raw.p50:.2f} / {ours.p95 / raw.p95:.2f}" for ours, raw in each.rounds)
        print(f"{each.name}: {each.samples} samples of each; ratio p50 / p95 by round: {told}")
    for figure in beside:
        print(figure)
    if json_path is not None:
        derived = ("ratio", "ratio_p95", "same", "verdict")
        rows = [asdict(each) | {name: getattr(each, name) for name in derived} for each in found]
        written = {
            "machine": machine, "comparisons": rows,
            "figures": [asdict(each) | {"verdict": each.verdict} for each in beside],
        }  # fmt: skip
        Path(json_path).write_text(json.dumps(written, indent=2), encoding="utf-8")
    verdicts = {each.verdict for each in found} | {each.verdict for each in beside}
    return 2 if "void" in verdicts else int("above the limit" in verdicts)


def _pair(times: Times) -> str:
    return f"{readable(times.p50)} / {readable(times.p95)}"


def readable(seconds: float) -> str:
    """Return a time as people read it."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"
