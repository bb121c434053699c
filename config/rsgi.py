"""What the web server runs: it waits for slow clients here, and Django sees whole requests alone (docs/adr/0050).

Django works in one thread of each process, because Python does one thing at a time anyway. By WSGI, whoever sent a body
byte by byte, or read an answer so, held that thread for as long as they liked: two such clients stopped the service.
Here bodies are collected and answers are sent beside it, each within a time.
"""

import asyncio
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.conf import settings

from config.wsgi import application as django

logger = logging.getLogger(__name__)

BODY_WITHIN = 20.0
"""Seconds for a body to arrive whole. It has a mebibyte at most."""
PIECE_WITHIN = 20.0
"""Seconds for a client to take one piece of a long answer."""
AT_ONCE = 1024 * 1024
"""An answer of up to so many bytes is made whole and then sent; a longer one goes out in pieces."""
LONG_ANSWERS = 8
"""So many long answers go out at a time from one process, each with a thread and a connection to the database."""
NO_MORE = b""


class Service:
    """The RSGI application of one process."""

    def __init__(self) -> None:
        self._idle = [ThreadPoolExecutor(1, "django") for _ in range(1 + LONG_ANSWERS)]
        """The last is taken first, so that one thread does nearly all, with one connection to the database."""
        self._turn = asyncio.Semaphore(1)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        environ = environ_of(scope)
        try:
            environ["wsgi.input"] = BytesIO(await _body_of(environ, protocol))
        except TimeoutError:
            _refuse(protocol, HTTPStatus.REQUEST_TIMEOUT)
            return
        async with self._turn:
            if not self._idle:  # all of them send long answers
                _refuse(protocol, HTTPStatus.SERVICE_UNAVAILABLE)
                return
            thread = self._idle.pop()
            try:
                answer = await _in(thread, _begin, environ)
            finally:
                self._idle.append(thread)
            if answer.rest is not None:
                self._idle.remove(thread)
        if answer.rest is None:
            protocol.response_bytes(answer.status, answer.headers, answer.first)
            return
        try:
            await _send_long(answer, protocol, thread)
        finally:
            self._idle.insert(0, thread)


class _Answer:
    """What Django answers: all of it, or how it begins and where the rest comes from."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[str, str]] = []
        self.first = b""
        self.rest: Iterator[bytes] | None = None
        self.close: Any = None

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers

    def next_piece(self) -> bytes:
        """Return the next piece that is not empty, or `NO_MORE`."""
        return next(filter(None, self.rest or iter(())), NO_MORE)


def _begin(environ: dict[str, Any]) -> _Answer:
    """Have Django answer; in its thread."""
    answer = _Answer()
    response: Any = django(environ, answer.start)
    pieces, size = [], 0
    source = iter(response)
    for piece in source:
        pieces.append(piece)
        size += len(piece)
        if size > AT_ONCE:
            answer.rest, answer.close = source, response.close
            break
    else:
        response.close()
    answer.first = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return answer


async def _send_long(answer: _Answer, protocol: Any, thread: ThreadPoolExecutor) -> None:
    transport = protocol.response_stream(answer.status, answer.headers)
    piece = answer.first
    try:
        while piece != NO_MORE:
            async with asyncio.timeout(PIECE_WITHIN):
                await transport.send_bytes(piece)
            piece = await _in(thread, answer.next_piece)
    except TimeoutError:
        logger.warning("a client was too slow to take a long answer")
    finally:
        await _in(thread, answer.close)


async def _in(thread: ThreadPoolExecutor, do: Any, *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(thread, do, *args)


async def _body_of(environ: dict[str, Any], protocol: Any) -> bytes:
    """Return the body; none where Django refuses it by its length, or by having none (`BodyLimitMiddleware`).

    :raises TimeoutError: if it does not come.
    """
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdecimal() or not 0 < int(length) <= settings.MAX_BODY_BYTES:
        return b""
    async with asyncio.timeout(BODY_WITHIN):
        return bytes(await protocol())


def _refuse(protocol: Any, status: HTTPStatus) -> None:
    said = [("content-type", "text/plain; charset=utf-8"), ("retry-after", "60"), ("connection", "close")]
    protocol.response_bytes(status, said, status.phrase.encode())


def environ_of(scope: Any) -> dict[str, Any]:
    """Return a request as WSGI (PEP 3333) describes it.

    A header whose name has an underscore is left out: it would become the one with a hyphen, and whoever asks could
    write over what a proxy of ours says of them (X_Forwarded_For).
    """
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method, "SCRIPT_NAME": "", "QUERY_STRING": scope.query_string,
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "SERVER_NAME": host, "SERVER_PORT": port, "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"), "wsgi.url_scheme": scope.scheme,
        "wsgi.version": (1, 0), "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        joined = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joined}{value}" if key in environ else value
    if scope.authority and "HTTP_HOST" not in environ:  # HTTP/2
        environ["HTTP_HOST"] = scope.authority
    return environ


application = Service()
