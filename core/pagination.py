"""One way to page: a cursor, so that page 10,000 costs what page 1 costs and nothing is skipped or shown twice."""

from base64 import b64decode, urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from core.errors import Invalid

T = TypeVar("T")


class CursorPages(CursorPagination):
    """Pages of 25 (at most 100). The view names its `ordering`, which must end in a unique column."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        first = self.get_ordering(request, queryset, view)[0].lstrip("-")
        self.position_field = (
            queryset.query.resolve_ref(first).output_field
            if isinstance(queryset, QuerySet)
            else queryset.model._meta.get_field(first)
        )
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Any) -> Any:
        """Return the cursor of the request, if any.

        :raises Invalid: if it is none that a page of this list named.
        """
        try:
            cursor: Any = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                if "\0" in cursor.position:
                    raise ValueError("PostgreSQL has no text with NUL in it")
                self.position_field.to_python(cursor.position)
        except (NotFound, ValidationError, ValueError):
            raise Invalid({"cursor": ["Take it from next or previous of a page, unchanged."]}) from None
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page as OpenAPI 3.1 does: null is a type."""
        page = super().get_paginated_response_schema(schema)
        link = {"type": ["string", "null"], "format": "uri"}
        page["required"] = ["next", "previous", "results"]
        page["properties"] |= {"next": link, "previous": link}
        return page


def page_of(rows: Sequence[T], *, key: Callable[[T], tuple[str, ...]], request: Request) -> dict[str, Any]:
    """Return a page of a list that is worked out and not read from one table, in the shape of `CursorPages`.

    `rows` are sorted by `key`, which is another for each. The cursor names the first row of a page by its key: when it
    is gone meanwhile, the page begins with the one that came after it.

    :raises Invalid: if the cursor or the size is none that a page of this list named.
    """
    size = _size_asked_for(request)
    start = bisect_left(rows, _key_of(request.query_params.get("cursor", "")), key=key)

    def address(place: int) -> str:
        url = request.build_absolute_uri()
        if place <= 0:
            return remove_query_param(url, "cursor")
        return replace_query_param(url, "cursor", urlsafe_b64encode("|".join(key(rows[place])).encode()).decode())

    return {
        "count": len(rows),
        "next": address(start + size) if start + size < len(rows) else None,
        "previous": address(start - size) if start > 0 else None,
        "results": rows[start : start + size],
    }


def _size_asked_for(request: Request) -> int:
    """As `CursorPages` does: what is no size is as if it had not been said."""
    asked = request.query_params.get(CursorPages.page_size_query_param, "")
    size = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    return min(size, CursorPages.max_page_size) or CursorPages.page_size


def _key_of(cursor: str) -> tuple[str, ...]:
    if not cursor:
        return ()
    try:
        return tuple(b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode("ascii").split("|"))
    except ValueError:
        raise Invalid({"cursor": ["Take it from next or previous of a page, unchanged."]}) from None
