"""Working days of England. Pure arithmetic on given dates: nothing here reads the clock."""

import datetime as dt
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")


def local_day(at: dt.datetime) -> dt.date:
    """Return the calendar day in England at a moment."""
    return at.astimezone(LONDON).date()


def start_of_day(day: dt.date) -> dt.datetime:
    """Return the moment at which a calendar day begins in England."""
    return dt.datetime.combine(day, dt.time(), tzinfo=LONDON)


@cache
def _bank_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("GB", subdiv="ENG")


def is_working_day(day: dt.date) -> bool:
    """Whether `day` is Monday to Friday and no bank holiday of England."""
    return day.weekday() < 5 and day not in _bank_holidays()


def add_working_days(day: dt.date, count: int) -> dt.date:
    """Return the date `count` working days after `day` (0 gives the first working day on or after it).

    :raises ValueError: if `count` is negative.
    """
    if count < 0:
        raise ValueError("count must not be negative")
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    for _ in range(count):
        day += dt.timedelta(days=1)
        while not is_working_day(day):
            day += dt.timedelta(days=1)
    return day


def last_working_day(day: dt.date) -> dt.date:
    """Return the last working day on or before a day."""
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return day


@lru_cache(maxsize=4096)
def working_days_between(day: dt.date, later: dt.date) -> int:
    """Return how many working days there are after `day` until and with `later`; none if it is not later."""
    days = (day + dt.timedelta(days=number) for number in range(1, (later - day).days + 1))
    return sum(is_working_day(each) for each in days)


@cache
def last_breached(today: dt.date, grace: int) -> dt.date:
    """Return the latest day such that what was due on it is breached today: `grace` working days after it are over.

    Counted from the day itself, be it one off (a hold may be until a Saturday): nobody is told later for that.
    """
    day = today - dt.timedelta(days=1)
    while grace and add_working_days(day + dt.timedelta(days=1), grace - 1) >= today:
        day -= dt.timedelta(days=1)
    return day


FARTHEST_PLAN = dt.timedelta(days=731)
"""How far ahead anything is planned here: two years. A date beyond is a slip of the keyboard."""


def is_plannable(day: dt.date, *, today: dt.date) -> bool:
    """Whether a day can be when somebody next acts: today or later, within two years."""
    return today <= day <= today + FARTHEST_PLAN
