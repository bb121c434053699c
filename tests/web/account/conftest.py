"""Somebody who signs in as people do: by a password, and by the code of an app."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from accounts.models import User

PASSWORD = "a long walk by the river"


def code_of(secret: str) -> str:
    """What an app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@dataclass
class Somebody:
    """A user at a browser."""

    user: User
    client: Client = field(default_factory=Client)

    def sign_in(self, *, password: str = PASSWORD, next_page: str = ""):
        said = {"login": self.user.email, "password": password} | ({"next": next_page} if next_page else {})
        return self.client.post("/sign-in/", said)

    def set_up_app(self) -> str:
        """Have an app, set up before; return its secret."""
        secret = generate_totp_secret()
        TOTP.activate(self.user, secret)
        return str(secret)

    def fields_of(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page."""
        html = self.client.get(path).content.decode()
        form = re.findall(r'<form[^>]*method="post"[^>]*novalidate.*?</form>', html, re.DOTALL)[0]
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


@pytest.fixture
def somebody() -> Callable[[User], Somebody]:
    """Give a user a password, and sit them down at a browser."""

    def sit_down(user: User) -> Somebody:
        user.set_password(PASSWORD)
        user.save()
        return Somebody(user)

    return sit_down
