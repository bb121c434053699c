"""A table of figures as a page shows it: ready words, and bars for one of its figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from insights.figures import SMALL_NUMBERS, Figure, Table, Value

NOT_SHOWN, NOBODY = "Not shown", "None"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: how long it is of a hundred, and what it says."""

    name: str
    value: str
    length: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Some bars of one figure."""

    title: str
    bars: list[Bar]


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """One row: its name, and each value in words."""

    name: str
    cells: list[str]
    is_total: bool


@dataclass(frozen=True, kw_only=True)
class ShownTable:
    """A table of figures in words."""

    key: str
    title: str
    of: str
    about: str
    columns: list[str]
    rows: list[ShownRow]
    definitions: list[tuple[str, str]]
    notes: Sequence[str]
    chart: Chart | None
    period: str
    is_empty: bool


def shown(table: Table, *, chart: Callable[[Table], Chart | None] = lambda table: None, period: str = "") -> ShownTable:
    """Return a table in words, with its chart."""
    definitions = [(figure.title, figure.definition) for figure in table.figures]
    if table.is_rounded:
        definitions.append(("Small numbers", SMALL_NUMBERS))
    return ShownTable(
        key=table.key, title=table.title, of=table.of, about=f"{table.about} {table.as_of}".strip(),
        columns=[figure.title for figure in table.figures],
        rows=[
            ShownRow(
                name=row.name, is_total=not row.key and row.name == "All",
                cells=[
                    in_words(row.values.get(figure.key), figure, is_rounded=table.is_rounded)
                    for figure in table.figures
                ],
            )
            for row in table.rows
        ],
        definitions=definitions, notes=table.notes, chart=chart(table), period=period,
        # The first figure counts, and a count too small to show is None.
        is_empty=all(row.values.get(table.figures[0].key) == 0 for row in table.rows),
    )  # fmt: skip


def in_words(value: Value, figure: Figure, *, is_rounded: bool) -> str:
    """Write one value."""
    if value is None:
        return NOT_SHOWN if is_rounded else NOBODY
    match figure.unit:
        case "share":
            return f"{value:.0%}"
        case "days":
            return f"{value:g} day" if value == 1 else f"{value:g} days"
        case "score":
            return f"{value:.1f}"
        case _:
            return f"{value:,}"


def of_the_total(table: Table) -> Chart | None:
    """Draw the counts of the total, one below the other: a funnel."""
    figures = [figure for figure in table.figures if figure.unit == "count"]
    total = next((row.values for row in table.rows if not row.key), {})
    return _drawn(table.title, [(figure.title, total.get(figure.key), figure) for figure in figures], table)


def by_group(key: str) -> Callable[[Table], Chart | None]:
    """Draw one figure of each group."""

    def draw(table: Table) -> Chart | None:
        figure = next(each for each in table.figures if each.key == key)
        rows = [row for row in table.rows if row.name != "All"]
        return _drawn(figure.title, [(row.name, row.values.get(key), figure) for row in rows], table)

    return draw


def _drawn(title: str, values: list[tuple[str, Any, Figure]], table: Table) -> Chart | None:
    given = [value for _, value, _ in values if value is not None]
    if not given or not max(given):
        return None
    longest = 1.0 if values[0][2].unit == "share" else max(given)
    return Chart(
        title=title,
        bars=[
            Bar(
                name=name, value=in_words(value, figure, is_rounded=table.is_rounded),
                length=round(100 * (value or 0) / longest, 1),
            )
            for name, value, figure in values
        ],
    )  # fmt: skip
