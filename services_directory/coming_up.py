"""When a service next happens, worked out from its schedules. Pure: the moment is given. A leaf."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dateutil.rrule import rrulestr

LOOKED_AHEAD = dt.timedelta(days=92)
"""A class that begins again after the longest holidays is still found; what comes later is no answer to "when?"."""


@dataclass(frozen=True, kw_only=True)
class ComingSession:
    """The next time that a service happens. `place`: the id of the service at that place; empty: at all of them."""

    on: dt.date
    opens_at: dt.time | None
    place: str = ""


def next_session(schedules: Iterable[Mapping[str, Any]], *, after: dt.datetime) -> ComingSession | None:
    """Return the first session that begins after a moment by the clock on the wall; None: no schedule says so.

    :param schedules: as the directory shows them, in the names of Open Referral: freq, interval, byday, opens_at …
    """
    found = [session for schedule in schedules if (session := _next_of(schedule, after)) is not None]
    return min(found, key=lambda session: (session.on, session.opens_at or dt.time.max), default=None)


def time_of(written: str | None) -> dt.time | None:
    """Return a time as the directory writes it, by the clock on the wall: "10:00:00", "10:00+01:00"."""
    return dt.time.fromisoformat(written).replace(tzinfo=None) if written else None


def _next_of(schedule: Mapping[str, Any], after: dt.datetime) -> ComingSession | None:
    freq, days = schedule.get("freq"), (schedule.get("byday") or "", schedule.get("bymonthday") or "")
    begins = _day(schedule.get("dtstart")) or _day(schedule.get("valid_from"))
    if not freq or not (any(days) or begins):
        return None
    opens_at = time_of(schedule.get("opens_at"))
    is_over_today = opens_at is not None and opens_at <= after.time()
    first = after.date() + dt.timedelta(days=1 if is_over_today else 0)
    first = max(first, _day(schedule.get("valid_from")) or first)
    ends = [day for name in ("until", "valid_to") if (day := _day(schedule.get(name)))]
    last = min([*ends, first + LOOKED_AHEAD])
    on = _comes_up(freq, schedule.get("interval") or 1, *days, begins or first, first, last)
    if on is None:
        return None
    return ComingSession(on=on, opens_at=opens_at, place=schedule.get("service_at_location_id") or "")


@lru_cache(maxsize=4096)
def _comes_up(
    freq: str, interval: int, byday: str, bymonthday: str, begins: dt.date, first: dt.date, last: dt.date
) -> dt.date | None:
    if last < first:
        return None
    parts = {"FREQ": freq, "INTERVAL": interval, "BYDAY": byday, "BYMONTHDAY": bymonthday, "UNTIL": f"{last:%Y%m%d}"}
    rule = ";".join(f"{name}={value}" for name, value in parts.items() if value)
    try:
        # From its beginning, so that "every second week" is counted from there; UNTIL lets the looking end.
        found = rrulestr(rule, dtstart=dt.datetime.combine(begins, dt.time()))
        at = found.after(dt.datetime.combine(first, dt.time()), inc=True)
    except (ValueError, OverflowError):
        return None
    return at.date() if at else None


def _day(written: str | dt.date | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if isinstance(written, str) and written else None
