"""The page of the directory's keeper: what to look at first, with what each figure counts."""

import datetime as dt

import pytest

from accounts.actors import Actor
from insights.gaps import count_gaps
from services_directory.enums import CheckAnswer
from services_directory.models import CheckRequest, Feed, Postcode, Service
from services_directory.selectors.figures import DEFINITIONS
from services_directory.services.rounds import check_listings
from services_directory.services.verifications import Said, verify_listing
from tests.conftest import NOW
from tests.stage import fresh

pytestmark = pytest.mark.django_db
PAGE = "/directory/figures/"


@pytest.fixture
def kept(cast, referral_at):
    """Walking is reported as changed; a need is asked for with nothing near; a feed is there."""
    Feed.objects.create(name="Libraries", source="libraries.json", last_imported_at=NOW)
    check_listings(at=NOW)
    said = Said(answer=CheckAnswer.CHANGED, note="Ask <Jo> about Thursdays.")
    verify_listing(service=cast.walking, actor=Actor(fresh(cast.provider)), said=said, at=NOW)
    Postcode.objects.create(code="SK58BS", latitude=53.4, longitude=-2.1)
    referral_at("submitted")
    count_gaps(at=NOW + dt.timedelta(hours=1))
    return cast


def test_an_editor_reads_what_to_look_at(kept, browser_of, read):
    page = read(browser_of(kept.editor), PAGE)
    assert page.sections == [
        "counts", "closed", "changed", "readers", "bounced", "unanswered", "stale", "due", "gaps", "feeds",
    ]  # fmt: skip
    assert (
        "The last round ended on Monday 2 November 2026, 9:30am: 4 listings judged, 3 asked about in 3 emails, "
        "0 reminders." in page.text
    )
    report = page.section("changed")
    assert report.startswith(
        "Reported as changed Walking group , Leisure Trust Its provider says that something has changed Active team "
        "Report V-"
    )
    assert report.endswith(", Monday 2 November 2026 Ask <Jo> about Thursdays.")
    assert page.section("gaps").partition("Something comes to people")[2].partition("Download")[0].strip() == (
        "Loneliness and isolation Outside our neighbourhoods 1 to 7 1 to 7 No"
    )
    file = b"".join(browser_of(kept.editor).get("/directory/figures/gaps/csv/").streaming_content).decode("utf-8-sig")
    assert "Loneliness and isolation,Outside our neighbourhoods,1 to 7,1 to 7,No" in file
    assert browser_of(kept.provider).get("/directory/figures/gaps/csv/").status_code == 403
    assert page.section("feeds") == (
        "Feeds, the longest unread first Libraries Last read: Monday 2 November 2026 0 listings, 0 stale"
    )
    assert [definition for definition in DEFINITIONS.values() if definition not in page.text] == []


def test_a_manager_reads_the_same_without_what_providers_wrote(kept, browser_of, read):
    page = read(browser_of(kept.manager), PAGE)
    assert "Its provider says that something has changed" in page.section("changed")
    assert "Thursdays" not in page.html


@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "outsider"])
def test_others_may_not(who, kept, browser_of, read):
    page = read(browser_of(getattr(kept, who)), PAGE, status=403)
    assert "You may not do this" in page.text


def test_who_is_not_signed_in_is_asked_to(kept, client):
    answer = client.get(PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in/?next={PAGE}")


def test_before_the_first_round_it_says_so(cast, browser_of, read):
    page = read(browser_of(cast.editor), PAGE)
    assert "There has been no round yet." in page.text
    assert (page.section("gaps").partition("Asked for")[0], page.section("feeds")) == (
        "Needs with nothing near home Nothing yet: they are counted each night. ",
        "Feeds, the longest unread first No feed has been read.",
    )  # fmt: skip


def test_a_long_list_says_that_there_is_more_and_costs_the_same(kept, browser_of, read, django_assert_num_queries):
    browser = browser_of(kept.editor)
    browser.get(PAGE)
    with django_assert_num_queries(22):
        page = read(browser, PAGE)
    assert "?figure=due" not in page.html
    for number in range(20):
        Service.objects.create(organization=kept.walking.organization, name=f"Club {number:02}")
    with django_assert_num_queries(22):
        page = read(browser, PAGE)
    assert page.section("due").count("Club") == 10
    assert "/api/v1/directory/figures/listings/?figure=due" in page.links
    assert CheckRequest.objects.count() == 3
