"""Write one event at the end of a referral's chain. Called inside a use case, with the referral's row locked."""

import datetime as dt
import hashlib
import json
import secrets
from typing import Any

from accounts.actors import Actor
from referrals.models import OnwardReferral, Referral, ReferralEvent
from referrals.models.facts import EventFacts

CHAINED_FIELDS = (
    "referral", "onward_referral", "sequence", "kind", "from_status", "to_status", "actor", "actor_name",
    "occurred_at", "reason", "outcome", "note", "details", "snomed_code", "previous_hash",
)  # fmt: skip
"""What the hash covers, in the order in which it is written down."""
_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def record_event(
    *,
    referral: Referral,
    kind: str,
    actor: Actor,
    at: dt.datetime,
    onward: OnwardReferral | None = None,
    from_status: str = "",
    to_status: str = "",
    reason: str = "",
    outcome: str = "",
    note: str = "",
    details: dict[str, Any] | None = None,
    snomed_code: str = "",
) -> ReferralEvent:
    """Append an event to the referral's chain, and save the referral, whose version is the number of its events.

    The caller holds the lock on the referral and has set its other fields; it does not save it itself. The end of the
    chain stands on the referral's row, so that nothing need be read; a trigger checks that it is the end (0002).
    """
    event = ReferralEvent(
        referral=referral,
        onward_referral=onward,
        sequence=referral.version + 1,
        kind=kind,
        from_status=from_status,
        to_status=to_status,
        actor=actor.user,
        actor_name=actor.name,
        occurred_at=at,
        reason=reason,
        outcome=outcome,
        note=note,
        details=details or {},
        snomed_code=snomed_code,
        previous_hash=referral.chain_hash,
    )
    if note:
        event.note_salt = secrets.token_hex(16)
        event.note_seal = seal_of(event)
    event.hashed_text = text_to_hash(event)
    event.hash = hashlib.sha256(event.hashed_text.encode()).hexdigest()
    referral.version, referral.chain_hash = event.sequence, event.hash
    referral.save()
    event.referral = referral  # its id, where the referral has just been inserted
    event.save(force_insert=True)
    return event


def seal_of(event: ReferralEvent) -> str:
    """Return the digest that stands for an event's note in the chain. Without its salt nobody can guess the note."""
    return hashlib.sha256(f"{event.note_salt}{event.note}".encode()).hexdigest()


def text_to_hash(event: EventFacts) -> str:
    """Return the canonical text of an event: a JSON array in the order of CHAINED_FIELDS.

    For the note stands its seal; where an event has none (before notes were sealed), the note itself.
    References and ids as text and times in UTC, so that the text can be made again from the row on any machine.
    """
    written_otherwise = {
        "referral": event.referral.reference,
        "onward_referral": event.onward_referral.reference if event.onward_referral else "",
        "actor": str(event.actor_id or ""),
        "occurred_at": event.occurred_at.astimezone(dt.UTC).isoformat(),
        "details": event.details,
        "note": event.note_seal or event.note,
    }
    row = [written_otherwise[name] if name in written_otherwise else getattr(event, name) for name in CHAINED_FIELDS]
    return _CANONICAL.encode(row)
