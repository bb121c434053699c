"""One way to page: a cursor, so that page 10,000 costs what page 1 costs and nothing is skipped or shown twice."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from core.errors import Invalid


class CursorPages(CursorPagination):
    """Pages of 25 (at most 100). The view names its `ordering`, which must end in a unique column."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        first = self.get_ordering(request, queryset, view)[0].lstrip("-")
        self.position_field = queryset.query.resolve_ref(first).output_field
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
