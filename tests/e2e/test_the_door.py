"""Signing in, and what each role finds first."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import DESK, FIRST_LOAD, PHONE, Scales, axe, path_of, sign_in, sticks_out
from tests.e2e.town import PASSWORD

ROLES = ("gp", "link_worker", "lead", "provider", "hub_worker", "manager", "editor")


def test_somebody_signs_in_and_out(anybody, service):
    page = anybody()
    page.goto("/")
    assert path_of(page) == "/sign-in/"
    sign_in(page, service.town.email_of("gp"), PASSWORD)
    expect(page.get_by_role("link", name="Gita Gill")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    page.goto("/")
    assert path_of(page) == "/sign-in/"


@pytest.mark.parametrize("who", ROLES)
def test_home_by_role(who, as_person, service):
    page = as_person(who)
    page.goto("/")
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == []
        assert sticks_out(page) == 0


def test_somebody_is_warned_before_they_are_signed_out_and_stays(as_person):
    page = as_person("link_worker")
    page.clock.install()
    page.goto("/caseload/")
    page.clock.fast_forward("19:00")
    warning = page.get_by_role("region", name="You will be signed out in less than 10 minutes")
    assert not warning.is_visible()
    page.get_by_role("link", name="Triage", exact=True).focus()
    page.clock.fast_forward("01:10")
    warning.wait_for()
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == []
        assert sticks_out(page) == 0
    with page.expect_response("**/stay-signed-in/") as answer:
        warning.get_by_role("button", name="Stay signed in").press("Enter")
    assert answer.value.status == 204
    warning.wait_for(state="detached")
    assert page.evaluate("document.activeElement.textContent") == "Triage"
    page.clock.fast_forward("30:10")
    page.get_by_role("region", name="You are signed out").wait_for()


def test_who_types_for_long_is_at_work_and_is_not_signed_out(as_person):
    page = as_person("gp")
    page.clock.install()
    page.goto("/refer/")
    field = page.get_by_label("First name", exact=True)
    for _ in range(4):
        page.clock.fast_forward("12:00")
        with page.expect_response("**/still-here/") as answer:
            field.press("a")
        assert answer.value.json() == {"seconds": 1800}
    page.clock.fast_forward("12:00")
    assert page.get_by_role("region", name="You will be signed out in less than 10 minutes").count() == 0


def test_how_strong_a_new_password_is_stands_beside_it_while_it_is_typed(anybody, service):
    page = anybody()
    sign_in(page, service.town.email_of("provider"), PASSWORD)
    page.goto("/me/password/")
    field = page.get_by_label("New password", exact=True)
    says, meter = page.locator("#strength"), page.locator("meter")
    expect(meter).to_be_hidden()
    said = {}
    for typed in ("four words", "a" * 20, "lanternriver", "lantern river", "lantern river moss pillow", ""):
        field.fill(typed)
        said[typed] = (says.inner_text(), meter.evaluate("one => one.hidden ? null : one.value"))
        assert axe(page) == []
    assert said == {
        "four words": ("Too short", 10),
        "a" * 20: ("Too much of it is the same", 2),
        "lanternriver": ("Good enough. Longer is stronger", 12),
        "lantern river": ("Good enough. Longer is stronger", 13),
        "lantern river moss pillow": ("Very strong", 20),
        "": ("", None),
    }


def test_first_load_is_light(anybody, record_property):
    page = anybody()
    page.goto("/sign-in/")
    weight = Scales().weigh(page)
    record_property("figures", f"The first load of the door: {weight} bytes, compressed")
    assert 10_000 < weight < FIRST_LOAD
