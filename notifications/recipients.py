"""Whom a message goes to, where its row names no address.

The recipient of a message is an email address, or an opaque key of the form `<kind>:<key>`, such as
`person:R-7K3M9-QXD24`. What a key stands for is asked when the message is sent, of the app to which the person
belongs: `settings.MESSAGE_RECIPIENTS` names one function for each kind. So the outbox holds no telephone number and
no street of anybody who is referred, forgetting them needs nothing here, a number that was corrected meanwhile is the
one that is used, and a permission that was withdrawn meanwhile is obeyed.

This app imports none of those who answer: the arrow goes down only (docs/adr/0002).
"""

import copy
import datetime as dt
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.enums import Channel
from notifications.models import OutboxMessage


class NotToBeReached(Exception):
    """Whoever the message was for may not, or cannot, be reached by its channel any more: it is stopped, not sent.

    Its words become the message's reason: ours, without an address.
    """


class Resolver(Protocol):
    """Says where somebody is reached now."""

    def __call__(self, key: str, *, channel: Channel, at: dt.datetime) -> str:
        """Return an email address, a mobile number as +447700900123, or a letter's lines: the name first, the
        postcode last, one line each.

        :raises NotToBeReached: if they may not be reached so, or there is nothing to reach them by.
        """
        ...


def is_key(recipient: str) -> bool:
    """Whether a recipient is an opaque key which somebody resolves, and no address."""
    return recipient.partition(":")[0] in settings.MESSAGE_RECIPIENTS and "@" not in recipient


def addressed(message: OutboxMessage, *, at: dt.datetime) -> OutboxMessage:
    """Return the message with the address to which it goes in the place of its recipient: a copy, for one sending.

    The copy is never saved; what has no key comes back as it is.

    :raises NotToBeReached: if its recipient may not, or cannot, be reached by its channel at this moment.
    """
    if not is_key(message.recipient):
        return message
    kind, _, key = message.recipient.partition(":")
    resolve: Resolver = import_string(settings.MESSAGE_RECIPIENTS[kind])
    outgoing = copy.copy(message)
    outgoing.recipient = resolve(key, channel=Channel(message.channel), at=at)
    return outgoing
