"""Hand an email over in two ways there and back, where `smtplib` takes four: a mail server that announces PIPELINING
(RFC 2920; nearly all do) takes several commands in one go. What it refuses is told as `smtplib` tells it.
"""

import re
import smtplib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any


class _AtOnce:
    """Says who sends, to whom, and that a text comes, in one go, where the server takes it so."""

    def sendmail(
        self: Any,
        from_addr: str,
        to_addrs: Any,
        msg: Any,
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> Any:
        """Hand one email over.

        :raises smtplib.SMTPException: as `smtplib.SMTP.sendmail` does.
        """
        self.ehlo_or_helo_if_needed()
        if len(to_addrs) != 1 or mail_options or rcpt_options or not self.has_extn("pipelining"):
            return super().sendmail(from_addr, to_addrs, msg, mail_options, rcpt_options)  # type: ignore[misc]  # smtplib's
        size = f" size={len(msg)}" if self.has_extn("size") else ""
        said = f"MAIL FROM:{_quoted(from_addr)}{size}\r\nRCPT TO:{_quoted(to_addrs[0])}\r\nDATA\r\n"
        if said.count("\r") != 3 or said.count("\n") != 3:
            raise ValueError("An address of an email is one line.")
        self.send(said.encode("ascii"))
        code, why = self._answered()
        if code != 250:
            self._take_back(waits_for=2, was=code)
            raise smtplib.SMTPSenderRefused(code, why, from_addr)
        code, why = self._answered()
        if code not in {250, 251}:
            self._take_back(waits_for=1, was=code)
            raise smtplib.SMTPRecipientsRefused({to_addrs[0]: (code, why)})
        code, why = self._answered()
        if code == 354:
            self.send(_with_end(msg))
            code, why = self._answered()
        if code != 250:
            self._take_back(waits_for=0, was=code)
            raise smtplib.SMTPDataError(code, why)
        return {}

    def _answered(self: Any) -> tuple[int, bytes]:
        code, why = self.getreply()
        if code == CLOSING:
            self.close()
        return code, why

    def _take_back(self: Any, *, waits_for: int, was: int) -> None:
        """Hear what was said to the rest, and let the connection be as before."""
        if was == CLOSING:
            return
        for _ in range(waits_for):
            code, _ = self.getreply()
            if code == 354:  # it waits for a text all the same: an empty one, which is for nobody
                self.send(b".\r\n")
                self.getreply()
        self._rset()


CLOSING = 421
"""The code with which a mail server says goodbye, to whatever it was asked."""


def _with_end(msg: bytes) -> bytes:
    """Return a text as it goes over the line: no line of it is its end, and then its end (RFC 5321, 4.5.2)."""
    dotted = re.sub(rb"(?m)^\.", b"..", msg)
    return dotted + (b".\r\n" if dotted.endswith(b"\r\n") else b"\r\n.\r\n")


class Smtp(_AtOnce, smtplib.SMTP):
    """A connection to a mail server."""


class SmtpOverTls(_AtOnce, smtplib.SMTP_SSL):
    """The same over TLS from the beginning."""


_quoted = lru_cache(maxsize=4096)(smtplib.quoteaddr)
