"""How often somebody asks, counted in this process alone: no query and no round trip, and Redis may be down.

What is protected is this process, so its own count is the right one. Several processes let through as many times more.
"""

import logging
import time
from collections import Counter
from collections.abc import Hashable

from django.conf import settings

from core.metrics import count_unusual

logger = logging.getLogger(__name__)

MOST_KEYS = 50_000
"""Of so many at most something is known; who comes with ever new addresses fills no memory."""


class Span:
    """Counts within spans of so many seconds, one after the other."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._number = -1
        self._seen: Counter[Hashable] = Counter()

    def add(self, key: Hashable) -> int:
        """Count one more; return how many that makes in this span."""
        number = int(time.time() // self.seconds)
        if number != self._number or len(self._seen) > MOST_KEYS:
            self._number, self._seen = number, Counter()
        self._seen[key] += 1
        return self._seen[key]

    def wait(self) -> int:
        """Return the seconds until the next span begins."""
        return self.seconds - int(time.time() % self.seconds)

    def clear(self) -> None:
        self._seen.clear()


BY_ADDRESS = Span(60)
BY_USER = Span(600)


def clear() -> None:
    """Forget what was counted."""
    BY_ADDRESS.clear()
    BY_USER.clear()


def too_much_from(address: str) -> int | None:
    """Count a request of somebody who has not signed in; return the seconds to wait, if it is one too many."""
    asked = BY_ADDRESS.add(address)
    if asked == settings.PUBLIC_READS_PER_MINUTE + 1:
        count_unusual("address")  # an address is somebody's: the log does not name it
        logger.warning("one address asks for more than %d public pages a minute", settings.PUBLIC_READS_PER_MINUTE)
    return BY_ADDRESS.wait() if asked > settings.PUBLIC_READS_PER_MINUTE else None


def too_much_by(user_id: Hashable) -> int | None:
    """Count a request of a user; return the seconds to wait, if it is one too many. What is unusual is told once.

    Somebody who reads through everything is seen (OWASP ASVS 8.1.4, 11.1.7) long before they are stopped (11.1.4).
    """
    asked = BY_USER.add(user_id)
    if asked == settings.USER_REQUESTS_UNUSUAL:
        count_unusual("user")
        logger.warning("a user asks unusually much: %d requests in ten minutes", asked, extra={"user": str(user_id)})
    most = settings.USER_REQUESTS_MOST
    if not most or asked <= most:
        return None
    if asked == most + 1:
        count_unusual("user_stopped")
        logger.warning("a user is stopped: %d requests in ten minutes", asked, extra={"user": str(user_id)})
    return BY_USER.wait()
