"""The Notify catcher: the part of GOV.UK Notify's HTTP API that the service uses, which delivers nothing.

Started by the supervisor as a process of its own; development and tests send text messages and letters to it, and a
small page shows what came. It checks what the real one checks: the token, the template, the number, the address.
Some numbers and postcodes are refused or fail on purpose, as Notify's own smoke-test numbers do: see `ON_PURPOSE`.
"""

import argparse
import base64
import hashlib
import hmac
import html
import json
import re
import signal
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from standalone.ports import LOCALHOST

API_KEY = "standalone-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"
"""The key of the stand-in: the name, the id of the service, the secret. It opens nothing anywhere else."""
TEMPLATES = {"sms": "33333333-3333-4333-8333-333333333333", "letter": "44444444-4444-4444-8444-444444444444"}
WANTED = {"sms": {"message"}, "letter": {"subject", "message", "address_line_1", "address_line_2", "address_line_3"}}
"""What each template must be filled with; a letter's address may have up to seven lines."""
TOKEN_LIFE = 30
"""Seconds which a token is good for, either way of now."""
LARGEST_BODY = 64 * 1024
ON_PURPOSE = {"07700900003": "temporary-failure", "07700900002": "permanent-failure"}
"""Numbers to which a message is taken and does not arrive; the numbers are those of Notify, the states too."""
_MOBILE = re.compile(r"^(?:\+44|0044|44|0)?7[0-9]{9}$")
_POSTCODE = re.compile(r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$", re.IGNORECASE)
PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Texts and letters</title><style>
body {{ font: 1.1rem/1.5 sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d1d1b }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #bbb; vertical-align: top }}
</style></head><body><main><h1>Texts and letters</h1>
<p>{count} caught. Nothing is delivered to anybody.</p>
<table><tr><th>When (UTC)</th><th>By</th><th>To</th><th>Text</th></tr>{rows}</table>
</main></body></html>
"""


class Refused(Exception):
    """A request which Notify would refuse: with this status, in these words."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error


class Book:
    """What was taken, in the order of coming; kept in a file, one line each, so that a restart forgets nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.rows: list[dict[str, Any]] = []
        if path.exists():
            self.rows = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]

    def add(self, row: dict[str, Any]) -> None:
        """Keep one."""
        with self.lock:
            with self.path.open("a") as file:
                file.write(json.dumps(row) + "\n")
            self.rows.append(row)

    def find(self, *, reference: str = "") -> list[dict[str, Any]]:
        """Return those with a reference, or all; the newest first."""
        return [row for row in reversed(self.rows) if not reference or row["reference"] == reference]


def check_token(header: str, *, api_key: str, now: float) -> None:
    """Check what a caller presents, as Notify does.

    :raises Refused: in Notify's words.
    """
    service, secret = api_key[-73:-37], api_key[-36:]
    try:
        head, claims, seal = header.removeprefix("Bearer ").split(".")
        said = json.loads(_bytes(claims))
        is_ours = said["iss"] == service and json.loads(_bytes(head))["alg"] == "HS256"
        is_sealed = hmac.compare_digest(
            _bytes(seal), hmac.new(secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        )
        is_fresh = abs(now - said["iat"]) <= TOKEN_LIFE
    except (ValueError, KeyError, TypeError):
        raise Refused(403, "AuthError", "Invalid token: make sure your API token matches the example") from None
    if not (is_ours and is_sealed):
        raise Refused(403, "AuthError", "Invalid token: API key not found")
    if not is_fresh:
        raise Refused(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds")


def checked(kind: str, body: Any) -> tuple[str, Mapping[str, str]]:
    """Return to whom something goes, and with what it is filled.

    :raises Refused: in Notify's words.
    """
    if not isinstance(body, dict) or not isinstance(body.get("personalisation"), dict):
        raise Refused(400, "ValidationError", "personalisation is a required property")
    filled = body["personalisation"]
    if body.get("template_id") != TEMPLATES[kind]:
        raise Refused(400, "BadRequestError", "Template not found")
    to = str(body.get("phone_number", ""))
    if kind == "sms" and not _MOBILE.match(re.sub(r"[\s().-]", "", to)):
        raise Refused(400, "ValidationError", "phone_number Not a UK mobile number")
    missing = WANTED[kind] - {name for name, value in filled.items() if value}
    if missing:
        raise Refused(400, "BadRequestError", f"Missing personalisation: {', '.join(sorted(missing))}")
    if kind == "letter":
        lines = [filled.get(f"address_line_{number}", "") for number in range(1, 8)]
        lines = [line for line in lines if line]
        if not _POSTCODE.match(lines[-1]):
            raise Refused(400, "ValidationError", "Must be a real UK postcode")
        to = "\n".join(lines)
    return to, filled


def outcome_for(to: str) -> str:
    """Return what becomes of a message: taken, or one of those which do not arrive on purpose."""
    digits = re.sub(r"^(?:\+44|0044|44)", "0", re.sub(r"[\s().-]", "", to))
    return ON_PURPOSE.get(digits, "sending")


class Api(BaseHTTPRequestHandler):
    """Notify's API, and a page for people."""

    book: Book
    api_key: str
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer the page, or what was taken."""
        address = urlsplit(self.path)
        if address.path == "/":
            return self.send(HTTPStatus.OK, "text/html", self.page())
        self.answer(lambda: self.read(address.path, parse_qs(address.query)))

    def do_POST(self) -> None:
        """Take a message. Its body is read in any case: the connection stays open for the next."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            return self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        content = self.rfile.read(length)
        self.answer(lambda: self.take(urlsplit(self.path).path, content))

    def answer(self, work: Any) -> None:
        """Do what was asked after checking who asks; answer as Notify does."""
        try:
            check_token(self.headers.get("Authorization", ""), api_key=self.api_key, now=time.time())
            status, body = work()
        except Refused as no:
            status = no.status
            body = {"status_code": no.status, "errors": [{"error": no.error, "message": str(no)}]}
        self.send(status, "application/json", json.dumps(body))

    def take(self, path: str, content: bytes) -> tuple[int, Any]:
        """Take a text message or a letter."""
        kind = path.removeprefix("/v2/notifications/")
        if kind not in TEMPLATES or path == kind:
            raise Refused(404, "NotFound", "The requested URL was not found")
        try:
            body = json.loads(content)
        except ValueError:
            raise Refused(400, "BadRequestError", "Invalid JSON supplied in POST data") from None
        to, filled = checked(kind, body)
        row = {
            "id": str(uuid.uuid4()), "reference": body.get("reference"), "type": kind, "to": to,
            "status": outcome_for(to), "subject": filled.get("subject"), "body": filled["message"],
            "created_at": datetime.now(tz=UTC).isoformat(timespec="milliseconds"),
        }  # fmt: skip
        self.book.add(row)
        content_of = {"body": row["body"], "from_number": "standin"} if kind == "sms" else {"body": row["body"]}
        return 201, {"id": row["id"], "reference": row["reference"], "content": content_of,
                     "template": {"id": TEMPLATES[kind], "version": 1}}  # fmt: skip

    def read(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Return one notification, or those of a reference."""
        if path == "/v2/notifications":
            rows = self.book.find(reference=query.get("reference", [""])[0])
            return 200, {"notifications": rows, "links": {"current": self.path}}
        one = [row for row in self.book.find() if path == f"/v2/notifications/{row['id']}"]
        if not one:
            raise Refused(404, "NoResultFound", "No result found")
        return 200, one[0]

    def page(self) -> str:
        """Return the page that lists what was taken; nothing of it as markup."""
        rows = [
            f"<tr><td>{row['created_at'][:16].replace('T', ' ')}</td><td>{row['type']}</td>"
            f"<td>{html.escape(row['to'])}</td><td>{html.escape(row['body'])}</td></tr>"
            for row in self.book.find()[:200]
        ]
        return PAGE.format(count=len(self.book.rows), rows="\n".join(rows))

    def send(self, status: int, kind: str, text: str) -> None:
        """Send an answer; whatever a message contains, a browser runs none of it."""
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay silent: what is sent to whom is no news."""


def server(folder: Path, *, host: str, port: int, api_key: str = API_KEY) -> ThreadingHTTPServer:
    """Return a catcher that listens; who calls serves, and closes it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    book = Book(folder / "notify.jsonl")
    return ThreadingHTTPServer((host, port), type("BoundApi", (Api,), {"book": book, "api_key": api_key}))


def main(arguments: Sequence[str]) -> None:
    """Read the arguments and catch until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=LOCALHOST)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    with server(options.folder, host=options.host, port=options.port) as catcher:
        # `shutdown` waits for the loop that the handler interrupts, hence from a thread of its own.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: threading.Thread(target=catcher.shutdown).start())
        catcher.serve_forever(poll_interval=0.1)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


if __name__ == "__main__":
    main(sys.argv[1:])
