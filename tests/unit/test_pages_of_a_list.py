"""Many rows have the same name: no page leaves one out or shows one twice, forwards or backwards."""

from base64 import b64encode
from itertools import chain
from urllib.parse import urlencode

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.models import Organization
from core.errors import Invalid
from core.merged import Merged
from core.pagination import CursorPages

pytestmark = pytest.mark.django_db
NAMES = ["Ash", *["Elm"] * 7, "Oak", "Oak", "Yew"]


class View:
    def __init__(self, *ordering):
        self.ordering = ordering


@pytest.fixture
def organizations():
    for name in NAMES:
        Organization.objects.create(name=name, kind="charity")
    return Organization.objects.all()


def page_at(address, rows, view):
    pages = CursorPages()
    found = pages.paginate_queryset(rows, Request(APIRequestFactory().get(address)), view)
    return [row.pk for row in found or ()], pages.get_next_link(), pages.get_previous_link()


def walk(rows, view, *, size):
    """Return the pages from the first to the last, and those from there back to the first."""
    forwards, address = [], f"/?page_size={size}"
    while address:
        here, (page, address, back) = address, page_at(address, rows, view)
        forwards.append(page)
    backwards = [page_at(here, rows, view)[0]]
    while back:
        page, _, back = page_at(back, rows, view)
        backwards.insert(0, page)
    return forwards, backwards


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("ordering", [("name", "id"), ("-name", "-id"), ("-name", "id")])
@pytest.mark.parametrize("kind", ["queryset", "merged"])
def test_every_row_comes_once_in_its_order(organizations, size, ordering, kind):
    expected = list(organizations.order_by(*ordering).values_list("pk", flat=True))
    rows = organizations
    if kind == "merged":
        rows = Merged(Organization, [organizations.filter(name__lt="F"), organizations.filter(name__gt="F")])
    forwards, backwards = walk(rows, View(*ordering), size=size)
    assert list(chain.from_iterable(forwards)) == expected
    assert list(chain.from_iterable(backwards)) == expected
    assert {len(page) for page in forwards[:-1]} <= {size}
    assert {len(page) for page in backwards[1:-1]} <= {size}


def test_from_the_page_before_the_next_is_the_one_that_one_came_from(organizations):
    view = View("name", "id")
    first, second, _ = page_at("/?page_size=3", organizations, view)
    page, _, back = page_at(second, organizations, view)
    before, again, none = page_at(back, organizations, view)
    assert (before, none, page_at(again, organizations, view)[0]) == (first, None, page)


@pytest.mark.parametrize(
    "position", ["Elm", '"Elm"', '["Elm"]', '["Elm", 1]', '["Elm", "x"]', '["\\u0000", "1"]', "{}"]
)
def test_a_cursor_of_another_list_is_refused(organizations, position):
    cursor = b64encode(urlencode({"p": position}).encode()).decode()
    with pytest.raises(Invalid):
        page_at(f"/?{urlencode({'cursor': cursor})}", organizations, View("name", "id"))
