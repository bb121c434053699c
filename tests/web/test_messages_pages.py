"""The page of an inbox, and the page of what each message says."""

import pytest

from notifications.models import OutboxMessage, Reading
from notifications.templates import TEMPLATES, compose
from tests import stage
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def test_a_link_worker_reads_what_her_team_was_told(browser_of, cast, referral_at, read):
    made = referral_at("submitted")
    browser = browser_of(cast.link_worker)
    assert "Your messages (1 not read)" in read(browser, "/").text
    page = read(browser, "/inbox/")
    assert page.title == "Your messages - Community Referral"
    assert (
        f"1 not read. Mark all as read New: A referral is waiting for triage: {made.reference} A new referral, "
        f"{made.reference}, has come to your team. Please look at it by 4 November 2026. "
        "Monday 2 November 2026, 9:30am, to Vale link workers"
    ) in page.text
    assert f"http://127.0.0.1:8000/r/{made.reference}" in page.links
    assert "You have no messages." in read(browser_of(cast.manager), "/inbox/").text


def test_she_marks_all_as_read_as_far_as_she_has_seen_it(browser_of, cast, referral_at, read):
    referral_at("submitted")
    browser = browser_of(cast.link_worker)
    answer = browser.post("/inbox/read/", {"until": NOW.isoformat()})
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/")
    assert "New:" not in read(browser, "/inbox/").text
    assert "not read" not in read(browser, "/").text
    assert "(1 not read)" in read(browser_of(cast.lead), "/").text


@pytest.mark.parametrize("until", ["", "yesterday", "2026-11-02T09:30:00", "2026-13-45T00:00:00Z"])
def test_a_moment_that_is_none_marks_nothing(browser_of, cast, referral_at, until):
    referral_at("submitted")
    assert browser_of(cast.link_worker).post("/inbox/read/", {"until": until}).status_code == 400
    assert Reading.objects.count() == 0


def test_a_longer_inbox_needs_no_more_queries(browser_of, cast, django_assert_num_queries):
    browser = browser_of(cast.link_worker)
    for _ in range(2):
        stage.created(cast, at=NOW)
        with django_assert_num_queries(6):  # session, user, their teams; messages; count; menu
            browser.get("/inbox/")


@pytest.mark.parametrize(
    ("who", "status"), [("lead", 200), ("manager", 200), ("editor", 200), ("gp", 403), ("link_worker", 403),
                        ("provider", 403)],
)  # fmt: skip
def test_who_may_see_what_messages_say(browser_of, cast, read, who, status):
    browser = browser_of(getattr(cast, who))
    read(browser, "/messages/templates/", status=status)
    assert ("/messages/templates/" in read(browser, "/").links) == (status == 200)


def test_every_message_is_there_with_for_whom_when_and_its_words(browser_of, cast, read):
    page = read(browser_of(cast.lead), "/messages/templates/")
    for name in TEMPLATES:
        values = {"reference": "R-22222-22222", "due_on": "2026-11-05"}
        text = compose(name, {key: values[key] for key in TEMPLATES[name].context})
        assert " ".join(text.subject.split()) in page.text, name
        assert " ".join(text.body.split()) in page.text, name
    assert "The referrer, or their team, when the team has a question. Always by email and at once" in page.text
    assert OutboxMessage.objects.count() == 0
