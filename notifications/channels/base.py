"""What every channel is, and how it says what went wrong. It sends and sorts; it never touches the database.

A channel raises `TemporaryFailure`, `Unreachable`, `PermanentFailure` or `AddressRefused`. Anything else is a bug and
surfaces. The reasons given are our own words: what the other side answers often repeats the address.
"""

import re
from types import TracebackType
from typing import Protocol, Self

from notifications.models import OutboxMessage


class PermanentFailure(Exception):
    """This message will never be taken: trying again would only annoy."""


class AddressRefused(PermanentFailure):
    """Nothing arrives at this address: neither this message nor another. The address is marked (`bounces`)."""


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


def is_about_address(code: int, said: str) -> bool:
    """Whether a mail server that refuses for good speaks of the address: there is no such mailbox, or it is closed.

    Its enhanced code says so (RFC 3463: 5.1 is about the address, 5.2 about the mailbox; 5.7 is a policy, often about
    us). Where it gives none, 550, 551 and 553 do (RFC 5321, 4.2.3).
    """
    enhanced = re.match(r"5\.(\d{1,3})\.\d{1,3}\b", said.strip())
    return enhanced[1] in {"1", "2"} if enhanced else code in {550, 551, 553}
