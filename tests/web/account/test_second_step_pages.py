"""The second step of signing in: set up, used, lost, and where it is required."""

import datetime as dt
import json
import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import SESSION_KEY

from accounts.models import AccountEvent, User
from notifications.models import OutboxMessage
from tests.web.account.conftest import code_of

pytestmark = pytest.mark.django_db
SET_UP = "/me/second-step/app/"


def key_on(page):
    return "".join(re.findall(r"<strong>([A-Z2-7 ]+)</strong>", page.content.decode())[0].split())


def test_a_gp_sets_up_an_app_and_signs_in_by_its_code(cast, somebody, django_capture_on_commit_callbacks):
    gita = somebody(cast.gp)
    assert gita.sign_in().headers["Location"] == "/"

    # The app gets its secret by the square or by the key beside it; the first code shows that it has it.
    page = gita.client.get(SET_UP)
    html = page.content.decode()
    assert "<svg viewBox=" in html
    assert "style=" not in html
    key = key_on(page)
    assert gita.client.post(SET_UP, {"code": "12345x"}).status_code == 200
    assert Authenticator.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        answer = gita.client.post(SET_UP, {"code": code_of(key)})
    assert answer.headers["Location"] == "/me/second-step/codes/"
    codes = re.findall(r"<code>(\d{8})</code>", gita.client.get("/me/second-step/codes/").content.decode())
    assert len(codes) == 10
    kept = gita.client.get("/me/second-step/codes/download/")
    assert [line for line in kept.content.decode().splitlines() if line in codes] == codes
    assert "Each lets you in once" in kept.content.decode()

    # She is told, by a message that says nothing of it but that.
    event, message = AccountEvent.objects.get(), OutboxMessage.objects.get()
    assert (event.user, event.kind, message.template, message.recipient) == (
        cast.gp, "factor_added", "account_changed", cast.gp.email,
    )  # fmt: skip

    # Next time her password alone leads to the second step, and nowhere else; a wrong code no further.
    again = somebody(cast.gp)
    answer = again.sign_in(next_page="/inbox/")
    assert answer.headers["Location"] == "/sign-in/code/"
    assert SESSION_KEY not in again.client.session
    assert again.client.get("/inbox/").status_code == 302
    refused = again.client.post("/sign-in/code/", {"code": "000000x"})
    assert "The code is not right, or has been used." in refused.content.decode()
    assert again.client.get("/inbox/").status_code == 302
    answer = again.client.post("/sign-in/code/", {"code": codes[0]})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/inbox/")
    assert again.client.get("/inbox/").status_code == 200

    # A recovery code is good once.
    third = somebody(cast.gp)
    third.sign_in()
    assert third.client.post("/sign-in/code/", {"code": codes[0]}).status_code == 200
    assert SESSION_KEY not in third.client.session


def test_whose_code_is_entered_a_second_time_is_told(cast, somebody, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False)
    secret = generate_totp_secret()
    TOTP.activate(cast.gp, secret)
    code = code_of(secret)
    gita, thief = somebody(cast.gp), somebody(cast.gp)
    thief.sign_in()
    assert thief.client.post("/sign-in/code/", {"code": "000000x"}).status_code == 200
    gita.sign_in()
    assert gita.client.post("/sign-in/code/", {"code": code}).status_code == 302
    assert AccountEvent.objects.count() == 0
    refused = thief.client.post("/sign-in/code/", {"code": code})
    assert "The code is not right, or has been used." in refused.content.decode()
    assert SESSION_KEY not in thief.client.session
    assert [(event.user, event.kind) for event in AccountEvent.objects.all()] == [(cast.gp, "code_reused")]
    assert [(told.template, told.recipient) for told in OutboxMessage.objects.all()] == [("code_reused", cast.gp.email)]
    assert "A code of the app was entered a second time, and refused" in gita.client.get("/me/").content.decode()


def test_a_code_that_is_refused_for_too_many_tries_has_not_been_used_and_nobody_is_told_so(cast, somebody):
    secret = generate_totp_secret()
    TOTP.activate(cast.gp, secret)
    gita = somebody(cast.gp)
    gita.sign_in()
    for _ in range(10):
        assert gita.client.post("/sign-in/code/", {"code": "000000x"}).status_code == 200
    refused = gita.client.post("/sign-in/code/", {"code": code_of(secret)})
    assert "There were too many wrong tries." in refused.content.decode()
    assert SESSION_KEY not in gita.client.session
    assert (AccountEvent.objects.count(), OutboxMessage.objects.count()) == (0, 0)


def test_where_it_is_required_nothing_is_seen_before_it_is_set_up(cast, somebody, settings, read):
    settings.SECOND_FACTOR = "required"
    gita = somebody(cast.gp)
    gita.sign_in()
    for path in ("/", "/inbox/", "/me/", "/me/messages/", "/me/second-step/", "/r/R-22222-22222"):
        answer = gita.client.get(path)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, SET_UP), path
    assert gita.client.post("/inbox/read/", {"until": "2026-11-02T09:30:00Z"}).headers["Location"].startswith(SET_UP)
    assert gita.client.get("/api/v1/me/").json()["code"] == "second_factor_needed"
    assert gita.client.get("/help/").status_code == 200  # and what anybody may read
    page = gita.client.get(SET_UP)
    assert "a password alone is not enough" in page.content.decode()

    assert gita.client.post(SET_UP, {"code": code_of(key_on(page))}).status_code == 302
    assert gita.client.get("/").status_code == 200
    assert gita.client.get("/api/v1/me/").status_code == 200

    # She cannot do without it any more.
    answer = gita.client.post("/me/second-step/app/remove/")
    assert "this is your only one" in answer.content.decode()
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_who_came_in_by_it_is_not_asked_of_the_database_again(cast, somebody, settings, django_assert_num_queries):
    settings.SECOND_FACTOR = "required"
    gita = somebody(cast.gp)
    secret = gita.set_up_app()
    gita.sign_in()
    gita.client.post("/sign-in/code/", {"code": code_of(secret)})
    with django_assert_num_queries(3):  # her session, herself, and what she does here, for the menu
        assert gita.client.get("/me/password/").status_code == 200


def test_somebody_without_a_role_needs_none(db, somebody, settings):
    settings.SECOND_FACTOR = "required"
    new = somebody(User.objects.create(email="new@work.example", full_name="Nadia Newly"))
    new.sign_in()
    assert new.client.get("/me/").status_code == 200


def test_it_is_taken_away_by_whoever_has_it_where_it_is_not_required(cast, somebody):
    gita = somebody(cast.gp)
    secret = gita.set_up_app()
    gita.sign_in()
    gita.client.post("/sign-in/code/", {"code": code_of(secret)})
    assert gita.client.post("/me/second-step/app/remove/").status_code == 302
    assert (Authenticator.objects.count(), AccountEvent.objects.get().kind) == (0, "factor_removed")


def test_what_changes_how_one_signs_in_asks_for_the_password_again(cast, somebody, time_machine):
    gita = somebody(cast.gp)
    gita.sign_in()
    time_machine.shift(600)
    answer = gita.client.get(SET_UP)
    assert answer.headers["Location"] == f"/me/confirm/?next={SET_UP.replace('/', '%2F')}"
    assert "The password is not right." in gita.client.post(
        answer.headers["Location"], {"password": "a guess"}
    ).content.decode()  # fmt: skip
    answer = gita.client.post(answer.headers["Location"], {"password": "a long walk by the river"})
    assert (answer.status_code, answer.headers["Location"]) == (302, SET_UP)
    assert gita.client.get(SET_UP).status_code == 200


def test_a_passkey_is_asked_for_by_the_browser_and_what_is_no_passkey_is_refused(cast, somebody, settings):
    """What a real one does, a browser shows (docs/signing-in.md); here, that nothing else passes as one."""
    settings.SECOND_FACTOR = "required"
    gita = somebody(cast.gp)
    gita.sign_in()
    add = "/me/second-step/passkeys/add/"
    html = gita.client.get(add).content.decode()
    options = json.loads(unescape(re.findall(r'data-options="([^"]+)"', html)[0]))["publicKey"]
    assert (options["rp"], options["user"]["displayName"]) == (
        {"id": "testserver", "name": settings.SERVICE_NAME}, "Gita Gill",
    )  # fmt: skip
    assert re.findall(r"<script(?![^>]* src=)", html) == []
    for credential in ("", "{}", "7", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}', "[]", "x"):
        assert gita.client.post(add, {"name": "laptop", "credential": credential}).status_code == 200, credential
    assert Authenticator.objects.count() == 0
    assert gita.client.get("/").status_code == 302

    # Nor does anything pass as the one that she has.
    gita.set_up_app()
    again = somebody(cast.gp)
    again.sign_in()
    for credential in ("", "{}", "7", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'):
        assert again.client.post("/sign-in/code/", {"credential": credential}).status_code == 200, credential
    assert SESSION_KEY not in again.client.session


def test_whoever_must_have_one_keeps_their_last_and_nobody_takes_away_a_colleagues(cast, somebody, settings):
    settings.SECOND_FACTOR = "required"
    gita, lou = somebody(cast.gp), somebody(cast.link_worker)
    for each in (gita, lou):
        Authenticator.objects.create(user=each.user, type="webauthn", data={"name": "laptop", "credential": {}})
    own, other = (Authenticator.objects.get(user=each.user).pk for each in (gita, lou))
    gita.client.force_login(cast.gp)
    confirm = gita.client.get(f"/me/second-step/passkeys/{own}/remove/").headers["Location"]
    gita.client.post(confirm, {"password": "a long walk by the river"})
    assert gita.client.post(f"/me/second-step/passkeys/{other}/remove/").status_code == 404
    assert gita.client.post(f"/me/second-step/passkeys/{own}/remove/").headers["Location"] == "/me/second-step/"
    assert Authenticator.objects.count() == 2
    secret = gita.set_up_app()
    assert secret
    gita.client.post(f"/me/second-step/passkeys/{own}/remove/")
    assert set(Authenticator.objects.values_list("user", "type")) == {
        (cast.gp.pk, "totp"), (cast.link_worker.pk, "webauthn"),
    }  # fmt: skip
