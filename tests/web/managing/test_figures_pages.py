"""The pages of figures: each table with its chart, its definitions and its CSV; without a name."""

import csv
import io
import re

import pytest

from insights.services import count_uptake
from tests.conftest import NOW
from web.managing.figures import PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def november(cast, referral_at, onward_at):
    """Rose three times: waiting, taking part, and done with the walking group."""
    referral_at("submitted")
    onward_at("started")
    onward_at("completed")
    count_uptake(at=NOW)
    return cast


def test_a_lead_reads_how_far_how_long_and_what_is_late(november, browser_of, read, time_machine):
    time_machine.move_to("2026-11-12T09:00:00Z")
    page = read(browser_of(november.lead), "/figures/")
    assert page.title == "Figures - Community Referral"
    assert page.sections == ["funnel", "late", "waits", "definitions"]
    assert "1 December 2025 to 30 November 2026" in page.section("funnel")
    assert "Referred 3 Reached 2 Agreed 2 Offered 2 Started 2 12 weeks 1 Finished 1 Referrals Referred" in page.section(
        "funnel"
    )
    assert "All 3 2 2 2 2 1 1 67% 50%" in page.section("funnel")
    assert "Decide on a new referral 1 1" in page.section("late")
    assert "From arrival to being accepted 2 0 days 0 days" in page.section("waits")
    assert "12 weeks Of those, the person still took part 12 weeks after the start" in page.section("definitions")
    assert "Small numbers" not in page.text
    assert {"/figures/funnel/csv/?period=twelve_months", "/clocks/", "/figures/equity/"} <= set(page.links)


def test_every_page_can_be_chosen_and_downloaded_and_names_nobody(november, browser_of, read):
    browser = browser_of(november.lead)
    for name, kind in PAGES.items():
        for by in [key for key, _ in kind.by] or [""]:
            query = f"?period=this_year&by={by}&wait=start"
            page = read(browser, f"/figures/{name}/{query}")
            address = next((link for link in page.links if "/csv/" in link), "")
            assert bool(address) == (name != "outcomes"), name
            assert "okafor" not in page.html.lower()
            file = browser.get(f"/figures/{name}/csv/{query}")
            assert file.headers["Content-Disposition"].endswith('2026-04-01-2026-11-30.csv"')
            rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
            assert len(rows[0]) > 5 or name == "waits"
    equity = read(browser, "/figures/equity/?by=age").section("table")
    assert equity.startswith("How far referrals come, by age 1 December 2025 to 30 November 2026 Started, of referred")
    assert "75 and over 3 2 2 2 2 1 1 67% 50%" in equity
    assert "Walking group 2 2 2 1 0 100% 50%" in read(browser, "/figures/uptake/?by=programme").section("table")
    assert "There is nothing to tell of this time yet." in read(browser, "/figures/outcomes/").text


def test_a_manager_reads_no_small_number_anywhere(november, browser_of, read):
    browser = browser_of(november.manager)
    page = read(browser, "/figures/")
    assert "All Not shown Not shown" in page.section("funnel")
    assert "Small numbers For readers who do not see the referrals themselves" in page.section("definitions")
    assert "<svg" not in page.html
    for name in PAGES:
        cells = re.findall(r"</span>([^<]*)</td>", read(browser, f"/figures/{name}/").html)
        assert bool(cells) == (name != "outcomes"), name
        assert set(cells) <= {"Not shown", "0", "10"}, name


def test_what_cannot_be_is_said_and_the_rest_is_shown(november, browser_of, read):
    browser = browser_of(november.lead)
    page = read(browser, "/figures/waits/?by=programme&wait=triage", status=400)
    assert "By programme, choose the answer or the start" in page.text
    assert read(browser, "/figures/funnel/?by=postcode", status=400).section("table")
    assert browser.get("/figures/tea/").status_code == browser.get("/figures/tea/csv/").status_code == 404


@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "editor"])
def test_nobody_else_opens_them(cast, browser_of, who):
    browser = browser_of(getattr(cast, who))
    paths = ("/figures/", *(f"/figures/{name}/{end}" for name in ("funnel", "uptake") for end in ("", "csv/")))
    assert {browser.get(path).status_code for path in paths} == {403}


def test_more_referrals_need_no_more_queries(november, browser_of, onward_at, django_assert_num_queries):
    browser = browser_of(november.lead)
    browser.get("/figures/")
    for _ in range(2):
        with django_assert_num_queries(11):
            browser.get("/figures/")
        with django_assert_num_queries(4):  # session, user, roles, the figures
            browser.get("/figures/funnel/?by=practice")
        onward_at("started")


def test_before_anybody_is_referred_no_page_draws_a_table_of_noughts(cast, browser_of, read):
    browser = browser_of(cast.lead)
    pages = {name: read(browser, f"/figures/{name}/") for name in PAGES}
    assert {
        name: ("<table" in page.html, "nothing to tell of this time yet" in page.text) for name, page in pages.items()
    } == dict.fromkeys(PAGES, (False, True))
    overview = read(browser, "/figures/")
    assert ("<table" in overview.html, "No wait has ended in this time." in overview.text) == (False, True)
