"""What a password must be, beyond what Django asks itself (AUTH_PASSWORD_VALIDATORS)."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

LONGEST = 128
"""OWASP ASVS 2.1.2. A password manager's are far below, and nothing is ever cut off silently."""


class MaximumLengthValidator:
    """Refuses a password of more characters than anybody types."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Judge a new password.

        :raises ValidationError: if it is too long.
        """
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Use {LONGEST} characters at most."
