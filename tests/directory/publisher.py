"""A server of a directory on this machine, for tests of importing from an address."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = Callable[[str, dict[str, str]], tuple[int, Any]]


class Publisher:
    """A server of a directory. `answer` decides (or `exact`, by the path with its slash); `asked` is what was asked.

    A body that is an iterator of bytes is sent as it comes, and may have no end.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[str] = []
        self.answer: Answer = lambda path, query: (404, {})
        self.exact: Callable[[str], tuple[int, Any]] | None = None
        self.headers: dict[str, str] = {}
        """Headers of every answer that is not a 200."""
        self.headers_of_all: dict[str, str] = {}

    def serve_api(self, records: list[dict[str, Any]], *, per_page: int = 2, root: int = 200) -> None:
        """Answer as the UK profile says: a root, pages of summaries, and details."""
        by_id = {str(record["id"]): record for record in records}

        def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
            if path == "/api":
                return root, {"version": "HSDS-UK-3.0", "profile": "x", "openapi_url": "x"}
            if path == "/api/services":
                number = int(query["page"])
                shown = records[(number - 1) * per_page : number * per_page]
                pages = -(-len(records) // per_page)
                return 200, {
                    "total_items": len(records),
                    "total_pages": pages,
                    "page_number": number,
                    "size": len(shown),
                    "first_page": number == 1,
                    "last_page": number == pages,
                    "empty": not shown,
                    "contents": [{"id": record["id"], "name": record["name"]} for record in shown],
                }
            found = by_id.get(path.removeprefix("/api/services/"))
            return (404, {}) if found is None else (200, found)

        self.answer = answer


@contextmanager
def running_publisher() -> Iterator[Publisher]:
    """Run a server in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path).rstrip("/")
            published.asked.append(path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            exact = published.exact
            status, body = published.answer(path, query) if exact is None else exact(unquote(parts.path))
            self.send_response(status)
            for name, value in (published.headers_of_all | (published.headers if status != 200 else {})).items():
                self.send_header(name, value)
            if isinstance(body, Iterator):
                self.close_connection = True
                self.end_headers()
                with suppress(OSError):  # whoever asked has had enough
                    for piece in body:
                        self.wfile.write(piece)
                return
            payload = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    published = Publisher(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield published
    server.shutdown()
    thread.join()
    server.server_close()
