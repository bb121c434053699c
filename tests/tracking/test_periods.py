"""Weeks and months by the calendar of England."""

import datetime as dt

from insights.periods import Period, ended_months, ended_weeks


def test_the_week_in_which_the_clocks_go_back_has_an_hour_more():
    (week,) = ended_weeks(dt.date(2026, 10, 26), count=1)
    assert (week.starts_on, week.ends_on) == (dt.date(2026, 10, 19), dt.date(2026, 10, 25))
    assert week.starts_at == dt.datetime(2026, 10, 18, 23, tzinfo=dt.UTC)
    assert week.ends_at == dt.datetime(2026, 10, 26, tzinfo=dt.UTC)


def test_a_sunday_is_still_in_its_week():
    assert [week.ends_on for week in ended_weeks(dt.date(2026, 11, 8), count=2)] == [
        dt.date(2026, 10, 25), dt.date(2026, 11, 1),
    ]  # fmt: skip


def test_months_over_the_turn_of_the_year():
    assert ended_months(dt.date(2027, 2, 1), count=3) == [
        Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 30)),
        Period(starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2026, 12, 31)),
        Period(starts_on=dt.date(2027, 1, 1), ends_on=dt.date(2027, 1, 31)),
    ]
    assert ended_months(dt.date(2028, 3, 1), count=1)[0].year_starts_at == dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
