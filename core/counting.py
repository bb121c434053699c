"""Counting no further than a number is read."""

from typing import Any, Final

from django.db.models import QuerySet

MOST_COUNTED: Final = 1000
"""Where counting stops: beyond, nobody reads the number."""


def count_of(rows: QuerySet[Any, Any]) -> int:
    """Return how many rows there are; `MOST_COUNTED` means that many or more."""
    # In no order: sorting would read them all before the first is counted.
    return rows.order_by()[:MOST_COUNTED].count()
