"""The forms of signing in and of one's own account, in our words."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.http import HttpRequest
from django.utils import timezone

from accounts import second_factor
from accounts.models import User
from web.account import life
from web.forms import look

CURRENT, NEW = "current-password", "new-password"
HOW_LONG = "At least 12 characters. Three or four words that do not belong together are easy to remember."


def _password(field: forms.Field, label: str, autocomplete: str, hint: str = "") -> None:
    field.label, field.help_text = label, hint
    field.widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    field.error_messages["required"] = "Enter the password." if autocomplete == CURRENT else "Enter a new password."


def _email() -> Any:
    widget = forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"})
    return look(widget, attributes={"autocapitalize": "none"})


def _code(field: forms.Field, label: str, hint: str) -> None:
    field.label, field.help_text = label, hint
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"})
    field.widget = look(widget, width="10", code=True)
    field.error_messages["required"] = "Enter the code."


class SignInForm(LoginForm):
    """Email and password. The refusal does not say which of them was wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["login"]
        email.label = "Email address"
        email.widget = _email()
        email.error_messages["required"] = "Enter your email address."
        _password(self.fields["password"], "Password", CURRENT)
        self.fields["password"].error_messages["required"] = "Enter your password."

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> Any:
        response = super().login(request, redirect_url)
        life.begin(request)  # django-allauth has just set the length anew, and it would begin again with every change
        return response

    def clean(self) -> dict[str, Any] | None:
        try:
            super().clean()
        except forms.ValidationError as refused:
            self.add_error("login", refused)  # where the list of what is wrong leads
        return dict(self.cleaned_data)


class ConfirmForm(AllauthReauthenticateForm):
    """The password again, before something of the account is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _password(self.fields["password"], "Password", CURRENT)


class ChangePasswordForm(AllauthChangePasswordForm):
    """The password of now, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _password(self.fields["oldpassword"], "The password that you have now", CURRENT)
        _password(self.fields["password1"], "New password", NEW, HOW_LONG)
        _password(self.fields["password2"], "New password again", NEW)


class _AsksForCode:
    """What both forms share that ask for a code of an app, or a recovery code."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], "Code", "6 digits from your authenticator app, or one of your recovery codes.")

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        try:
            return str(super().clean_code())  # type: ignore[misc]  # of the form beside it
        except forms.ValidationError as refused:
            if refused.code == "incorrect_code":  # and not for too many tries: then it was not looked at
                second_factor.tell_if_used_before(self.user, code, at=timezone.now())
            raise


class CodeForm(_AsksForCode, AuthenticateForm):
    """The second step: a code of an app, or a recovery code."""


class ConfirmByCodeForm(_AsksForCode, AllauthReauthenticateByCodeForm):
    """The same, before something of the account is changed."""


class SetUpAppForm(ActivateTOTPForm):
    """The first code of an app, which shows that it has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], "Code", "The 6 digits which the app shows now.")


NO_PASSKEY = (ValueError, TypeError, LookupError, AttributeError)
"""What the reader of passkeys raises at what is none: the library catches some of it."""


def _refuse() -> forms.ValidationError:
    return forms.ValidationError("That is no passkey of yours. Try again, or use a code.")


class UsePasskeyForm(AuthenticateWebAuthnForm):
    """The second step by a passkey."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except NO_PASSKEY:
            raise _refuse() from None


class ConfirmByPasskeyForm(ReauthenticateWebAuthnForm):
    """The same, before something of the account is changed."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except NO_PASSKEY:
            raise _refuse() from None


class AddPasskeyForm(AddWebAuthnForm):
    """What a passkey is called, and what the browser has made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label, name.help_text = "What you call it", "For example, work laptop, or blue key."
        name.widget, name.initial = look(forms.TextInput(), width="20"), ""
        self.initial["name"] = ""
        self.fields["credential"].error_messages["required"] = "Use a browser that knows passkeys, with JavaScript."

    def clean(self) -> dict[str, Any] | None:
        try:
            super().clean()
        except NO_PASSKEY:
            raise _refuse() from None
        return dict(self.cleaned_data)


class ForgottenPasswordForm(forms.Form):
    """Whose password it is."""

    email = forms.EmailField(
        label="Email address",
        help_text="The address with which you sign in.",
        widget=_email(),
        error_messages={
            "required": "Enter your email address.",
            "invalid": "Enter an email address, like name@practice.example.",
        },
    )


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(label="New password", strip=False, help_text=HOW_LONG)
    again = forms.CharField(label="New password again", strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _password(self.fields["password"], "New password", NEW, HOW_LONG)
        _password(self.fields["again"], "New password again", NEW)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, second = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if first and second and first != second:
            self.add_error("again", "The two passwords are not the same.")
        return cleaned
