"""The addresses that django-allauth calls by its own names, outside of the namespace `web`.

Only these of its pages exist: there is no sign-up, no address to confirm, and no way in by a link or a code alone.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import IndexView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp.views import DeactivateTOTPView
from django.urls import path

from web.account.me import ChangePasswordView, SessionsView, SetUpAppView
from web.account.passkeys import AddPasskeyView, ConfirmByPasskeyView, RemovePasskeyView
from web.account.providers import FromProviderView, ToProviderView
from web.account.sign_in import CodeView, SignInView, sign_out


def page(view: type, template: str) -> Callable[..., Any]:
    """Return a view of django-allauth's with a template of ours."""
    return view.as_view(template_name=f"web/account/{template}")  # type: ignore[attr-defined, no-any-return]


urlpatterns = [
    path("sign-in/", SignInView.as_view(), name="account_login"),
    path("sign-in/code/", CodeView.as_view(), name="mfa_authenticate"),
    path("sign-in/with/<str:provider_id>/", ToProviderView.as_view(), name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/done/", FromProviderView.as_view(), name="openid_connect_callback"),
    path("sign-out/", sign_out, name="account_logout"),
    path("me/confirm/", page(ReauthenticateView, "confirm.jinja"), name="account_reauthenticate"),
    path("me/confirm/code/", page(ReauthenticateByCodeView, "confirm.jinja"), name="mfa_reauthenticate"),
    path("me/password/", ChangePasswordView.as_view(), name="account_change_password"),
    path("me/second-step/", page(IndexView, "second_step.jinja"), name="mfa_index"),
    path("me/second-step/app/", SetUpAppView.as_view(), name="mfa_activate_totp"),
    path("me/second-step/app/remove/", page(DeactivateTOTPView, "remove_app.jinja"), name="mfa_deactivate_totp"),
    path("me/confirm/passkey/", ConfirmByPasskeyView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("me/second-step/passkeys/add/", AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("me/second-step/passkeys/<int:pk>/remove/", RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path(
        "me/second-step/codes/",
        page(codes.ViewRecoveryCodesView, "recovery_codes.jinja"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "me/second-step/codes/new/",
        page(codes.GenerateRecoveryCodesView, "new_recovery_codes.jinja"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "me/second-step/codes/download/",
        page(codes.DownloadRecoveryCodesView, "recovery_codes.txt"),
        name="mfa_download_recovery_codes",
    ),
    path("me/sessions/", SessionsView.as_view(), name="usersessions_list"),
]
