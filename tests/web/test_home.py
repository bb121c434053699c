"""The home page: who you are, and what waits for you."""

import datetime as dt

import pytest

from accounts.actors import Actor
from accounts.services import register_user
from core import counting
from referrals.services.case_tasks import add_task
from tests import stage
from tests.conftest import NOW
from tests.web.scenes import another_person, supported, withdraw_consent
from web import words as written

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_a_referrer_sees_who_they_are_and_their_teams_referrals(browser_of, cast, referral_at, read):
    made = referral_at("submitted")
    asked = referral_at("information_requested", person=another_person("Ann"))
    page = read(browser_of(cast.gp), "/")
    assert page.title == "Home - Community Referral"
    assert "Hello, Gita Gill Referrer, Vale Practice (Vale Practice)" in page.text
    assert page.sections == ["questions", "drafts", "made"]
    assert {"/refer/", "/referrals/", "/messages-back/"} <= set(page.links)
    assert page.section("questions") == (
        "Questions for you Reference Person Stands at Who has it Next action due "
        f"{asked.reference} ELSE, Ann Question asked of the referrer Vale link workers 9 November 2026"
    )
    assert page.section("made") == (
        "Your team's referrals Reference Person Stands at Who has it Next action due "
        f"{asked.reference} ELSE, Ann Question asked of the referrer Vale link workers 9 November 2026 "
        f"{made.reference} OKAFOR, Rose Waiting for triage Vale link workers 4 November 2026"
    )
    assert f"/r/{made.reference}" in page.links


def test_a_link_worker_sees_what_is_new_and_later_that_it_is_overdue(browser_of, cast, referral_at, read, time_machine):
    new = referral_at("submitted")
    later = referral_at("active", person=another_person("Ann"))
    held = referral_at("on_hold", person=another_person("Bea"))
    page = read(browser_of(cast.link_worker), "/")
    assert page.sections == ["overdue", "today", "triage", "waiting"]
    assert page.section("overdue") == "Overdue Nothing is overdue."
    assert page.section("waiting") == "Waiting on others You wait for nobody."

    row = f"{new.reference} OKAFOR, Rose Waiting for triage Vale link workers 4 November 2026"
    for day, tag in ((3, ""), (4, " Due today"), (5, " Overdue")):
        time_machine.move_to(dt.datetime(2026, 11, day, 9, tzinfo=dt.UTC))
        page = read(browser_of(cast.link_worker), "/")
        assert page.section("triage").endswith(f"{row}{tag}")
        assert [each.reference in page.text for each in (later, held)] == [False, False]


def test_a_provider_sees_what_waits_for_an_answer_and_who_takes_part(browser_of, cast, onward_at, read):
    sent = onward_at("sent")
    booked = onward_at("assessment_booked", referral=supported(cast, "Ann"))
    started = onward_at("started", referral=supported(cast, "Bea"))
    page = read(browser_of(cast.provider), "/")
    assert page.sections == ["answer", "agreed", "part", "summaries"]
    for section, onward, words in (
        ("answer", sent, "OKAFOR, Rose Sent Walking group 16 November 2026"),
        ("agreed", booked, "ELSE, Ann First assessment booked Walking group"),
        ("part", started, "ELSE, Bea Taking part Walking group"),
    ):
        assert f"{onward.reference} {words}" in page.section(section)
        assert f"/r/{onward.reference}" in page.links


def test_a_provider_does_not_see_in_the_list_who_no_longer_agrees_to_share(browser_of, cast, onward_at, read):
    onward = onward_at("sent")
    withdraw_consent(cast, onward.referral)
    page = read(browser_of(cast.provider), "/")
    assert f"{onward.reference} Not shown to you" in page.section("answer")
    assert "OKAFOR" not in page.text


def test_a_manager_is_led_to_the_figures_and_sees_nobody(browser_of, cast, onward_at, read):
    onward_at("started")
    browser = browser_of(cast.manager)
    page = read(browser, "/")
    assert page.sections == ["summaries", "clocks", "figures", "integrity", "messages", "directory"]
    assert {
        "/summaries/",
        "/clocks/",
        "/figures/",
        "/integrity/",
        "/runs/",
        "/directory/figures/",
    } <= set(page.links)
    assert browser.get("/figures/", headers={"accept": "text/html,*/*;q=0.8"}).status_code == 200


def test_a_directory_editor_is_led_to_the_figures_of_the_directory(browser_of, cast, read):
    page = read(browser_of(cast.editor), "/")
    assert (page.sections, "/directory/figures/" in page.links) == (["messages", "directory"], True)


def test_whoever_has_no_role_is_told_so(browser_of, db, read):
    nobody = register_user(email="new@work.example", full_name="New Here", password=None)
    assert "You have no role yet" in read(browser_of(nobody), "/").text


def test_a_long_list_says_that_there_is_more(browser_of, cast, referral_at, read):
    made = [referral_at("submitted", person=another_person(f"Person {letter}")) for letter in "ABCDEFGHIJK"]
    browser = browser_of(cast.gp)
    page = read(browser, "/")
    assert page.section("made").endswith("There are more. See all of them")
    assert [row.reference in page.section("made") for row in made] == [False] + [True] * 10


def test_what_is_overdue_leaves_room_for_what_is_due_today(
    browser_of, cast, referral_at, read, time_machine, monkeypatch
):
    """Lou was away: twenty-five tasks are overdue, and eleven are for today."""
    referral, lou = referral_at("active"), Actor(stage.fresh(cast.link_worker))
    tomorrow = NOW.date() + dt.timedelta(days=1)
    for title, day, many in (("Ring the bus company", tomorrow, 25), ("Ask the library", tomorrow + DAY, 11)):
        for number in range(many):
            add_task(referral=referral, actor=lou, at=NOW, title=f"{title} {number:02d}", due_on=day)
    time_machine.move_to(NOW + 2 * DAY)
    page = read(browser_of(cast.link_worker), "/")
    for slug, title in (("overdue", "Ring the bus company"), ("today", "Ask the library")):
        assert page.section(slug).count(title) == 10
        assert page.section(slug).endswith("There are more. See all of them")
    assert "25 overdue" in page.text
    for module in (counting, written):
        monkeypatch.setattr(module, "MOST_COUNTED", 20)
    assert "20 or more overdue" in read(browser_of(cast.link_worker), "/").text


@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "manager"])
def test_a_longer_list_needs_no_more_queries(who, browser_of, cast, onward_at, django_assert_num_queries):
    # Session, user, memberships with their teams (to show) and roles (to judge), the inbox's addresses and its count;
    # then what each list needs (a link worker's: colleagues, up to which day there is enough, what is due by then, what
    # is new, what waits for referrers and what for services, these with their last moves; a provider's: three lists,
    # two of what is due some months later), and for a manager the count of the messages that did not arrive.
    expected = {"gp": 6 + 3, "link_worker": 6 + 1 + 2 + 1 + 1 + 3, "provider": 6 + 3 + 2 + 2, "manager": 6 + 1}[who]
    browser = browser_of(getattr(cast, who))
    onward_at("sent")
    with django_assert_num_queries(expected):
        browser.get("/")
    for name in ("Ann", "Bea"):
        onward_at("sent", referral=supported(cast, name))
        stage.referral_at(cast, "submitted", at=NOW, person=another_person(f"New {name}"))
    with django_assert_num_queries(expected):
        browser.get("/")
