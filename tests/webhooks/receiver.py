"""A receiver of webhooks that runs on this machine, and answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (204, {}, b"")


def answering(status: int, **headers: str) -> Answer:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, b""


@dataclass
class Request:
    """What came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers each request by `rule`, by its number from 1 on; while `gate` is shut, it answers nothing."""

    rule: Callable[[int], Answer] = lambda number: OK
    requests: list[Request] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    has_begun: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def told(self) -> list[Any]:
        return [request.told for request in self.requests]

    @property
    def types(self) -> list[str]:
        return [told["type"] for told in self.told]


def verified(request: Request, secret: str) -> Any:
    """Return what a request says, as the library of the standard's authors reads it.

    :raises WebhookVerificationError: if it was not signed with this secret, or not now.
    """
    return Webhook(secret).verify(request.body, request.headers)


@contextmanager
def running(rule: Callable[[int], Answer] = lambda number: OK, *, is_shut: bool = False) -> Iterator[Receiver]:
    """Run a receiver on a free port; its address is `url`."""
    receiver = Receiver(rule=rule)
    if not is_shut:
        receiver.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Request(path=self.path, headers=headers, body=body))
            status, more, text = receiver.rule(len(receiver.requests))
            receiver.has_begun.set()
            receiver.gate.wait(30)
            try:
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                if "Content-Length" not in more:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            except OSError:
                pass  # whoever asked has gone

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
