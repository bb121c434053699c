"""Pages are read as a person reads them: text under headings, and links."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

import pytest
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import User


@dataclass(frozen=True)
class Page:
    """What a person reads."""

    response: HttpResponseBase
    html: str

    @property
    def title(self) -> str:
        return _words(self.html.partition("<title>")[2].partition("</title>")[0])

    @property
    def text(self) -> str:
        return _words(re.split("<body[^>]*>", self.html)[-1])

    @property
    def links(self) -> list[str]:
        return [unescape(address) for address in re.findall(r'<a [^>]*href="([^"]+)"', self.html)]

    def section(self, name: str) -> str:
        """The words of one section of the page."""
        return _words(self.html.partition(f'<section aria-labelledby="{name}">')[2].partition("</section>")[0])

    @property
    def sections(self) -> list[str]:
        return re.findall(r'<section aria-labelledby="([a-z]+)">', self.html)


def _words(html: str) -> str:
    without_tags = re.sub(
        r"<[^>]+>", " ", re.sub(r'<span class="(?:name|nhsuk-table-responsive__heading)".*?</span>', "", html)
    )
    return re.sub(r"\s+", " ", unescape(without_tags)).strip()


@pytest.fixture(autouse=True)
def _on_the_next_morning(time_machine) -> None:
    """The Tuesday after the Monday on which the stage is set."""
    time_machine.move_to(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC))


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A browser in which the given user has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def read() -> Callable[..., Page]:
    """Open an address, and expect `status` of it."""

    def open_page(client: Client, path: str, *, status: int = 200) -> Page:
        response = client.get(path)
        assert response.status_code == status
        return Page(response, response.content.decode())

    return open_page
