"""Days, by the calendar: birthdays, periods, dates that are only partly known, and how they are written."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from services_directory.suitability.kinds import PeriodUnit

_PARTIAL = re.compile(r"(?a)^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


@lru_cache(maxsize=1000)
def in_words(day: dt.date) -> str:
    """Write a day: "3 November 2026"."""
    return f"{day:%-d %B} {day.year}"


def birthday(born: dt.date, age: int) -> dt.date:
    """Return the day on which somebody reaches an age.

    Who was born on 29 February reaches it on 1 March of a year without one: the age is then surely reached. Beyond the
    calendar it is the last day that there is.
    """
    year = born.year + age
    if year > dt.MAXYEAR:
        return dt.date.max
    if (born.month, born.day) == (2, 29) and not _has_leap_day(year):
        return dt.date(year, 3, 1)
    return born.replace(year=year)


def reaches(born: dt.date, age: Decimal) -> dt.date:
    """Return the day on which somebody reaches an age that may be a part of a year, to the month (HSDS has 0.5)."""
    if age == int(age):
        return birthday(born, int(age))
    return plus(birthday(born, int(age)), int(age * 12) % 12, PeriodUnit.MONTHS)


def plus(day: dt.date, count: int, unit: str) -> dt.date:
    """Return the day a period later: a week is 7 days, a month ends on the day of the same number, or else on the
    month's last day (30 November and three months: 28 February).
    """
    try:
        return day + relativedelta(**{unit: count})  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return dt.date.max


@dataclass(frozen=True)
class PartialDate:
    """A day, or only the month or the year of one, as the record often has it (field notes 5, "Dates")."""

    text: str
    earliest: dt.date
    latest: dt.date

    @classmethod
    def read(cls, text: str) -> "PartialDate":
        """Read "2026", "2026-08" or "2026-08-14".

        :raises ValueError: with a sentence for the person who typed it.
        """
        found = _PARTIAL.match(text)
        try:
            if found is None:
                raise ValueError
            year, month, day = (int(part) if part else None for part in found.groups())
            earliest = dt.date(year or 0, month or 1, day or 1)
        except ValueError:
            raise ValueError("Give a day like 2026-08-14, or a month (2026-08) or a year (2026) of it.") from None
        if day is not None:
            return cls(text, earliest, earliest)
        # Not "a year later less a day", which the calendar's last year has not.
        last = relativedelta(day=31) if month is not None else relativedelta(month=12, day=31)
        return cls(text, earliest, earliest + last)

    @property
    def in_words(self) -> str:
        """Write it: "14 August 2026", "August 2026", "2026"."""
        form = {10: "%-d %B ", 7: "%B "}.get(len(self.text), "")
        return f"{self.earliest:{form}}{self.earliest.year}" if form else str(self.earliest.year)


def _has_leap_day(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
