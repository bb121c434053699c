"""When nobody is written to. London's wall clock decides; the table is by hand, in UTC as the rows have it."""

import datetime as dt

import pytest

from notifications.quiet import FOR_PEOPLE, QuietHours, not_before

NIGHT = QuietHours(begins=dt.time(19), ends=dt.time(7, 30))
LUNCH = QuietHours(begins=dt.time(12), ends=dt.time(13))
WORKING_DAYS = QuietHours(begins=dt.time(18), ends=dt.time(8), on_days_off=True)
TO_THE_FRACTION = QuietHours(begins=dt.time(22), ends=dt.time(6, 0, 0, 500_000))
AUTUMN = QuietHours(begins=dt.time(22), ends=dt.time(1, 15))
"""Ends in the hour which comes twice when summer time ends."""


@pytest.mark.parametrize(
    ("at", "quiet", "expected"),
    [
        # In winter London's clock is UTC; 2026-11-25 is a Wednesday.
        ("2026-11-25 12:00", None, "2026-11-25 12:00"),
        ("2026-11-25 12:00", NIGHT, "2026-11-25 12:00"),
        ("2026-11-25 18:59", NIGHT, "2026-11-25 18:59"),
        ("2026-11-25 19:00", NIGHT, "2026-11-26 07:30"),
        ("2026-11-25 23:59", NIGHT, "2026-11-26 07:30"),
        ("2026-11-26 00:00", NIGHT, "2026-11-26 07:30"),
        ("2026-11-26 07:29", NIGHT, "2026-11-26 07:30"),
        ("2026-11-26 07:30", NIGHT, "2026-11-26 07:30"),
        ("2026-11-25 12:30", LUNCH, "2026-11-25 13:00"),
        ("2026-11-25 13:00", LUNCH, "2026-11-25 13:00"),
        ("2026-11-25 11:59", LUNCH, "2026-11-25 11:59"),
        # In summer it is an hour ahead of UTC.
        ("2026-07-01 18:30", NIGHT, "2026-07-02 06:30"),
        ("2026-07-01 17:59", NIGHT, "2026-07-01 17:59"),
        ("2026-07-01 19:00", FOR_PEOPLE, "2026-07-02 07:00"),
        ("2026-07-01 18:59", FOR_PEOPLE, "2026-07-01 18:59"),
        # Friday evening to Monday morning; Christmas Day and Boxing Day 2026 (a Friday and a Saturday) to the Tuesday,
        # for the Monday is a bank holiday in lieu.
        ("2026-11-27 17:59", WORKING_DAYS, "2026-11-27 17:59"),
        ("2026-11-27 18:00", WORKING_DAYS, "2026-11-30 08:00"),
        ("2026-11-28 12:00", WORKING_DAYS, "2026-11-30 08:00"),
        ("2026-11-29 23:00", WORKING_DAYS, "2026-11-30 08:00"),
        ("2026-12-24 18:00", WORKING_DAYS, "2026-12-29 08:00"),
        ("2026-12-25 10:00", QuietHours(begins=dt.time(12), ends=dt.time(13), on_days_off=True), "2026-12-29 00:00"),
        # The night in which the clocks go forward is an hour shorter; the one in which they go back is longer.
        ("2027-03-27 22:00", NIGHT, "2027-03-28 06:30"),
        ("2026-10-24 20:00", NIGHT, "2026-10-25 07:30"),
        # Whoever writes a time to the fraction of a second is waited for to that fraction, and no longer.
        ("2026-11-25 05:00", TO_THE_FRACTION, "2026-11-25 06:00:00.500000"),
        ("2026-11-25 23:00", TO_THE_FRACTION, "2026-11-26 06:00:00.500000"),
        # 01:10 comes twice on 2026-10-25: at 00:10 and at 01:10 UTC.
        ("2026-10-25 00:10", AUTUMN, "2026-10-25 00:15"),
        ("2026-10-25 01:10", AUTUMN, "2026-10-25 01:15"),
    ],
)
def test_the_first_moment_that_is_not_quiet(at: str, quiet: QuietHours | None, expected: str) -> None:
    assert not_before(_utc(at), quiet) == _utc(expected)


def test_it_never_goes_back_and_never_ends_in_a_quiet_moment() -> None:
    """Every quarter of an hour of the days around both changes of the clock."""
    for first in ("2026-10-24 00:00", "2027-03-27 00:00", "2026-12-23 00:00"):
        for quarter in range(4 * 24 * 4):
            at = _utc(first) + quarter * dt.timedelta(minutes=15)
            for quiet in (NIGHT, LUNCH, WORKING_DAYS, FOR_PEOPLE, AUTUMN, TO_THE_FRACTION):
                then = not_before(at, quiet)
                assert then >= at
                assert not_before(then, quiet) == then


def test_quiet_hours_that_could_mean_always_are_refused() -> None:
    with pytest.raises(ValueError, match="another end"):
        QuietHours(begins=dt.time(8), ends=dt.time(8))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        not_before(dt.datetime(2026, 11, 25, 12), NIGHT)  # noqa: DTZ001 - that is the point


def _utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
