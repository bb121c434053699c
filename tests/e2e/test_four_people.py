"""The first story, in four browsers: Gita refers Stella, Lou supports her, Pat takes her into the walking group, and
Stella reads her own page; at the end Gita reads what became of it. Everything is a link or a button that is there.
"""

import re

import pytest
from playwright.sync_api import expect

from referrals.models import OnwardReferral, Referral
from tests.e2e.test_a_referral import fill_in
from tests.e2e.test_the_persons_page import address_of_page, open_page


def press(page, *names):
    """Press one thing after the other, each a button or a link that looks like one."""
    for name in names:
        with page.expect_navigation():
            page.get_by_role("button", name=name, exact=True).first.click()


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_practice_to_the_walking_group_and_back(as_person, anybody, service, javascript):
    name = "Stella" if javascript else "Sidney"
    gita, lou, pat = (as_person(who, javascript=javascript) for who in ("gp", "link_worker", "provider"))

    gita.goto("/")
    gita.get_by_role("link", name="Refer somebody").first.click()
    fill_in(gita, **{"First name": name, "Family name": "Story"})
    press(gita, "Send referral")
    expect(gita.get_by_role("heading", name="Referral sent")).to_be_visible()
    [referral] = service.backstage(lambda: list(Referral.objects.filter(first_name=name, family_name="Story")))

    lou.goto("/")
    lou.get_by_role("link", name="Triage", exact=True).click()
    lou.get_by_role("link", name=f"{name} Story").click()
    press(lou, "Accept", "Accept")
    expect(lou.get_by_text("Accept: done.")).to_be_visible()

    own = anybody(javascript=javascript, width=390)
    open_page(own, address_of_page(service, referral), born=("4", "11", "1948"))
    expect(own.locator("main")).to_contain_text("Vale link workers")

    press(lou, "Log a contact")
    lou.get_by_label("In touch with each other").check()
    press(lou, "Save", "The person agrees: begin support", "The person agrees: begin support", "Find services")
    lou.get_by_role("button", name=re.compile("Offer Walking group")).click()
    press(lou, "Send the offer")
    [onward] = service.backstage(lambda: list(OnwardReferral.objects.filter(referral=referral)))

    pat.goto("/")
    pat.get_by_role("link", name="People sent to us", exact=True).click()
    pat.get_by_role("link", name=f"Story, {name}").click()
    press(pat, "Accept", "Accept", "Book the first assessment")
    for label, value in (("Day", "1"), ("Month", "6"), ("Year", "2027")):
        pat.get_by_role("textbox", name=label, exact=True).fill(value)
    pat.get_by_label("What time?").fill("10:30")
    press(pat, "Book the first assessment", "Start", "Start", "Complete")
    pat.get_by_label("Goals met").check()
    press(pat, "Complete")

    lou.goto(f"/r/{referral.reference}")
    press(lou, "Close")
    lou.get_by_label("Goals met").check()
    press(lou, "Close")

    gita.goto("/")
    gita.get_by_role("link", name="My referrals", exact=True).click()
    gita.get_by_label("Which").select_option("Ended")
    if not javascript:
        press(gita, "Show")
    with gita.expect_navigation():
        gita.get_by_role("link", name=f"Story, {name}").click()
    for word in ("Closed", "Walking group"):
        expect(gita.locator("main")).to_contain_text(word)
    with gita.expect_navigation():
        gita.locator("main section").filter(has_text="Messages back").get_by_role("link").first.click()
    expect(gita).to_have_url(re.compile("/r/M-"))
    expect(gita.locator("main")).to_contain_text("Goals met")
    assert service.backstage(lambda: OnwardReferral.objects.get(pk=onward.pk)).status == "completed"
