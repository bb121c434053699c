"""Email by SMTP."""

import smtplib
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from accounts.selectors import works_by_email_link
from notifications.channels.base import (
    AddressRefused,
    PermanentFailure,
    TemporaryFailure,
    Unreachable,
    is_about_address,
)
from notifications.channels.plain_email import PlainEmail
from notifications.channels.smtp_at_once import CLOSING
from notifications.models import OutboxMessage
from notifications.templates import Text, compose, may_open_by_link


class EmailSender:
    """Sends by email over one connection, which is opened when first needed and again after it was lost."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_open = False
        self._works_by_link: dict[str, bool] = {}
        """What is known of the addresses, for as long as a batch is on its way."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: OutboxMessage) -> str:
        """Send one message and return its Message-ID.

        :raises AddressRefused: if the address is none, or the server says that nobody is there.
        :raises PermanentFailure: if the server refuses the recipient for another reason, or the text, for good.
        :raises TemporaryFailure: if the server refuses for now, or the connection is lost on the way.
        :raises Unreachable: if there is no connection to be had, or the server refuses us as the sender.
        """
        may_open = may_open_by_link(message.template, message.context)
        is_by_link = may_open and self._opens_by_link(message.recipient)
        text = compose(message.template, message.context, is_by_link=is_by_link)
        return self.send_text(text, to=message.recipient, message_id=message.id)

    def send_text(self, text: Text, *, to: str, message_id: UUID) -> str:
        """Send a text as `send` does a message, and return its Message-ID, which is made from `message_id`."""
        email, wire_id = _email(text, to=to, message_id=message_id)
        self._open()
        try:
            self._connection.send_messages([email])
        except smtplib.SMTPRecipientsRefused as refusal:
            (code, said), *_ = refusal.recipients.values()
            if 500 <= code <= 599 and is_about_address(code, said.decode(errors="replace")):
                raise AddressRefused(f"The mail server refused the recipient ({code}).") from None
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

    def _opens_by_link(self, address: str) -> bool:
        if address not in self._works_by_link:
            self._works_by_link[address] = works_by_email_link(address)
        return self._works_by_link[address]

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


def _email(text: Text, *, to: str, message_id: UUID) -> tuple[EmailMessage, str]:
    try:
        validate_email(to)
    except ValidationError:
        raise AddressRefused("The address is not an email address.") from None
    _, our_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    wire_id = f"<{message_id}@{our_address.rpartition('@')[2]}>"
    headers = {"Message-ID": wire_id, "X-Message-Id": str(message_id), "Auto-Submitted": "auto-generated"}
    return PlainEmail(subject=text.subject, body=text.body, to=[to], headers=headers), wire_id
