"""The form of the sign-in page."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """Email and password. The refusal does not say which of them was wrong."""

    error_messages = {
        "invalid_login": "The email or the password is not right.",
        "inactive": "The email or the password is not right.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email, password = self.fields["username"], self.fields["password"]
        email.label = "Email address"
        email.widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )
        email.error_messages["required"] = "Enter your email address."
        password.error_messages["required"] = "Enter your password."
