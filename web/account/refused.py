"""What whoever tries too often at the door is told."""

import math
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.throttling import SignInThrottle


def too_many_tries(request: HttpRequest, view: Any) -> HttpResponse | None:
    """Return the answer to one try too many from an address, else None. Pages and API count together."""
    throttle = SignInThrottle()
    if throttle.allow_request(request, view):
        return None
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = str(math.ceil(throttle.wait() or 60))
    return response
