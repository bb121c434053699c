"""Lou, a link worker, and Lena, the lead of the team: a contact in seconds, and two who press at once."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from referrals.models import Contact, Referral
from tests import stage
from tests.e2e.browsing import Hands
from tests.e2e.town import another

IN_TWENTY_SECONDS = 66
"""Strokes of somebody who types 40 words a minute."""
NOTE = "Rang twice, will ring on Friday."


def waiting(service, name, status="submitted"):
    """A referral of somebody of this test's own."""
    return service.backstage(
        lambda: stage.referral_at(service.town.cast, status, at=timezone.now(), person=another(name))
    )


def contacts_of(service, referral):
    """What was logged, as result and note."""
    return service.backstage(
        lambda: list(Contact.objects.filter(referral=referral).order_by("id").values_list("outcome", "note"))
    )


def test_a_call_that_nobody_answers_is_logged_in_three_clicks(as_person, service, record_property):
    case = waiting(service, "Mabel", "accepted")
    page = as_person("link_worker")
    page.goto(f"/r/{case.reference}")
    hands = Hands(page)
    hands.click("Log a contact")
    hands.click("No answer")
    hands.click("Save")
    page.wait_for_url(f"/r/{case.reference}")
    record_property("figures", f"A contact by hand: {hands.clicks} clicks")
    assert (hands.clicks, hands.keys) == (3, 0)
    assert contacts_of(service, case) == [("no_answer", "")]


def test_a_contact_with_a_note_takes_less_than_twenty_seconds_of_typing(as_person, service, record_property):
    case = waiting(service, "Nora", "accepted")
    page = as_person("link_worker")
    page.goto(f"/r/{case.reference}/contact/")
    hands = Hands(page)
    hands.press("Space")  # the keyboard stands on the commonest result
    hands.tab_to("Note (optional)")
    hands.type(NOTE)
    hands.tab_to("Save")
    hands.press("Enter")
    page.wait_for_url(f"/r/{case.reference}")
    record_property("figures", f"A contact with a note by keyboard: {hands.keys} strokes")
    assert hands.clicks == 0
    assert hands.keys <= IN_TWENTY_SECONDS
    assert contacts_of(service, case) == [("no_answer", NOTE)]


@pytest.mark.parametrize("javascript", [True, False])
def test_of_two_who_accept_at_once_the_second_reads_who_was_first(as_person, service, javascript):
    case = waiting(service, "Olive" if javascript else "Opal")
    pages = {name: as_person(who, javascript=javascript) for name, who in WHO.items()}
    for page in pages.values():
        page.goto(f"/r/{case.reference}/do/accept/")
    for page in pages.values():
        page.get_by_role("button", name="Accept").click(no_wait_after=True)
    for page in pages.values():
        page.get_by_text("Accept: done.").or_(page.get_by_text("It has changed since you read it")).first.wait_for()

    accepted = service.backstage(lambda: Referral.objects.get(pk=case.pk))
    first = service.backstage(lambda: accepted.events.get(kind="accept").actor_name)
    [second] = pages.keys() - {first}
    assert accepted.status == "accepted"
    expect(pages[first].get_by_text("Accept: done.")).to_be_visible()
    expect(pages[second].locator("main")).to_contain_text(f"{first} changed it on")


WHO = {"Lou Marsh": "link_worker", "Lena Head": "lead"}
