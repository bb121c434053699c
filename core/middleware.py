"""What every request passes on its way in and out."""

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from csp.constants import HEADER as POLICY_HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest, HttpResponse
from django_guid.config import settings as guid_settings
from django_guid.context import guid
from django_guid.utils import generate_guid, validate_guid

from core import limits
from core.addresses import address_of
from core.doing import doing, user_of
from core.logs import route_of
from core.metrics import METHODS, count_request
from core.problems import is_for_machines, json_problem, too_often

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Give each request an id, the one that it comes with or a new one, and answer with it: what django-guid's own
    middleware does, which looks its settings up some twenty times for it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.header: str = guid_settings.guid_header_name
        self.given = f"HTTP_{self.header.upper().replace('-', '_')}"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get(self.given)
        this = given if given and validate_guid(given) else generate_guid()
        guid.set(this)
        response = self.get_response(request)
        response.headers[self.header] = this
        return response


class SeenMiddleware:
    """Count each request, and write a line about it: its method, its route, who asked, the answer, and how fast it was.
    What is changed meanwhile is told who is at work.

    Those of the watchers themselves are counted and not written: they come every few seconds.
    """

    WATCHERS = frozenset({"healthz", "readyz", "metrics"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        with doing(request):
            response = self.get_response(request)
        seconds = perf_counter() - began
        method = request.method if request.method in METHODS else "OTHER"
        route = route_of(request)
        count_request(method=method, route=route, status=response.status_code, seconds=seconds)
        if route not in self.WATCHERS:
            said = {"method": method, "route": route, "status": response.status_code, "ms": round(seconds * 1000, 1)}
            logger.info("answered", extra=said | _who_asked(request))
        return response


def _who_asked(request: HttpRequest) -> dict[str, str]:
    user = user_of(request)
    return {"user": str(user.pk)} if user is not None else {}


class BodyLimitMiddleware:
    """Refuse a body that is too large (413), or does not say how large it is (411), before a byte of it is read.

    REST framework reads the stream itself, past Django's own DATA_UPLOAD_MAX_MEMORY_SIZE.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return json_problem(411, kind="length_required")
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > settings.MAX_BODY_BYTES:
            return json_problem(413, kind="body_too_large", max_bytes=settings.MAX_BODY_BYTES)
        return self.get_response(request)


class EverybodyMiddleware:
    """For pages and feeds, what `core.throttling.EverybodyThrottle` is for the API.

    A page that anybody may see is counted by address, without a look at who it is. Static files and watchers are not.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer in the place of a view, if it is one too many."""
        if is_for_machines(request) or route_of(request) in SeenMiddleware.WATCHERS:
            return None
        if getattr(view, "login_required", True):
            seconds = limits.too_much_by(request.user.pk) if request.user.pk else None
        else:
            seconds = limits.too_much_from(address_of(request))
        return None if seconds is None else too_often(request, seconds)


class CarefulAnswersMiddleware:
    """Keep answers about people out of every cache, a shared computer's browser included (OWASP ASVS 8.2.1).

    What the API answers is a file to a browser that is led there, and never a page (14.4.2). No page may ask for what
    none of ours needs (10.2.2).
    """

    NOT_NEEDED = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", self.NOT_NEEDED)
        if is_for_machines(request) and "json" in response.headers.get("Content-Type", ""):
            response.headers.setdefault("Content-Disposition", 'attachment; filename="answer.json"')
        return response


class PolicyMiddleware(CSPMiddleware):
    """django-csp's, but that the policy of nearly every answer is written once: a page that needs another says so."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self._policy = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        """Make no nonce: no page of ours holds a script."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if any(name.startswith("_csp") for name in response.__dict__):
            return super().process_response(request, response)
        response.headers.setdefault(POLICY_HEADER, self._policy)
        return response


class MessagesMiddleware(MessageMiddleware):
    """Django's, for pages: what is for machines is told nothing but its answer."""

    def process_request(self, request: HttpRequest) -> None:
        if not is_for_machines(request):
            super().process_request(request)
