"""How django-allauth behaves here: it lets in whom `accounts` knows, and it sends nothing by itself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import second_factor, services
from accounts.enums import AccountEventKind
from accounts.selectors import signed_in
from notifications.account_messages import tell_of_change
from web.account import life, typed

FRESH_FOR = 300
"""Seconds for which a password, or a code, is good enough to change something of the account."""
TOLD = {
    "account/email/password_changed": AccountEventKind.PASSWORD_CHANGED,
    "mfa/email/totp_activated": AccountEventKind.FACTOR_ADDED,
    "mfa/email/totp_deactivated": AccountEventKind.FACTOR_REMOVED,
    "mfa/email/webauthn_added": AccountEventKind.FACTOR_ADDED,
    "mfa/email/webauthn_removed": AccountEventKind.FACTOR_REMOVED,
    "mfa/email/recovery_codes_generated": AccountEventKind.CODES_MADE,
}
"""What django-allauth would send an email about, and what it is here."""


class AccountAdapter(DefaultAccountAdapter):
    """Ours, where it differs."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The email or the password is not right.",
        "incorrect_password": "The password is not right.",
        "enter_current_password": "The password that you have now is not right.",
        "too_many_login_attempts": "There were too many wrong tries. Wait five minutes, then try again.",
        "rate_limited": "There were too many wrong tries. Wait five minutes, then try again.",
    }

    def is_ajax(self, request: HttpRequest) -> bool:
        """There are pages only: what is asked for as JSON is the API's."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        life.begin(request)
        typed.drop_unless_theirs(request, user)

    def get_login_stages(self) -> list[str]:
        """A second step here, unless it was at the organisation's provider."""
        stages: list[str] = super().get_login_stages()
        if second_factor.was_at_a_provider(self.request.session):
            stages.remove("allauth.mfa.stages.AuthenticateStage")
        return stages

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever gave their password a moment ago is not asked for it again: not even if it was to sign in."""
        records = get_authentication_records(self.request, self.request.user)
        is_fresh = bool(records) and records[-1]["at"] > timezone.now().timestamp() - FRESH_FOR
        return not is_fresh and super().is_reauthentication_required(app=app, **kwargs)

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether this is the user's password. An address is the user's own here, not a row of django-allauth's."""
        email = signed_in(user).email
        return bool(self.authenticate(self.request, email=email, password=password) == user)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        services.set_password(user=signed_in(user), password=password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("web:account")

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, context: Any = None, email: str | None = None
    ) -> None:
        """Record what has changed, and owe a message of our own about it."""
        tell_of_change(user=signed_in(user), kind=TOLD[template_prefix], at=timezone.now())

    def render_mail(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing is sent that is not first a row (docs/adr/0006)."""
        raise RuntimeError("django-allauth wanted to send an email by itself.")
