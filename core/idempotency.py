"""Carry a request out once, however often it is sent (draft-ietf-httpapi-idempotency-key-header-07).

`claim` and `settle` are called inside the use case's own transaction.
"""

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.errors import Invalid, KeyReused
from core.models import IdempotencyKey
from core.statements import change

KEPT = dt.timedelta(days=30)
"""How long a key is good: whoever sends a request again does so within days, and a digest of what was said of somebody
need not stay for ever."""
_FORM = re.compile(r"^[\x21-\x7e]{8,128}$")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A key which a caller sent with a request, and the digest of that request's body."""

    user_id: UUID
    operation: str
    key: str
    body_digest: str


def claim_of(*, user_id: UUID, operation: str, key: str | None, body: Any) -> Claim | None:
    """Return the claim which a request makes, or None when it carries no key.

    :raises Invalid: if the key is not 8 to 128 printable ASCII characters.
    """
    if key is None:
        return None
    key = _unquoted(key)
    if not _FORM.match(key):
        raise Invalid({"Idempotency-Key": ["Use 8 to 128 printable characters, for example a UUID."]})
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return Claim(
        user_id=user_id, operation=operation, key=key, body_digest=hashlib.sha256(canonical.encode()).hexdigest()
    )


def is_settled(*, user_id: UUID, operation: str, key: str) -> bool:
    """Whether a request with this key has been carried out. Whether it is the same request is for `take` to say."""
    key = _unquoted(key)
    rows = IdempotencyKey.objects.filter(user_id=user_id, operation=operation, key=key)
    return bool(_FORM.match(key)) and rows.exists()


def result_of(*, user_id: UUID, operation: str, key: str) -> str:
    """Return what a request with this key has made; empty where there was none."""
    rows = IdempotencyKey.objects.filter(user_id=user_id, operation=operation, key=_unquoted(key))
    return rows.values_list("result", flat=True).first() or ""


def _unquoted(key: str) -> str:
    return key.strip().strip('"')


_TAKE = (
    "INSERT INTO core_idempotencykey (user_id, operation, key, body_digest, result, created_at) "
    "VALUES (%s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING"
)


def take(claim: Claim, *, result: str = "") -> str | None:
    """Take the key for this transaction; return the earlier result's reference if the request was already carried out.

    What the request makes is noted at once, if it is known beforehand; else `settle` notes it.

    A second request with the same key waits here until the first has committed or rolled back.

    :raises KeyReused: if the key came before with another body.
    """
    if change(_TAKE, [claim.user_id, claim.operation, claim.key, claim.body_digest, result]):
        return None
    earlier = IdempotencyKey.objects.get(user_id=claim.user_id, operation=claim.operation, key=claim.key)
    if earlier.body_digest != claim.body_digest:
        raise KeyReused("Use a new key for a new request; to retry, send exactly the same body.")
    return earlier.result


def settle(claim: Claim, *, result: str) -> None:
    """Note what the request made, in the same transaction."""
    IdempotencyKey.objects.filter(user_id=claim.user_id, operation=claim.operation, key=claim.key).update(result=result)


def forget_keys(*, at: dt.datetime) -> int:
    """Delete the keys that nobody sends again; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=at - KEPT).delete()[0]
