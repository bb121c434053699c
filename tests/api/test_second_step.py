"""A machine signs in with the second step of its user, too: the API is no way around it."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import AccountEvent
from accounts.services import issue_token
from notifications.models import OutboxMessage

PASSWORD = "a long enough password"


@pytest.fixture
def gp(cast):
    cast.gp.email = "gp@vale.example"
    cast.gp.set_password(PASSWORD)
    cast.gp.save()
    return cast.gp


@pytest.fixture
def app(gp):
    """The app on her telephone: it shows the code of this moment."""
    secret = generate_totp_secret()
    TOTP.activate(gp, secret)
    return lambda: format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def ask(**said):
    answer = APIClient().post("/api/v1/tokens/", {"email": "gp@vale.example", "password": PASSWORD} | said)
    return answer.status_code, answer.json().get("code")


def test_who_has_a_second_step_sends_its_code_and_each_code_is_worth_something_once(gp, app):
    assert ask() == (403, "code_needed")
    assert ask(code="000000x") == (403, "wrong_code")
    assert ask(password="wrong", code=app()) == (403, "wrong_credentials")  # a code alone says nothing
    assert AuthToken.objects.count() == 0
    code = app()
    assert ask(code=code) == (201, None)
    assert AccountEvent.objects.count() == 0
    # The second time she is told: whoever sent it knows her password, and has seen the code. Once, however often.
    assert [ask(code=code), ask(code=code)] == [(403, "wrong_code")] * 2
    event, message = AccountEvent.objects.get(), OutboxMessage.objects.get()
    assert (event.user, event.kind) == (gp, "code_reused")
    assert (message.template, message.recipient, message.context) == (
        "code_reused", gp.email, {"reference": event.reference},
    )  # fmt: skip


def test_a_recovery_code_stands_in_once(gp, app):
    first, *_ = RecoveryCodes.activate(gp).generate_codes()
    assert [ask(code=first), ask(code=first)] == [(201, None), (403, "wrong_code")]


def test_where_one_is_required_who_has_none_gets_no_token_and_sees_nothing(gp, settings):
    settings.SECOND_FACTOR = "required"
    assert ask() == (403, "second_factor_needed")
    assert AuthToken.objects.count() == 0
    browser = Client()
    browser.force_login(gp)
    answer = browser.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")
    # A token that an operator gave to a system is that system's own second step.
    token, _ = issue_token(user=gp)
    assert APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_codes_are_not_guessed_for_long(gp, app):
    tries = [ask(code=f"{number:06d}")[0] for number in range(12)]
    assert tries == [403] * 10 + [429] * 2
    assert ask(code=app()) == (429, "too_often")  # nor by somebody who guesses right at last
    assert AuthToken.objects.count() == 0


def test_a_copy_of_the_database_is_worth_nothing_without_the_secret_key(gp, settings):
    secret = generate_totp_secret()
    row = TOTP.activate(gp, secret).instance
    assert secret not in str(row.data)
    sealed_with, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    with pytest.raises(RuntimeError, match="a secret key that is not listed"):
        row.wrap().validate_code("123456")
    settings.SECRET_KEY_FALLBACKS = [sealed_with]  # as when a key is changed
    assert row.wrap().validate_code(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_who_lost_their_telephone_is_let_in_again_by_command_and_told(gp, app, capsys):
    RecoveryCodes.activate(gp)
    issue_token(user=gp)
    call_command("reset_second_factor", gp.email)
    assert ask() == (201, None)
    assert (Authenticator.objects.count(), AuthToken.objects.count()) == (0, 1)
    event = AccountEvent.objects.get()
    message = OutboxMessage.objects.get()
    assert (event.user, event.kind) == (gp, "factor_removed")
    assert (message.template, message.recipient, message.context) == (
        "account_changed", gp.email, {"reference": event.reference},
    )  # fmt: skip
    for email, why in ((gp.email, "no second step"), ("nobody@work.example", "no active user")):
        with pytest.raises(CommandError, match=why):
            call_command("reset_second_factor", email)
