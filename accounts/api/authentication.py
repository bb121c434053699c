"""How a machine says who it is."""

from typing import Any

from django.utils import timezone
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication as KnoxTokenAuthentication


class TokenAuthentication(KnoxTokenAuthentication):
    """Knox's, in one query: a token that has ended is refused here, and deleted at night (`accounts.tasks`).

    Knox reads all of the user's tokens with each request, and deletes those that have ended: a query more, and a write
    in the middle of a read.
    """

    def _cleanup_token(self, auth_token: Any) -> bool:
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # untyped there
    """The same in the OpenAPI document."""

    target_class = "accounts.api.authentication.TokenAuthentication"
