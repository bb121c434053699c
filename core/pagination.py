"""One way to page: a cursor, so that page 10,000 costs what page 1 costs and nothing is skipped or shown twice."""

import json
from base64 import b64decode, urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from core.errors import Invalid
from core.statements import Keyset

T = TypeVar("T")


class CursorPages(CursorPagination):
    """Pages of 25 (at most 100). The view names its `ordering`, which must end in a unique column."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        ordering = self.get_ordering(request, queryset, view)
        self.columns = {name: _column(queryset, name) for name in (each.lstrip("-") for each in ordering)}
        rows = queryset if len(ordering) == 1 else _AfterAll(queryset, self.columns)
        return super().paginate_queryset(rows, request, view)  # type: ignore[arg-type]  # paged as a queryset is

    def decode_cursor(self, request: Any) -> Any:
        """Return the cursor of the request, if any.

        :raises Invalid: if it is none that a page of this list named.
        """
        try:
            cursor: Any = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                _values(cursor.position, self.columns)
        except (NotFound, ValidationError, ValueError):
            raise Invalid({"cursor": ["Take it from next or previous of a page, unchanged."]}) from None
        return cursor

    def _get_position_from_instance(self, instance: Any, ordering: Any) -> str:
        """Return where a row stands: the values of all the columns. REST framework takes the first alone, and counts
        the rows that share it; backwards it loses count.
        """
        values = [str(_value_of(instance, name.lstrip("-"))) for name in ordering]
        return values[0] if len(values) == 1 else json.dumps(values)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page as OpenAPI 3.1 does: null is a type."""
        page = super().get_paginated_response_schema(schema)
        link = {"type": ["string", "null"], "format": "uri"}
        page["required"] = ["next", "previous", "results"]
        page["properties"] |= {"next": link, "previous": link}
        return page


def first_page(rows: Keyset[T], *, ordering: tuple[str, ...], address: str) -> dict[str, Any]:
    """Return the first page of a list that is told within another answer, in the shape of `CursorPages`.

    :param address: of the list itself, where it goes on.
    """
    pages = CursorPages()
    pages.base_url = address
    first = rows.order_by(*ordering)[: pages.page_size + 1]
    shown, link = first[: pages.page_size], None
    if len(first) > len(shown):
        position: Any = pages._get_position_from_instance(shown[-1], ordering)
        link = pages.encode_cursor(Cursor(offset=0, reverse=False, position=position))
    return {"next": link, "previous": None, "results": shown}


class _AfterAll:
    """Rows in the order of several columns, paged as rows in the order of one: a page begins after all of them."""

    def __init__(self, rows: Any, columns: dict[str, Any], order: tuple[str, ...] = ()) -> None:
        self._rows, self._columns, self._order = rows, columns, order

    def order_by(self, *order: str) -> Self:
        return type(self)(self._rows.order_by(*order), self._columns, order)

    def filter(self, **beyond: str) -> Self:
        """Leave out what comes before a position in that order. What shares the first column is found by its index."""
        ((_lookup, position),) = beyond.items()
        values = _values(position, self._columns)
        if isinstance(self._rows, Keyset):
            rows = self._rows.after(values, "lt" if self._order[0].startswith("-") else "gt")
            return type(self)(rows, self._columns, self._order)
        after, same = Q(), Q()
        for name in self._order:
            column, comparison = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
            after |= same & Q(**{f"{column}__{comparison}": values[column]})
            same &= Q(**{column: values[column]})
        first = self._order[0].lstrip("-")
        bound = {f"{first}__{'lte' if self._order[0].startswith('-') else 'gte'}": values[first]}
        return type(self)(self._rows.filter(after, **bound), self._columns, self._order)

    def __getitem__(self, part: slice) -> Any:
        return self._rows[part]


def _column(rows: Any, name: str) -> Any:
    if isinstance(rows, QuerySet):
        return rows.query.resolve_ref(name).output_field
    return rows.model._meta.get_field(name)


def _value_of(row: Any, name: str) -> Any:
    """Return a column of a row, which must have a value: what is in no order cannot be paged."""
    value = row[name] if isinstance(row, dict) else getattr(row, name)
    if value is None:
        raise TypeError(f"{name} has no value, and a list is to be paged by it")
    return value


def _values(position: str, columns: dict[str, Any]) -> dict[str, Any]:
    """
    :raises ValueError: if a position is none in the order of these columns. (Or django's ValidationError.)
    """
    said = [position] if len(columns) == 1 else json.loads(position)
    if not isinstance(said, list) or len(said) != len(columns) or not all(isinstance(each, str) for each in said):
        raise ValueError("another order")
    if any("\0" in each for each in said):
        raise ValueError("PostgreSQL has no text with NUL in it")
    return {name: column.to_python(each) for (name, column), each in zip(columns.items(), said, strict=True)}


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
