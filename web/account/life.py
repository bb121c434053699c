"""How long somebody stays signed in: until a moment that is set as they sign in, and set anew when they ask for it; and
not for longer than a while in which they do nothing (OWASP ASVS 3.3.2).

They are warned before, on whatever page they are, and one button lets them go on (WCAG 2.2.1). Who types is doing
something: the page's script says so. The warning needs the script; without one nothing is lost either, because what was
typed waits for them (typed.py).
"""

import datetime as dt
from collections.abc import Callable
from hashlib import sha256

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from web.account import typed

SEEN_EACH = 60
"""Within so many seconds a second request is not written down: an idle session ends up to so much earlier."""


def begin(request: HttpRequest) -> None:
    """Let the session end so long from now, whatever is done meanwhile: a page that saves something adds nothing."""
    now = timezone.now()
    request.session.set_expiry(now + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE))
    _write_down(request, int(now.timestamp()))


def seconds_left(request: HttpRequest) -> int | None:
    """Return for how many seconds somebody stays signed in who now does nothing; None: nobody is signed in."""
    session = getattr(request, "session", None)
    if session is None or SESSION_KEY not in session:
        return None
    left = int((session.get_expiry_date() - timezone.now()).total_seconds())
    return max(0, min(left, int(settings.SESSION_IDLE_AGE)))


class IdleMiddleware:
    """Signs out whoever has done nothing for `SESSION_IDLE_AGE` seconds: somebody else may sit there now.

    When somebody was last seen stands in the cache and not in the session: two requests at once would overwrite there
    what the other has kept. While Redis is down nobody is idle, and a session still ends when it was said to.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        now = int(timezone.now().timestamp())
        seen = cache.get(_key(request), now - SEEN_EACH)
        if now - seen > settings.SESSION_IDLE_AGE:
            typed.sign_out_keeping_what_was_typed(request)
        elif now - seen >= SEEN_EACH:
            _write_down(request, now)


def _write_down(request: HttpRequest, now: int) -> None:
    cache.set(_key(request), now, timeout=settings.SESSION_COOKIE_AGE)


def _key(request: HttpRequest) -> str:
    """A session's key opens the session: the cache is not told it."""
    return f"seen:{sha256(str(request.session.session_key).encode()).hexdigest()}"


@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """Stay signed in, as long as if one had just signed in. It is for the page's script: there is nothing to show."""
    begin(request)
    return HttpResponse(status=204)


@require_safe
def still_here(request: HttpRequest) -> HttpResponse:
    """Say that somebody is at work, as by each request, and how many seconds they stay signed in: for the script."""
    return JsonResponse({"seconds": seconds_left(request)})
