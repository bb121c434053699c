"""How a message travels: one module for each way, and `SENDERS`, which says what there is.

A new channel is a module with a `Sender`, a value of `enums.Channel`, and a line in `SENDERS`.
"""

from notifications.channels.base import PermanentFailure, Sender, TemporaryFailure, Unreachable
from notifications.channels.email import EmailSender
from notifications.enums import Channel

__all__ = ["SENDERS", "EmailSender", "PermanentFailure", "Sender", "TemporaryFailure", "Unreachable"]

SENDERS: dict[str, type[Sender]] = {
    Channel.EMAIL: EmailSender,
}
