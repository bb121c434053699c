"""One request to one endpoint. Touches no database, so that it can run in a thread beside others.

`urllib3`, which `requests` is made of, by its connection and not by its pool: the connection goes to the address that
was judged while the certificate is checked for the name, no proxy of the environment comes between, nothing is
redirected, and its socket can be shut when the time is up, however slowly the other side drips.
"""

import datetime as dt
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from threading import Timer
from time import monotonic

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from notifications.webhooks import guard

TIMEOUT = 15.0
"""Seconds for one request, from asking for the address to the end of the answer (the standard asks for 15 to 30)."""
MOST_OF_AN_ANSWER = 4096
"""How many bytes of an answer are read: enough to be polite, and nothing of it is kept."""

LOST = (OSError, HTTPError, HTTPException, ValueError)
"""What is raised when the other side breaks off, or speaks no HTTP."""


class NotTaken(Exception):
    """The endpoint has not taken the message; the text says why. `wait`: the seconds which it asks us to wait."""

    def __init__(self, reason: str, *, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class NoAnswer(NotTaken):
    """Nobody answered: it is not this message's fault."""


class Busy(NotTaken):
    """It answered that it takes nothing now."""


class Gone(NotTaken):
    """It answered that it wants nothing any more (410)."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent to whom."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    at: dt.datetime
    """When it is sent: a Retry-After that names a date is counted from here."""


def post(request: Request) -> None:
    """Send a request; return if it was taken, that is answered 2xx.

    :raises NotTaken: otherwise, by one of its kinds.
    """
    ends = monotonic() + TIMEOUT
    try:
        target = guard.target_of(request.url)
        addresses = guard.resolve(target)
    except guard.Refused as refusal:
        raise NotTaken(str(refusal)) from None
    except (OSError, UnicodeError):
        raise NoAnswer("Its name could not be resolved.") from None
    connection = _connect(target, addresses, ends=ends)
    # The timeouts of a socket count from one byte to the next; this one counts them all.
    alarm = Timer(max(0.0, ends - monotonic()), _shut, args=(connection,))
    alarm.daemon = True
    alarm.start()
    try:
        connection.request(
            "POST", target.path, body=request.body, headers={**request.headers, "Host": target.authority},
            preload_content=False, decode_content=False,
        )  # fmt: skip
        answer = connection.getresponse()
        with suppress(*LOST):  # the status has said all
            answer.read(MOST_OF_AN_ANSWER)
    except LOST as error:
        is_late = monotonic() >= ends - 0.1 or isinstance(error, TimeoutError)
        raise NoAnswer("It did not answer in time." if is_late else "The connection to it was lost.") from None
    finally:
        alarm.cancel()
        connection.close()
    _judge(answer.status, _seconds(answer.headers.get("Retry-After", ""), at=request.at))


def _connect(
    target: guard.Target, addresses: list[guard.IPAddress], *, ends: float
) -> HTTPConnection | HTTPSConnection:
    for address in addresses:
        left = ends - monotonic()
        if left <= 0:
            break
        connection = _connection(target, str(address), timeout=left)
        try:
            connection.connect()
        except (ssl.SSLError, HTTPError, OSError) as error:
            connection.close()
            if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
                raise NoAnswer("Its certificate could not be trusted, or it does not speak TLS.") from None
            continue
        return connection
    raise NoAnswer("It could not be reached.")


def _connection(target: guard.Target, address: str, *, timeout: float) -> HTTPConnection | HTTPSConnection:
    if not target.is_tls:
        return HTTPConnection(address, target.port, timeout=timeout)
    return HTTPSConnection(
        address, target.port, timeout=timeout, server_hostname=target.host, assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(), ssl_minimum_version=ssl.TLSVersion.TLSv1_2,
    )  # fmt: skip


def _shut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _judge(status: int, wait: float | None) -> None:
    """Sort an answer. Only 2xx has taken the message; a redirection is a failure, whatever it leads to."""
    if 200 <= status < 300:
        return
    reason = f"It answered {status}."
    if status == 410:
        raise Gone(reason)
    if status in {429, 502, 503, 504}:  # the standard: signs that it is asked too much
        raise Busy(reason, wait=wait)
    raise NotTaken(reason)


def _seconds(retry_after: str, *, at: dt.datetime) -> float | None:
    """Return for how many seconds a Retry-After header asks, be it a number or a date; None if it is neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the second, of a number that no date has
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or dt.UTC) - at).total_seconds())
