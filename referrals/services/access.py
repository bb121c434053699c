"""The access log: that somebody opened the record of a person is written down before they are shown it.

One statement finds whose record it is, whether it is unusual that this reader opens it, and whether they have said why;
and writes the row. What is unusual and not explained is not written, and so is not shown (docs/adr/0049).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from core.errors import Invalid, NotPermitted
from core.statements import ask, change
from referrals import policies
from referrals.enums import AccessPurpose, AccessReason, PersonChangeKind
from referrals.models import Person, PersonChange, Referral
from referrals.models.access import WORDS_LENGTH

OPEN_FOR = dt.timedelta(minutes=30)
"""For how long a reader who has said why is not asked again of the same person."""
LEAST_WORDS = 10


class ReasonNeeded(NotPermitted):
    """The record may be read, once the reader has said why."""

    code = "reason_needed"
    title = "Say why you open this record"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose record: by a reference of any kind (R-, O-, M-), by people, or by referrals."""

    reference: str = ""
    people: tuple[UUID, ...] = ()
    referrals: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.reference or self.people or self.referrals)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Who opens it, by which way, and what they say of why."""

    reader: UUID | None
    at: dt.datetime
    route: str
    visitor: str = ""
    request_id: str = ""
    purpose: str = AccessPurpose.CARE
    reason: str = ""
    words: str = ""


_FOUND = (
    "SELECT * FROM referrals_opening(%(reader)s, %(reference)s, %(people)s::uuid[], %(referrals)s::bigint[], "
    "%(since)s, %(reason)s, %(words)s)"
)
_WRITE = f"""
INSERT INTO "referrals_recordaccess" (at, reader_id, visitor, person_id, referral_id, route, request_id, purpose,
    unusual, reason, words)
WITH found AS ({_FOUND})
SELECT %(at)s, %(reader)s, %(visitor)s::text, person_id, referral_id, %(route)s, %(request_id)s, %(purpose)s::text,
    unusual, coalesce(reason, ''), CASE WHEN reason IS NULL THEN '' ELSE words END
FROM found
WHERE %(visitor)s::text <> '' OR %(purpose)s::text = 'listed'
    OR NOT EXISTS (SELECT FROM found AS one WHERE one.unusual <> '' AND one.reason IS NULL)
"""  # noqa: S608 - our own words
_UNEXPLAINED = f"SELECT FROM ({_FOUND}) AS found WHERE unusual <> '' AND reason IS NULL LIMIT 1"


def record_access(subject: Subject, reading: Reading) -> None:
    """Write down that a record is shown: one statement, which stands when this returns.

    :raises ReasonNeeded: if it is unusual, and the reader has not said why in the last half hour.
    """
    if not change(_WRITE, _params(subject, reading)):
        raise ReasonNeeded("Say why you open this record. It is kept, and the lead of the team reads it.")


def needs_reason(subject: Subject, reading: Reading) -> bool:
    """Whether the reader is to say why first; of what does not exist nothing is asked."""
    return bool(ask(_UNEXPLAINED, _params(subject, reading)))


def checked_reason(reason: str, words: str) -> tuple[str, str]:
    """Return a reason as it is kept.

    :raises Invalid: if it is none of those that can be chosen, or is not said in some words.
    """
    found: dict[str, list[str]] = {}
    words = " ".join(words.split())
    if reason not in AccessReason.values:
        found["reason"] = ["Choose why you open this record."]
    if not LEAST_WORDS <= len(words) <= WORDS_LENGTH:
        found["words"] = [f"Say in some words why you open it, in at most {WORDS_LENGTH} letters."]
    if found:
        raise Invalid(found)
    return reason, words


@transaction.atomic(durable=True)
def restrict(*, referral: Referral, actor: Actor, at: dt.datetime, is_restricted: bool, why: str) -> Person:
    """Mark the record of a referral's person, so that everybody who opens it is asked why; or take the mark away.

    :raises NotPermitted: if the actor is no lead of the team that supports the person, and no privacy officer.
    :raises Invalid: if it is not said why.
    """
    if actor.user is None or not policies.may_see_who_looked(actor, referral):
        raise NotPermitted("The lead of the team decides it, or the records and privacy officer.")
    why = why.strip()
    if not why or len(why) > 500:
        raise Invalid({"why": ["Say why, in at most 500 letters."]})
    person = Person.objects.select_for_update(no_key=True).get(pk=referral.person_id)
    if person.is_restricted != is_restricted:
        person.is_restricted = is_restricted
        person.save(update_fields=["is_restricted"])
        kind = PersonChangeKind.RESTRICTED if is_restricted else PersonChangeKind.UNRESTRICTED
        PersonChange.objects.create(person=person, kind=kind, note=why, recorded_by=actor.user, recorded_at=at)
    return person


def _params(subject: Subject, reading: Reading) -> dict[str, Any]:
    return {
        "reference": subject.reference, "people": list(subject.people), "referrals": list(subject.referrals),
        "at": reading.at, "since": reading.at - OPEN_FOR, "reader": reading.reader, "visitor": reading.visitor,
        "route": reading.route[:100], "request_id": reading.request_id[:36], "purpose": reading.purpose,
        "reason": reading.reason, "words": reading.words,
    }  # fmt: skip
