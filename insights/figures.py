"""What a table of figures is: each figure with its definition and its unit, in the one place from which pages, the API
and the CSV read; and who reads them, of which time.

A table is what `journeys`, `waits`, `answers`, `outcomes` and `uptake_tables` return. Its first row is the total where
it has one. A value is None where it is not shown, or where there is nothing to make it of.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled

from accounts.enums import Role
from accounts.models import User
from core.clocks import LONDON
from core.errors import Conflict, NotPermitted
from insights.disclosure import safe_cells, safe_count, safe_parts
from insights.periods import Period
from insights.selectors import answers_for_the_pathway, sees_rounded_figures_only
from services_directory.spreadsheets.sheets import written

Unit = Literal["count", "share", "days", "score"]
Value = int | float | None

SMALL_NUMBERS: Final = (
    "For readers who do not see the referrals themselves, counts of 1 to 7 are not shown, and of parts beside their "
    "total as many more as it takes that none can be found by subtraction. All others are rounded to the nearest 5, "
    "shares are those of rounded counts, and an average of seven people or fewer is not shown."
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One column: what it is called, what it counts, and in what."""

    key: str
    title: str
    definition: str
    unit: Unit = "count"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One group, with its value of each figure."""

    key: str
    name: str
    values: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table, ready to be shown to the one who asked for it."""

    key: str
    title: str
    of: str
    """What its rows are: "Source"."""
    about: str
    """Of whom or what it tells, for every figure of it."""
    figures: Sequence[Figure]
    rows: Sequence[Row]
    period: Period | None = None
    is_rounded: bool = False
    notes: Sequence[str] = field(default_factory=tuple)
    counted_at: dt.datetime | None = None
    """When the night's count made it; None: counted when it was asked for."""

    @property
    def definitions(self) -> dict[str, str]:
        """What each figure of it counts."""
        said = {figure.key: figure.definition for figure in self.figures}
        return said | ({"small_numbers": SMALL_NUMBERS} if self.is_rounded else {})

    @property
    def as_of(self) -> str:
        """As of when it is, in a sentence; empty: of now."""
        if self.counted_at is None:
            return ""
        at = self.counted_at.astimezone(LONDON)
        return f"As counted on {at:%-d %B %Y} at {at:%-I:%M}{at:%p}".replace("AM", "am").replace("PM", "pm") + "."

    def csv(self) -> Iterator[str]:
        """Yield it as a CSV file: the definitions are in it, below the rows, so that they go where it goes."""
        blank = [""] * len(self.figures)
        rows = [[row.name, *(_plain(row.values.get(figure.key)) for figure in self.figures)] for row in self.rows]
        said = [[self.about, *blank]]
        if self.period is not None:
            said.append([f"From {self.period.starts_on.isoformat()} to {self.period.ends_on.isoformat()}", *blank])
        said += [[f"{figure.title}: {figure.definition}", *blank] for figure in self.figures]
        small = [SMALL_NUMBERS] if self.is_rounded else []
        said += [[note, *blank] for note in (*self.notes, self.as_of, *small) if note]
        return written([self.of, *(figure.title for figure in self.figures)], [*rows, ["", *blank], *said])


def _plain(value: Value) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


# --- Who reads them -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Whose figures somebody reads: all, rounded; or those of the teams that they lead, exactly."""

    is_rounded: bool
    teams: list[UUID] | None

    def counts(self, parts: Sequence[int], *, total: int) -> list[int | None]:
        """Return counts of parts of a total as they may be shown."""
        return safe_parts(parts, total=total) if self.is_rounded else list(parts)

    def cells(self, cells: Sequence[Sequence[int]], *, totals: Sequence[int]) -> list[list[int | None]]:
        """Return rows of a total and its parts as they may be shown, beside the totals of the columns."""
        return safe_cells(cells, totals=totals) if self.is_rounded else [list(row) for row in cells]

    def count(self, count: int) -> int | None:
        """Return one count as it may be shown: one that is no part of a total beside it."""
        return safe_count(count) if self.is_rounded else count

    def average(self, value: float | None, *, of: int) -> float | None:
        """Return an average of so many as it may be shown."""
        is_shown = value is not None and (not self.is_rounded or safe_count(of) is not None)
        return round(float(value), 1) if is_shown and value is not None else None


def reader_of(user: User) -> Reader:
    """Return what a user may read of the figures of the pathway.

    :raises NotPermitted: if the user is neither a manager nor the lead of a team.
    """
    if not answers_for_the_pathway(user):
        raise NotPermitted("The figures of the pathway are for leads and managers.")
    is_rounded = sees_rounded_figures_only(user)
    return Reader(is_rounded=is_rounded, teams=None if is_rounded else user.team_ids(Role.LEAD))


# --- Of which time --------------------------------------------------------------------------------------------------

PERIODS: Final[dict[str, str]] = {
    "twelve_months": "The last twelve months",
    "this_year": "This financial year",
    "last_year": "The last financial year",
    "this_quarter": "This quarter",
    "last_quarter": "The last quarter",
}
"""Whole months only: periods that differ by a day would tell of the one person in between."""


def period_of(name: str, *, today: dt.date) -> Period:
    """Return the period that a name of `PERIODS` stands for on a day; one that goes on ends with the month.

    The financial year begins in April, its quarters in April, July, October and January.

    :raises KeyError: if there is no such name.
    """
    month = today.year * 12 + today.month - 1  # months since the year 0
    year = month - (today.month - 4) % 12
    quarter = month - (today.month - 1) % 3
    first, length = {
        "twelve_months": (month - 11, 12),
        "this_year": (year, month - year + 1),
        "last_year": (year - 12, 12),
        "this_quarter": (quarter, month - quarter + 1),
        "last_quarter": (quarter - 3, 3),
    }[name]
    return Period(starts_on=_first_of(first), ends_on=_first_of(first + length) - dt.timedelta(days=1))


def _first_of(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


def rows_of(statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run one statement; return its rows by the names of their columns.

    :raises Conflict: if it takes longer than a statement may.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(statement, values)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            raise Conflict(
                "This takes too long to count now. Choose a shorter period; figures of everybody are counted at night.",
                code="takes_too_long",
            ) from error
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
