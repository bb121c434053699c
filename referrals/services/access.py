"""The access log: that somebody opened the record of a person is written down before they are shown it.

One statement finds whose record it is, whether it is unusual that this reader opens it, and whether they have said why;
and writes the row. What is unusual and not explained is not written, and so is not shown (docs/adr/0049).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.actors import Actor
from core.errors import Invalid, NotPermitted
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


_OF = {
    "R": "referrals_referral AS referral WHERE referral.reference = %(reference)s",
    "O": "referrals_referral AS referral JOIN referrals_onwardreferral AS onward ON onward.referral_id = referral.id "
    "WHERE onward.reference = %(reference)s",
    "M": "referrals_referral AS referral JOIN referrals_messageback AS message ON message.referral_id = referral.id "
    "WHERE message.reference = %(reference)s",
}
_OF_REFERRALS = "referrals_referral AS referral WHERE referral.id = ANY (%(referrals)s)"
_OF_PEOPLE = (
    "unnest(%(people)s::uuid[]) AS wanted (id) CROSS JOIN LATERAL (SELECT * FROM referrals_referral "
    "WHERE person_id = wanted.id ORDER BY id DESC LIMIT 1) AS referral"
)
# What is unusual: the first that is true. Whose name or address it is, is asked of those who share a team with the
# reader; staff have no NHS number and no date of birth here.
_FOUND = """
SELECT referral.id AS referral_id, person.id AS person_id, is_said.unusual, why.reason, why.words
FROM (SELECT referral.* FROM {whose}) AS referral
JOIN referrals_person AS person ON person.id = referral.person_id
CROSS JOIN LATERAL (SELECT coalesce(
    (SELECT CASE WHEN staff.id = %(reader)s THEN 'self' ELSE 'colleague' END
     FROM accounts_membership AS own
     JOIN accounts_membership AS theirs ON theirs.team_id = own.team_id
     JOIN accounts_user AS staff ON staff.id = theirs.user_id AND staff.is_active
     WHERE own.user_id = %(reader)s AND (
         lower(staff.full_name) = lower(person.first_name || ' ' || person.family_name)
         OR lower(staff.full_name) = lower(referral.first_name || ' ' || referral.family_name)
         OR referral.email <> '' AND lower(staff.email) = lower(referral.email))
     ORDER BY staff.id <> %(reader)s LIMIT 1),
    CASE WHEN person.is_restricted THEN 'restricted' ELSE '' END
) AS unusual) AS is_said
LEFT JOIN LATERAL (
    SELECT %(reason)s AS reason, %(words)s AS words WHERE %(reason)s <> ''
    UNION ALL
    (SELECT earlier.reason, earlier.words FROM referrals_recordaccess AS earlier
     WHERE earlier.person_id = person.id AND earlier.reader_id = %(reader)s AND earlier.reason <> ''
        AND earlier.at > %(since)s AND %(reason)s = ''
     ORDER BY earlier.id DESC LIMIT 1)
) AS why ON is_said.unusual <> ''
"""
_WRITE = """
INSERT INTO "referrals_recordaccess" (at, reader_id, visitor, person_id, referral_id, route, request_id, purpose,
    unusual, reason, words)
WITH found AS ({found})
SELECT %(at)s, %(reader)s, %(visitor)s, person_id, referral_id, %(route)s, %(request_id)s, %(purpose)s,
    unusual, coalesce(reason, ''), coalesce(words, '')
FROM found
WHERE %(visitor)s <> '' OR %(purpose)s = 'listed'
    OR NOT EXISTS (SELECT FROM found AS one WHERE one.unusual <> '' AND one.reason IS NULL)
"""


def record_access(subject: Subject, reading: Reading) -> None:
    """Write down that a record is shown: one statement, which stands when this returns.

    :raises ReasonNeeded: if it is unusual, and the reader has not said why in the last half hour.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(found=_FOUND.format(whose=_whose(subject))), _params(subject, reading))
        is_written = cursor.rowcount > 0
    if not is_written:
        raise ReasonNeeded("Say why you open this record. It is kept, and the lead of the team reads it.")


def needs_reason(subject: Subject, reading: Reading) -> bool:
    """Whether the reader is to say why first; of what does not exist nothing is asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT FROM ({_FOUND.format(whose=_whose(subject))}) AS found "
            "WHERE unusual <> '' AND reason IS NULL LIMIT 1",
            _params(subject, reading),
        )
        return cursor.fetchone() is not None


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


def _whose(subject: Subject) -> str:
    if subject.people:
        return _OF_PEOPLE
    return _OF_REFERRALS if subject.referrals else _OF[subject.reference[:1]]


def _params(subject: Subject, reading: Reading) -> dict[str, Any]:
    return {
        "reference": subject.reference, "people": list(subject.people), "referrals": list(subject.referrals),
        "at": reading.at, "since": reading.at - OPEN_FOR, "reader": reading.reader, "visitor": reading.visitor,
        "route": reading.route[:100], "request_id": reading.request_id[:36], "purpose": reading.purpose,
        "reason": reading.reason, "words": reading.words,
    }  # fmt: skip
