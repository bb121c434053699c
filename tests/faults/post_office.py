"""The mail server that the service sends to: a front of our own, whose mood we choose, before the real mail catcher.

What it takes it hands to the catcher, and answers what the catcher answers; so the catcher's folder is the mailbox,
and a full disk there is felt by the sender. It notes each message that was taken and whose answer got lost.
"""

import asyncio
import smtplib
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from standalone.ports import LOCALHOST
from tests.faults.moods import SLOW, Mood, Outside

HANGS_FOR = 18.0
"""Seconds: longer than EMAIL_TIMEOUT, so that the sender has given up when the message is taken after all."""


class Front(Outside):
    """What aiosmtpd calls for each message."""

    name = "the mail server"

    def __init__(self, catcher_port: int) -> None:
        super().__init__()
        self.catcher_port = catcher_port
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer by mood."""
        mood, content = self.mood, envelope.original_content or b""
        self.meet(mood)
        if mood in {Mood.REFUSES, Mood.IS_BUSY}:
            return "451 Not now"
        if mood is Mood.IS_SLOW:
            await asyncio.sleep(SLOW)
        if mood is Mood.HANGS:
            # A task of its own: the server ends this one as soon as the sender has gone.
            late = asyncio.create_task(self._take_late(envelope, content))
            self._tasks.add(late)
            late.add_done_callback(self._tasks.discard)
            await asyncio.shield(late)
        answer = await asyncio.to_thread(self._hand_on, envelope, content)
        if mood is Mood.TAKES_AND_CUTS and answer.startswith("250"):
            self.note_lost(message_in(content))
            if server.transport is not None:
                server.transport.close()
        return answer

    async def _take_late(self, envelope: Envelope, content: bytes) -> None:
        with self.late():
            await asyncio.sleep(HANGS_FOR)
            await self._take_unheard(envelope, content)

    async def _take_unheard(self, envelope: Envelope, content: bytes) -> None:
        if (await asyncio.to_thread(self._hand_on, envelope, content)).startswith("250"):
            self.note_lost(message_in(content))

    def _hand_on(self, envelope: Envelope, content: bytes) -> str:
        began = False
        try:
            with smtplib.SMTP(LOCALHOST, self.catcher_port, timeout=10) as catcher:
                catcher.ehlo_or_helo_if_needed()
                began = True
                catcher.sendmail(str(envelope.mail_from), envelope.rcpt_tos, content)
        except smtplib.SMTPDataError as refusal:
            return f"{refusal.smtp_code} Not kept"
        except (OSError, smtplib.SMTPException):
            if began:  # it may have been taken: the catcher was killed before it could say so
                self.note_lost(message_in(content))
            return "451 The post room does not answer"
        return "250 OK"


def message_in(content: bytes) -> str:
    """Return the Message-ID of a message."""
    return str(message_from_bytes(content)["Message-ID"])


class PostOffice:
    """The front, which can be closed and opened."""

    def __init__(self, port: int, catcher_port: int) -> None:
        self.port = port
        self.front = Front(catcher_port)
        self._controller: Controller | None = None

    def open(self) -> None:
        """Accept connections."""
        self._controller = Controller(self.front, hostname=LOCALHOST, port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Refuse connections."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
