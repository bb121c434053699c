"""The door of machines: who it is, whether it may use this route at all, and how often, in this one place.

A token of a machine is worth nothing anywhere else, and a route that no scope is named for is closed to it
(`config.scopes`). Within that its account's roles decide, as for anybody.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from django.utils.module_loading import import_string
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts.enums import Scope
from accounts.machines import TOKEN_PREFIX, find_machine_token
from accounts.models import MachineToken, User
from core.errors import NotPermitted


class Needed(NamedTuple):
    """The scope that a route needs to read by it, and to do something by it. None: not for machines."""

    read: Scope | None
    write: Scope | None


ANY = "any"
"""For a route that asks for no scope: what a machine may always know, and end, of itself."""


class MachineThrottle(SimpleRateThrottle):
    """Counts everything that one machine asks. While Redis is down nothing is counted (`core.caches`)."""

    scope = "machine"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.auth.secret.machine_id}


class MachineAuthentication(BaseAuthentication):
    """By `Authorization: Bearer crm_…`. Any other token is somebody else's to look at."""

    def authenticate(self, request: Request) -> tuple[User, MachineToken] | None:
        """Return the machine's account and its token.

        :raises NotPermitted: if the token has not the scope of this route (`insufficient_scope`).
        """
        word, _, token = get_authorization_header(request).partition(b" ")
        if word.lower() != b"bearer" or not token.startswith(TOKEN_PREFIX.encode()):
            return None
        found = find_machine_token(token.decode("latin-1"), at=timezone.now())
        if found is None:
            raise AuthenticationFailed("Invalid token.")
        request.auth = found
        throttle = MachineThrottle()
        if not throttle.allow_request(request, None):  # type: ignore[arg-type]  # it asks no view
            raise Throttled(wait=throttle.wait())
        match = request._request.resolver_match
        refuse_beyond_scope(request, match.view_name if match else "")
        return found.secret.machine.account, found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def refuse_beyond_scope(request: Request, route: str) -> None:
    """Let a machine's request be answered with what a route tells; of anybody else nothing is asked.

    :raises NotPermitted: if the machine's token has not the scope of that route, or it is for people alone.
    """
    if not isinstance(request.auth, MachineToken):
        return
    wanted = scope_of(route, request.method or "")
    if wanted is None:
        raise NotPermitted("This is not for machines: a person does it, who is signed in.", code="not_for_machines")
    if wanted != ANY and wanted not in request.auth.scopes:
        raise NotPermitted(f"The token needs the scope {wanted} for this.", code="insufficient_scope")


def scope_of(route: str, method: str) -> str | None:
    """Return the scope that a machine needs for a method of a route, `ANY`, or None: it is not for machines."""
    needed = _table().get(route)
    if not isinstance(needed, Needed):
        return needed
    return needed.read if method in SAFE_METHODS else needed.write


@cache
def _table() -> Mapping[str, Needed | str | None]:
    return import_string(settings.MACHINE_SCOPES)  # type: ignore[no-any-return]


class MachineScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped there
    """The same in the OpenAPI document: by operation, the scope that it needs."""

    target_class = "accounts.api.machines.MachineAuthentication"
    name = "machine"

    def get_security_requirement(self, auto_schema: Any) -> Any:
        """Return None where an operation is not for machines."""
        wanted = scope_of(_routes().get(auto_schema.path_regex, ""), auto_schema.method)
        if wanted is None:
            return []
        return {self.name: [] if wanted == ANY else [str(wanted)]}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = {str(scope): str(scope.label) for scope in Scope}
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": scopes}}}


@cache
def _routes() -> dict[str, str]:
    """Return the name of each route by its pattern, as drf-spectacular writes that."""

    def walk(patterns: Any, prefix: str) -> Any:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            else:
                yield path, pattern.name

    found: dict[str, str] = {}
    for path, name in walk(get_resolver().url_patterns, ""):
        found.setdefault(path, name)
    return found
