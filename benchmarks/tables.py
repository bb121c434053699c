"""What was measured, as a table for people and as points for a plot."""

from typing import Any

from benchmarks.measuring import readable

Told = dict[str, Any]
HEAD = (
    "| what | ours p50 / p95 | limit p50 / p95 | ratio p50 / p95 | goal (never above) | A/A | steal | verdict |\n"
    + ("|---|---|---|---|---|---|---|---|")
)
FIGURES = "| figure | measured | goal (never beyond) | verdict |\n|---|---|---|---|"


def markdown(told: Told) -> str:
    """Return the table of one run."""
    lines = [
        f"{told['referrals']:,} referrals, {told['services']:,} services; {told['machine']}; commit {told['commit']}; "
        f"steal {told['steal']:.1%}; the years made in {told['seconds_to_make_the_years']} s, all measured in "
        f"{told['seconds']} s.",
        "",
        HEAD,
        *(_compared(row) for row in told["comparisons"]),
    ]
    if told["figures"]:
        lines += ["", FIGURES]
        for row in told["figures"]:
            goal = (
                ""
                if row["goal"] is None
                else f"{row['goal']:g} ({row['limit']:g})"
                if row["limit"]
                else f"{row['goal']:g}"
            )
            number = f"{row['value']:,.0f}" if row["value"] >= 100 else f"{row['value']:.3g}"
            lines.append(f"| {row['name']} | {number} {row['unit']} | {goal} | {row['verdict']} |")
    if told["failed"]:
        lines += ["", f"Did not come to an end: {', '.join(told['failed'])}."]
    return "\n".join(lines)


def seconds_by_name(told: Told) -> dict[str, dict[str, float]]:
    """Return, of each part, what each of its measurements took in seconds (p50), by a name without numbers of rows."""
    found: dict[str, dict[str, float]] = {}
    for row in told["comparisons"]:
        found.setdefault(row["part"], {})[plain(row["name"])] = row["ours"]["p50"]
    for row in told["figures"]:
        if row["unit"] == "s":
            found.setdefault(row["part"], {})[plain(row["name"])] = row["value"]
    return found


def plain(name: str) -> str:
    """Return a name without the numbers of rows in it, so that it is the same at every size."""
    return " ".join(
        "N" if word.strip("?.:").replace(",", "").isdigit() and "," in word else word for word in name.split()
    )


def _compared(row: dict[str, Any]) -> str:
    ratios, goals = f"{row['ratio']:.2f} / {row['ratio_p95']:.2f}", f"{row['goal']:.2g} ({row['limit']:.2g})"
    cells = (row["name"], _pair(row["ours"]), _pair(row["raw"]), ratios, goals, f"{row['same']:.2f}")
    return f"| {' | '.join(cells)} | {row['steal']:.1%} | {row['verdict']} |"


def _pair(times: dict[str, float]) -> str:
    return f"{readable(times['p50'])} / {readable(times['p95'])}"
