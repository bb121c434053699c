"""What the tests of messages share: messages to owe, and a mail server that answers as it is told."""

import asyncio
import datetime as dt
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import transaction

from notifications import services
from notifications.models import OutboxMessage

AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=ZoneInfo("Europe/London"))
REFERENCE = "R-7K3M9-QXD24"
OK = "250 OK"


def owe(
    *,
    event: int = 1,
    recipient: str = "link.workers@northside.example",
    template: str = "referral_arrived",
    at: dt.datetime = AT,
    **more: Any,
) -> OutboxMessage:
    """Write one owed message, in a transaction of its own."""
    context = {"reference": REFERENCE}
    if template.endswith("_arrived"):
        context["due_on"] = "2026-11-05"
    with transaction.atomic():
        message = services.enqueue(
            event_key=f"test-event:{event}", recipient=recipient, template=template, context=context, at=at, **more
        )
    assert message is not None
    return message


def owe_many(count: int, *, at: dt.datetime = AT) -> list[OutboxMessage]:
    """Write messages of different events, owed one second after the other in the order returned."""
    return [owe(event=number, at=at - dt.timedelta(seconds=count - number)) for number in range(count)]


class Letterbox:
    """A mail server's rule, and what it has taken. `rule` answers for a command ("RCPT", "DATA") and its number.

    Like nearly all it takes several commands in one go, unless it is told not to announce that.
    """

    def __init__(
        self,
        rule: Callable[[str, int], str] = lambda command, number: OK,
        *,
        slow: float = 0,
        takes_at_once: bool = True,
    ) -> None:
        self.rule = rule
        self.takes_at_once = takes_at_once
        self.slow = slow
        self.taken: list[Message] = []
        self.connections = 0
        self.has_begun = threading.Event()
        self._commands = {"MAIL": 0, "RCPT": 0, "DATA": 0}

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.taken]

    async def handle_EHLO(  # noqa: N802 - the name which aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return [responses[0], *["250-PIPELINING"][: self.takes_at_once], *responses[1:]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("MAIL", server)
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("RCPT", server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.has_begun.set()
        if self.slow:
            await asyncio.sleep(self.slow)
        answer = self._answer("DATA", server)
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content))
        return answer

    def _answer(self, command: str, server: SMTP) -> str:
        self._commands[command] += 1
        answer = self.rule(command, self._commands[command])
        if answer == "hang up":
            assert server.transport is not None
            server.transport.close()
        return answer


@contextmanager
def mail_server(letterbox: Letterbox) -> Iterator[int]:
    """Run a real mail server on a free port of this machine, and give the port."""
    port = free_port()
    controller = Controller(letterbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number
