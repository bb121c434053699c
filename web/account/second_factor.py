"""Whoever must have a second step and has none sets it up first, and sees nothing else until then."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts import second_factor
from accounts.models import User

MAY_OPEN = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "sign-out",
}
"""By name, what leads to a second step, and out. Pages for everybody need no name: nobody has to sign in to them."""


class SecondFactorMiddleware:
    """Leads them there. For the API `accounts.api.authentication` says the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer in the place of a view which they may not open yet."""
        if not getattr(view, "login_required", True) or not isinstance(request.user, User):
            return None
        match = request.resolver_match
        if match is not None and match.url_name in MAY_OPEN:
            return None
        if not second_factor.is_still_to_be_set_up(request.user, request.session):
            return None
        return HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{urlencode({'next': request.get_full_path()})}")
