"""What the service says of itself, and of what went wrong."""

import pytest
from django.test import Client

from accounts.models import User
from core.problems import bad_request, server_error
from notifications.models import Preference
from referrals.models import RetentionRule
from tests.stage import fresh
from web.account.me import browser_of as words_for
from web.account.pages import GUIDES

pytestmark = pytest.mark.django_db


def test_help_is_for_what_somebody_does_here_and_says_whom_to_ring(cast, browser_of, client, read, settings):
    settings.CONTACT_EMAIL = "help@vale.example"
    assert {role.value for guide in GUIDES for role in guide.roles} == {
        "referrer", "link_worker", "lead", "provider", "manager", "directory_editor", "privacy_officer", "safeguarding",
    }  # fmt: skip
    shown = {
        who: [
            guide.title for guide in GUIDES if guide.title in read(browser_of(fresh(getattr(cast, who))), "/help/").text
        ]
        for who in ("gp", "provider", "lead", "manager")
    }
    assert shown == {
        "gp": ["You refer people"],
        "provider": ["You provide a service"],
        "lead": ["You are a link worker", "You lead a team", "You answer for the service"],
        "manager": ["You answer for the service", "You keep the directory"],
    }
    page = read(client, "/help/")
    assert "You refer people" in page.text  # to whoever is not signed in, all of it
    assert {"tel:01614960900", "mailto:help@vale.example", "/forgotten-password/"} <= set(page.links)


def test_privacy_says_how_long_by_the_rules_that_hold(client, read, settings, db):
    settings.PRIVACY_NOTICE_URL = "https://vale.example/privacy"
    assert "8 years after the last entry" in read(client, "/privacy/").text
    RetentionRule.objects.create(kind="supported", keep_days=3653, source="The schedule of the organisation.")
    page = read(client, "/privacy/")
    assert "10 years after the last entry" in page.text
    assert "If nobody took the referral on, 2 years." in page.text
    assert "https://vale.example/privacy" in page.links


def test_accessibility_says_what_was_not_tested(client, read):
    text = read(client, "/accessibility/").text
    assert "It has not been judged by somebody independent" in text
    assert "You are signed out 12 hours after signing in" in text


def test_the_foot_of_every_page_leads_to_them(client, db, read):
    for path in ("/about/", "/sign-in/", "/help/"):
        assert {"/about/", "/help/", "/privacy/", "/accessibility/", "/api/v1/docs/"} <= set(read(client, path).links)


def test_the_documentation_of_the_api_loosens_the_policy_by_its_pictures_alone(client, db):
    usual = set(client.get("/about/").headers["Content-Security-Policy"].split("; "))
    page = client.get("/api/v1/docs/")
    there = set(page.headers["Content-Security-Policy"].split("; "))
    assert there - usual == {"img-src 'self' data:"}
    html = page.content.decode()
    assert ("<style" in html, "<script>" in html) == (False, False)
    assert "swagger" in client.get("/api/v1/docs/?script=").content.decode().lower()


def test_when_the_templates_have_failed_too_there_are_still_words(rf, monkeypatch, caplog):
    def broken(*_, **__):
        raise LookupError("no templates")

    monkeypatch.setattr("core.problems.render_to_string", broken)
    page = server_error(rf.get("/"))
    assert (page.status_code, page.headers["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert "This is our fault" in page.content.decode()
    assert "could not be written" in caplog.text


def test_what_cannot_be_read_says_what_to_do(rf):
    page = bad_request(rf.get("/"), Exception())
    assert (page.status_code, "Go back, open the page afresh" in page.content.decode()) == (400, True)


def test_an_account_says_who_one_is_and_what_one_may_change(cast, somebody, read):
    gita = somebody(cast.gp)
    gita.sign_in()
    page = read(gita.client, "/me/")
    for words in ("Gita Gill", cast.gp.email, "Referrer, Vale Practice (Vale Practice)", "Nothing in the last year."):
        assert words in page.text
    assert {"/me/password/", "/me/second-step/", "/me/sessions/", "/me/messages/"} <= set(page.links)
    system = somebody(User.objects.create(email="system@work.example", full_name="A system"))
    system.user.set_unusable_password()
    system.user.save()
    system.client.force_login(system.user)
    assert system.client.get("/me/password/").headers["Location"] == "/me/"


def test_of_two_windows_the_second_reads_that_the_choices_have_changed(cast, somebody):
    gita = somebody(cast.gp)
    gita.sign_in()
    first = gita.fields_of("/me/messages/")
    said = dict.fromkeys(("new_work", "questions", "news", "reminders", "directory"), "daily")
    assert gita.client.post("/me/messages/", first | said).headers["Location"] == "/me/"
    late = gita.client.post("/me/messages/", first | said | {"news": "in_app"})
    assert (late.status_code, "have been changed since you read them" in late.content.decode()) == (409, True)
    wrong = gita.client.post("/me/messages/", gita.fields_of("/me/messages/") | said | {"quiet_from": "2"})
    assert (wrong.status_code, "Enter a time, like 2:30pm." in wrong.content.decode()) == (400, True)
    assert Preference.objects.get().news == "daily"


@pytest.mark.parametrize(
    ("calls_itself", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on an iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_words(calls_itself, words):
    assert words_for(calls_itself) == words


def test_nobody_can_have_an_account_by_themselves(db):
    for path in ("/signup/", "/sign-up/", "/accounts/signup/"):
        assert Client().get(path).status_code == 404
