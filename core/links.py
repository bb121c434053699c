"""Links that a person may type from paper: one secret of 25 letters and figures, of which the database holds a digest.

The secret (token) is worked out from a row's public reference and the deployment's secret key whenever it is to be sent
or printed, so it lies in no table and no queue; a link that comes in is found by its digest. What it may open, until
when, and how many wrong tries it stands is for the row to say. A link that only answers a question, and is never typed,
needs less: `core.signed_links`.

A pass is what a browser keeps once somebody has shown that the link is theirs: signed, for one row, for a short time.
"""

import datetime as dt
import hashlib

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from core.identifiers import REFERENCE_ALPHABET

GROUPS, GROUP = 5, 5
"""Five groups of five: 24^25, about 114 bits. From 112 on a plain digest is enough (OWASP ASVS 5.0, 6.5.2)."""


def token_of(reference: str, *, purpose: str, digest: str = "") -> str:
    """Return the secret of a row's link, such as `7K3M9-QXD24-…`; it is worth nothing for another purpose.

    :param digest: what the row holds, so that the link stays the same while the secret key is changed for another.
    """
    made = [_token(reference, purpose, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return next((token for token in made if is_token(token, digest)), made[0])


def digest_of(token: str) -> str:
    """Return what a row holds of its token, however that was typed: small letters, spaces and hyphens make no
    difference.
    """
    typed = "".join(letter for letter in token.upper() if letter in REFERENCE_ALPHABET)
    return hashlib.sha256(typed.encode()).hexdigest()


def is_token(token: str, digest: str) -> bool:
    """Whether this is the token of a digest. How long it takes says nothing."""
    return constant_time_compare(digest_of(token), digest)


def pass_of(reference: str, *, purpose: str, until: dt.datetime) -> str:
    """Return a pass to what a row's link opens, until a time."""
    return _signer(purpose).sign(f"{reference}.{int(until.timestamp())}")


def opened_by(value: str, *, purpose: str, at: dt.datetime) -> str:
    """Return the reference of the row that a pass opens; empty if it is none of ours, or its time is over."""
    try:
        reference, _, until = _signer(purpose).unsign(value).rpartition(".")
    except BadSignature:
        return ""
    return reference if at.timestamp() < int(until) else ""


def _token(reference: str, purpose: str, key: str) -> str:
    number = int.from_bytes(salted_hmac(f"core.links:{purpose}", reference, secret=key, algorithm="sha256").digest())
    letters = ""
    for _ in range(GROUPS * GROUP):
        number, place = divmod(number, len(REFERENCE_ALPHABET))
        letters += REFERENCE_ALPHABET[place]
    return "-".join(letters[begin : begin + GROUP] for begin in range(0, len(letters), GROUP))


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"core.links.pass:{purpose}")
