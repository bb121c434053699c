"""Write a note of the team on a case. The team's own, unless it is shared with the referrer on purpose."""

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from core.errors import Invalid
from referrals.announcements import announce
from referrals.enums import EventKind
from referrals.models import CaseNote, Referral
from referrals.services.casework import judged, replaced
from referrals.services.events import record_event


@transaction.atomic(durable=True)
def write_note(
    *,
    referral: Referral,
    actor: Actor,
    at: dt.datetime,
    text: str,
    is_shared: bool = False,
    replaces: int | None = None,
    expected_version: int | None = None,
) -> CaseNote:
    """Append a note; `replaces` is the id of one that it corrects, which stays and counts no more.

    The referrer is told that there is a shared note, and reads it in the service. Of the others the timeline says
    that there is one.

    :raises Stale, NotPermitted, Conflict: as `casework.judged` says.
    :raises Conflict: if the note that it replaces has been replaced already (`already_replaced`).
    :raises Invalid: if it says nothing, or the note that it replaces is of another referral.
    """
    referral, user = judged(referral, actor, expected_version=expected_version)
    if not text.strip():
        raise Invalid({"text": ["Write something."]})
    note = CaseNote.objects.create(
        referral=referral, text=text.strip(), is_shared=is_shared, recorded_by=user, recorded_at=at,
        replaces=replaced(referral.case_notes.all(), replaces, what="note"),
    )  # fmt: skip
    kind = EventKind.NOTE_SHARED if is_shared else EventKind.NOTE_WRITTEN
    event = record_event(referral=referral, kind=kind, actor=actor, at=at)
    announce(event, actor=actor)
    return note
