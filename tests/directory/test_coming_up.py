"""When a service next happens, by its schedules."""

import datetime as dt

import pytest

from services_directory.coming_up import next_session

TUESDAY_9 = dt.datetime(2026, 11, 3, 9)  # noqa: DTZ001 - by the clock on the wall
WEEKLY = {"freq": "WEEKLY", "interval": 1, "byday": "TU,FR", "opens_at": "10:00:00"}


@pytest.mark.parametrize(
    ("schedule", "on"),
    [
        (WEEKLY, "2026-11-03"),
        (WEEKLY | {"opens_at": "09:00:00"}, "2026-11-06"),  # it has begun
        (WEEKLY | {"opens_at": "10:00+01:00"}, "2026-11-03"),  # by the clock on the wall, as the open data write it
        (WEEKLY | {"interval": 2, "dtstart": "2026-10-27"}, "2026-11-10"),
        (WEEKLY | {"dtstart": "2026-12-01"}, "2026-12-01"),
        (WEEKLY | {"valid_from": "2026-11-20"}, "2026-11-20"),
        (WEEKLY | {"valid_to": "2026-11-02"}, None),
        (WEEKLY | {"until": "2026-11-03"}, "2026-11-03"),
        ({"freq": "MONTHLY", "byday": "2MO"}, "2026-11-09"),
        ({"freq": "MONTHLY", "bymonthday": "31"}, "2026-12-31"),
        ({"freq": "WEEKLY", "byday": "XX"}, None),
        ({"freq": "WEEKLY"}, None),  # nobody has said on which day
        ({"freq": "", "byday": "MO", "description": "Mondays"}, None),
        ({"freq": "WEEKLY", "byday": "MO", "dtstart": "2028-01-03"}, None),
    ],
)
def test_the_next_session_of_a_schedule(schedule, on):
    found = next_session([schedule], after=TUESDAY_9)
    assert (found.on.isoformat() if found else None) == on


def test_of_several_schedules_the_first_that_comes_up_and_where():
    found = next_session(
        [WEEKLY, {"freq": "WEEKLY", "byday": "TU", "opens_at": "09:30:00", "service_at_location_id": "hall"}],
        after=TUESDAY_9,
    )
    assert found is not None
    assert (found.opens_at, found.place) == (dt.time(9, 30), "hall")
