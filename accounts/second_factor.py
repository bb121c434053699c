"""The second step of signing in: who must have one, who has one, and whether a code is theirs.

django-allauth keeps the steps themselves (`allauth.mfa`): the secret of an app, the recovery codes, the passkeys.
"""

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.providers import asks_for_second_factor
from core.qr import svg_of

BY_ITSELF = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What is a second step. Recovery codes stand in for one of these; alone they are none."""
REQUIRED = "required"
"""The value of `settings.SECOND_FACTOR` by which everybody with a role needs one."""


def must_have_one(user: User) -> bool:
    """Whether somebody needs a second step: this deployment requires it, and they have a role, so they see people."""
    return settings.SECOND_FACTOR == REQUIRED and bool(user.roles())


def has_one(user: User) -> bool:
    """Whether somebody has set up a second step."""
    return bool(Authenticator.objects.filter(user=user, type__in=BY_ITSELF).exists())


def kinds_of(user: User) -> set[str]:
    """Return what somebody has set up: "totp" (an app), "webauthn" (a passkey), "recovery_codes"."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def is_still_to_be_set_up(user: User, session: Mapping[str, Any]) -> bool:
    """Whether somebody who has signed in may see nothing yet but how to set up their second step.

    Who came in by one is not asked of the database again.
    """
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    if any(record.get("method") == "mfa" for record in records) or was_at_a_provider(session):
        return False
    return must_have_one(user) and not has_one(user)


def was_at_a_provider(session: Mapping[str, Any]) -> bool:
    """Whether somebody has just come in by an organisation's provider which asked them for their second step."""
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY) or [{}]
    last = records[-1]
    return last.get("method") == "socialaccount" and asks_for_second_factor(str(last.get("provider")))


def is_code_of(user: User, code: str, *, at: dt.datetime) -> bool:
    """Whether a code is one of somebody's app or recovery codes. Either is good once: it is spent here."""
    rows = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN).order_by("-type", "id")
    for row in rows:
        if row.wrap().validate_code(code):
            row.record_usage()
            return True
    tell_if_used_before(user, code, at=at)
    return False


def tell_if_used_before(user: User, code: str, *, at: dt.datetime) -> None:
    """Tell somebody, where a refused code is one that their app shows now: it was good, and has been used (ASVS 2.8.5).

    Whoever enters it the second time has seen it, and knows the password.
    """
    apps = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).order_by("id")
    if any(validate_totp_code(decrypt(row.data["secret"]), code) for row in apps):
        import_string(settings.CODE_REUSED)(user=user, at=at)


def take_away(user: User) -> bool:
    """Take away every second step of somebody, inside a use case. Returns whether there was one."""
    count, _ = Authenticator.objects.filter(user=user).delete()
    return bool(count)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped there
    """How django-allauth keeps second steps here."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "The code is not right, or has been used. Wait for the next one and enter that.",
        "cannot_delete_authenticator": "This service requires a second step, and this is your only one.",
    }

    def get_totp_issuer(self) -> str:
        return str(settings.SERVICE_NAME)

    def build_totp_svg(self, url: str) -> str:
        return svg_of(url, label="A square code to scan with your app")

    def encrypt(self, text: str) -> str:
        """A copy of the database alone opens no account."""
        return _ciphers().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _ciphers().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as lost:
            raise RuntimeError("A second step was sealed with a secret key that is not listed any more.") from lost

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Where one is required, the last one stays: whoever lost it has it taken away by `reset_second_factor`."""
        user = authenticator.user
        if authenticator.type not in BY_ITSELF or not isinstance(user, User) or not must_have_one(user):
            return True
        return bool(Authenticator.objects.filter(user=user, type__in=BY_ITSELF).exclude(pk=authenticator.pk).exists())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": str(settings.SERVICE_NAME)}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": getattr(user, "full_name", "")}


def _ciphers() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("accounts.second_factor", "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
