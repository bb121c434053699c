"""A page of a list, by the cursor that the API pages with: page 10,000 costs what page 1 costs."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from rest_framework.request import Request

from core.pagination import CursorPages


@dataclass(frozen=True, kw_only=True)
class Page:
    """The rows of one page, and the addresses of those beside it."""

    rows: list[Any]
    previous: str
    next: str


class _Ordered:
    """What CursorPages asks of a view."""

    def __init__(self, ordering: tuple[str, ...]) -> None:
        self.ordering = ordering


def page_of(request: HttpRequest, rows: Any, *, ordering: tuple[str, ...], size: int = 25) -> Page:
    """Return the page that the request asks for (`?cursor=`); `ordering` must end in a unique column.

    :raises Invalid: if the cursor is none that a page of this list named.
    """
    pages = CursorPages()
    pages.page_size = size
    found = pages.paginate_queryset(rows, Request(request), _Ordered(ordering)) or []
    return Page(rows=found, previous=address_in(pages.get_previous_link()), next=address_in(pages.get_next_link()))


def address_in(link: str | None) -> str:
    """Return the part of a link that a page of our own leads to; nothing where there is none."""
    return f"?{urlsplit(link).query}" if link else ""
