"""Weeks and months by the calendar of England. Pure arithmetic on given dates."""

import datetime as dt
from dataclasses import dataclass

from core.clocks import start_of_day


@dataclass(frozen=True, kw_only=True)
class Period:
    """Some whole days: the first and the last one."""

    starts_on: dt.date
    ends_on: dt.date

    @property
    def starts_at(self) -> dt.datetime:
        """The first moment; on the day on which the clocks change it is that of the day's beginning all the same."""
        return start_of_day(self.starts_on)

    @property
    def ends_at(self) -> dt.datetime:
        """The first moment that is not part of it any more."""
        return start_of_day(self.ends_on + dt.timedelta(days=1))

    @property
    def year_starts_at(self) -> dt.datetime:
        """Where the twelve months begin that end with it."""
        after = self.ends_on + dt.timedelta(days=1)
        return start_of_day(after.replace(year=after.year - 1, day=min(after.day, 28)))


def ended_weeks(today: dt.date, *, count: int) -> list[Period]:
    """Return the last weeks, Monday to Sunday, that had ended before a day, the oldest first."""
    monday = today - dt.timedelta(days=today.weekday())
    starts = [monday - dt.timedelta(weeks=weeks) for weeks in range(count, 0, -1)]
    return [Period(starts_on=start, ends_on=start + dt.timedelta(days=6)) for start in starts]


def ended_months(today: dt.date, *, count: int) -> list[Period]:
    """Return the last calendar months that had ended before a day, the oldest first."""
    months: list[Period] = []
    first = today.replace(day=1)
    for _ in range(count):
        last = first - dt.timedelta(days=1)
        first = last.replace(day=1)
        months.insert(0, Period(starts_on=first, ends_on=last))
    return months
