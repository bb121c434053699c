"""What every channel is, and how it says what went wrong. It sends and sorts; it never touches the database.

A channel raises `TemporaryFailure`, `Unreachable` or `PermanentFailure`. Anything else is a bug and surfaces.
The reasons given are our own words: what the other side answers often repeats the address.
"""

from types import TracebackType
from typing import Protocol, Self

from notifications.models import OutboxMessage


class PermanentFailure(Exception):
    """This message will never be taken: trying again would only annoy."""


class TemporaryFailure(Exception):
    """This message was not taken now, and may be later."""


class Unreachable(TemporaryFailure):
    """Nothing can be sent through this channel now, whatever the message: it is not the message's fault."""


class Sender(Protocol):
    """An open way to send the messages of one batch."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, message: OutboxMessage) -> str:
        """Send one message and return its id on the wire."""
        ...
