"""Who is asked how they are is measured, too: the week of a measure says at which follow-up it was taken."""

import datetime as dt

import pytest

from referrals.models import MeasureResponse, ReferralEvent
from referrals.selectors.follow_ups import weeks_of
from tests.follow_ups.conftest import on

FEBRUARY = dt.date(2027, 2, 2)
WELL = {
    "months": 3, "result": "reached", "mechanism": "02", "still_active": "here", "since_the_start": "same",
}  # fmt: skip


@pytest.fixture
def rose(done):
    """Rose has completed a programme that reviews at 6 weeks, and her case has closed."""
    return done


def measured(client, onward, point):
    said = {"measure": "active_days", "mode": "telephone", "point": point, "answers": {"days": 5}}
    return client.post(f"/api/v1/onward-referrals/{onward.reference}/measures/", said)


def points(client, onward):
    rows = client.get(f"/api/v1/onward-referrals/{onward.reference}/follow-ups/points/").json()["points"]
    return {row["months"]: row["measures"] for row in rows}


@pytest.mark.parametrize(("months", "weeks"), [(1, 4), (3, 13), (6, 26), (9, 39), (12, 52), (24, 104)])
def test_each_month_has_its_week(months, weeks):
    assert weeks_of(months) == weeks


def test_a_measure_of_a_follow_up_is_taken_after_the_case_has_closed(pat, rose, time_machine):
    on(time_machine, FEBRUARY)
    assert measured(pat, rose, 13).status_code == 201
    assert points(pat, rose) == {3: ["active_days"], 6: [], 12: []}
    answer = pat.post(f"/api/v1/onward-referrals/{rose.reference}/follow-ups/", WELL)
    assert answer.status_code == 201
    assert measured(pat, rose, 13).json()["code"] == "already_taken"  # once at each point, as before


@pytest.mark.parametrize("point", [None, 0, 6, 26])
def test_any_other_is_refused_as_before(pat, rose, time_machine, point):
    on(time_machine, FEBRUARY)
    before = ReferralEvent.objects.count()
    refused = measured(pat, rose, point)
    assert (refused.status_code, refused.json()["code"]) == (409, "referral_ended")
    assert (MeasureResponse.objects.count(), ReferralEvent.objects.count()) == (0, before)


def test_who_does_not_want_to_be_asked_is_not_measured(pat, rose, time_machine):
    on(time_machine, FEBRUARY)
    no = {"months": 3, "result": "declined", "mechanism": "02"}
    assert pat.post(f"/api/v1/onward-referrals/{rose.reference}/follow-ups/", no).status_code == 201
    assert measured(pat, rose, 13).status_code == 409
    assert MeasureResponse.objects.count() == 0
