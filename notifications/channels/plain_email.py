"""An email of one text, written and sent as Django does it, in less time (docs/adr/0060): to read each address and to
encode each header was dear to a worker.
"""

import smtplib
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from notifications.channels.smtp_at_once import Smtp, SmtpOverTls

_LONGEST = 76
"""Letters of a header that stands on one line whatever it holds (RFC 5322, 2.1.1: 78 with what may be added)."""


class PlainEmail(EmailMessage):
    """Django's, of one text: it takes no attachments."""

    def written(self) -> bytes:
        """Return what goes to the mail server: to the letter what Django writes, which does so where anything in it is
        out of the ordinary.

        :raises ValueError: if a header is not one line, as Django says.
        """
        headers = self._usual_headers()
        if headers is None or "\r" in self.body or max(map(len, self.body.splitlines()), default=0) > _LONGEST_LINE:
            return _by_django(self)
        encoded = "7bit" if self.body.isascii() else "8bit"
        begin = (
            f'Content-Type: text/plain; charset="utf-8"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: {encoded}'
        )
        lines = [begin, *(f"{name}: {value}" for name, value in headers), "", self.body.replace("\n", "\r\n")]
        return "\r\n".join(lines).encode()

    def _usual_headers(self) -> list[tuple[str, str]] | None:
        """Return the headers in Django's order; None where one is to be folded or encoded, or is none of every day."""
        given = [(name, str(value)) for name, value in self.extra_headers.items()]
        if self.cc or self.reply_to or {name for name, _ in given} - _OURS or "Message-ID" not in self.extra_headers:
            return None
        headers = [("Subject", str(self.subject)), ("From", self.from_email), ("To", ", ".join(self.to))]
        if "Date" not in self.extra_headers:
            headers.append(("Date", formatdate(localtime=settings.EMAIL_USE_LOCALTIME)))
        headers += given
        return headers if all(value and _is_usual(name, value) for name, value in headers) else None


_OURS = {"Message-ID", "X-Message-Id", "Auto-Submitted", "Date"}
_LONGEST_LINE = 998 // 4
"""Letters, each of at most four bytes, of a line that is no longer than RFC 5321 lets it be."""


def _is_usual(name: str, value: str) -> bool:
    is_plain = value.isascii() and value.isprintable() and len(name) + len(value) < _LONGEST
    return is_plain and value == " ".join(value.split())


def _by_django(email: EmailMessage) -> bytes:
    made: Any = email.message()
    written: bytes = made.as_bytes(linesep="\r\n")
    return written


class PlainBackend(EmailBackend):
    """Django's, but an address that comes again (the sender's with each email) is not read again."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return SmtpOverTls if self.use_ssl else Smtp

    def _send(self: Any, email_message: EmailMessage) -> bool:
        if not email_message.recipients():
            return False
        encoding = email_message.encoding or settings.DEFAULT_CHARSET
        sender = _address(email_message.from_email, encoding)
        recipients = [_address(each, encoding) for each in email_message.recipients()]
        written = email_message.written() if isinstance(email_message, PlainEmail) else _by_django(email_message)
        try:
            self.connection.sendmail(sender, recipients, written)
        except smtplib.SMTPException:
            if not self.fail_silently:
                raise
            return False
        return True


_address = lru_cache(maxsize=4096)(sanitize_address)
