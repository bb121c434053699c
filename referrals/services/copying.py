"""Rows that go along when a referral is passed on to another team."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model

R = TypeVar("R", bound=Model)


def copies_of(rows: Iterable[R], **belonging_to: Any) -> list[R]:
    """Return rows as new ones that are not saved yet: each as it was, but for what it belongs to."""
    copies = list(rows)
    for row in copies:
        row.pk, row._state.adding = None, True
        for name, value in belonging_to.items():
            setattr(row, name, value)
    return copies
