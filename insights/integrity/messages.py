"""Which messages are neither sent, nor coming, nor failed and shown."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Team, User
from notifications import leavers
from notifications.delivery import LONGEST_DEFERRAL
from notifications.enums import Channel, MessageStatus
from notifications.models import OutboxMessage
from notifications.selectors import overdue_messages
from notifications.webhooks.delivery import TRIED_FOR

OVERDUE_AFTER = dt.timedelta(hours=1)
"""A message that could have gone out so long ago, and neither did nor failed, is stuck."""


def stuck_messages(*, at: dt.datetime) -> QuerySet[OutboxMessage]:
    """Return the messages that could have gone an hour ago, or are put off for longer than anything is, by nobody.

    What is owed to an endpoint waits for what is owed to it before, and is tried for three days (docs/webhooks.md): it
    is stuck after that.
    """
    since = at - OVERDUE_AFTER
    is_of_an_endpoint = Q(channel=Channel.WEBHOOK, occurred_at__gte=since - TRIED_FOR)
    is_held = Q(channel=Channel.WEBHOOK) | Q(held_until__gt=at)
    put_off = OutboxMessage.objects.filter(
        status=MessageStatus.PENDING, occurred_at__lt=since, available_at__gt=at + LONGEST_DEFERRAL
    ).exclude(is_held)
    return overdue_messages(since=since).exclude(is_of_an_endpoint) | put_off


def stopped_for_staff() -> QuerySet[OutboxMessage]:
    """Return the messages to a team or a user that are not to be sent any more, though nobody else was told instead.

    Only the person's own ever are, and those of somebody who has left, whose team is told of what has happened.
    """
    to_team = Exists(Team.objects.filter(inbox_email=OuterRef("recipient")))
    to_user = Exists(User.objects.filter(email=OuterRef("recipient")))
    same = OutboxMessage.objects.filter(event_key=OuterRef("event_key"), template=OuterRef("template"))
    to_another = Exists(same.exclude(recipient=OuterRef("recipient")))
    was_passed_on = Q(failure=leavers.WHY) & (to_another | ~Q(event_key__startswith="referral-event:"))
    stopped = OutboxMessage.objects.filter(to_team | to_user, status=MessageStatus.STOPPED)
    return stopped.exclude(was_passed_on).order_by("occurred_at", "id")
