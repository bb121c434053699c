"""Single values as Open Referral UK writes them. Pure; "" or None is what has no value, and is left out (`kept`)."""

import datetime as dt
import math
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

LONDON = ZoneInfo("Europe/London")
ANY_DAY = dt.date(2024, 1, 1)
"""From which a rule is followed that says no day to begin on."""
YEARS_LOOKED_AT = 10
_WRITTEN = "!#$%&'()*+,/:;=?@~"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_is_email = EmailValidator()


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that say something: an optional field without a value is left out, never null or empty."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {})}


@lru_cache(maxsize=4096)
def uri(written: str) -> str:
    """Return a URI with its odd characters escaped (RFC 3986), or "" for what is none."""
    try:
        parts = urlsplit(written)
        _ = parts.port
    except ValueError:
        return ""
    named = parts.netloc if parts.scheme in {"http", "https"} else parts.path
    if not parts.scheme or not named or re.search(r"\s", written):
        return ""
    escaped = quote(_LONE_PERCENT.sub("%25", written), safe=_WRITTEN)
    head, hash_, fragment = escaped.partition("#")
    return head + hash_ + fragment.replace("#", "%23")


@lru_cache(maxsize=4096)
def email(written: str) -> str:
    """Return an email address, or "" for what is none."""
    try:
        _is_email(written)
    except ValidationError:
        return ""
    return written if written.isascii() and '"' not in written else ""


def number(value: Any) -> int | float | None:
    """Return a number without a needless fraction."""
    if value is None:
        return None
    found = float(value)
    if not math.isfinite(found):
        return None
    return int(found) if found.is_integer() else found


def moment(value: dt.datetime | None) -> str:
    """Return a moment in UTC."""
    return "" if value is None else value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def date(value: dt.date | None) -> str:
    """Return a date."""
    return "" if value is None else value.isoformat()


def clock(value: dt.time | None, offset: str, on: dt.date | None) -> str:
    """Return a time by the clock on the wall with its offset from UTC.

    :param offset: as its source wrote it; where it wrote none, London's on the day on which the schedule begins, or
        `Z` where it says no day.
    """
    if value is None:
        return ""
    written = value.isoformat(timespec="seconds" if value.second else "minutes")
    if not offset:
        ahead = dt.datetime.combine(on, value, LONDON).utcoffset() if on else None
        offset = f"+{int(ahead.total_seconds()) // 3600:02}:00" if ahead else "Z"
    return written + offset


@lru_cache(maxsize=4096)
def comes_up(rule: str, dtstart: dt.date | None, first: dt.date | None, last: dt.date | None) -> bool:
    """Whether a recurrence rule (without COUNT and UNTIL) can be read, and comes up between two days (RFC 5545)."""
    begin = dtstart or first or ANY_DAY
    after = max(begin, first or begin)
    # A rule that names the 31st and the second Monday never comes up, and looking for it must end.
    end = min(last or dt.date.max, dt.date(min(after.year + YEARS_LOOKED_AT, 9999), 12, 31))
    if end < after:
        return False
    try:
        found = rrulestr(f"{rule};UNTIL={end.year:04}{end:%m%d}", dtstart=dt.datetime.combine(begin, dt.time()))
        return found.after(dt.datetime.combine(after, dt.time()), inc=True) is not None
    except (ValueError, OverflowError):
        return False
