"""Signatures as Standard Webhooks 1.0 has them: HMAC-SHA256 over `id.timestamp.body`, in base64, after `v1,`.

An endpoint's secret lies in no table: it is worked out from a salt of the endpoint and the deployment's secret key,
like a signed link. Neither the database nor the key alone is enough to sign. While the secret key is being changed
(`SECRET_KEY_FALLBACKS`), what is sent bears a signature made with each.
"""

import base64
import hmac
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import salted_hmac

PREFIX = "whsec_"


def new_salt() -> str:
    """Return the salt of a new secret."""
    return secrets.token_hex(32)


def secret_of(salt: str) -> str:
    """Return the secret as its keeper is shown it: `whsec_` and 32 bytes in base64 (the standard asks for 24 to 64)."""
    return PREFIX + base64.b64encode(_key(salt, settings.SECRET_KEY)).decode()


def signatures_of(message_id: str, *, timestamp: int, body: bytes, salts: Iterable[str]) -> str:
    """Return the value of `webhook-signature`: one signature for each secret that counts, space-separated."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    keys = [_key(salt, key) for salt in salts for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return " ".join("v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)


def _key(salt: str, secret_key: str) -> bytes:
    return salted_hmac("notifications.webhooks", salt, secret=secret_key, algorithm="sha256").digest()
