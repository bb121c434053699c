"""GOV.UK Notify for tests: the stand-in of `make run`, and one that answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standalone import notify_catcher


@contextmanager
def catching(folder: Path) -> Iterator[tuple[str, notify_catcher.Book]]:
    """Run the stand-in on a free port of this machine; give its address, and what it has taken."""
    with notify_catcher.server(folder, host="127.0.0.1", port=0) as server:
        yield from _serving(server, server.RequestHandlerClass.book)  # type: ignore[attr-defined]


class Odd(BaseHTTPRequestHandler):
    """Answers as `rule` says: a status with a body; "cut" hangs up; "hang" says nothing until the test is over."""

    rule: Callable[["Odd"], tuple[int, Any] | str]
    asked: list[tuple[str, str]]
    is_over: threading.Event

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def _answer(self) -> None:
        self.asked.append((self.command, self.path))
        answer = type(self).rule(self)
        if isinstance(answer, str):
            if answer == "hang":
                self.is_over.wait(10)
            self.close_connection = True
            return
        status, body = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering(rule: Callable[[Odd], Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Run one that answers by a rule; give its address, and what it was asked."""
    asked: list[tuple[str, str]] = []
    is_over = threading.Event()
    handler = type("Bound", (Odd,), {"rule": staticmethod(rule), "asked": asked, "is_over": is_over})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        try:
            yield from _serving(server, asked)
        finally:
            is_over.set()


def _serving(server: ThreadingHTTPServer, what: Any) -> Iterator[tuple[str, Any]]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", what
    finally:
        server.shutdown()
        thread.join()


def refusal(status: int, message: str = "no", error: str = "BadRequestError") -> tuple[int, Any]:
    """Return an answer as Notify refuses."""
    return status, {"status_code": status, "errors": [{"error": error, "message": message}]}
