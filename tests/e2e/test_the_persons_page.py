"""Stella opens her page from a letter: on a small phone, without JavaScript, nothing before the date of birth."""

from urllib.parse import urlsplit

from django.utils import timezone
from playwright.sync_api import expect

from notifications.templates import link_to_persons_page
from referrals.models import Referral
from tests import stage
from tests.e2e.browsing import axe, sticks_out
from tests.e2e.town import another

SMALL = 320


def letter_for(service, name):
    """A referral of somebody, and the address that their letter names."""
    referral = service.backstage(
        lambda: stage.referral_at(service.town.cast, "submitted", at=timezone.now(), person=another(name))
    )
    return referral, address_of_page(service, referral)


def address_of_page(service, referral):
    """The address of the page of the person of a referral."""
    key = service.backstage(lambda: referral.person_links.get(ended_at=None).key)
    return urlsplit(link_to_persons_page(key)).path


def open_page(page, address, born=("27", "3", "1951")):
    """Open the link, and give the date of birth."""
    page.goto(address)
    for label, value in zip(("Day", "Month", "Year"), born, strict=True):
        page.get_by_role("textbox", name=label, exact=True).fill(value)
    page.get_by_role("button", name="Open my page").click()
    page.get_by_role("heading", name="Hello").wait_for()


def test_nothing_is_said_before_the_date_of_birth_and_no_thanks_needs_no_javascript(anybody, service):
    referral, address = letter_for(service, "Pearl")
    page = anybody(width=SMALL, javascript=False)
    page.goto(address)
    assert [word for word in ("Pearl", "Marlow", "Vale", referral.reference) if word in page.content()] == []
    open_page(page, address)
    expect(page.locator("main")).to_contain_text("Hello Pearl")
    assert sticks_out(page) == 0

    page.get_by_role("link", name="Say no thanks").click()
    with page.expect_navigation():
        page.get_by_role("button", name="No thanks").click()
    assert service.backstage(lambda: Referral.objects.get(pk=referral.pk)).said_no_at is not None


def test_each_of_its_pages_by_axe_on_a_small_phone(anybody, service):
    _referral, address = letter_for(service, "Queenie")
    page = anybody(width=SMALL)
    page.goto(address)
    wrong = {address: axe(page)}
    open_page(page, address)
    pages = page.eval_on_selector_all("main a[href*='/your-page/']", "links => links.map(link => link.href)")
    for one in [page.url, *pages]:
        page.goto(one)
        wrong[one] = axe(page) + [f"{out} pixels stick out" for out in [sticks_out(page)] if out]
    assert len(pages) == 5
    assert {one: problems for one, problems in wrong.items() if problems} == {}
