"""Answers of other people's servers, within bounds: one that never ends, or comes a byte a second, must not hold us.

A bound that is met ends the answer or the run, and is said; it is no reason to believe that anything has left a feed.
"""

import io
import ipaddress
import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

logger = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS = 10, 60
PATIENCE_SECONDS = 60
"""How long at most a server that is busy is waited for, whatever its `Retry-After` says."""
SECONDS_OF_ANSWER = 300
"""For one answer of an API, with all that is waited for while it is busy (three times `PATIENCE_SECONDS`)."""
SECONDS_OF_RUN = 12 * 60 * 60
"""For one run: a national directory of 100,000 services that are asked for one by one takes eight hours or so."""
MOST_OF_ANSWER = 100_000_000
"""Bytes of one answer of an API: some give all of their services on one page, whatever is asked for."""
MOST_OF_RUN = 8_000_000_000
"""Bytes of one run, unpacked: 100,000 services of 10,000 bytes are an eighth of it."""
SLOWEST = 1_000
"""Bytes a second that a document may not stay under for longer than an answer may take."""
FAILURES = 20
"""How many requests in a row may come to nothing before the server is taken to have gone."""
_CHUNK = 1 << 16
_PACKED = {"", "identity", "gzip", "x-gzip", "deflate"}
_RETRIES = Retry(
    total=3,
    backoff_factor=0.3,
    status_forcelist=[429, 502, 503, 504],
    allowed_methods=["GET"],
    retry_after_max=PATIENCE_SECONDS,
)


class TooMuch(OSError):
    """A bound was met; the sentence says which. An OSError, as every other way in which an answer breaks off."""


class Allowance:
    """What one run may still take."""

    def __init__(self) -> None:
        self.ends = self.answer_ends = time.monotonic() + SECONDS_OF_RUN
        self.bytes_left = MOST_OF_RUN
        self.failures = 0
        self.waited = 0.0
        self.came = 0

    @property
    def problem(self) -> str:
        """Why nothing more is asked for; empty while something is."""
        if time.monotonic() > self.ends:
            return f"It has taken longer than {SECONDS_OF_RUN // 60:,} minutes."
        if self.bytes_left <= 0:
            return f"It has given more than {MOST_OF_RUN:,} bytes."
        return f"The server did not answer {FAILURES} times in a row." if self.failures >= FAILURES else ""

    def begin(self, seconds: float | None) -> None:
        """Begin an answer, which has so many seconds, or as many as the run."""
        self.answer_ends = self.ends if seconds is None else min(self.ends, time.monotonic() + seconds)
        self.waited, self.came = 0.0, 0

    def patience(self) -> float:
        """Return for how many seconds the next bytes may be waited for.

        :raises TimeoutError: if that is over.
        """
        left = self.answer_ends - time.monotonic()
        if left <= 0 or (self.waited > SECONDS_OF_ANSWER and self.came < self.waited * SLOWEST):
            raise TimeoutError("It took too long.")
        if self.waited > SECONDS_OF_ANSWER:  # judged anew, or what came quickly would excuse a drip for hours
            self.waited, self.came = 0.0, 0
        return min(READ_SECONDS, left)

    def take(self, count: int) -> None:
        """Count bytes that were unpacked.

        :raises TooMuch: if they are more than a run may have.
        """
        self.bytes_left -= count
        if self.bytes_left <= 0:
            raise TooMuch(self.problem)


class Web:
    """One run's way to a server."""

    def __init__(self) -> None:
        self.allowance = Allowance()
        self.session = _Session()
        self.session.headers.update({"Accept": "application/json", "Accept-Encoding": "gzip"})
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _Adapter(self.allowance))

    def __enter__(self) -> "Web":
        return self

    def __exit__(self, *args: object) -> None:
        self.session.close()

    @property
    def problem(self) -> str:
        """Why nothing more is asked for; empty while something is."""
        return self.allowance.problem

    def get(self, address: str, **parameters: object) -> tuple[Any, str]:
        """Return the JSON at an address, and the problem that stood in the way of it, if any."""
        if self.problem:
            return None, self.problem
        self.allowance.begin(SECONDS_OF_ANSWER)
        try:
            with self._response(address, **parameters) as response:
                status, encoding = response.status_code, response.encoding
                content = self._content(response) if status == requests.codes.ok else b""
        except TooMuch as problem:
            return None, str(problem)
        except (requests.RequestException, HTTPError, OSError) as problem:
            self.allowance.failures += 1
            logger.info("no answer from %s: %s", address, problem)
            is_late = time.monotonic() >= self.allowance.answer_ends
            return None, "It took too long." if is_late else f"There was no answer ({type(problem).__name__})."
        self.allowance.failures = 0
        if status != requests.codes.ok:
            return None, f"The answer was {status}."
        try:
            return _decoded(content, encoding), ""
        except (ValueError, RecursionError):
            return None, "The answer is not JSON."

    @contextmanager
    def document(self, address: str) -> Iterator[tuple[int, io.TextIOWrapper, "Unpacked"]]:
        """Open what is at an address: its status, and its text, which is read as it comes; what it comes from says why
        that ended, where it is not the end.

        :raises requests.RequestException: if there is no answer.
        """
        self.allowance.begin(None)
        with self._response(address) as response:
            unpacked = Unpacked(response, self.allowance)
            buffered: Any = io.BufferedReader(unpacked)
            text = io.TextIOWrapper(buffered, encoding="utf-8", errors="replace", newline="")
            yield response.status_code, text, unpacked

    def _response(self, address: str, **parameters: Any) -> requests.Response:
        response = self.session.get(address, params=parameters, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=True)
        packed = response.headers.get("Content-Encoding", "").strip().lower()
        if packed not in _PACKED:  # several layers, each of which unpacks to a thousand times as much
            response.raw.close()
            raise requests.exceptions.ContentDecodingError("It is packed as was not asked for.")
        return response

    def _content(self, response: requests.Response) -> bytes:
        found = bytearray()
        for chunk in response.iter_content(_CHUNK):
            found += chunk
            self.allowance.take(len(chunk))
            if len(found) > MOST_OF_ANSWER:
                response.raw.close()  # not given back, for the rest of it would be the beginning of the next answer
                raise TooMuch(f"The answer is larger than {MOST_OF_ANSWER:,} bytes.")
        return bytes(found)


def _decoded(content: bytes, encoding: str | None) -> Any:
    try:
        return json.loads(content)
    except UnicodeDecodeError:
        try:
            return json.loads(content.decode(encoding or "utf-8", errors="replace"))
        except LookupError:
            return json.loads(content.decode("utf-8", errors="replace"))


class _Session(requests.Session):
    """Follows a feed where it has moved, and not into the network that we stand in: that is not the feed's to read."""

    def __init__(self) -> None:
        super().__init__()
        self.max_redirects = 5

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target is not None:
            # Its text is nothing to us, and would be read to its end before the way is gone on.
            resp.raw.close()
            resp._content, resp._content_consumed = b"", True  # type: ignore[attr-defined]
            host = urlsplit(urljoin(resp.url, target)).hostname
            if host != urlsplit(resp.url).hostname and not _is_public(host or ""):
                raise requests.exceptions.InvalidURL("It leads to an address that is not public.")
        return target


def _is_public(host: str) -> bool:
    """Whether every address of a host is one of the public internet; a host that nobody knows is none."""
    try:
        found = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(address).is_global for address in found)


class Unpacked(io.RawIOBase):
    """The text of an answer, unpacked and counted. Where it breaks off it ends, and `problem` says so."""

    def __init__(self, response: requests.Response, allowance: Allowance) -> None:
        self.raw = response.raw
        self.allowance = allowance
        self.problem = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self.raw.read(min(len(buffer), _CHUNK), decode_content=True)
            self.allowance.take(len(data))
        except TooMuch as problem:
            self.problem = str(problem)
            return 0
        except (HTTPError, OSError) as problem:
            self.problem = f"It breaks off ({type(problem).__name__})."
            return 0
        buffer[: len(data)] = data
        return len(data)


# --- Sockets that lose their patience -------------------------------------------------------------------------
# A timeout of a socket is for each of its reads, so a byte a second is in time for ever, in headers too. So each
# read is given what is left of the answer's time.


class _Adapter(HTTPAdapter):
    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        super().__init__(max_retries=_RETRIES)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        allowance = self.allowance

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                self.sock: Any = _Socket(self.sock, allowance)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                self.sock: Any = _Socket(self.sock, allowance)

        pools: dict[str, Any] = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure}),
        }
        self.poolmanager.pool_classes_by_scheme = pools


class _Socket:
    """A socket whose files are patient only as long as the answer may take."""

    def __init__(self, sock: Any, allowance: Allowance) -> None:
        self._sock = sock
        self._allowance = allowance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, *args: Any, **more: Any) -> io.BufferedReader:
        unbuffered: Any = _File(self._sock.makefile("rb", buffering=0), self._sock, self._allowance)
        return io.BufferedReader(unbuffered)


class _File(io.RawIOBase):
    def __init__(self, file: Any, sock: Any, allowance: Allowance) -> None:
        self.file, self.sock, self.allowance = file, sock, allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.sock.settimeout(self.allowance.patience())
        begun = time.monotonic()
        count: int = self.file.readinto(buffer)
        self.allowance.waited += time.monotonic() - begun
        self.allowance.came += count
        return count

    def close(self) -> None:
        if not self.closed:
            self.file.close()
        super().close()
