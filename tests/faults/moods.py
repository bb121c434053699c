"""How those behave to whom the service sends: the mail server, GOV.UK Notify, and the systems that take webhooks.

All three are in front of what takes for real, and have a mood which a fault chooses. They note how often something was
taken and its answer was lost: that alone excuses a second copy.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standalone.ports import LOCALHOST

SLOW = 0.5


class Mood(Enum):
    """How somebody behaves to whom we send."""

    TAKES = "takes what comes"
    IS_SLOW = "takes what comes, slowly"
    REFUSES = "refuses for now (451, 500)"
    IS_BUSY = "has had enough for now (429)"
    HANGS = "hangs, and takes it when the sender has gone"
    TAKES_AND_CUTS = "takes it, and the connection is lost before the answer"


class Outside:
    """Somebody to whom we send: what was met in which mood, which answers were lost, what is still to be taken late."""

    name: str
    mood: Mood

    def __init__(self) -> None:
        self.mood = Mood.TAKES
        self.lost_answers: Counter[str] = Counter()
        self.met: Counter[Mood] = Counter()
        self._late = 0
        self._lock = threading.Lock()

    @property
    def is_taking_late(self) -> bool:
        """Whether something that was left hanging is still to be taken."""
        return self._late > 0

    @property
    def counts(self) -> dict[str, int]:
        """Return how many messages were met in which mood."""
        return {f"messages met by {self.name}, which {mood.value}": number for mood, number in self.met.items()}

    def meet(self, mood: Mood) -> None:
        """Note that a message was met."""
        with self._lock:
            self.met[mood] += 1

    def note_lost(self, message: str) -> None:
        """Note that a message was taken and that its sender has not heard so."""
        with self._lock:
            self.lost_answers[message] += 1

    @contextmanager
    def late(self) -> Iterator[None]:
        """Be late with something."""
        with self._lock:
            self._late += 1
        try:
            yield
        finally:
            with self._lock:
                self._late -= 1


class HttpFront(Outside):
    """An HTTP server on this machine whose mood we choose; it can be closed and opened."""

    hangs_for: float

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self._server: ThreadingHTTPServer | None = None

    def open(self) -> None:
        """Accept connections."""
        handler = type("Bound", (_Handler,), {"front": self})
        self._server = ThreadingHTTPServer((LOCALHOST, self.port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def take(self, request: "_Handler", content: bytes) -> tuple[int, bytes, str]:
        """Take what came. Returns the status, the answer, and the message that was taken, empty if none was."""
        raise NotImplementedError

    def answer(self, request: "_Handler", content: bytes) -> None:
        """Answer by mood."""
        mood = self.mood
        if request.command == "POST":
            self.meet(mood)
        if mood in {Mood.REFUSES, Mood.IS_BUSY}:
            request.say(500 if mood is Mood.REFUSES else 429, b"{}")
            return
        if mood is Mood.HANGS:
            with self.late():
                time.sleep(self.hangs_for)
                self._take_and_cut(request, content)
            return
        if mood is Mood.IS_SLOW:
            time.sleep(SLOW)
        if mood is Mood.TAKES_AND_CUTS and request.command == "POST":
            self._take_and_cut(request, content)
            return
        status, body, _ = self.take(request, content)
        request.say(status, body)

    def _take_and_cut(self, request: "_Handler", content: bytes) -> None:
        _, _, taken = self.take(request, content)
        if taken:
            self.note_lost(taken)
        request.cut()


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    front: HttpFront
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        self.front.answer(self, b"")

    def do_POST(self) -> None:
        self.front.answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def say(self, status: int, body: bytes) -> None:
        """Answer; whoever has gone does not hear it."""
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def cut(self) -> None:
        """Answer nothing, and let the connection go."""
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Stay silent."""
