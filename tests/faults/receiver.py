"""The teams' own systems, which take webhooks: it checks each signature by the library of the standard."""

import datetime as dt
import http
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.faults.history import Arrival
from tests.faults.moods import HttpFront


class Receiver(HttpFront):
    """Takes what is signed, in the mood in which it is. Each endpoint is a path."""

    name = "the webhook receiver"
    hangs_for = 17.0
    """Seconds: the sender gives up after 15."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.secrets: Mapping[str, str] = {}
        self.gone: set[str] = set()
        """The paths whose system wants nothing any more (410)."""
        self.arrivals: list[Arrival] = []
        self._one_at_a_time = threading.Lock()

    def take(self, request: Any, content: bytes) -> tuple[int, bytes, str]:
        """Take a webhook."""
        if request.path in self.gone:
            return http.HTTPStatus.GONE, b"{}", ""
        headers, now = request.headers, time.time()
        message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
        arrival = Arrival(
            message_id=message_id, wire_id=message_id, recipient=request.path, at=now, body=content.decode(),
            is_signed=is_signed(self.secrets.get(request.path, ""), headers, content.decode()),
            skew=float(timestamp) - now,
        )  # fmt: skip
        with self._one_at_a_time:
            self.arrivals.append(arrival)
        return http.HTTPStatus.OK, b"{}", message_id


def is_signed(secret: str, headers: Mapping[str, str], body: str) -> bool:
    """Whether one of the signatures is right. Its time the checker judges, which knows when a clock jumped."""
    if not secret:
        return False
    at = dt.datetime.fromtimestamp(float(headers.get("webhook-timestamp", "0")), tz=dt.UTC)
    right = Webhook(secret).sign(headers.get("webhook-id", ""), at, body)
    return right in headers.get("webhook-signature", "").split(" ")


def said_in(body: str) -> tuple[str, dict[str, str]]:
    """Return the type of a webhook, and the references that it names."""
    told = json.loads(body)
    return told["type"], told["data"]
