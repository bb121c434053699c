"""What an import brings is judged by that import: nobody waits for Monday to learn how old a listing is."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services_directory.models import ListingTrust, Service, ServiceEntry
from services_directory.services import check_search_index, import_feed

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
TUESDAY, WEDNESDAY = (MONDAY + dt.timedelta(days=days) for days in (1, 2))


def load(*records, at=MONDAY, **how):
    return import_feed(feed_name="Libraries", source="x", records=records, at=at, **how)


def judged():
    """Return by name: the score, the label, and when it was judged."""
    rows = Service.objects.order_by("name").values_list("name", "trust_score", "trust_label", "judgement__judged_at")
    return {name: told for name, *told in rows}


def test_a_new_listing_is_judged_by_what_its_publisher_says_of_its_age(record):
    # Second hand, so half of 100; on 2 November the first is two half-lives of 182 days old, the second is of today.
    load(
        record("Walks", last_modified="2025-11-03T09:00:00Z"),
        record("Chess", last_modified="2026-11-02T08:00:00Z"),
        record("Bingo", last_modified=None),
    )

    assert judged() == {
        "Bingo": [0, "Nobody has checked this listing", MONDAY],
        "Chess": [50, "Published in November 2026, not checked here", MONDAY],
        "Walks": [12, "Published in November 2025, not checked here", MONDAY],
    }
    assert dict(Service.objects.values_list("name", "is_stale")) == {"Bingo": True, "Chess": False, "Walks": False}
    assert ListingTrust.objects.get(service__name="Walks").words == (
        "Libraries published it on 3 November 2025; nobody has checked it here."
    )
    assert dict(ServiceEntry.objects.values_list("service__name", "trust_score")) == {
        "Bingo": 0, "Chess": 50, "Walks": 12
    }  # fmt: skip
    assert check_search_index() == []


def test_a_changed_listing_is_judged_anew_and_what_is_as_it_was_is_left_alone(record):
    load(record("Walks"), record("Chess", last_modified="2025-11-03T09:00:00Z"))
    before = judged()["Walks"]

    load(record("Walks"), record("Chess", last_modified="2026-11-03T07:00:00Z"), at=TUESDAY)

    assert judged() == {"Walks": before, "Chess": [50, "Published in November 2026, not checked here", TUESDAY]}
    assert check_search_index() == []


def test_a_date_of_the_future_counts_as_the_day_of_the_import(record):
    load(record("Walks", last_modified="2031-01-01T00:00:00Z"))

    assert judged() == {"Walks": [50, "Published in November 2026, not checked here", MONDAY]}


def test_a_listing_that_comes_back_is_judged_again(record):
    load(record("Walks"), record("Chess"))
    load(record("Walks"), at=TUESDAY)

    load(record("Walks"), record("Chess"), at=WEDNESDAY)

    assert {name: at for name, (_, _, at) in judged().items()} == {"Walks": MONDAY, "Chess": WEDNESDAY}


def test_judging_takes_as_many_statements_for_many_as_for_few(record):
    def statements(name, count):
        with CaptureQueriesContext(connection) as asked:
            load(*(record(f"{name} {number}") for number in range(count)), is_partial=True)
        return len(asked)

    load(record("Walks"))
    few, many = statements("Few", 2), statements("Many", 60)

    assert many == few
    assert Service.objects.filter(trust_score=None).count() == 0
