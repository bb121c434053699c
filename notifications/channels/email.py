"""Email by SMTP."""

import smtplib
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from notifications.channels.base import PermanentFailure, TemporaryFailure, Unreachable
from notifications.models import OutboxMessage
from notifications.templates import compose

CLOSING = 421
"""The code with which a mail server says goodbye, to whatever it was asked."""


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
        email, wire_id = _email(message)
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


def _email(message: OutboxMessage) -> tuple[EmailMessage, str]:
    try:
        validate_email(message.recipient)
    except ValidationError:
        raise PermanentFailure("The address is not an email address.") from None
    _, our_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    wire_id = f"<{message.id}@{our_address.rpartition('@')[2]}>"
    text = compose(message.template, message.context)
    headers = {"Message-ID": wire_id, "X-Message-Id": str(message.id), "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject=text.subject, body=text.body, to=[message.recipient], headers=headers), wire_id
