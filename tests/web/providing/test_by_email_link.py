"""Bo and two others befriend people. They have a mailbox and no accounts: they work by the links of its emails."""

import datetime as dt
import re

import pytest
from django.test import Client

from accounts.models import Team
from accounts.services import decide_email_link
from core.signed_links import code_of, signature_of
from core.throttling import SignedLinkThrottle
from referrals.models import OnwardReferral, ReferralEvent, TeamLinkCode
from tests.conftest import NOW
from tests.stage import fresh
from tests.web.scenes import supported

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(cast, onward_at):
    """Rose is offered to the befrienders, who work by email link; Ann to the leisure trust, which does not."""
    decide_email_link(team=cast.befriending, is_allowed=True, user=fresh(cast.befriender), at=NOW)
    onward_at("sent", referral=supported(cast, "Ann"))
    return onward_at("sent", service=cast.visiting)


def link_of(onward) -> str:
    return f"/by-link/{onward.reference}/{signature_of(onward.reference, purpose='team-link')}/"


def entered(browser: Client, onward) -> Client:
    """The browser after the code from the mailbox was entered."""
    sent = browser.post(link_of(onward))
    code = code_of(TeamLinkCode.objects.latest("sent_at").code_reference, purpose="team_link_code")
    answer = browser.post(sent.headers["Location"], {"code": code})
    assert answer.headers["Location"] == f"/providing/{onward.reference}/"
    return browser


def test_bo_follows_the_link_enters_the_code_and_accepts(offered, cast, client, read, time_machine):
    assert client.get(f"/providing/{offered.reference}/").headers["Location"].startswith("/sign-in/")
    page = read(client, link_of(offered))
    assert "we send a code to your team's mailbox, b…@inbox.example" in page.text
    assert not re.search("Rose|Okafor|Visiting", page.html)
    assert TeamLinkCode.objects.count() == 0

    sent = client.post(link_of(offered))
    code_page = sent.headers["Location"]
    wrong = client.post(code_page, {"code": "12345"})
    assert (wrong.status_code, "You can try 4 more times." in wrong.content.decode()) == (400, True)
    entered(client, offered)

    seen = read(client, f"/providing/{offered.reference}/")
    assert "Rose Okafor" in seen.text
    assert seen.text.startswith("Skip to main content Community Referral Befrienders, by email link Close")
    answer = client.post(f"/providing/{offered.reference}/do/accept/", {"version": offered.version, "note": ""})
    assert answer.headers["Location"] == f"/providing/{offered.reference}/"
    assert OnwardReferral.objects.get(pk=offered.pk).status == "accepted"
    event = ReferralEvent.objects.filter(onward_referral=offered).latest("sequence")
    assert (event.kind, event.actor_name) == ("accept", "Befrienders, by email link")
    assert "Befrienders, by email link" in read(client, f"/providing/{offered.reference}/").section("timeline")

    for path in ("/providing/", "/providing/services/", "/providing/sessions/", "/providing/listings/"):
        html = read(client, path).html
        assert ("Walking group" in html, "Ann" in html) == (False, False), path
    for path in ("/", f"/r/{offered.reference}", "/inbox/", "/summaries/", "/providing/email-links/"):
        assert client.get(path).headers["Location"].startswith("/sign-in/"), path  # nobody is signed in
    assert client.get("/api/v1/onward-referrals/").status_code == 401

    time_machine.move_to(dt.datetime(2026, 11, 3, 11, 1, tzinfo=dt.UTC))
    assert "Your visit is over" in read(client, "/providing/", status=401).text


def test_the_visit_ends_when_somebody_closes_it_or_takes_the_permission_back(offered, cast, client):
    entered(client, offered)
    assert client.get("/providing/").status_code == 200
    assert client.get("/by-link/leave/").status_code == 200  # opening that page closes nothing
    assert client.get("/providing/").status_code == 200
    client.post("/by-link/leave/")
    assert client.get("/providing/").status_code == 302
    entered(client, offered)
    decide_email_link(team=cast.befriending, is_allowed=False, user=fresh(cast.manager), at=NOW)
    assert client.get("/providing/").status_code == 401
    assert client.get(link_of(offered)).status_code == 410


def test_a_link_that_has_ended_says_so_and_shows_nothing(offered, client, read, time_machine, monkeypatch):
    assert "This link does not work" in read(client, f"/by-link/{offered.reference}/forged/", status=404).text
    time_machine.move_to(dt.datetime(2026, 12, 3, 9, tzinfo=dt.UTC))
    page = read(client, link_of(offered), status=410)
    assert "This link has expired" in page.text
    assert "It goes to your team's mailbox" in client.post(f"{link_of(offered)}again/").content.decode()
    assert client.get(link_of(offered)).status_code == 200

    monkeypatch.setitem(SignedLinkThrottle.THROTTLE_RATES, "signed-link", "1/minute")
    client.get(link_of(offered))
    refused = client.get(link_of(offered))
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)


def test_who_answers_for_it_says_so_on_a_page(cast, browser_of, read):
    address, bo = "/providing/email-links/", browser_of(cast.befriender)
    page = read(bo, address)
    assert ("Befrienders" in page.text, "Active team" in page.text, "Off." in page.text) == (True, False, True)
    form = {"team": str(cast.befriending.pk), "is_allowed": "yes"}
    assert bo.post(address, form).headers["Location"] == address
    assert "On. Allowed by Bo Friend, Tuesday 3 November 2026, 9:00am" in read(bo, address).text
    assert bo.post(address, form | {"team": str(cast.leisure.pk)}).status_code == 404
    assert Team.objects.get(pk=cast.leisure.pk).link_account is None
    assert "Befrienders" in read(browser_of(cast.manager), address).text
    assert {browser_of(getattr(cast, who)).get(address).status_code for who in ("gp", "link_worker", "lead")} == {403}
