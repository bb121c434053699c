"""POST /oauth/token: a machine proves itself and gets a token (RFC 6749, 4.4), as every client library asks for it.

What it answers has the shape of RFC 6749 and not of a problem: client libraries read that one.
"""

import base64
import binascii
import math
from typing import Any
from urllib.parse import unquote_plus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import machines
from core.errors import NotPermitted
from core.throttling import SignInThrottle

GRANT = "client_credentials"


class _Tries:
    throttle_scope = "machine-token"


@csrf_exempt  # no cookie lets anybody in here
@login_not_required
@require_POST
def give_token(request: HttpRequest) -> HttpResponse:
    """Give a machine a token for some minutes."""
    throttle = SignInThrottle()
    if not throttle.allow_request(request, _Tries()):
        return _refused("temporarily_unavailable", "Too many tries.", 429, **_wait(throttle))
    given = request.POST
    if any(len(given.getlist(name)) > 1 for name in given):
        return _refused("invalid_request", "A parameter is there twice.")
    if not given.get("grant_type"):
        return _refused("invalid_request", "Send grant_type=client_credentials as a form.")
    if given["grant_type"] != GRANT:
        return _refused("unsupported_grant_type", f"The grant is {GRANT}.")
    by_header = "Authorization" in request.headers
    if by_header and "client_secret" in given:
        return _refused("invalid_request", "Send the secret once: in the header, or in the form.")
    client_id, secret = (
        _by_header(request) if by_header else (given.get("client_id", ""), given.get("client_secret", ""))
    )
    try:
        token = machines.give_token(
            client_id=client_id, secret=secret, scopes=given.get("scope", "").split(), at=timezone.now()
        )
    except NotPermitted as refusal:
        if refusal.code == "invalid_client":
            return _refused(refusal.code, refusal.detail, 401, **{"WWW-Authenticate": 'Basic realm="machines"'})
        return _refused(refusal.code, refusal.detail)
    body = {
        "access_token": token.token,
        "token_type": "Bearer",
        "expires_in": int(token.life.total_seconds()),
        "scope": " ".join(token.scopes),
    }
    return JsonResponse(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _by_header(request: HttpRequest) -> tuple[str, str]:
    """Return id and secret of `Authorization: Basic`: each written as in a form, then both together (2.3.1)."""
    scheme, _, rest = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)


def _refused(error: str, said: str, status: int = 400, **headers: Any) -> JsonResponse:
    body = {"error": error, "error_description": said}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"} | headers)


def _wait(throttle: SignInThrottle) -> dict[str, str]:
    return {"Retry-After": str(math.ceil(throttle.wait() or 60))}
