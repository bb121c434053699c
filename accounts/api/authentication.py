"""How a program says who it is: by the token of a person, by a browser's session, or as a machine of its own."""

from typing import Any

from django.utils import timezone
from drf_spectacular.authentication import SessionScheme as DefaultSessionScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from rest_framework.authentication import SessionAuthentication as DefaultSessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import second_factor
from accounts.selectors import find_token, signed_in
from core.errors import NotPermitted


class TokenAuthentication(KnoxTokenAuthentication):
    """Knox's, in one query: a token that has ended is refused here, and deleted at night (`accounts.tasks`).

    Knox looks for the first letters of the token, reads all of the user's tokens with each request, and deletes those
    that have ended: a query more, and a write in the middle of a read. Here it is found by its digest.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        try:
            found = find_token(digest=hash_token(token.decode()))
        except UnicodeDecodeError:
            found = None
        if found is None or (found.expiry is not None and found.expiry < timezone.now()):
            raise AuthenticationFailed("Invalid token.")
        return self.validate_user(found)  # type: ignore[no-any-return]  # untyped there


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # untyped there
    """The same in the OpenAPI document."""

    target_class = "accounts.api.authentication.TokenAuthentication"


class SessionAuthentication(DefaultSessionAuthentication):
    """A browser that has signed in: not before its user has the second step that they must have."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        found = super().authenticate(request)
        if found and second_factor.is_still_to_be_set_up(signed_in(found[0]), request._request.session):
            raise NotPermitted("Set up the second step of signing in first.", code="second_factor_needed")
        return found


class SessionScheme(DefaultSessionScheme):  # type: ignore[no-untyped-call]  # untyped there
    """The same in the OpenAPI document."""

    target_class = "accounts.api.authentication.SessionAuthentication"
