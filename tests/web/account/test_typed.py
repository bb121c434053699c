"""What somebody was typing when their session ended is theirs when they come back, and nobody else's."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor
from accounts.services import forget_what_ended
from notifications.models import Preference
from referrals.services.referrals import take_referral_step
from tests.web.account.conftest import Somebody, code_of

pytestmark = pytest.mark.django_db
PAGE = "/me/messages/"
STILL_HERE = "You were signed out. What you had typed is still here: look at it and send it."
TYPED = {
    "new_work": "daily", "questions": "at_once", "news": "in_app", "reminders": "daily", "directory": "in_app",
    "quiet_from": "6:45pm", "quiet_until": "7:15am", "version": "0",
}  # fmt: skip


def end_session_of(browser):
    """As when twelve hours are over."""
    Session.objects.filter(session_key=browser.cookies["sessionid"].value).delete()


@pytest.fixture
def interrupted(cast, somebody):
    """Gita has filled in a form, and sends it when her session has just ended."""
    gita = somebody(cast.gp)
    gita.sign_in()
    hidden = gita.fields_of(PAGE)
    assert set(hidden) == {"csrfmiddlewaretoken", "typed_for", "version"}
    end_session_of(gita.client)
    answer = gita.client.post(PAGE, hidden | TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in/?next={PAGE}")
    assert Preference.objects.count() == 0
    return gita


def test_it_is_all_there_again_and_sent_by_her(interrupted, read):
    gita = interrupted
    assert "What you had typed is kept for you" in read(gita.client, f"/sign-in/?next={PAGE}").text
    assert gita.sign_in(next_page=PAGE).headers["Location"] == PAGE
    assert Preference.objects.count() == 0  # nothing is done by itself
    page = read(gita.client, PAGE)
    assert STILL_HERE in page.text
    for value in ("6:45pm", "7:15am"):
        assert f'value="{value}"' in page.html
    assert 'name="news" type="radio" value="in_app" checked' in page.html
    assert STILL_HERE not in read(gita.client, PAGE).text  # once

    assert gita.client.post(PAGE, gita.fields_of(PAGE) | TYPED).headers["Location"] == "/me/"
    row = Preference.objects.get()
    assert (row.user, row.news, row.quiet_from) == (gita.user, "in_app", dt.time(18, 45))


def test_it_waits_for_the_second_step_too(cast, interrupted, read):
    secret = interrupted.set_up_app()
    assert interrupted.sign_in(next_page=PAGE).headers["Location"] == "/sign-in/code/"
    answer = interrupted.client.post("/sign-in/code/", {"code": code_of(secret)})
    assert answer.headers["Location"] == PAGE
    assert STILL_HERE in read(interrupted.client, PAGE).text


def test_somebody_else_who_signs_in_at_that_computer_never_sees_it(cast, somebody, interrupted, read):
    other = Somebody(somebody(cast.link_worker).user, interrupted.client)
    assert other.sign_in(next_page=PAGE).headers["Location"] == PAGE
    page = read(other.client, PAGE)
    assert (STILL_HERE in page.text, "6:45pm" in page.html) == (False, False)
    # ... nor does it wait for her behind them.
    other.client.post("/sign-out/")
    interrupted.sign_in()
    assert STILL_HERE not in read(interrupted.client, PAGE).text


def test_it_waits_half_an_hour_and_is_deleted_then(interrupted, read, time_machine):
    waiting = Session.objects.get(session_key=interrupted.client.session.session_key)
    assert waiting.expire_date - timezone.now() <= dt.timedelta(minutes=30)
    time_machine.shift(1801)
    forget_what_ended(at=timezone.now())
    assert not Session.objects.filter(pk=waiting.pk).exists()
    interrupted.sign_in(next_page=PAGE)
    assert 12 * 60 * 60 - 60 < interrupted.client.session.get_expiry_age() <= 12 * 60 * 60
    page = read(interrupted.client, PAGE)
    assert (STILL_HERE in page.text, "6:45pm" in page.html) == (False, False)


def test_only_a_form_that_was_shown_is_kept_and_never_a_password(cast, somebody):
    gita = somebody(cast.gp)
    gita.sign_in()
    hidden = gita.fields_of(PAGE)
    end_session_of(gita.client)
    for forged in ({}, {"typed_for": "x"}, {"typed_for": hidden["typed_for"][:-1] + "x"}):
        gita.client.post(PAGE, TYPED | forged)
        assert "typed" not in gita.client.session
    gita.client.post(PAGE, hidden | TYPED | {"oldpassword": "a secret", "code": "123456"})
    kept = gita.client.session["typed"]
    assert (kept["fields"].keys(), kept["page"]) == (TYPED.keys(), PAGE)
    assert "a secret" not in str(dict(gita.client.session))
    gita.client.post(PAGE, hidden | {"quiet_from": "x" * 60_000})
    assert "x" * 60_000 not in str(dict(gita.client.session))


def test_it_is_shown_even_where_somebody_else_has_acted_meanwhile(cast, somebody, referral_at, read):
    """Else the words would be gone behind a notice that it is too late for them."""
    referral = referral_at("submitted")
    lou = somebody(cast.link_worker)
    lou.sign_in()
    page = f"/r/{referral.reference}/do/request-information/"
    hidden = lou.fields_of(page)
    end_session_of(lou.client)
    lou.client.post(page, hidden | {"note": "Which days can she come?"})
    take_referral_step(referral=referral, step="accept", actor=Actor(cast.lead), at=timezone.now())
    lou.sign_in(next_page=page)
    html = read(lou.client, page).html
    assert (STILL_HERE in html, "Which days can she come?" in html) == (True, True)
    refused = lou.client.post(page, hidden | {"note": "Which days can she come?"})
    assert (refused.status_code, "Which days can she come?" in refused.content.decode()) == (409, True)


def test_a_button_leads_back_to_the_page_on_which_it_was_pressed(client, db):
    answer = client.post("/inbox/read/", headers={"referer": "http://testserver/inbox/?unread=1"})
    assert answer.headers["Location"] == "/sign-in/?next=/inbox/%3Funread%3D1"
    answer = client.post("/inbox/read/", headers={"referer": "https://elsewhere.example/inbox/"})
    assert answer.headers["Location"] == "/sign-in/?next=/"


def test_who_signed_out_and_in_again_in_another_window_finds_it_too(cast, somebody, read):
    gita = somebody(cast.gp)
    gita.client = Client(enforce_csrf_checks=True)
    gita.client.force_login(cast.gp)
    hidden = gita.fields_of(PAGE)
    gita.client.logout()
    gita.client.force_login(cast.gp)
    gita.client.cookies["csrftoken"] = "f" * 32  # another one, as after each sign-in
    answer = gita.client.post(PAGE, hidden | TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert Preference.objects.count() == 0
    assert "6:45pm" in read(gita.client, PAGE).html
    # What was shown to somebody else, or to nobody, is a forgery.
    gita.client.force_login(cast.link_worker)
    assert gita.client.post(PAGE, hidden | TYPED).status_code == 403
    assert "typed" not in gita.client.session
