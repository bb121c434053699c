"""Keeps made-up people, and a password that everybody knows, out of a real service."""

from django.conf import settings
from django.core.management.base import CommandError


def refuse_outside_a_demo() -> None:
    """Stop a command in a real deployment.

    :raises CommandError: unless this is a demonstration or a test.
    """
    if settings.DEPLOYMENT not in {"demo", "test"}:
        raise CommandError(
            f"This is for a demonstration only, and DEPLOYMENT is {settings.DEPLOYMENT!r}: nothing was done."
        )
