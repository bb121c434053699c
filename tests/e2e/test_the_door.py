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
    page.clock.fast_forward("11:00:00")
    warning = page.get_by_role("region", name="You will be signed out in less than 10 minutes")
    assert not warning.is_visible()
    page.get_by_role("link", name="Triage", exact=True).focus()
    page.clock.fast_forward("55:10")
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
    page.clock.fast_forward("12:00:10")
    page.get_by_role("region", name="You are signed out").wait_for()


def test_first_load_is_light(anybody, record_property):
    page = anybody()
    page.goto("/sign-in/")
    weight = Scales().weigh(page)
    record_property("figures", f"The first load of the door: {weight} bytes, compressed")
    assert 10_000 < weight < FIRST_LOAD
