"""Signing in by an organisation's own identity provider: OpenID Connect by django-allauth, whom it means by `accounts`.

Code with PKCE and state; the id token's signature, issuer, audience and time are checked; what the provider says of
somebody is used and not kept, but for its own word for them.
"""

import datetime as dt
import secrets
from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.deferred import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_GET
from requests import RequestException

from accounts import providers
from core.errors import Conflict, NotPermitted
from notifications.account_messages import link_provider
from web.account.refused import too_many_tries

SIGNED = "private_key_jwt"
SAID = {
    "cancelled": "You did not finish signing in at {name}. Try again, or sign in by your password if you have one.",
    "out": "{name} does not answer as it should. Try again in a minute, or sign in by your password if you have one.",
    "unknown": "{name} knows you, and this service does not. Ask the lead of your team to take you in, with the email "
    "address that you have there.",
    "one_step": "{name} asked you for a password alone, and this service needs a second step. Sign in there with your "
    "card, app or key.",
}
"""What somebody reads on the sign-in page who could not come in by a provider."""


def buttons(request: HttpRequest) -> list[dict[str, str]]:
    """Return a button for each provider; whoever was going somewhere gets there by it too."""
    going = get_next_redirect_url(request)
    query = f"?{urlencode({'next': going})}" if going else ""
    return [
        {"text": f"Sign in with {one['name']}", "href": _address("openid_connect_login", one["provider_id"]) + query}
        for one in providers.configured()
    ]


def problem_of(request: HttpRequest) -> str:
    """Return why somebody has come back from a provider without being let in, in words; empty where they have not."""
    one = providers.find_configured(request.GET.get("provider", ""))
    words = SAID.get(request.GET.get("problem", ""), "")
    return words.format(name=one["name"]) if one is not None else ""


def _address(name: str, provider: str) -> str:
    return reverse(name, kwargs={"provider_id": provider})


def _refused(provider: str, problem: str) -> HttpResponseRedirect:
    query = urlencode({"provider": provider, "problem": problem})
    return HttpResponseRedirect(f"{reverse('web:sign-in')}?{query}")


class Protocol(OpenIDConnectOAuth2Adapter):
    """django-allauth's, and stricter: the id token is there, is signed by the provider, and is of the same person."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        try:
            login = super().complete_login(request, app, token, **kwargs)
        except (KeyError, TypeError, ValueError) as nonsense:
            raise OAuth2Error("The provider's answer cannot be read.") from nonsense
        told = login.account.extra_data
        claims = told.get("id_token")
        if not claims or told.get("userinfo", claims).get("sub") != claims.get("sub"):
            raise OAuth2Error("No id token, or of somebody else.")
        login.claims = claims
        login.account.extra_data = {}
        return login

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        """Exchange the code. By `private_key_jwt` no secret is sent: we sign who we are (RFC 7523)."""
        if app.settings["token_auth_method"] != SIGNED:
            return super().get_access_token_data(request, app, client, pkce_code_verifier)
        client.consumer_secret = ""
        proof = _signed_by_us(app, audience=self.access_token_url)
        data = client.get_access_token(request.GET["code"], pkce_code_verifier=pkce_code_verifier, extra_data=proof)
        self.did_fetch_access_token = True
        return data

    def _decode_id_token(self, app: Any, id_token: str) -> Any:
        config = self.openid_config
        return jwtkit.verify_and_decode(
            credential=id_token, keys_url=config["jwks_uri"], issuer=config["issuer"], audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )  # fmt: skip


def _signed_by_us(app: Any, *, audience: str) -> dict[str, str]:
    now = timezone.now()
    claims = {
        "iss": app.client_id, "sub": app.client_id, "aud": audience, "jti": secrets.token_urlsafe(16), "iat": now,
        "exp": now + dt.timedelta(minutes=1),
    }  # fmt: skip
    headers = {"kid": app.settings["key_id"]} if app.settings["key_id"] else None
    signed = jwt.encode(claims, app.secret, algorithm=app.settings["key_algorithm"], headers=headers)
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Who comes in by a provider: nobody signs up, and providers are those of the settings alone."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in whom `accounts` knows, and send everybody else back to the door with the reason."""
        provider, subject = sociallogin.account.provider, sociallogin.account.uid
        emails = [row.email for row in sociallogin.email_addresses if row.verified]
        try:
            providers.check_second_factor(provider, sociallogin.claims)
            found = providers.find_by_provider(provider=provider, subject=subject, verified_emails=emails)
            if found.is_first:
                sociallogin.account = link_provider(
                    user=found.user, provider=provider, subject=subject, at=timezone.now()
                )
        except NotPermitted as refusal:
            raise ImmediateHttpResponse(_refused(provider, refusal.code)) from None
        except Conflict:
            raise ImmediateHttpResponse(_refused(provider, "out")) from None
        sociallogin.user = found.user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        problem = "cancelled" if error == AuthError.CANCELLED else "out"
        raise ImmediateHttpResponse(_refused(provider.app.provider_id, problem))


@method_decorator([login_not_required, require_GET], name="dispatch")
class ToProviderView(View):
    """To the provider. By a link and not a form: a form may lead nowhere else (`form-action`), and state and code
    verifier bind what comes back to this browser.
    """

    throttle_scope = "sign-in"

    def get(self, request: HttpRequest, provider_id: str) -> HttpResponse:
        if refused := too_many_tries(request, self):
            return refused
        provider = _provider_or_404(request, provider_id)
        try:
            return provider.redirect(  # type: ignore[no-any-return]  # untyped there
                request, process=AuthProcess.LOGIN, next_url=get_next_redirect_url(request)
            )
        except (RequestException, KeyError, ValueError):
            return _refused(provider_id, "out")


@method_decorator([login_not_required, require_GET], name="dispatch")
class FromProviderView(View):
    """Back from the provider, with a code that the service exchanges."""

    throttle_scope = "sign-in"

    def get(self, request: HttpRequest, provider_id: str) -> HttpResponse:
        if refused := too_many_tries(request, self):
            return refused
        _provider_or_404(request, provider_id)
        view = OAuth2CallbackView.adapter_view(Protocol(request, provider_id))
        try:
            return view(request)  # type: ignore[no-any-return]  # untyped there
        except ImmediateHttpResponse as sent_back:
            return sent_back.response  # type: ignore[no-any-return]  # untyped there
        except (KeyError, ValueError):
            return _refused(provider_id, "out")


def _provider_or_404(request: HttpRequest, provider_id: str) -> Any:
    if providers.find_configured(provider_id) is None:
        raise Http404
    return get_adapter(request).get_provider(request, provider_id)
