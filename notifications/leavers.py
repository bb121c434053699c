"""What is owed to somebody who has left: they are not told; whoever stays behind is, as the pathway decides.

A message waits for the end of quiet hours, for the email of the day or for its next try, and meanwhile an account may
be closed. So it is asked when the message goes, as it is of a person (`notifications.recipients`).
"""

from collections.abc import Sequence

from django.conf import settings
from django.db.models.functions import Lower
from django.utils.module_loading import import_string

from accounts.models import Team, User
from notifications.catalogue import group_of
from notifications.enums import Channel
from notifications.models import OutboxMessage

WHY = "Whoever it was for has left: those who have taken over are told."


def has_left(message: OutboxMessage) -> bool:
    """Whether a message is for a user whose account is closed. What is for a team, or for a person, is not."""
    if message.channel != Channel.EMAIL or group_of(message.template) is None:
        return False
    owners = User.objects.alias(address=Lower("email")).filter(address=message.recipient.lower(), is_active=False)
    return owners.exists() and not Team.objects.filter(inbox_email=message.recipient, is_active=True).exists()


def pass_on(messages: Sequence[OutboxMessage]) -> None:
    """Owe what somebody who has left was owed to whoever is there, in the caller's transaction, which stops it."""
    import_string(settings.MESSAGE_PASSED_ON)(messages)
