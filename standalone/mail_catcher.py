"""The mail catcher: an SMTP server that delivers nothing, and a small page and API to read what came.

Started by the supervisor as a process of its own. The API is the part of Mailpit's that our tools use, so that they
work beside `docker compose` (which has the real Mailpit) and here alike.
"""

import argparse
import contextlib
import html
import json
import signal
import sys
import threading
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from standalone.mailbox import Mailbox, came_at, header, summary, text_of
from standalone.ports import LOCALHOST

PAGE_LENGTH = 200
LARGEST_MESSAGE = 25 * 1024 * 1024
PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body {{ font: 1.1rem/1.5 sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d1d1b }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #bbb; vertical-align: top }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }}
</style></head><body><main><h1>{title}</h1>
{body}
</main></body></html>
"""


class Catcher:
    """What aiosmtpd calls for each message."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Say that a message is accepted only once it is safely stored."""
        content = envelope.original_content or b""
        try:
            return f"250 Kept as {self.mailbox.add(content)}"
        except OSError as problem:
            return f"451 Not kept: {problem.strerror}"


class Page(BaseHTTPRequestHandler):
    """The page for people and the API for tools."""

    mailbox: Mailbox

    def do_GET(self) -> None:
        """Answer with the list, one message, or 404."""
        address = urlsplit(self.path)
        try:
            match address.path.strip("/").split("/"):
                case [""]:
                    self.send("text/html", self.list_page())
                case ["message", key]:
                    self.send("text/html", self.message_page(key))
                case ["api", "v1", "messages"]:
                    self.send("application/json", self.messages(parse_qs(address.query)))
                case ["api", "v1", "message", key]:
                    message = self.mailbox.read(key)
                    whole = {**summary(message, key), "Text": text_of(message)}
                    self.send("application/json", json.dumps(whole))
                case _:
                    self.send_error(HTTPStatus.NOT_FOUND)
        except KeyError:
            self.send_error(HTTPStatus.NOT_FOUND)
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST)

    def messages(self, query: dict[str, list[str]]) -> str:
        """Return the newest messages as Mailpit lists them."""
        limit, start = (int(query.get(name, [default])[0]) for name, default in (("limit", "50"), ("start", "0")))
        if limit < 0 or start < 0:
            raise ValueError("limit and start count from zero")
        keys = self.mailbox.keys()
        listed = [summary(self.mailbox.read(key), key) for key in keys[start : start + limit]]
        return json.dumps({"total": len(keys), "count": len(listed), "start": start, "messages": listed})

    def list_page(self) -> str:
        """Return the page that lists the newest messages."""
        keys = self.mailbox.keys()
        rows = []
        for key in keys[:PAGE_LENGTH]:
            message = self.mailbox.read(key)
            to, subject = html.escape(header(message, "To")), html.escape(header(message, "Subject") or "(no subject)")
            when = came_at(key)[:16].replace("T", " ")
            rows.append(f'<tr><td>{when}</td><td>{to}</td><td><a href="/message/{key}">{subject}</a></td></tr>')
        shown = f", the newest {PAGE_LENGTH} shown" if len(keys) > PAGE_LENGTH else ""
        table = "<table><tr><th>When (UTC)</th><th>To</th><th>Subject</th></tr>{}</table>".format("\n".join(rows))
        body = f"<p>{len(keys)} caught{shown}. Nothing is delivered to anybody.</p>{table if rows else ''}"
        return PAGE.format(title="Sent mail", body=body)

    def message_page(self, key: str) -> str:
        """Return the page of one message: its headers and its words, nothing of it as markup."""
        message = self.mailbox.read(key)
        names = ("From", "To", "Cc", "Subject", "Date", "Message-ID")
        heads = [(name, html.escape(header(message, name))) for name in names if header(message, name)]
        table = "".join(f'<tr><th scope="row">{name}</th><td>{value}</td></tr>' for name, value in heads)
        words = f'<pre>{html.escape(text_of(message))}</pre><p><a href="/">All messages</a></p>'
        return PAGE.format(
            title=html.escape(header(message, "Subject") or "(no subject)"), body=f"<table>{table}</table>{words}"
        )

    def send(self, kind: str, text: str) -> None:
        """Send an answer; whatever a message contains, a browser runs none of it."""
        content = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay silent: who reads which message is no news."""


def serve(folder: Path, *, smtp_port: int, web_port: int) -> None:
    """Catch mail until told to stop."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mailbox = Mailbox(folder)
    smtp = Controller(Catcher(mailbox), hostname=LOCALHOST, port=smtp_port, data_size_limit=LARGEST_MESSAGE)
    smtp.start()
    with ThreadingHTTPServer((LOCALHOST, web_port), type("BoundPage", (Page,), {"mailbox": mailbox})) as page:
        # `shutdown` waits for the loop that the handler interrupts, hence from a thread of its own.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: threading.Thread(target=page.shutdown).start())
        page.serve_forever(poll_interval=0.1)
    with contextlib.suppress(RuntimeError):
        smtp.stop()


def main(arguments: Sequence[str]) -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    options = parser.parse_args(arguments)
    serve(options.folder, smtp_port=options.smtp_port, web_port=options.web_port)


if __name__ == "__main__":
    main(sys.argv[1:])
