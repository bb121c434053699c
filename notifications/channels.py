"""How a message travels. A channel sends, and sorts what went wrong; it never touches the database.

A channel raises `TemporaryFailure`, `Unreachable` or `PermanentFailure`. Anything else is a bug and surfaces.
The reasons given are our own words: what a mail server answers often repeats the address.
"""

import smtplib
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from notifications.enums import Channel
from notifications.models import OutboxMessage
from notifications.templates import Text, compose

CLOSING = 421
"""The code with which a mail server says goodbye, to whatever it was asked."""


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


class EmailSender:
    """Sends by email over one connection, which is opened when first needed and again after it was lost."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: OutboxMessage) -> str:
        """Send one message and return its Message-ID.

        :raises PermanentFailure: if the address is none, or the server refuses the recipient or the text for good.
        :raises TemporaryFailure: if the server refuses for now, or the connection is lost on the way.
        :raises Unreachable: if there is no connection to be had, or the server refuses us as the sender.
        """
        return self.send_text(compose(message.template, message.context), to=message.recipient, message_id=message.id)

    def send_text(self, text: Text, *, to: str, message_id: UUID) -> str:
        """Send a text as `send` does a message, and return its Message-ID, which is made from `message_id`."""
        email, wire_id = _email(text, to=to, message_id=message_id)
        self._open()
        try:
            self._connection.send_messages([email])
        except smtplib.SMTPRecipientsRefused as refusal:
            (code, _), *_ = refusal.recipients.values()
            raise self._sorted("the recipient", code) from None
        except smtplib.SMTPSenderRefused as refusal:
            self._close()
            raise Unreachable(f"The mail server refused us as the sender ({refusal.smtp_code}).") from None
        except smtplib.SMTPResponseException as refusal:
            raise self._sorted("the message", refusal.smtp_code) from None
        except OSError as error:  # smtplib's own errors are OSErrors too
            self._close()
            raise TemporaryFailure(f"The connection to the mail server was lost ({type(error).__name__}).") from None
        return wire_id

    def _open(self) -> None:
        if self._is_open:
            return
        try:
            self._connection.open()
        except OSError as error:
            self._close()
            raise Unreachable(f"The mail server could not be reached ({type(error).__name__}).") from None
        self._is_open = True

    def _close(self) -> None:
        self._is_open = False
        with suppress(OSError):  # whatever had to be sent is sent or known not to be: the goodbye does not matter
            self._connection.close()

    def _sorted(self, what: str, code: int) -> PermanentFailure | TemporaryFailure:
        if code == CLOSING:
            self._close()
        if 500 <= code <= 599:
            return PermanentFailure(f"The mail server refused {what} ({code}).")
        return TemporaryFailure(f"The mail server refused {what} for now ({code}).")


SENDERS: dict[str, type[Sender]] = {Channel.EMAIL: EmailSender}


def _email(text: Text, *, to: str, message_id: UUID) -> tuple[EmailMessage, str]:
    try:
        validate_email(to)
    except ValidationError:
        raise PermanentFailure("The address is not an email address.") from None
    _, our_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    wire_id = f"<{message_id}@{our_address.rpartition('@')[2]}>"
    headers = {"Message-ID": wire_id, "X-Message-Id": str(message_id), "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject=text.subject, body=text.body, to=[to], headers=headers), wire_id
