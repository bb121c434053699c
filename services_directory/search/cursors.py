"""Where a page ends: the sort values of a row, written so that the next page begins right after it."""

import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.errors import Invalid
from services_directory.search.asked import Sort

KINDS: dict[Sort, tuple[type, ...]] = {
    Sort.RELEVANCE: (float, str),
    Sort.DISTANCE: (bool, float, str),
    Sort.NAME: (bool, str),
}
"""Of each order, the types of its sort values, before the id; all ascending."""


@dataclass(frozen=True)
class Cursor:
    """A place between two rows, and which way to go from there."""

    sort: Sort
    values: tuple[Any, ...]
    """The sort values of the row beside it, and its id. A distance that is not known is infinite."""
    is_backwards: bool = False


def encode(cursor: Cursor) -> str:
    """Return the cursor as a text for a URL."""
    *values, service_id = cursor.values
    plain = [None if value == math.inf else value for value in values]
    written = json.dumps([cursor.sort, int(cursor.is_backwards), *plain, str(service_id)], ensure_ascii=False)
    return urlsafe_b64encode(written.encode()).decode().rstrip("=")


def decode(text: str, *, sort: Sort) -> Cursor:
    """Return the cursor that a page of a search in this order named.

    :raises Invalid: if it is none.
    """
    try:
        written = json.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
        name, backwards, *values, service_id = written
        read = tuple(_value(value, kind) for value, kind in zip(values, KINDS[sort], strict=True))
        if name != sort or backwards not in (0, 1):
            raise ValueError("a cursor of another list")
        return Cursor(sort, (*read, UUID(service_id)), bool(backwards))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Invalid({"cursor": ["Take it from next or previous of a page, unchanged."]}) from None


def _value(value: Any, kind: type) -> Any:
    if kind is float and not isinstance(value, bool):
        value = math.inf if value is None else float(value)
    if type(value) is not kind or value != value:
        raise ValueError("no sort value of this list")
    if isinstance(value, str) and "\0" in value.encode().decode():
        raise ValueError("PostgreSQL has no text with NUL in it")
    return value
