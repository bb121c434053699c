"""How long somebody stays signed in: until a moment that is set as they sign in, and set anew when they ask for it.

They are warned before, on whatever page they are, and one button lets them go on (WCAG 2.2.1). The warning needs a
script; without one nothing is lost either, because what was typed waits for them (typed.py).
"""

import datetime as dt

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST


def begin(request: HttpRequest) -> None:
    """Let the session end so long from now, whatever is done meanwhile: a page that saves something adds nothing."""
    request.session.set_expiry(timezone.now() + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE))


def seconds_left(request: HttpRequest) -> int | None:
    """Return for how many seconds somebody is still signed in; None: nobody is."""
    session = getattr(request, "session", None)
    if session is None or SESSION_KEY not in session:
        return None
    return max(0, int((session.get_expiry_date() - timezone.now()).total_seconds()))


@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """Stay signed in, as long as if one had just signed in. It is for the page's script: there is nothing to show."""
    begin(request)
    return HttpResponse(status=204)
