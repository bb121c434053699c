"""What is owed to somebody who has left: they are not told; whoever stays behind is, as the pathway decides.

A message waits for the end of quiet hours, for the email of the day or for its next try, and meanwhile an account may
be closed. So it is asked when the message goes, as it is of a person (`notifications.recipients`).
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Lower
from django.utils.module_loading import import_string

from accounts.models import Team, User
from notifications.catalogue import group_of
from notifications.enums import Channel
from notifications.models import OutboxMessage

WHY = "Whoever it was for has left: those who have taken over are told."


def who_have_left(messages: Iterable[OutboxMessage]) -> set[UUID]:
    """Return which of some messages are for a user whose account is closed: their ids, by two queries at most.

    What is for a team, or for a person, is not among them.
    """
    to_staff = {
        message.id: message.recipient
        for message in messages
        if message.channel == Channel.EMAIL and group_of(message.template) is not None
    }
    addresses = {recipient.lower() for recipient in to_staff.values()}
    closed = User.objects.annotate(address=Lower("email")).filter(address__in=addresses, is_active=False)
    gone = set(closed.values_list("address", flat=True)) if addresses else set()
    left = {message_id: recipient for message_id, recipient in to_staff.items() if recipient.lower() in gone}
    if not left:
        return set()
    inboxes = Team.objects.filter(inbox_email__in=set(left.values()), is_active=True)
    of_teams = set(inboxes.values_list("inbox_email", flat=True))
    return {message_id for message_id, recipient in left.items() if recipient not in of_teams}


def pass_on(messages: Sequence[OutboxMessage]) -> None:
    """Owe what somebody who has left was owed to whoever is there, in the caller's transaction, which stops it."""
    import_string(settings.MESSAGE_PASSED_ON)(messages)
