"""Links that work for whoever holds them, without signing in: a public reference and a signature of it.

The signature is made from the reference and the deployment's secret key whenever it is needed, so it lies in no table
and no queue. What the link may do, until when and how often is for the row behind the reference to say.
"""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac


def signature_of(reference: str, *, purpose: str) -> str:
    """Return the signature of a reference for one purpose; it is worth nothing for another."""
    return _signer(purpose).signature(reference)


def is_signed(reference: str, signature: str, *, purpose: str) -> bool:
    """Whether we have made this signature, with the present secret key or one that it follows."""
    try:
        _signer(purpose).unsign(f"{reference}:{signature}")
    except BadSignature:
        return False
    return True


def code_of(reference: str, *, purpose: str) -> str:
    """Return the six digits that prove that a message arrived: worked out like a signature, so they lie nowhere."""
    return _code(reference, purpose, settings.SECRET_KEY)


def is_code_of(reference: str, code: str, *, purpose: str) -> bool:
    """Whether these are the six digits of a reference, by the present secret key or one that it follows."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(_code(reference, purpose, key), code) for key in keys)


def _code(reference: str, purpose: str, key: str) -> str:
    digest = salted_hmac(f"core.signed_links:{purpose}", reference, secret=key, algorithm="sha256").digest()
    return f"{int.from_bytes(digest) % 1_000_000:06d}"


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"core.signed_links:{purpose}")
