"""One way to page: a cursor, so that page 10,000 costs what page 1 costs and nothing is skipped or shown twice."""

from typing import Any

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Pages of 25 (at most 100). The view names its `ordering`, which must end in a unique column."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)
