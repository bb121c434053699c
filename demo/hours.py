"""When people work: moments on working days of England, between eight and six. Nothing here reads the clock."""

import datetime as dt
from random import Random

from core.clocks import LONDON, add_working_days, is_working_day, local_day

OPENS = 8 * 60
CLOSES = 18 * 60
"""Minutes of the day, in England."""
PAUSE = 6
"""Minutes between two things that one person does, at least."""


def moment(day: dt.date, minute: int) -> dt.datetime:
    """Return a minute of a day in England as a moment."""
    return dt.datetime.combine(day, dt.time(minute // 60, minute % 60), LONDON).astimezone(dt.UTC)


def on_day(rng: Random, day: dt.date) -> dt.datetime:
    """Return a moment in the working hours of a day, or of the first working day after it."""
    return moment(add_working_days(day, 0), rng.randrange(OPENS + 10, CLOSES - 30))


def later(rng: Random, at: dt.datetime, least: int, most: int) -> dt.datetime:
    """Return a moment from `least` to `most` working days after another, and after it in any case."""
    today = local_day(at)
    day = add_working_days(today, rng.randint(least, most))
    if day > today:
        return on_day(rng, day)
    clock = at.astimezone(LONDON)
    earliest = max(OPENS, clock.hour * 60 + clock.minute) + PAUSE
    if earliest >= CLOSES - PAUSE:
        return on_day(rng, add_working_days(today, 1))
    return moment(day, rng.randrange(earliest, CLOSES - 1))


def in_days(rng: Random, at: dt.datetime, least: int, most: int) -> dt.datetime:
    """Return a working moment about so many days of the calendar after another (at least one)."""
    return on_day(rng, local_day(at) + dt.timedelta(days=rng.randint(least, most)))


def working_days_before(day: dt.date, count: int) -> dt.date:
    """Return the working day that lies `count` working days before a day (1: the last one before it)."""
    for _ in range(count):
        day -= dt.timedelta(days=1)
        while not is_working_day(day):
            day -= dt.timedelta(days=1)
    return day
