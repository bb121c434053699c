"""A scheme says at which months it asks; a programme does as is usual, and what is no programme asks nobody."""

import datetime as dt

import pytest

from referrals.models import FollowUpClock, FollowUpPlan
from services_directory.models import Service

USUAL = {"months": [3, 6, 12], "window_days": 28, "changed_by": "", "changed_at": None}
NOBODY = USUAL | {"months": []}


def url(service):
    return f"/api/v1/services/{service.pk}/follow-ups/"


def clock():
    return list(FollowUpClock.objects.order_by("pk").values_list("months", "due_on", "closes_on"))


def test_a_programme_asks_at_3_6_and_12_months_and_a_group_without_reviews_asks_nobody(cast, as_user, onward_at):
    pat = as_user(cast.provider)
    assert pat.get(url(cast.scheme)).json() == USUAL
    assert (pat.get(url(cast.walking)).json(), pat.get(url(cast.leaflet)).json()) == (NOBODY, NOBODY)
    onward_at("completed")
    assert clock() == []


def test_the_provider_chooses_and_it_counts_for_the_next_day_that_is_set(cast, as_user, onward_at, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC), tick=False)
    pat = as_user(cast.provider)
    chosen = pat.put(url(cast.walking), {"months": [12, 4, 4], "window_days": 40})
    assert (chosen.status_code, chosen.json()) == (
        200,
        {
            "months": [4, 12], "window_days": 40, "changed_by": "Pat Active",
            "changed_at": "2026-11-01T09:00:00Z",
        },
    )  # fmt: skip
    onward_at("completed")
    first = (4, dt.date(2027, 3, 2), dt.date(2027, 4, 11))
    assert clock() == [first]
    assert pat.put(url(cast.walking), {"months": []}).status_code == 200
    assert clock() == [first]  # the day that was set stays
    onward_at("left_early")
    assert clock() == [first]


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead", "befriender", "manager", "outsider"])
def test_everybody_reads_and_others_set_nothing(cast, as_user, who):
    client = as_user(getattr(cast, who))
    assert client.get(url(cast.scheme)).json() == USUAL
    assert client.put(url(cast.scheme), {"months": [1]}).status_code == 403
    assert FollowUpPlan.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"months": [0]}, "months.0"), ({"months": [3, 61]}, "months.1"), ({"months": "3"}, "months"), ({}, "months"),
        ({"months": list(range(1, 12))}, "months"), ({"months": [3], "window_days": 6}, "window_days"),
        ({"months": [3], "window_days": 91}, "window_days"), ({"months": [3], "asked_by": "team"}, "asked_by"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_refused(cast, as_user, said, field):
    refused = as_user(cast.provider).put(url(cast.walking), said)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert FollowUpPlan.objects.count() == 0


def test_of_two_who_change_it_at_once_the_second_reads_again(cast, as_user):
    pat = as_user(cast.provider)
    etag = pat.get(url(cast.walking)).headers["ETag"]
    first = pat.put(url(cast.walking), {"months": [3]}, headers={"If-Match": etag})
    second = pat.put(url(cast.walking), {"months": [6]}, headers={"If-Match": etag})
    assert (first.status_code, second.status_code, pat.get(url(cast.walking)).json()["months"]) == (200, 412, [3])


def test_there_is_none_of_a_service_that_there_is_not(cast, as_user):
    Service.objects.filter(pk=cast.leaflet.pk).delete()
    assert as_user(cast.provider).get(url(cast.leaflet)).status_code == 404
