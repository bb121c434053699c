"""Somebody who reads the directory says that it is wrong: the editors are told, and nothing changes until they look."""

import datetime as dt

import pytest
from django.test import Client

from core.throttling import PublicDoorThrottle
from notifications.models import OutboxMessage
from services_directory.models import ReaderReport, Service
from services_directory.services.reader_reports import MOST_OPEN
from services_directory.services.rounds import check_listings
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def told():
    return list(OutboxMessage.objects.filter(template="listing_reported").values_list("recipient", flat=True))


@pytest.fixture
def page_of(cast):
    """The address at which somebody says what is wrong with the walking group."""
    return f"/directory/{cast.walking.pk}/wrong/"


def test_a_neighbour_says_that_the_group_has_moved_and_an_editor_looks(cast, page_of, browser_of, read):
    anybody, editor = Client(), browser_of(cast.editor)
    before = Service.objects.values().get(pk=cast.walking.pk)
    assert page_of in read(anybody, f"/directory/{cast.walking.pk}/").links
    assert "We do not ask who you are." in read(anybody, page_of).text
    for empty, words in (({}, "Choose what is wrong."), ({"finding": "other"}, "Say in a few words what is wrong.")):
        refused = anybody.post(page_of, empty)
        assert (refused.status_code, words in refused.content.decode()) == (400, True)
    assert (ReaderReport.objects.count(), told()) == (0, [])

    answer = anybody.post(page_of, {"finding": "place", "note": "They meet at the <Mill> now."})
    assert answer.headers["Location"] == f"{page_of}thanks/"
    assert (
        "The editors of the directory look at what you wrote about Walking group."
        in read(anybody, answer.headers["Location"]).text
    )
    anybody.post(page_of, {"finding": "times"})
    assert told() == ["public-health@inbox.example"]  # once a day, however many say so
    assert Service.objects.values().get(pk=cast.walking.pk) == before

    found = read(editor, "/directory/figures/").section("readers")
    assert "Walking group" in found
    assert found.endswith("The day or the time The place: They meet at the <Mill> now.")
    assert "Mill" not in read(browser_of(cast.manager), "/directory/figures/").html

    # The editor has looked, and vouches for it as it is now: nothing waits any more.
    kept = f"/directory/listings/{cast.walking.pk}/"
    assert kept in read(editor, "/directory/figures/").links
    page = read(editor, kept)
    assert page.section("readers").startswith(
        "What readers say Tuesday 3 November 2026 The day or the time Tuesday 3 November 2026 The place: They meet"
    )
    assert f"{kept}change/" in page.links
    assert "Mill" not in read(browser_of(cast.provider), f"/providing/listings/{cast.walking.pk}/").html
    assert editor.post(kept, {"answer": "still_right"}).headers["Location"] == "/directory/figures/"
    assert read(editor, "/directory/figures/").section("readers") == "Readers say that something is wrong None."
    assert Client().get(kept).status_code == 302
    assert [browser_of(each).get(kept).status_code for each in (cast.befriender, cast.link_worker)] == [404, 404]


def test_how_many_wait_has_a_limit_and_they_are_deleted_after_half_a_year(cast, page_of):
    ReaderReport.objects.bulk_create(
        ReaderReport(reference=f"V-{number}", service=cast.walking, finding="closed", at=NOW)
        for number in range(MOST_OPEN)
    )
    assert Client().post(page_of, {"finding": "closed"}).status_code == 302
    assert (ReaderReport.objects.count(), told()) == (MOST_OPEN, [])
    check_listings(at=NOW + dt.timedelta(days=182))
    assert ReaderReport.objects.count() == MOST_OPEN
    check_listings(at=NOW + dt.timedelta(days=183))
    assert ReaderReport.objects.count() == 0


def test_the_same_over_http_and_not_too_often_from_one_address(cast, page_of, client, monkeypatch):
    url = f"/api/v1/services/{cast.walking.pk}/reports/"
    monkeypatch.setitem(PublicDoorThrottle.THROTTLE_RATES, "report-listing", "4/hour")
    wrong = client.post(url, {"finding": "weather", "name": "Jo"}, content_type="application/json")
    assert (wrong.status_code, sorted(wrong.json()["errors"])) == (400, ["name"])
    answer = client.post(url, {"finding": "cost", "note": "It is free."}, content_type="application/json")
    assert (answer.status_code, len(answer.json()["what_happens_next"])) == (202, 2)
    assert [(each.finding, each.note) for each in ReaderReport.objects.all()] == [("cost", "It is free.")]
    Service.objects.filter(pk=cast.walking.pk).update(status="inactive")
    assert client.post(url, {"finding": "cost"}, content_type="application/json").status_code == 404
    assert client.get(page_of).status_code == 404
    Service.objects.filter(pk=cast.walking.pk).update(status="active")
    assert client.post(page_of, {"finding": "cost"}).status_code == 302  # page and API count together
    refused = client.post(page_of, {"finding": "place", "note": "At the Mill."})
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    assert "At the Mill." in refused.content.decode()
    assert ReaderReport.objects.count() == 2
