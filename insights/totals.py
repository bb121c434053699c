"""Figures of everybody as they were counted last night (`insights.counting`), added up over the months of a period.

The same rows as the statements of `journeys` and `waits` return: the groups, and the total of them. Before the first
night there is no count, and those statements are asked instead.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Max, Sum

from accounts.models import Organization
from insights.figures import rows_of
from insights.models import AnswerTotal, JourneyTotal
from insights.periods import Period
from services_directory.models import Service

ANSWERS: Final = ("sent", "answered", "declined", "expired", "waiting")

_WAITS = """
SELECT total.wait, total.key, each.days, sum(each.count)::int AS count
FROM insights_waittotal AS total CROSS JOIN LATERAL unnest(total.days, total.counts) AS each (days, count)
WHERE total.by = %(by)s AND total.wait = ANY (%(waits)s) AND total.month BETWEEN %(first)s AND %(last)s
GROUP BY total.wait, total.key, each.days
"""
_ANSWER_DAYS = """
SELECT total.service_id::text AS key, each.days, sum(each.count)::int AS count
FROM insights_answertotal AS total CROSS JOIN LATERAL unnest(total.days, total.counts) AS each (days, count)
WHERE total.month BETWEEN %(first)s AND %(last)s
GROUP BY total.service_id, each.days
"""


def counted_at() -> dt.datetime | None:
    """Return when the pathway was counted last, or None if it never was: every row is made anew each night."""
    latest: dt.datetime | None = JourneyTotal.objects.filter(by="total").aggregate(at=Max("counted_at"))["at"]
    return latest


def journeys(period: Period, *, by: str, stages: Sequence[str]) -> list[dict[str, Any]]:
    """Return how far the referrals of a period have come, by one of `journeys.BY`. Two queries at most."""
    rows = JourneyTotal.objects.filter(by=by, month__range=(period.starts_on, period.ends_on)).order_by()
    counted = rows.values("key").annotate(**{stage: Sum(stage) for stage in stages})
    return _with_total(_named([dict(row) for row in counted], by=by), stages)


def waits(period: Period, *, by: str, waits: Collection[str]) -> list[dict[str, Any]]:
    """Return how long these waits took that ended in a period, by one of `waits.BY`, the total of each among them. Two
    queries at most.
    """
    found = rows_of(_WAITS, _months(period) | {"by": by, "waits": list(waits)})
    rows: list[dict[str, Any]] = []
    for wait in waits:
        groups = _spread(row for row in found if row["wait"] == wait)
        if not groups:
            continue
        named = _named([{"key": key, "wait": wait, **_figures(days)} for key, days in groups.items()], by=by)
        total = sum(groups.values(), Counter[int]())
        rows += [{**row, "is_total": 0} for row in named] + [{"is_total": 1, "wait": wait, **_figures(total)}]
    return rows


def answers(period: Period) -> list[dict[str, Any]]:
    """Return how each service answered what was sent to it in a period. Three queries at most."""
    rows = AnswerTotal.objects.filter(month__range=(period.starts_on, period.ends_on)).order_by()
    counted = rows.values("service_id").annotate(**{each: Sum(each) for each in ANSWERS})
    days = _spread(rows_of(_ANSWER_DAYS, _months(period)))
    groups: list[dict[str, Any]] = [{"key": str(row["service_id"]), **row} for row in counted]
    for group in groups:
        group["median"] = median(days.get(group["key"], Counter()))
    found = _with_total(_named(groups, by="programme"), ANSWERS)
    found[-1]["median"] = median(sum(days.values(), Counter[int]()))
    return found


def median(days: Mapping[int, int]) -> float | None:
    """Return within how many days half of them came: as PostgreSQL's `percentile_cont(0.5)`."""
    count = sum(days.values())
    if not count:
        return None
    return (_at(days, (count + 1) // 2) + _at(days, count // 2 + 1)) / 2


def ninth(days: Mapping[int, int]) -> int | None:
    """Return within how many days nine in ten of them came: as PostgreSQL's `percentile_disc(0.9)`."""
    count = sum(days.values())
    return _at(days, math.ceil(0.9 * count)) if count else None


def _at(days: Mapping[int, int], place: int) -> int:
    """Return the days of the one at a place, from 1, where they stand in a row."""
    for number in sorted(days):
        place -= days[number]
        if place <= 0:
            return number
    raise ValueError("there are not so many")


def _figures(days: Mapping[int, int]) -> dict[str, Any]:
    return {"count": sum(days.values()), "median": median(days), "ninth": ninth(days)}


def _spread(rows: Iterable[Mapping[str, Any]]) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = {}
    for row in rows:
        found.setdefault(row["key"], Counter())[row["days"]] += row["count"]
    return found


def _with_total(groups: list[dict[str, Any]], figures: Sequence[str]) -> list[dict[str, Any]]:
    total = {figure: sum(group[figure] for group in groups) for figure in figures}
    return [{**group, "is_total": 0} for group in groups] + [{"is_total": 1, **total}]


def _named(groups: list[dict[str, Any]], *, by: str) -> list[dict[str, Any]]:
    """Return groups with their names, where these are not those of their dimension, or the key itself."""
    keys = [group["key"] for group in groups]
    found: Iterable[tuple[Any, str]] = ()
    if by == "practice":
        found = Organization.objects.filter(pk__in=keys).values_list("pk", "name")
    if by == "programme":
        found = Service.objects.filter(pk__in=keys).values_list("pk", "name")
    names = {str(key): name for key, name in found}
    return [{"name": names.get(group["key"]), **group} for group in groups]


def _months(period: Period) -> dict[str, dt.date]:
    return {"first": period.starts_on, "last": period.ends_on}
