"""The local population, which equity is looked at against: counts that somebody else has published, loaded from a file.

An organisation loads those of its own area (docs/figures.md). Of what it has loaded none, a page shows none.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from core.errors import Invalid
from insights.dimensions import DIMENSIONS, EQUITY
from insights.models import PopulationCount

COLUMNS = ("dimension", "group", "count", "source", "as_of")
LARGEST = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Population:
    """The people of one dimension by the key of their group, and who counted them when."""

    source: str
    as_of: dt.date
    counts: Mapping[str, int] = field(default_factory=dict)

    def share_of(self, group: str) -> float | None:
        """Return which part of all of them a group is; None where its people were not counted."""
        count = self.counts.get(group)
        return None if count is None else round(count / sum(self.counts.values()), 3)


def population_of(dimension: str) -> Population | None:
    """Return the local population by one dimension, or None where none was loaded."""
    rows = list(PopulationCount.objects.filter(dimension=dimension).order_by("id"))
    if not rows:
        return None
    return Population(
        source=rows[0].source, as_of=rows[0].as_of, counts={row.group: row.count for row in rows}
    )  # fmt: skip


@transaction.atomic(durable=True)
def load_population(records: Iterable[Mapping[str, str]]) -> dict[str, int]:
    """Make these the counts of each dimension that they name; others stay. Return how many groups each has now.

    :param records: each with all of `COLUMNS`; a group by its key or its name.
    :raises Invalid: if one cannot be, by the number of its line: nothing is changed.
    """
    found: dict[str, dict[str, PopulationCount]] = {}
    errors: dict[str, list[str]] = {}
    for line, record in enumerate(records, start=2):  # after the line of headings
        try:
            row = _read({name: str(record.get(name) or "").strip() for name in COLUMNS})
            rows = found.setdefault(row.dimension, {})
            _check_beside(row, rows)
            rows[row.group] = row
        except ValueError as wrong:
            errors[f"line {line}"] = [str(wrong)]
    for dimension, rows in found.items():
        if not sum(row.count for row in rows.values()):
            errors.setdefault(dimension, []).append("Nobody lives there.")
    if not found and not errors:
        errors["file"] = ["There is no count in it."]
    if errors:
        raise Invalid(errors, detail="Nothing was changed: correct the lines named in errors.")
    PopulationCount.objects.filter(dimension__in=found).delete()
    PopulationCount.objects.bulk_create(row for rows in found.values() for row in rows.values())
    return {dimension: len(rows) for dimension, rows in found.items()}


def _read(said: Mapping[str, str]) -> PopulationCount:
    if said["dimension"] not in EQUITY:
        raise ValueError(f"The dimension should be one of: {', '.join(EQUITY)}.")
    dimension = DIMENSIONS[said["dimension"]]
    by_name = {name.lower(): key for key in dimension.order if key for name in (key, dimension.name_of(key, None))}
    if said["group"].lower() not in by_name:
        names = ", ".join(dimension.name_of(key, None) for key in dimension.order if key)
        raise ValueError(f"The group should be one of: {names}.")
    if not (said["count"].isascii() and said["count"].isdigit() and int(said["count"]) <= LARGEST):
        raise ValueError("The count should be a whole number, without commas.")
    if not 0 < len(said["source"]) <= 200:
        raise ValueError("Say who counted them, in 200 characters at most.")
    try:
        as_of = dt.date.fromisoformat(said["as_of"])
    except ValueError:
        raise ValueError("The day should be like 2021-03-21.") from None
    return PopulationCount(
        dimension=said["dimension"], group=by_name[said["group"].lower()], count=int(said["count"]),
        source=said["source"], as_of=as_of,
    )  # fmt: skip


def _check_beside(row: PopulationCount, others: Mapping[str, PopulationCount]) -> None:
    if row.group in others:
        raise ValueError("This group was counted in a line before.")
    for other in others.values():
        if (other.source, other.as_of) != (row.source, row.as_of):
            raise ValueError("All groups of a dimension should be of one source and one day.")
