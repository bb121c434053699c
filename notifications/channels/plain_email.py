"""An email of one text, written and sent as Django does it, in less time: to read each address and to encode each
header was dear to a worker.
"""

import smtplib
from email.generator import BytesGenerator
from email.message import Message
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import SafeMIMEText, sanitize_address

_LONGEST = 76
"""Letters of a header that stands on one line whatever it holds (RFC 5322, 2.1.1: 78 with what may be added)."""


class _Generator(BytesGenerator):
    """Python's, but a short header in plain letters is written as it stands: nothing there is to fold or encode."""

    def _write_headers(self: Any, msg: "Message[Any, Any]") -> None:
        for name, value in msg.raw_items():
            if value.isascii() and value.isprintable() and len(name) + len(value) < _LONGEST:
                self.write(f"{name}: {value}{self._NL}")
            else:
                self._fp.write(self.policy.fold_binary(name, value))
        self.write(self._NL)


class _PlainText(SafeMIMEText):
    def as_bytes(  # type: ignore[override]  # as in Django 5.2
        self,
        unixfrom: bool = False,  # noqa: FBT001, FBT002
        linesep: str = "\n",
    ) -> bytes:
        written = BytesIO()
        _Generator(written, mangle_from_=False).flatten(self, unixfrom=unixfrom, linesep=linesep)
        return written.getvalue()


class PlainEmail(EmailMessage):
    """Django's, of one text: it takes no attachments."""

    def message(self) -> Any:  # type: ignore[override]  # as in Django 5.2
        made: Any = super().message()
        made.__class__ = _PlainText
        return made


class PlainBackend(EmailBackend):
    """Django's, but an address that comes again (the sender's with each email) is not read again."""

    def _send(self: Any, email_message: EmailMessage) -> bool:
        if not email_message.recipients():
            return False
        encoding = email_message.encoding or settings.DEFAULT_CHARSET
        sender = _address(email_message.from_email, encoding)
        recipients = [_address(each, encoding) for each in email_message.recipients()]
        written: Any = email_message.message()
        try:
            self.connection.sendmail(sender, recipients, written.as_bytes(linesep="\r\n"))
        except smtplib.SMTPException:
            if not self.fail_silently:
                raise
            return False
        return True


_address = lru_cache(maxsize=4096)(sanitize_address)
