"""GOV.UK Notify, as the service meets it: a front of our own, whose mood we choose, before the real Notify catcher.

What it takes it hands to the catcher, and answers what the catcher answers: the catcher checks token, template and
number, and its file is what came.
"""

import http.client
import json
import time
from pathlib import Path
from typing import Any

from standalone.ports import LOCALHOST
from tests.faults.history import Arrival
from tests.faults.moods import HttpFront


class NotifyFront(HttpFront):
    """Hands on what it takes, in the mood in which it is."""

    name = "GOV.UK Notify"
    hangs_for = 16.0
    """Seconds: NOTIFY_TIMEOUT is over after 4 and the sender asks again within 10, when nothing has been taken yet."""

    def __init__(self, port: int, catcher_port: int) -> None:
        super().__init__(port)
        self.catcher_port = catcher_port
        self.taken_at: dict[str, float] = {}

    def take(self, request: Any, content: bytes) -> tuple[int, bytes, str]:
        """Hand something on."""
        reference = str(json.loads(content).get("reference", "")) if request.command == "POST" else ""
        catcher = http.client.HTTPConnection(LOCALHOST, self.catcher_port, timeout=10)
        try:
            catcher.connect()
        except OSError:
            return 503, b"{}", ""
        try:
            headers = {"Authorization": request.headers.get("Authorization", "")}
            catcher.request(request.command, request.path, body=content or None, headers=headers)
            answer = catcher.getresponse()
            status, body = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            if reference:  # it may have been taken: the catcher was killed before it could say so
                self.note_lost(reference)
            return 503, b"{}", ""
        finally:
            catcher.close()
        if status != http.HTTPStatus.CREATED:
            return status, body, ""
        self.taken_at[json.loads(body)["id"]] = time.time()
        return status, body, reference


def read_notify(folder: Path, front: NotifyFront) -> list[Arrival]:
    """Read what the Notify catcher keeps, in the order of coming."""
    book = folder / "notify.jsonl"
    lines = book.read_text().splitlines() if book.exists() else []
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return [
        Arrival(
            message_id=str(row["reference"]), wire_id=row["id"], recipient=f"{row['type']}:{row['to']}",
            at=front.taken_at.get(row["id"], 0.0),
        )
        for row in rows
    ]  # fmt: skip
