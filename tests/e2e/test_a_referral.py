"""Gita, a GP, refers somebody: by keyboard alone, without JavaScript, twice by mistake, and after her session ended."""

import pytest
from playwright.sync_api import expect

from referrals.models import Referral
from tests.e2e.browsing import Hands, fill_in_the_door, path_of
from tests.e2e.town import PASSWORD

A_MINUTE = 200
"""Strokes in a minute by somebody who types 40 words of five strokes: an ordinary typist, no secretary."""
REASON = "Lives alone and has stopped going out."


def fill_in(page, **changes):
    """Fill in what must be said."""
    said = {
        "First name": "Walter", "Family name": "Brough", "Day": "4", "Month": "11", "Year": "1948",
        "Postcode of their home": "SK5 8BS", "Telephone": "0161 496 0222", "Why are you referring them?": REASON,
    } | changes  # fmt: skip
    for label, value in said.items():
        page.get_by_role("textbox", name=label, exact=True).fill(value)
    page.get_by_label("No known risks").check()
    page.get_by_label("Yes, to this referral and to sharing").check()


def referrals_of(service, family_name):
    """What the service knows of somebody."""
    return service.backstage(lambda: list(Referral.objects.filter(family_name=family_name).order_by("id")))


def test_from_home_to_sent_within_a_minute_by_the_keyboard_alone(as_person, service, record_property):
    page = as_person("gp")
    page.goto("/")
    hands = Hands(page)
    hands.tab_to("Refer somebody")
    hands.press("Enter")
    page.wait_for_url("/refer/")
    for field, text in (
        ("NHS number", "9990000026"), ("First name", "Wilma"), ("Family name", "Stroke"), ("Day", "4"), ("Month", "11"),
        ("Year", "1948"), ("Postcode of their home", "sk58bs"), ("Telephone", "01614960222"),
        ("Why are you referring them?", REASON),
    ):  # fmt: skip
        hands.tab_to(field)
        hands.type(text)
    hands.tab_to("No known risks")
    hands.press("Space")
    hands.tab_to("Yes, to this referral and to sharing with services that can help")
    hands.press("Space")
    hands.tab_to("Send referral")
    hands.press("Enter")
    page.get_by_role("heading", name="Referral sent").wait_for()

    record_property("figures", f"A referral by keyboard: {hands.keys} strokes, {hands.clicks} clicks")
    assert hands.clicks == 0
    assert hands.keys <= A_MINUTE
    [sent] = referrals_of(service, "Stroke")
    assert (sent.status, sent.reason, sent.nhs_number) == ("submitted", REASON, "9990000026")


def test_without_javascript(as_person, service):
    page = as_person("gp", javascript=False)
    page.goto("/refer/")
    fill_in(page, **{"Family name": "Plain", "Why are you referring them?": ""})
    page.get_by_role("button", name="Send referral").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Say in a few words why, or tick what would help.")
    page.get_by_label("Why are you referring them?").fill(REASON)
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    assert [row.status for row in referrals_of(service, "Plain")] == ["submitted"]


@pytest.mark.parametrize("javascript", [True, False])
def test_pressed_twice_it_is_made_once(as_person, service, javascript):
    name = "Twice" if javascript else "Doubly"
    page = as_person("gp", javascript=javascript)
    page.goto("/refer/")
    fill_in(page, **{"Family name": name})
    page.get_by_role("button", name="Send referral").dblclick(no_wait_after=True)
    page.get_by_role("heading", name="Referral sent").wait_for()
    assert len(referrals_of(service, name)) == 1


def test_the_back_button_loses_nothing_that_was_typed(as_person):
    page = as_person("gp")
    page.goto("/refer/")
    fill_in(page, **{"Family name": "Backward"})
    page.get_by_role("link", name="Help").click()
    page.wait_for_url("/help/")
    with page.expect_response(lambda answer: "/typed/?page=" in answer.url):
        page.go_back()
    expect(page.get_by_label("Family name")).to_have_value("Backward")
    expect(page.get_by_label("No known risks")).to_be_checked()


def test_the_back_button_makes_no_second_referral(as_person, service):
    page = as_person("gp")
    page.goto("/refer/")
    fill_in(page, **{"Family name": "Backward"})
    page.get_by_role("button", name="Send referral").click()
    page.get_by_role("heading", name="Referral sent").wait_for()

    page.go_back()
    page.get_by_role("button", name="Send referral").click()
    # The form is empty, or as the browser kept it: then the person is known. It is refused either way.
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    assert len(referrals_of(service, "Backward")) == 1


def test_a_session_that_ended_loses_nothing_that_was_typed(as_person, service):
    page = as_person("gp")
    page.goto("/refer/")
    fill_in(page, **{"Family name": "Endless"})
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Send referral").click()
    expect(page.locator("main")).to_contain_text("What you had typed is kept")
    assert path_of(page) == "/sign-in/"
    assert referrals_of(service, "Endless") == []

    fill_in_the_door(page, service.town.email_of("gp"), PASSWORD)
    expect(page.get_by_label("Family name")).to_have_value("Endless")
    assert path_of(page) == "/refer/"
    expect(page.get_by_label("No known risks")).to_be_checked()
    page.get_by_role("button", name="Send referral").click()
    page.get_by_role("heading", name="Referral sent").wait_for()
    assert len(referrals_of(service, "Endless")) == 1
