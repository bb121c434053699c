"""Somebody who reads the public directory says that something is wrong. Nobody signs in, and nothing changes by it."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from accounts.enums import Role
from accounts.selectors import inboxes_of
from core.clocks import local_day
from core.errors import Invalid, NotVisible
from core.identifiers import new_reference
from notifications import services as notifications
from services_directory.enums import ReaderFinding
from services_directory.models import ReaderReport, Service
from services_directory.selectors.figures import open_reader_reports

LONGEST_NOTE = 500
MOST_OPEN = 20
"""How many reports of one listing wait for its editors: whoever says the same after that tells them nothing new."""
KEPT = dt.timedelta(days=182)


@transaction.atomic(durable=True)
def report_listing(
    *, service_id: UUID, finding: ReaderFinding, note: str, at: dt.datetime, is_retelling: bool = False
) -> None:
    """Tell the directory's editors that something is wrong with a listing: once a day, however many say so.

    Nobody has shown who they are, so the listing stays as it is, and is trusted as before: an editor looks.
    `is_retelling` marks the demonstration's history: the email was delivered then.

    :raises NotVisible: if no such service runs.
    :raises Invalid: if it does not say what is wrong, or says it at too great a length.
    """
    note = note.strip()
    if finding == ReaderFinding.OTHER and not note:
        raise Invalid({"note": ["Say in a few words what is wrong."]})
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": [f"Use at most {LONGEST_NOTE} characters."]})
    if "\0" in note:
        raise Invalid({"note": ["Use plain text."]})
    # Locked, as by whoever vouches for it: of many at once, no more are kept than are meant to be.
    if not Service.objects.active().select_for_update(no_key=True).filter(pk=service_id).exists():
        raise NotVisible("There is no such service, or it no longer runs.")
    if open_reader_reports().filter(service=service_id).count() >= MOST_OPEN:
        return
    report = ReaderReport.objects.create(
        reference=new_reference("V"), service_id=service_id, at=at, finding=finding, note=note
    )
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"reader_report:{service_id}:{local_day(at).isoformat()}",
                recipient=inbox,
                template="listing_reported",
                context={"reference": report.reference},
                at=at,
                already_delivered_at=at if is_retelling else None,
            )
            for inbox in inboxes_of(Role.DIRECTORY_EDITOR)
        ]
    )


def forget_old_reports(*, at: dt.datetime) -> int:
    """Delete the reports of more than half a year ago, in the caller's transaction; return how many."""
    return ReaderReport.objects.filter(at__lt=at - KEPT).delete()[0]
