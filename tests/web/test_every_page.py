"""What holds for every page, the refusals included."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client
from django.utils.functional import SimpleLazyObject
from django.views.defaults import permission_denied

from accounts.enums import Role
from accounts.models import Team
from accounts.services import register_user
from core.problems import server_error
from core.throttling import SignInThrottle
from insights.integrity import run_audit
from insights.models import Summary
from insights.summaries import make_weekly_summaries
from notifications.models import OutboxMessage
from notifications.templates import link_to_persons_page
from notifications.templates.bodies import link_to_check
from referrals.models import PersonLink, Referral, RetentionProposal
from services_directory.models import CheckRequest, Service
from services_directory.services.rounds import check_listings
from tests.conftest import NOW
from tests.stage import fresh

pytestmark = pytest.mark.django_db


OPENED: dict[str, Any] = {}
"""Every page, once it has been opened: what is read of them in one test is what is read in the next."""


@pytest.fixture
def pages(cast, browser_of, onward_at, rf, monkeypatch):
    """Every page that there is, by name."""
    if not OPENED:
        OPENED.update(open_them(cast, browser_of, onward_at, rf, monkeypatch))
    return dict(OPENED)


def open_them(cast, browser_of, onward_at, rf, monkeypatch):
    onward = onward_at("started")
    listing = Service.objects.create(
        organization=cast.walking.organization, name="Swimming", referral_route="referral", receiving_team=cast.leisure,
        capacity="open", first_contact_by="service",
    )  # fmt: skip
    check_listings(at=NOW)
    several, one = (
        link_to_check(CheckRequest.objects.get(checks__service=service).reference).partition("8000")[2]
        for service in (listing, cast.visiting)
    )
    gp, provider = browser_of(cast.gp), browser_of(cast.provider)
    monkeypatch.setitem(SignInThrottle.THROTTLE_RATES, "sign-in", "1/minute")
    return {
        "sign-in": Client().get("/sign-in/?next=/r/"),
        "sign-in refused": Client().post("/sign-in/", {}),
        "too many tries": Client().post("/sign-in/", {}),
        "forged": Client(enforce_csrf_checks=True).post("/sign-in/", {}),
        "about": Client().get("/about/"),
        "help": Client().get("/help/"),
        "help for a referrer": gp.get("/help/"),
        "privacy": Client().get("/privacy/"),
        "accessibility": Client().get("/accessibility/"),
        "forgotten password": Client().get("/forgotten-password/"),
        "link sent": Client().get("/forgotten-password/sent/"),
        "forged link to a password": Client().get("/new-password/A-23456-789CD/x/"),
        "account": gp.get("/me/"),
        "how one is told": gp.get("/me/messages/"),
        "second step": gp.get("/me/second-step/"),
        "sessions": gp.get("/me/sessions/"),
        "home of a referrer": gp.get("/"),
        **of_a_referrer(gp, cast, onward),
        "home of a provider": provider.get("/"),
        **pages_of_a_case(browser_of(cast.link_worker), onward.referral.reference),
        "home of a manager": browser_of(cast.manager).get("/"),
        "home of an editor": browser_of(cast.editor).get("/"),
        "figures of the directory": browser_of(cast.editor).get("/directory/figures/"),
        "figures refused": gp.get("/directory/figures/"),
        "nobody has looked": browser_of(cast.manager).get("/integrity/"),
        "is anything lost": looked_at(browser_of(cast.lead)),
        "is anything lost, refused": gp.get("/integrity/"),
        "inbox": provider.get("/inbox/"),
        "empty inbox": browser_of(cast.manager).get("/inbox/"),
        "summaries of a provider": provider_reads_their_week(provider),
        "summary": provider.get(f"/r/{Summary.objects.earliest('id').reference}"),
        "no summary": gp.get("/summaries/"),
        "clocks of a lead": browser_of(cast.lead).get("/clocks/"),
        "clocks of everybody": browser_of(cast.manager).get("/clocks/"),
        "clocks refused": gp.get("/clocks/"),
        "figures": browser_of(cast.lead).get("/figures/"),
        "funnel": browser_of(cast.lead).get("/figures/funnel/?by=source"),
        "figures that cannot be": browser_of(cast.lead).get("/figures/waits/?by=programme&wait=triage"),
        "figures of the pathway refused": gp.get("/figures/equity/"),
        "proposals": browser_of(cast.editor).get("/directory/proposals/"),
        "proposals refused": gp.get("/directory/proposals/"),
        "teams of everybody": browser_of(cast.manager).get("/teams/"),
        "teams refused": gp.get("/teams/"),
        "team": browser_of(cast.lead).get(f"/teams/{cast.team.pk}/"),
        "add somebody": browser_of(cast.lead).post(f"/teams/{cast.team.pk}/add/", {"email": "x"}),
        "somebody leaves": browser_of(cast.lead).get(f"/teams/{cast.team.pk}/members/{cast.link_worker.pk}/leave/"),
        "a role ends": browser_of(cast.lead).get(f"/teams/{cast.team.pk}/members/{cast.link_worker.pk}/role/"),
        "who looked": browser_of(cast.lead).get(f"/r/{onward.referral.reference}/who-looked/"),
        "ask everybody why": browser_of(cast.lead).get(f"/r/{onward.referral.reference}/who-looked/ask-why/"),
        "why open it": gp.get(f"/why-open/?next=/r/{onward.referral.reference}"),
        "unusual readings": browser_of(cast.lead).get("/unusual-readings/"),
        "nothing to forget": browser_of(cast.lead).get("/to-forget/"),
        **of_records(browser_of),
        "timetable": browser_of(cast.manager).get("/runs/"),
        "timetable refused": gp.get("/runs/"),
        "every message arrived": browser_of(cast.lead).get("/messages/failed/"),
        **messages_that_did_not_arrive(browser_of(cast.lead)),
        "messages that did not arrive, refused": gp.get("/messages/failed/"),
        "what messages say": browser_of(cast.lead).get("/messages/templates/"),
        "what messages say, refused": gp.get("/messages/templates/"),
        "listings to check": Client().get(several),
        "listing to check": Client().get(one),
        "nothing said": Client().post(f"{one}{cast.visiting.pk}/", {"answer": "changed"}),
        "answered": Client().post(f"{one}{cast.visiting.pk}/", {"answer": "still_right"}),
        "answered before": Client().get(one),
        **of_finding(browser_of(cast.link_worker), onward.referral, cast.visiting),
        "people of a lead": browser_of(cast.lead).get("/people/"),
        "people twice": browser_of(cast.lead).get("/people/duplicates/"),
        "people twice, refused": browser_of(cast.link_worker).get("/people/duplicates/"),
        "directory": Client().get("/directory/"),
        "nothing of the kind": Client().get("/directory/?asked=1&search=unicorns"),
        "listing for anybody": Client().get(f"/directory/{cast.visiting.pk}/"),
        "wrong listing": Client().get(f"/directory/{cast.visiting.pk}/wrong/"),
        "wrong listing, said": Client().get(f"/directory/{cast.visiting.pk}/wrong/thanks/"),
        "listing of an editor": browser_of(cast.editor).get(f"/directory/listings/{cast.visiting.pk}/"),
        "self-referral": Client().get("/self-referral/you/"),
        "self-referral for a mother": Client().get("/self-referral/?for=family", follow=True),
        "self-referral, wrong": Client().post("/self-referral/you/", {}),
        "forged link": Client().get("/check/K-23456-789CD/x/"),
        "referral": gp.get(f"/r/{onward.referral.reference}"),
        **own_page_of(onward.referral),
        "slip with the link": gp.get(f"/r/{onward.referral.reference}/own-page/"),
        "onward referral": provider.get(f"/r/{onward.reference}"),
        "people sent to us": provider.get("/providing/"),
        "person sent to us": provider.get(f"/providing/{onward.reference}/"),
        "step of a provider": provider.get(f"/providing/{onward.reference}/do/complete/"),
        "measures": provider.get(f"/providing/{onward.reference}/measures/"),
        "measure": provider.get(f"/providing/{onward.reference}/measures/ons4/"),
        "programmes": provider.get("/providing/services/"),
        "programme": provider.get(f"/providing/services/{cast.walking.pk}/"),
        "places": provider.get(f"/providing/services/{cast.walking.pk}/places/"),
        "sessions of a provider": provider.get("/providing/sessions/"),
        "new session": provider.get(f"/providing/services/{cast.walking.pk}/sessions/new/"),
        "own listings": provider.get("/providing/listings/"),
        "own listing": provider.get(f"/providing/listings/{cast.walking.pk}/"),
        "change of a listing": provider.get(f"/providing/listings/{cast.walking.pk}/change/"),
        "days and times of a listing": provider.get(f"/providing/listings/{cast.walking.pk}/times/"),
        "working by email link": provider.get("/providing/email-links/"),
        "forged link to a team": Client().get("/by-link/O-23456-789CD/x/"),
        "visit closed": Client().get("/by-link/leave/"),
        "unknown": gp.get("/r/R-23456-789CD"),
        "unknown, signed out": Client().get("/nothing-here/"),
        "broken": broken(gp),
        "not allowed": permission_denied(rf.get("/"), PermissionDenied()),
    }


def of_finding(browser, referral, service):
    """The pages on which a link worker finds something for a person."""
    reference, key = referral.reference, service.pk
    return {
        "find services": browser.get(f"/r/{reference}/find/?asked=1"),
        "service for a person": browser.get(f"/services/{key}/?for={reference}"),
        "service": browser.get(f"/services/{key}/"),
        "offer": browser.get(f"/r/{reference}/offer/{key}/"),
        "screening": browser.get(f"/r/{reference}/screening/{key}/"),
        "signpost": browser.get(f"/r/{reference}/signpost/{key}/"),
        "signposts": browser.get(f"/r/{reference}/signposts/"),
        "people": browser.get("/people/"),
        "nobody found": browser.post("/people/", {"nhs_number": "9990000026"}),
    }


CASE = ("", "/contact/", "/note/", "/tasks/add/", "/allocate/", "/plan/", "/measure/", "/measure/?measure=ons4",
        "/contact-details/", "/address/", "/risk/", "/consent/", "/health/", "/health/?question=stroke", "/clearance/",
        "/clearance/ask/", "/known/", "/do/close/", "/do/hold/")  # fmt: skip


def pages_of_a_case(browser, reference):
    """A case as its team sees it, and what is done with it; the team's lists."""
    lists = {f"list of a team: {path}": browser.get(path) for path in ("/triage/", "/caseload/", "/due/")}
    return lists | {f"case{path}": browser.get(f"/r/{reference}{path}") for path in CASE}


def own_page_of(referral):
    """The person's own pages: the door, which asks for the date of birth, what is behind it, and when it has closed."""
    link = PersonLink.objects.select_related("referral").get(referral=referral)
    door, rose = link_to_persons_page(link.key).partition("8000")[2], Client()
    asked = rose.get(door)
    rose.post(door, {"date_of_birth_0": "27", "date_of_birth_1": "3", "date_of_birth_2": "1951"})
    return {
        "own page, door": asked, "own page": rose.get("/your-page/"), "own page, closed": Client().get("/your-page/"),
        "own page, how reached": rose.get("/your-page/contact/"),
    }  # fmt: skip


def of_records(browser_of):
    officer = browser_of(
        register_user(
            email="ola.record@work.example", full_name="Ola Record", password=None,
            roles=[(Team.objects.earliest("pk"), Role.PRIVACY_OFFICER)],
        )
    )  # fmt: skip
    proposal = RetentionProposal.objects.create(
        referral=Referral.objects.earliest("pk"), kind="supported", due_on=NOW.date(), proposed_at=NOW
    )
    return {
        "home of a privacy officer": officer.get("/"),
        "help for a privacy officer": officer.get("/help/"),
        "to forget": officer.get("/to-forget/"),
        "forget it or keep it": officer.get(f"/to-forget/{proposal.pk}/"),
        "not decided": officer.post(f"/to-forget/{proposal.pk}/", {"decision": "keep"}),
        "whose record was opened": officer.get("/who-looked/"),
        "nobody said": officer.post("/who-looked/", {}),
        "what is held": officer.get("/held/"),
    }


def of_a_referrer(browser, cast, onward):
    """The pages of who refers."""
    message = onward.referral.messages_back.first()
    sent = browser.post("/refer/", ANN | {"target": f"team:{cast.team.pk}"})
    return {
        "refer": browser.get("/refer/"),
        "refer, with errors": browser.post("/refer/", {}),
        "sent": browser.get(sent.url),
        "slip": browser.get(sent.url.replace("/sent/", "/slip/")),
        "my referrals": browser.get("/referrals/"),
        "messages back": browser.get("/messages-back/"),
        "message back": browser.get(f"/r/{message.reference}"),
    }


ANN = {
    "first_name": "Ann", "family_name": "Else", "date_of_birth_0": "1", "date_of_birth_1": "1",
    "date_of_birth_2": "1960", "postcode": "SK5 8BS", "telephone": "0161 496 0111", "gp_practice_code": "Z90001",
    "reason": "Misses company.", "risks_known": "none", "agreed": "given",
}  # fmt: skip


def looked_at(browser):
    """The page of the audit after the first."""
    run_audit(clock=lambda: NOW)
    return browser.get("/integrity/")


def provider_reads_their_week(browser):
    """The page of summaries once there are some."""
    make_weekly_summaries(at=NOW + dt.timedelta(days=7))
    return browser.get("/summaries/")


def messages_that_did_not_arrive(browser):
    """The page when every message was refused, and what somebody reads who was second to send one again."""
    OutboxMessage.objects.update(status="failed", failure="Nobody is there.", sent_at=None)
    page = browser.get("/messages/failed/")
    address = re.findall(r'action="(/messages/[^"]+/try-again/)"', page.content.decode())[0]
    browser.post(address)
    return {"messages that did not arrive": page, "sent again already": browser.post(address)}


def broken(browser):
    """The page after a bug."""
    browser.raise_request_exception = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.referring.home.lists_for", lambda *args, **kwargs: 1 / 0)
        return browser.get("/")


def test_each_page_has_the_status_it_should_have(pages):
    assert {name: page.status_code for name, page in pages.items()} == {
        "sign-in": 200, "too many tries": 429, "sign-in refused": 200, "forged": 403, "about": 200,
        "help": 200, "help for a referrer": 200, "privacy": 200, "accessibility": 200, "forgotten password": 200,
        "link sent": 200, "forged link to a password": 404, "account": 200, "how one is told": 200, "second step": 200,
        "sessions": 200,
        "refer": 200, "refer, with errors": 400, "sent": 200, "slip": 200, "my referrals": 200, "messages back": 200,
        "message back": 200, "home of a referrer": 200, "home of a provider": 200, "home of a manager": 200,
        "referral": 200,
        "home of an editor": 200, "figures of the directory": 200, "figures refused": 403, "listings to check": 200,
        "listing to check": 200, "nothing said": 400, "answered": 200, "answered before": 410, "forged link": 404,
        "people sent to us": 200, "person sent to us": 200, "step of a provider": 200, "measures": 200, "measure": 200,
        "programmes": 200, "programme": 200, "places": 200, "sessions of a provider": 200, "new session": 200,
        "own listings": 200,
        "own listing": 200, "change of a listing": 200, "days and times of a listing": 200,
        "working by email link": 200, "forged link to a team": 404,
        "visit closed": 200,
        "own page, door": 200, "own page": 200, "own page, closed": 410, "own page, how reached": 200,
        "slip with the link": 200,
        "onward referral": 200, "inbox": 200, "empty inbox": 200, "what messages say": 200,
        "summaries of a provider": 200, "summary": 200, "no summary": 200, "clocks of a lead": 200,
        "clocks of everybody": 200, "clocks refused": 403, "timetable": 200,
        "figures": 200, "funnel": 200, "figures that cannot be": 400, "figures of the pathway refused": 403,
        "proposals": 200, "proposals refused": 403,
        "teams of everybody": 200, "teams refused": 403, "team": 200, "add somebody": 400, "somebody leaves": 200,
        "a role ends": 200, "who looked": 200, "ask everybody why": 200, "why open it": 200, "unusual readings": 200,
        "nothing to forget": 200, "home of a privacy officer": 200, "help for a privacy officer": 200, "to forget": 200,
        "forget it or keep it": 200, "not decided": 400, "whose record was opened": 200, "nobody said": 400,
        "what is held": 200, "timetable refused": 403,
        "every message arrived": 200, "messages that did not arrive": 200, "sent again already": 409,
        "messages that did not arrive, refused": 403,
        "nobody has looked": 200, "is anything lost": 200, "is anything lost, refused": 403,
        "what messages say, refused": 403, "unknown": 404, "unknown, signed out": 404, "broken": 500,
        "not allowed": 403, "find services": 200, "service for a person": 200, "service": 200, "offer": 200,
        "screening": 200, "signpost": 200, "signposts": 200, "people": 200, "nobody found": 200,
        "people of a lead": 200, "people twice": 200, "people twice, refused": 403, "directory": 200,
        "nothing of the kind": 200, "listing for anybody": 200, "wrong listing": 200,
        "wrong listing, said": 200, "listing of an editor": 200, "self-referral": 200,
        "self-referral for a mother": 200, "self-referral, wrong": 400,
        **{f"case{path}": 200 for path in CASE},
        **{f"list of a team: {path}": 200 for path in ("/triage/", "/caseload/", "/due/")},
    }  # fmt: skip


def test_no_page_holds_a_script_a_style_or_anything_from_elsewhere(pages):
    for name, page in pages.items():
        html = page.content.decode()
        inline = re.findall(
            r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=|javascript:|<iframe|<img|//[a-z]", html.lower()
        )
        assert (inline, name) == ([], name)


def test_no_page_is_kept_by_a_browser_or_a_cache(pages):
    del pages["not allowed"]  # called without the middleware
    for name, page in pages.items():
        assert ("no-store" in page.headers["Cache-Control"], name) == (True, name)


def test_each_page_has_its_frame(pages):
    for name, page in pages.items():
        html = page.content.decode()
        assert '<html lang="en-GB"' in html, name
        assert 'href="#main"' in html, name
        assert re.search(r'<main [^>]*id="main"', html), name
        assert html.count("<h1") == 1, name
        assert re.search(r"<title>\S", html), name
        assert 'href="/privacy/"' in html, name
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), name
        assert set(re.findall(r'aria-labelledby="([^"]+)"', html)) <= set(ids), name


def test_no_title_and_no_address_names_the_person(pages):
    for name, page in pages.items():
        html = page.content.decode()
        outside = re.findall(r"<title>(.*?)</title>|(?:href|action)=\"([^\"]*)\"", html, re.DOTALL)
        assert "okafor" not in str(outside).lower(), name
        assert "rose" not in str(outside).lower(), name


def test_every_static_file_that_a_page_names_exists(pages):
    named = set(re.findall(r'(?:href|src)="/static/([^"]+)"', pages["referral"].content.decode()))
    assert named == {
        "web/site.css", "web/icon.svg", "web/app.js", "django_htmx/htmx-2.min.js", "vendor/nhsuk-10.6.1/nhsuk.min.css",
    }  # fmt: skip
    assert all(finders.find(path) for path in named)


def test_the_style_sheet_asks_nobody_else_for_anything():
    sheet = Path(finders.find("web/site.css") or "").read_text()
    assert re.findall(r"url\(|@import|@font-face|http", sheet) == []


def test_the_page_after_a_bug_asks_nobody_who_is_signed_in(rf, django_assert_num_queries):
    def ask_the_database():
        raise OperationalError("the database is what has failed")

    request = rf.get("/")
    request.user = SimpleLazyObject(ask_the_database)
    with django_assert_num_queries(0):
        page = server_error(request)
    assert page.status_code == 500
    assert "Something went wrong" in page.content.decode()


# --- Each page and each role ----------------------------------------------------------------------------------------

PAGES = ("/", "/inbox/", "/summaries/", "/integrity/", "/clocks/", "/runs/", "/messages/templates/",
         "/messages/failed/", "/directory/figures/", "/figures/", "/teams/", "/providing/", "/providing/services/",
         "/providing/sessions/", "/people/", "/directory/proposals/", "/triage/", "/caseload/",
         "/due/", "/refer/", "/referrals/", "/messages-back/", "/unusual-readings/", "/to-forget/",
         "/who-looked/", "/held/")  # fmt: skip
OF_A_REFERRER = " /refer/ /referrals/ /messages-back/"
NAMES_PEOPLE = {"/", "/triage/", "/caseload/", "/due/", "/referrals/", "/messages-back/"}
MAY_OPEN = {
    "gp": "/ /inbox/ /summaries/" + OF_A_REFERRER,
    "discharge_nurse": "/ /inbox/ /summaries/" + OF_A_REFERRER,
    "link_worker": "/ /inbox/ /summaries/ /triage/ /caseload/ /due/ /people/",
    "neighbouring_link_worker": "/ /inbox/ /summaries/ /triage/ /caseload/ /due/ /people/",
    "hub_worker": "/ /inbox/ /summaries/ /triage/ /caseload/ /due/ /people/ /providing/ /providing/services/ "
    "/providing/sessions/",
    "provider": "/ /inbox/ /summaries/ /providing/ /providing/services/ /providing/sessions/",
    "befriender": "/ /inbox/ /summaries/ /providing/ /providing/services/ /providing/sessions/",
    "lead": "/ /inbox/ /summaries/ /integrity/ /clocks/ /runs/ /messages/templates/ /messages/failed/ /figures/ "
    "/teams/ /people/ /triage/ /caseload/ /due/ /unusual-readings/ /to-forget/",
    "outsider": "/ /inbox/ /summaries/ /integrity/ /clocks/ /runs/ /messages/templates/ /messages/failed/ /figures/ "
    "/teams/ /people/ /triage/ /caseload/ /due/ /unusual-readings/ /to-forget/ /providing/ /providing/services/ "
    "/providing/sessions/" + OF_A_REFERRER,
    "manager": "/ /inbox/ /summaries/ /integrity/ /clocks/ /runs/ /messages/templates/ /messages/failed/ "
    "/directory/figures/ /figures/ /teams/",
    "editor": "/ /inbox/ /summaries/ /messages/templates/ /directory/figures/ /directory/proposals/",
}


@pytest.mark.parametrize("who", MAY_OPEN)
def test_each_role_opens_its_pages_and_is_led_to_them_and_to_no_others(browser_of, cast, onward_at, read, who):
    onward_at("started")
    assert MAY_OPEN.keys() == cast.everyone.keys()
    browser = browser_of(fresh(getattr(cast, who)))
    opened = {path: browser.get(path) for path in PAGES}
    assert {path for path, page in opened.items() if page.status_code == 200} == set(MAY_OPEN[who].split())
    assert {page.status_code for page in opened.values()} <= {200, 403, 404}
    assert not any(
        "okafor" in page.content.decode().lower() for path, page in opened.items() if path not in NAMES_PEOPLE
    )
    led_to = {link for link in read(browser, "/").links if link in PAGES} - {"/", "/summaries/"}
    assert led_to == set(MAY_OPEN[who].split()) - {"/", "/summaries/"}
