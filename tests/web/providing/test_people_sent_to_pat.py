"""Pat at the leisure trust: who was sent, answering them, and taking each to an end."""

import datetime as dt
import re

import pytest

from notifications.models import OutboxMessage
from referrals.models import MeasureResponse, OnwardReferral, Review, Session
from tests.stage import fresh
from tests.web.scenes import supported, withdraw_consent

pytestmark = pytest.mark.django_db
INBOX = "/providing/"


def page_of(onward) -> str:
    return f"/providing/{onward.reference}/"


def buttons(page) -> list[str]:
    """The words of what may be done next."""
    return re.findall(
        r'role="button"[^>]*>\s*(.*?)\s*</a>', page.html.partition('id="next"')[2].partition("</section>")[0]
    )


def said(form_page, **values) -> dict[str, object]:
    """A form as it was shown, filled in."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', form_page.html)
    return dict(hidden) | values


def test_pat_reads_who_waits_for_an_answer_and_until_when(browser_of, cast, onward_at, read, django_assert_num_queries):
    sent = onward_at("sent")
    waiting = onward_at("waitlisted", referral=supported(cast, "Ann"))
    booked = onward_at("assessment_booked", referral=supported(cast, "Bea"))
    onward_at("started", referral=supported(cast, "Cal"))
    onward_at("declined", referral=supported(cast, "Dee"))
    browser = browser_of(cast.provider)
    page = read(browser, INBOX)
    assert page.section("heap") == (
        "Answer wanted OKAFOR, Rose , Walking group Sent Answer by Monday 16 November 2026, 9 working days left "
        f"Sent Monday 2 November 2026. {sent.reference}"
    )
    tabs = re.findall(r'<a href="\?show=([\w-]+)"[^>]*>[^<]*<span class="app-tabs__count">(\d+)', page.html)
    assert tabs == [
        ("answer", "1"), ("asked", "0"), ("waiting", "1"), ("starting", "1"), ("part", "1"), ("reviews", "0"),
        ("follow-ups", "0"), ("ended", "1"),
    ]  # fmt: skip
    assert (
        f"On the list since Monday 2 November 2026. {waiting.reference}"
        in read(browser, "/providing/?show=waiting").text
    )
    starting = read(browser, "/providing/?show=starting").section("heap")
    assert "The person: come to the first assessment by Monday 9 November 2026" in starting
    assert booked.reference in starting
    assert "ELSE, Cal" in read(browser, f"/providing/?show=part&service={cast.walking.pk}").text
    assert browser.get("/providing/?show=everything").status_code == 404
    assert browser.get(f"/providing/?service={cast.visiting.pk}").status_code == 200  # another's: nothing is in it
    assert "Nobody waits for your answer." in read(browser, f"/providing/?service={cast.visiting.pk}").text

    withdraw_consent(cast, sent.referral)
    assert "Not shown to you" in read(browser, INBOX).section("heap")
    assert "OKAFOR" not in read(browser, page_of(sent)).text.upper()

    with django_assert_num_queries(13):
        browser.get(INBOX)
    onward_at("sent", referral=supported(cast, "Eve"))
    onward_at("sent", referral=supported(cast, "Flo"))
    with django_assert_num_queries(13):
        browser.get(INBOX)


def test_what_pat_sees_of_rose_is_what_the_purpose_needs(browser_of, cast, onward_at, read):
    onward = onward_at("sent")
    page = read(browser_of(cast.provider), page_of(onward))
    assert page.sections == ["next", "person", "needed", "standing", "timeline"]
    assert buttons(page) == ["Accept", "Put on the waiting list", "Decline", "Ask the link worker"]
    assert page.section("person") == ("The person Name Rose Okafor Date of birth 27 March 1951 Telephone 0161 496 0111")
    assert "Prefers mornings." in page.section("needed")
    for kept in ("999 000 0018", "Lives alone", "SK5 8BS", "misses company"):
        assert kept not in page.text
    for who in ("gp", "link_worker", "befriender", "manager", "outsider"):
        assert browser_of(getattr(cast, who)).get(page_of(onward)).status_code in {403, 404}, who


def test_pat_takes_rose_from_the_inbox_to_the_end(browser_of, cast, onward_at, read, time_machine):
    """Each button leads to a page that asks what the step needs, and back to Rose."""
    onward, browser = onward_at("sent"), browser_of(cast.provider)

    def take(step: str, **values):
        address = f"{page_of(onward)}do/{step}/"
        answer = browser.post(address, said(read(browser, address), **values))
        assert (answer.status_code, answer.headers.get("Location")) == (302, page_of(onward)), answer.content.decode()

    take("accept", note="Thursdays at ten.")
    take("book-assessment", assessment_on_0="5", assessment_on_1="11", assessment_on_2="2026", assessment_time="2:30pm")
    page = read(browser, page_of(onward))
    assert "First assessment Thursday 5 November 2026, 2:30pm" in page.section("standing")
    time_machine.move_to(dt.datetime(2026, 11, 5, 15, tzinfo=dt.UTC))
    browser = browser_of(cast.provider)  # two days later she signs in again
    take("start")
    page = read(browser, page_of(onward))
    assert (page.sections[2], "Taking part" in page.text) == ("needed", True)

    finish = read(browser, f"{page_of(onward)}do/complete/")
    assert "How did it end?" in finish.text
    wrong = browser.post(f"{page_of(onward)}do/complete/", said(finish))
    assert (wrong.status_code, "Choose one." in wrong.content.decode()) == (400, True)
    take("complete", outcome="goals_met", note="Walks by herself now.")
    ended = OnwardReferral.objects.get(pk=onward.pk)
    assert (ended.status, ended.outcome) == ("completed", "goals_met")
    assert buttons(read(browser, page_of(onward))) == [  # for the last points
        "Record a measure that was taken", "Record a review that was held or missed",
    ]  # fmt: skip
    told = OutboxMessage.objects.filter(context__reference=onward.reference, template="onward_ended")
    assert told.count() == 1


def test_who_presses_second_reads_who_was_first_and_keeps_what_was_typed(browser_of, cast, onward_at, read):
    onward = onward_at("sent")
    first, second = browser_of(cast.provider), browser_of(cast.provider)
    address = f"{page_of(onward)}do/decline/"
    page = read(second, address)
    accept = f"{page_of(onward)}do/accept/"
    first.post(accept, said(read(first, accept)))
    answer = second.post(address, said(page, reason="at_capacity", note="We are full until May."))
    html = answer.content.decode()
    assert (answer.status_code, "It has changed since you read it" in html) == (409, True)
    assert "We are full until May." in html
    assert OnwardReferral.objects.get(pk=onward.pk).status == "accepted"
    gone = second.get(address)
    assert (gone.status_code, gone.headers["Location"]) == (302, page_of(onward))
    assert second.get(f"{page_of(onward)}do/withdraw/").status_code == 404  # the link worker's step


def test_a_measure_and_a_review_are_recorded_where_the_scheme_wants_them(
    browser_of, cast, onward_at, read, time_machine
):
    type(cast.walking).objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13])
    onward, browser = onward_at("started"), browser_of(cast.provider)
    page = read(browser, f"{page_of(onward)}measures/")
    assert "Nothing has been taken yet." in page.section("taken")
    address = f"{page_of(onward)}measures/ucla3/"
    assert address in page.links
    form = read(browser, f"{address}?point=0")
    values = {f"answers.{name}": "2" for name in ("companionship", "left_out", "isolated")}
    day = {"taken_on_0": "3", "taken_on_1": "11", "taken_on_2": "2026", "mode": "telephone", "point": "0"}
    wrong = browser.post(address, said(form, **values | day | {"answers.isolated": "7"}))
    assert (wrong.status_code, "Choose one of these answers." in wrong.content.decode()) == (400, True)
    assert MeasureResponse.objects.count() == 0
    assert browser.post(address, said(form, **values | day)).status_code == 302
    taken = MeasureResponse.objects.get()
    assert (taken.point, taken.answers["lonely"], taken.recorded_by) == (0, None, cast.provider)
    assert "Loneliness (UCLA-3): 6" in read(browser, f"{page_of(onward)}measures/").section("taken")

    time_machine.move_to(dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC))
    browser = browser_of(cast.provider)
    review = f"{page_of(onward)}review/"
    form = read(browser, review)
    answer = browser.post(
        review,
        said(form, weeks="13", result="held", reviewed_on_0="1", reviewed_on_1="2", reviewed_on_2="2027", note=""),
    )
    assert answer.status_code == 302
    assert list(Review.objects.values_list("weeks", "result")) == [(13, "held")]
    assert "At 13 weeks: held, Monday 1 February 2027" in read(browser, page_of(onward)).section("delivery")


def test_pats_programme_shows_its_places_and_who_waits_in_which_order(
    browser_of, cast, onward_at, read, django_assert_num_queries
):
    onward_at("waitlisted")
    onward_at("waitlisted", referral=supported(cast, "Ann"))
    onward_at("started", referral=supported(cast, "Bea"))
    browser, address = browser_of(cast.provider), f"/providing/services/{cast.walking.pk}/"
    places = read(browser, f"{address}places/")
    answer = browser.post(f"{address}places/", said(places, capacity="open", places="1", keeps_waiting_list="on"))
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    page = read(browser, address)
    assert "Room Has a waiting list (1 of 1 places are taken)" in page.section("room")
    assert "Last said Tuesday 3 November 2026, by Pat Active" in page.section("room")
    assert re.findall(r"\d\. [A-Z]+, \w+", page.section("waiting")) == ["1. OKAFOR, Rose", "2. ELSE, Ann"]
    assert "ELSE, Bea" in page.section("part")
    stale = browser.post(f"{address}places/", said(places, capacity="full"))
    assert stale.status_code == 409
    still_so = browser.post(f"{address}still-so/", said(page))
    assert still_so.status_code == 302
    assert browser.get(f"{address}still-so/").status_code == 405
    with django_assert_num_queries(13):
        browser.get(address)
    for other in (cast.visiting, cast.leaflet):
        assert browser.get(f"/providing/services/{other.pk}/").status_code == 404
    assert "Walking group" in read(browser, "/providing/services/").text
    assert "Visiting" not in read(browser, "/providing/services/").text


def test_pat_makes_sessions_and_takes_a_register_with_a_thumb(
    browser_of, cast, onward_at, read, time_machine, django_assert_num_queries
):
    time_machine.move_to(dt.datetime(2026, 11, 9, 12, tzinfo=dt.UTC))
    rose = onward_at("started")
    ann = onward_at("started", referral=supported(cast, "Ann"))
    bea = onward_at("paused", referral=supported(cast, "Bea"))
    browser, new = browser_of(cast.provider), f"/providing/services/{cast.walking.pk}/sessions/new/"
    day = {"on_0": "9", "on_1": "11", "on_2": "2026", "time": "10am", "minutes": "60", "place": "Park gate"}
    until = {"weekly_until_0": "23", "weekly_until_1": "11", "weekly_until_2": "2026"}
    assert browser.post(new, day | {"time": "ten"}).status_code == 400
    assert browser.post(new, day | until).status_code == 302
    assert browser.post(new, day).status_code == 409  # the same again: none is made
    assert Session.objects.count() == 3
    session = Session.objects.earliest("starts_at")
    assert "Monday 9 November 2026, 10:00am" in read(browser, "/providing/sessions/").section("list")

    address = f"/providing/sessions/{session.pk}/"
    page = read(browser, address)
    assert re.findall(r'class="app-register__name">\s*([\w ]+?)\s*<', page.html) == [
        "Ann Else",
        "Bea Else",
        "Rose Okafor",
    ]
    assert page.html.count("Came, first time") == 3
    assert page.html.count(" checked") == 0
    assert read(browser, f"{address}?all=came").html.count(" checked") == 2  # who pauses did not come
    marked = {f"result-{rose.reference}": "new", f"result-{ann.reference}": "told_us", "drop_ins": "2"}
    assert browser.post(address, said(page, **marked | {"drop_ins": "two"})).status_code == 400
    wrong = browser.post(address, said(page, **marked | {f"result-{bea.reference}": "present"}))
    assert (wrong.status_code, "They are pausing: resume first." in wrong.content.decode()) == (400, True)
    assert Session.objects.get(pk=session.pk).drop_ins is None
    assert browser.post(address, said(page, **marked)).headers["Location"] == address
    page_after = read(browser, address)
    assert "Register taken: 1 came, and 2 more" in page_after.text
    assert page_after.html.count(" checked") == 2

    # Another volunteer has had the page open since before: they read what it says by now, and can still save.
    other = browser.post(address, said(page, **marked | {f"result-{ann.reference}": "absent"}))
    html = other.content.decode()
    assert (other.status_code, "The register says by now: Told us" in html) == (409, True)
    with django_assert_num_queries(10):
        browser.get(address)
    assert browser_of(cast.befriender).get(address).status_code == 404

    coming = Session.objects.latest("starts_at")
    cancel = f"/providing/sessions/{coming.pk}/cancel/"
    assert "You can take the register on the day." in read(browser, f"/providing/sessions/{coming.pk}/").text
    assert browser.post(cancel, said(read(browser, cancel), reason="weather")).status_code == 302
    assert "Cancelled: weather" in read(browser, "/providing/sessions/").text
    assert fresh(cast.provider) == Session.objects.get(pk=coming.pk).cancelled_by


def test_pat_keeps_her_listing_true(browser_of, cast, read):
    browser, address = browser_of(cast.provider), f"/providing/listings/{cast.walking.pk}/"
    assert "Nobody has said yet that it is right" in read(browser, "/providing/listings/").text
    assert browser.post(address, {"answer": "changed", "note": ""}).status_code == 400
    assert browser.post(address, {"answer": "still_right"}).status_code == 302
    assert "Said to be right on Tuesday 3 November 2026" in read(browser, "/providing/listings/").text

    change = read(browser, f"{address}change/")
    answer = browser.post(
        f"{address}change/", said(change, description="A gentle walk.", minimum_age="50", email="", url="")
    )
    assert answer.status_code == 302
    page = read(browser, address)
    assert "A gentle walk." in page.text
    assert "A change waits for the directory's editor" in page.text
    assert "50" not in page.text.partition("For whom")[2][:30]
    assert browser.get(f"/providing/listings/{cast.visiting.pk}/").status_code == 404
