"""Signed as Standard Webhooks 1.0 has it: judged by the library of the standard's authors, and by hand."""

import base64
import datetime as dt
import hashlib
import hmac

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from notifications.webhooks import signing

STAMP = int(dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC).timestamp())
BODY = b'{"type":"referral.accepted"}'
ID = "5d3f2c1e-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _in_that_second(time_machine):
    time_machine.move_to(STAMP)  # the library takes nothing that is more than five minutes old


def headers(salts, *, id=ID, body=BODY, stamp=STAMP):
    return {
        "webhook-id": id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signing.signatures_of(id, timestamp=stamp, body=body, salts=salts),
    }


def is_taken(secret, sent, body=BODY):
    try:
        Webhook(secret).verify(body, sent)
    except WebhookVerificationError:
        return False
    return True


def test_a_secret_has_the_form_of_the_standard():
    secret = signing.secret_of(signing.new_salt())
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    assert signing.secret_of("a") != signing.secret_of("b")
    assert signing.secret_of("a") == signing.secret_of("a")


def test_the_signature_is_that_of_the_standard_reckoned_by_hand():
    key = base64.b64decode(signing.secret_of("a").removeprefix("whsec_"))
    digest = hmac.new(key, f"{ID}.{STAMP}.".encode() + BODY, hashlib.sha256).digest()
    assert headers(["a"])["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_the_library_takes_it_and_nothing_that_was_touched():
    secret, sent = signing.secret_of("a"), headers(["a"])
    assert is_taken(secret, sent)
    assert not is_taken(signing.secret_of("b"), sent)
    assert not is_taken(secret, sent, body=BODY.replace(b"accepted", b"rejected"))
    assert not is_taken(secret, sent | {"webhook-id": "another"})
    assert not is_taken(secret, sent | {"webhook-timestamp": str(STAMP - 1)})
    assert not is_taken(secret, headers(["a"], stamp=STAMP - 600))  # too old


def test_while_a_secret_is_changed_both_sign():
    sent = headers(["new", "old"])
    assert len(sent["webhook-signature"].split(" ")) == 2
    assert is_taken(signing.secret_of("new"), sent)
    assert is_taken(signing.secret_of("old"), sent)
    assert not is_taken(signing.secret_of("other"), sent)


def test_while_the_deployments_key_is_changed_a_secret_goes_on(settings):
    secret, key = signing.secret_of("a"), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [key]
    assert is_taken(secret, headers(["a"]))
    settings.SECRET_KEY_FALLBACKS = []
    assert not is_taken(secret, headers(["a"]))


@pytest.mark.parametrize("body", [b"", b"{}", '{"é": 1}'.encode()])
def test_any_body_is_signed_byte_by_byte(body):
    key = base64.b64decode(signing.secret_of("a").removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, f"{ID}.{STAMP}.".encode() + body, "sha256")).decode()
    assert headers(["a"], body=body)["webhook-signature"] == f"v1,{expected}"
