"""How a message travels: one module for each way, and `SENDERS`, which says what there is.

A new channel is a module with a `Sender`, a value of `enums.Channel`, and a line in `SENDERS`.
"""

from notifications.channels.base import AddressRefused, PermanentFailure, Sender, TemporaryFailure, Unreachable
from notifications.channels.email import EmailSender
from notifications.channels.notify import LetterSender, SmsSender, is_set_up
from notifications.enums import Channel

__all__ = [
    "SENDERS",
    "AddressRefused",
    "EmailSender",
    "PermanentFailure",
    "Sender",
    "TemporaryFailure",
    "Unreachable",
    "can_send_by",
]

SENDERS: dict[str, type[Sender]] = {
    Channel.EMAIL: EmailSender,
    Channel.SMS: SmsSender,
    Channel.LETTER: LetterSender,
}


def can_send_by(channel: str) -> bool:
    """Whether messages can go out by this channel here."""
    return channel in SENDERS and is_set_up(channel)
