"""How cost grows with the tables, drawn: `python -m benchmarks --grow`, or `python -m benchmarks.growth TOLD.json`.

One picture for each part, both axes logarithmic: a line that is level does not grow, one that climbs as the dotted one
grows with the table. The files are small, and hold neither a day nor a path: the same figures draw the same file.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.measuring import readable
from benchmarks.tables import Told, seconds_by_name

OF_SERVICES = {"search", "matching"}
"""What grows with the directory, not with the referrals."""
TITLES = {
    "search": "Search", "matching": "Suitability for a person", "people": "Is somebody known?",
    "pathway": "Worklists and cases", "figures": "Figures", "sweeps": "Asked again and again",
    "integrity": "The audit",
}  # fmt: skip
MARKS = "osD^vP*Xh<>"


def draw(told: list[Told], folder: Path) -> list[Path]:
    """Draw what runs at several sizes told; return the files."""
    parts: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for run in sorted(told, key=lambda each: int(each["referrals"])):
        for part, measured in seconds_by_name(run).items():
            size = run["services" if part in OF_SERVICES else "referrals"]
            for name, seconds in measured.items():
                parts.setdefault(part, {}).setdefault(name, []).append((size, seconds))
    return [_drawn(part, lines, folder) for part, lines in parts.items() if part in TITLES]


def slope(points: list[tuple[int, float]]) -> float:
    """Return how steeply a line climbs: 0 is level, 1 grows as the table does. Between its first and last point."""
    (size, cost), (last_size, last_cost) = points[0], points[-1]
    return math.log(last_cost / cost) / math.log(last_size / size) if last_size != size else 0.0


def _drawn(part: str, lines: dict[str, list[tuple[int, float]]], folder: Path) -> Path:
    plt.rcParams |= {"svg.hashsalt": part, "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
    figure, axes = plt.subplots(figsize=(7.2, 2.6 + 0.24 * len(lines)))
    for number, (name, points) in enumerate(lines.items()):
        sizes, costs = zip(*points, strict=True)
        label = f"{name} ({slope(points):+.2f})"
        axes.plot(sizes, costs, marker=MARKS[number % len(MARKS)], markersize=4, linewidth=1.2, label=label)
    first = min(points[0][0] for points in lines.values())
    last = max(points[-1][0] for points in lines.values())
    least = min(points[0][1] for points in lines.values())
    axes.plot(
        [first, last], [least, least * last / first], ":", color="grey", linewidth=1, label="as the table (+1.00)"
    )
    axes.set(xscale="log", yscale="log", title=TITLES[part])
    axes.set_xlabel("services" if part in OF_SERVICES else "referrals")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{int(size):,}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: readable(seconds)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, linewidth=0.3)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False, fontsize=8)
    path = folder / f"growth-{part}.svg"
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return path


if __name__ == "__main__":
    read: list[dict[str, Any]] = [run for path in sys.argv[1:] for run in json.loads(Path(path).read_text("utf-8"))]
    print("\n".join(map(str, draw(read, Path("docs/pictures")))))
