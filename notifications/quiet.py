"""When people are left in peace. Pure arithmetic on given moments: nothing here reads the clock."""

import datetime as dt
from dataclasses import dataclass

from core.clocks import LONDON, is_working_day


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """From when to when nobody is written to, by the clock on the wall in England.

    `begins` may be later than `ends`: the hours then span midnight. What is due at `ends` itself goes out.

    :raises ValueError: if they begin when they end: that could mean never or always.
    """

    begins: dt.time
    ends: dt.time
    on_days_off: bool = False
    """Whether the whole of each day is quiet that is no working day of England."""

    def __post_init__(self) -> None:
        if self.begins == self.ends:
            raise ValueError("Quiet hours need a beginning and another end.")


FOR_PEOPLE = QuietHours(begins=dt.time(20), ends=dt.time(8))
"""When a person who is referred gets no text and no email: from eight in the evening to eight in the morning."""


def not_before(at: dt.datetime, quiet: QuietHours | None) -> dt.datetime:
    """Return the first moment from `at` on that is not quiet: `at` itself, where it is none.

    :raises ValueError: if `at` is naive.
    """
    if at.tzinfo is None:
        raise ValueError("A time needs its time zone.")
    if quiet is None:
        return at
    local = at.astimezone(LONDON)
    while (later := _later(local, quiet)) is not None:
        local = later
    # Compared as moments: two times of one zone are compared by the wall, which an hour of autumn says twice.
    moment = local.astimezone(dt.UTC)
    return moment if moment > at.astimezone(dt.UTC) else at


def _later(local: dt.datetime, quiet: QuietHours) -> dt.datetime | None:
    """Return the end of the quiet spell in which a local time lies, as far as one rule knows; None outside."""
    if quiet.on_days_off and not is_working_day(local.date()):
        return dt.datetime.combine(local.date() + dt.timedelta(days=1), dt.time(), tzinfo=LONDON)
    now = local.time()
    spans_midnight = quiet.begins > quiet.ends
    if spans_midnight and now >= quiet.begins:
        return dt.datetime.combine(local.date() + dt.timedelta(days=1), quiet.ends, tzinfo=LONDON)
    if now < quiet.ends and (spans_midnight or now >= quiet.begins):
        # Replaced and not combined: in the hour that comes twice it is the same of both.
        end = quiet.ends
        return local.replace(hour=end.hour, minute=end.minute, second=end.second, microsecond=end.microsecond)
    return None
