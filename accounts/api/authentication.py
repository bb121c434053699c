"""How a machine says who it is."""

from typing import Any

from django.utils import timezone
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from accounts.selectors import find_token


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
