"""Every refusal over HTTP, in one shape: RFC 9457 `application/problem+json`.

Domain errors and REST framework's errors are translated; anything else is a bug and surfaces as a 500 that says
nothing about the person.
"""

import http
import logging
import math
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django_guid import get_guid
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core import errors
from core.renderers import PROBLEM_TYPE

logger = logging.getLogger(__name__)

STATUS_OF = {
    errors.Invalid: status.HTTP_400_BAD_REQUEST,
    errors.NotPermitted: status.HTTP_403_FORBIDDEN,
    errors.NotVisible: status.HTTP_404_NOT_FOUND,
    errors.Conflict: status.HTTP_409_CONFLICT,
    errors.Stale: status.HTTP_412_PRECONDITION_FAILED,
    errors.KeyReused: status.HTTP_422_UNPROCESSABLE_ENTITY,
    errors.TooOften: status.HTTP_429_TOO_MANY_REQUESTS,
}
ADVICE = {
    400: "Correct the request and send it again.",
    401: "Sign in, or send a valid token as 'Authorization: Bearer …'.",
    403: "Ask the lead of your team if you think that you should be able to do this.",
    404: "Check the reference: it does not exist, or not for you.",
    405: "Use one of the methods in the Allow header.",
    406: "Ask for application/json.",
    411: "Say how long the body is, in Content-Length; a body in chunks is not read.",
    413: "Send less: the limit is in max_bytes.",
    415: "Send JSON with 'Content-Type: application/json'.",
    429: "Wait for the seconds in Retry-After, then try again.",
    500: "This is our fault, and nothing was half-written. Try again; if it stays, tell the service's keeper.",
}


def problem(
    code: int, *, kind: str, title: str | None = None, detail: str | None = None, **extra: Any
) -> dict[str, Any]:
    """Return the body of a problem; `kind` is its stable public code."""
    body: dict[str, Any] = {
        "type": f"urn:problem:{kind}",
        "title": title or http.HTTPStatus(code).phrase,
        "status": code,
        "detail": detail or ADVICE.get(code, ""),
        "code": kind,
        **extra,
    }
    return {name: _writable(value) for name, value in body.items()}


def _writable(value: Any) -> Any:
    """Return a value without the halves of characters that JSON can carry in and UTF-8 cannot carry out."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_writable(name): _writable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(inner) for inner in value]
    return value


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Translate an exception into a problem, or return None to let a bug surface."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    headers: dict[str, str] = {}
    if isinstance(exc, errors.DomainError):
        body = _from_domain(exc)
        code = body["status"]
        if isinstance(exc, errors.TooOften):
            headers["Retry-After"] = str(exc.wait)
    elif isinstance(exc, exceptions.APIException):
        code = exc.status_code
        body = _from_rest_framework(exc)
        if getattr(exc, "auth_header", None):
            headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
        if getattr(exc, "wait", None) is not None:
            headers["Retry-After"] = str(max(1, math.ceil(exc.wait)))  # type: ignore[attr-defined]
    else:
        return None
    set_rollback()
    response = Response(body, status=code, headers=headers)
    response.is_problem = True  # type: ignore[attr-defined]
    return response


def _from_domain(refusal: errors.DomainError) -> dict[str, Any]:
    code = next(STATUS_OF[kind] for kind in type(refusal).__mro__ if kind in STATUS_OF)
    return problem(code, kind=refusal.code, title=refusal.title, detail=refusal.detail, **refusal.extra)


def answer_refusal(refusal: errors.DomainError) -> JsonResponse:
    """Return the problem that a refusal is, from outside REST framework."""
    body = _from_domain(refusal)
    return JsonResponse(body, status=body["status"], content_type=PROBLEM_TYPE)


def _from_rest_framework(exc: exceptions.APIException) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        invalid = errors.Invalid(_flatten(exc.detail))
        return problem(400, kind=invalid.code, title=invalid.title, detail=invalid.detail, **invalid.extra)
    kinds = exc.get_codes()
    kind = kinds if isinstance(kinds, str) else "invalid"
    advice = ADVICE.get(exc.status_code, "")
    detail = f"{exc.detail} {advice}" if exc.status_code in {400, 401, 405, 415} else advice
    return problem(exc.status_code, kind=kind, detail=detail.strip())


def _flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Turn nested serializer errors into one level: `person.nhs_number` -> [sentences]."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else str(name)
            found |= _flatten(inner, ".".join(part for part in (path, step) if part))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        found = {}
        for index, inner in enumerate(detail):
            if inner:
                found |= _flatten(inner, f"{path}[{index}]")
        return found
    sentences = detail if isinstance(detail, list) else [detail]
    return {path or "body": [str(sentence) for sentence in sentences]}


def json_problem(code: int, *, kind: str, **details: Any) -> JsonResponse:
    """Return a problem from outside REST framework (middleware, unknown addresses)."""
    return JsonResponse(problem(code, kind=kind, **details), status=code, content_type=PROBLEM_TYPE)


def is_for_machines(request: HttpRequest) -> bool:
    """Whether a refusal of this request should be JSON."""
    return request.path.startswith("/api/")


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    """Answer somebody who asks for more than anybody reads, without a look at who it is."""
    if request.path.startswith(("/open-referral/", "/oauth/")):
        response: HttpResponse = json_problem(429, kind="throttled")
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        wait = "a minute" if seconds <= 60 else f"{math.ceil(seconds / 60)} minutes"
        response = _page_that_asks_nobody("too_much.html", status=429, wait=wait)
    response.headers["Retry-After"] = str(seconds)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself finds suspicious, a wrong Host for one: nothing more is asked of the request."""
    if is_for_machines(request):
        return json_problem(400, kind="bad_request")
    return _page_that_asks_nobody("400.html", status=400)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that does not exist."""
    if is_for_machines(request):
        return json_problem(404, kind="not_found")
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a bug: no detail of it, and nothing about anybody."""
    if is_for_machines(request):
        return json_problem(500, kind="server_error")
    return _page_that_asks_nobody("500.html", status=500)


def _page_that_asks_nobody(name: str, *, status: int, **words: str) -> HttpResponse:
    """Return a page that needs neither request nor database; plain text where even the templates have failed."""
    try:
        page = render_to_string(name, {"request_id": get_guid(), **words})
    except Exception:
        logger.exception("The page %s could not be written", name)
        return HttpResponse(ADVICE[status], status=status, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, status=status)
