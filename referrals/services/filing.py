"""File a message back in the person's record."""

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from core.errors import NotPermitted
from referrals.enums import EventKind
from referrals.models import MessageBack, MessageBackFiling
from referrals.selectors.messages_back import organization_that_files
from referrals.services.events import record_event
from referrals.services.steps import lock


@transaction.atomic(durable=True)
def file_message_back(*, message: MessageBack, actor: Actor, at: dt.datetime) -> MessageBackFiling:
    """Mark a message as filed by the actor's practice. Whoever was first stays; a second time changes nothing.

    :raises NotPermitted: if the message did not come to a practice or team for which the actor refers.
    """
    referral = lock(message.referral)  # one after the other: so the first is the first
    organization = organization_that_files(actor.user, message) if actor.user else None
    if actor.user is None or organization is None:
        raise NotPermitted("A message back is filed by the practice or team that it came to.")
    earlier = message.filings.filter(organization_id=organization).select_related("filed_by").first()
    if earlier is not None:
        return earlier
    filing = MessageBackFiling.objects.create(
        message=message, organization_id=organization, filed_by=actor.user, filed_at=at
    )
    record_event(
        referral=referral, kind=EventKind.MESSAGE_BACK_FILED, actor=actor, at=at,
        details={"message": message.reference, "organization": str(organization)},
    )  # fmt: skip
    return filing
