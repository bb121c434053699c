"""The first figures: each person sees their own side's, a commissioner everybody's without small numbers."""

import datetime as dt

import pytest
from django.db.models import Sum

from insights.disclosure import safe_count, share
from insights.models import UptakeCount, UptakeTotal
from insights.selectors import STAGES
from insights.services import count_uptake
from insights.tasks import count_uptake as nightly

URL = "/api/v1/insights/uptake/?since=2026-11-01&until=2026-11-30"


@pytest.fixture
def counted(cast, onward_at, scene, now, time_machine):
    """Five people sent to walking, one to visiting; each got as far as its status says."""
    time_machine.move_to(now)

    def tell():
        for status in ("sent", "declined", "not_started", "completed", "left_early"):
            onward_at(status)
        onward_at("sent", service=cast.visiting)

    scene("six people sent onward", tell)
    count_uptake(at=now)


def row(name, referred, accepted, started, completed, left_early, uptake, completion):
    return {
        "name": name, "referred": referred, "accepted": accepted, "started": started, "completed": completed,
        "left_early": left_early, "uptake": uptake, "completion": completion,
    }  # fmt: skip


def rows_of(answer):
    return [{name: value for name, value in each.items() if name != "id"} for each in answer.json()["results"]]


WALKING = row("Walking group", 5, 3, 2, 1, 1, 0.667, 0.5)
VISITING = row("Visiting", 1, 0, 0, 0, 0, None, None)
PROVIDER_SEES = {"provider": [WALKING], "befriender": [VISITING], "hub_worker": [], "outsider": []}


@pytest.mark.parametrize("who", ["link_worker", "lead", "gp"])
def test_those_who_see_the_referrals_see_exact_figures(who, cast, counted, as_user):
    answer = as_user(getattr(cast, who)).get(URL)
    assert rows_of(answer) == [VISITING, WALKING]
    total = {name: value for name, value in row("", 6, 3, 2, 1, 1, 0.667, 0.5).items() if name != "name"}
    assert answer.json()["total"] == total
    by_practice = as_user(getattr(cast, who)).get(f"{URL}&by=referring_organization")
    assert rows_of(by_practice) == [row("Vale Practice", 6, 3, 2, 1, 1, 0.667, 0.5)]


@pytest.mark.parametrize("who", list(PROVIDER_SEES))
def test_a_provider_sees_its_own_programmes_only(who, cast, counted, as_user):
    assert rows_of(as_user(getattr(cast, who)).get(URL)) == PROVIDER_SEES[who]


def test_a_commissioner_sees_no_small_number(cast, counted, as_user):
    answer = as_user(cast.manager).get(URL)
    assert rows_of(answer) == [
        row("Visiting", None, 0, 0, 0, 0, None, None),
        row("Walking group", None, None, None, None, None, None, None),
    ]
    assert answer.json()["total"] == {
        "referred": None, "accepted": None, "started": None, "completed": None, "left_early": None,
        "uptake": None, "completion": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, 0),
        (1, None),
        (7, None),
        (8, 10),
        (11, 10),
        (12, 10),
        (13, 15),
        (17, 15),
        (18, 20),
        (1002, 1000),
        (1003, 1005),
    ],
)
def test_counts_of_one_to_seven_are_not_shown_and_others_are_rounded_to_five(count, shown):
    assert safe_count(count) == shown


def test_a_share_of_what_is_not_shown_is_not_shown():
    assert [share(5, 10), share(None, 10), share(5, None), share(0, 0)] == [0.5, None, None, None]


def test_another_month_is_another_figure(cast, counted, as_user):
    assert rows_of(as_user(cast.lead).get("/api/v1/insights/uptake/?since=2026-09-01&until=2026-10-31")) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("by=postcode", "by"),
        ("since=2026-11-01&until=2026-10-01", "until"),
        ("since=2026-12-01", "until"),
        ("until=0001-06-01", "until"),
        ("until=9999-12-31", "until"),
        ("since=0001-01-01", "since"),
        ("since=2100-01-02&until=2100-01-01", "since"),
    ],
)
def test_a_question_that_means_nothing_is_refused(query, field, cast, as_user):
    answer = as_user(cast.manager).get(f"/api/v1/insights/uptake/?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_the_first_day_that_a_period_may_end_with(cast, as_user):
    body = as_user(cast.lead).get("/api/v1/insights/uptake/?until=2000-01-01").json()
    assert (body["since"], body["until"]) == ("1999-01-01", "2000-01-01")


def test_each_figure_has_its_definition_beside_it(cast, counted, as_user, now):
    body = as_user(cast.lead).get(URL).json()
    assert set(body["total"]) <= set(body["definitions"])
    assert dt.datetime.fromisoformat(body["counted_at"]) == now


def test_counting_twice_changes_nothing_but_the_time(cast, counted):
    before = list(UptakeCount.objects.order_by("month", "service_id").values_list("service_id", "referred", "started"))
    nightly()
    after = list(UptakeCount.objects.order_by("month", "service_id").values_list("service_id", "referred", "started"))
    assert after == before


def test_the_totals_over_all_teams_are_the_sums_of_the_counts_whatever_they_are_told_apart_by(cast, counted):
    def sums(rows):
        return rows.aggregate(**{stage: Sum(stage) for stage in STAGES})

    of_counts = sums(UptakeCount.objects.all())
    assert of_counts == {"referred": 6, "accepted": 3, "started": 2, "completed": 1, "left_early": 1}
    assert {by: sums(UptakeTotal.objects.filter(by=by)) for by in UptakeTotal.BY} == dict.fromkeys(
        UptakeTotal.BY, of_counts
    )


def test_a_night_writes_only_the_counts_that_have_changed(cast, counted, onward_at, now):
    before = dict(UptakeCount.objects.values_list("service__name", "pk"))
    onward_at("sent", service=cast.visiting)
    assert count_uptake(at=now + dt.timedelta(days=1)) == 2

    after = dict(UptakeCount.objects.values_list("service__name", "pk"))
    assert after["Walking group"] == before["Walking group"]
    assert after["Visiting"] != before["Visiting"]
    visiting = UptakeCount.objects.get(service=cast.visiting)
    assert visiting.referred == 2
    assert set(UptakeTotal.objects.values_list("counted_at", flat=True)) == {now + dt.timedelta(days=1)}


def test_what_was_entered_in_error_does_not_count(cast, onward_at, as_user, now):
    onward = onward_at("started")
    as_user(cast.lead).post(f"/api/v1/referrals/{onward.referral.reference}/enter-in-error/", {"reason": "test_entry"})
    assert count_uptake(at=now) == 0
