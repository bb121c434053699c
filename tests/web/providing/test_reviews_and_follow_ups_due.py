"""What Pat is to do for those who take part, months after they began, stands on her home and in her inbox."""

import datetime as dt

import pytest

from services_directory.models import Service
from tests.web.scenes import supported

pytestmark = pytest.mark.django_db


def test_reviews_and_follow_ups_are_listed_when_they_can_be_held_the_longest_overdue_first(
    cast, onward_at, browser_of, read, time_machine, django_assert_num_queries
):
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13])
    rose = onward_at("started")
    away = onward_at("paused", referral=supported(cast, "Bea"))
    onward_at("accepted", referral=supported(cast, "Cal"))
    page = read(browser_of(cast.provider), "/")
    assert ("reviews" in page.sections, "follow-ups" in page.html) == (False, False)
    assert "No review is due in the next two weeks." in read(browser_of(cast.provider), "/providing/?show=reviews").text

    time_machine.move_to(dt.datetime(2027, 1, 17, 12, tzinfo=dt.UTC))  # 15 days before
    assert "reviews" not in read(browser_of(cast.provider), "/").sections
    time_machine.move_to(dt.datetime(2027, 1, 18, 12, tzinfo=dt.UTC))
    assert "OKAFOR, Rose Taking part Walking group 1 February 2027" in read(browser_of(cast.provider), "/").section(
        "reviews"
    ).replace(" Reference", "")
    time_machine.move_to(dt.datetime(2027, 2, 3, 12, tzinfo=dt.UTC))
    pat = browser_of(cast.provider)
    heap = read(pat, "/providing/?show=reviews")
    assert heap.section("heap") == (
        "Reviews to hold OKAFOR, Rose , Walking group Taking part Hold the review by Monday 1 February 2027, 2 working "
        f"days late Overdue Sent Monday 2 November 2026. {rose.reference}"
    )
    assert away.reference not in heap.html
    with django_assert_num_queries(13):
        pat.get("/providing/?show=reviews")

    # She holds it: the next is to ask Rose half a year after she began.
    review = f"/providing/{rose.reference}/review/"
    said = {"version": "", "weeks": "13", "result": "held", "note": "", "reviewed_on_0": "3", "reviewed_on_1": "2",
            "reviewed_on_2": "2027"}  # fmt: skip
    assert pat.post(review, said).status_code == 302
    assert "reviews" not in read(pat, "/").sections
    time_machine.move_to(dt.datetime(2027, 5, 4, 12, tzinfo=dt.UTC))
    pat = browser_of(cast.provider)
    assert rose.reference in read(pat, "/").html.partition('id="follow-ups"')[2]
    assert "Ask how they are by Sunday 2 May 2027" in read(pat, "/providing/?show=follow-ups").text
    assert rose.reference not in read(browser_of(cast.befriender), "/providing/?show=follow-ups").html
