"""People in browsers: each signs in through the form, and all that their browsers do is looked at."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import TOWN
from tests.e2e.browsing import CHROMIUM, DESK, FLAGS, Watch, sign_in
from tests.e2e.service import Backstage, serving, url_of
from tests.e2e.town import PASSWORD, Town, build_town

PATIENCE = 30_000.0
"""Milliseconds: a busy machine is slow, and a test that waits for nothing ends by this."""

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Service:
    """What runs: where it is, who is there, and a way to its database."""

    url: str
    town: Town
    backstage: Backstage


@pytest.fixture(scope="session")
def db() -> None:
    """Nothing, but a name by which pytest-django sees that a test database is needed: no test opens a transaction."""


@pytest.fixture(scope="session")
def service(
    db: None, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service over a town of its own, one for all tests of this worker."""
    if not CHROMIUM.exists():
        why = f"there is no Chromium at {CHROMIUM} (Debian: apt-get install chromium fonts-liberation)"
        pytest.fail(why) if os.environ.get("E2E") == "required" else pytest.skip(why)
    with django_db_blocker.unblock():
        database = TOWN.copy_of_the_empty("e2e")
    backstage = Backstage(database, django_db_blocker)
    town = backstage(build_town)
    with serving(url_of(database), tmp_path_factory.mktemp("service") / "web.log") as url:
        yield Service(url, town, backstage)
    backstage.close()
    with django_db_blocker.unblock():
        TOWN.remove_copy("e2e")


@pytest.fixture(scope="package")
def chromium(service: Service) -> Iterator[Browser]:
    """The browser. Of the package, because its event loop would be in the way of the other tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(service: Service, chromium: Browser) -> dict[str, Any]:
    """What the browser of each person kept when they had signed in; each does so once."""
    return {}


@pytest.fixture
def open_browser(service: Service, chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of somebody's own; whatever goes wrong in it fails the test."""
    watch, contexts = Watch(service.url), []

    def open_one(*, width: int = DESK, javascript: bool = True, **more: Any) -> BrowserContext:
        context = chromium.new_context(
            base_url=service.url, viewport={"width": width, "height": 900}, java_script_enabled=javascript,
            locale="en-GB", timezone_id="Europe/London", **more,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert watch.problems == []


@pytest.fixture
def anybody(open_browser: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A page in the browser of somebody who has not signed in."""
    return lambda **how: open_browser(**how).new_page()


@pytest.fixture
def as_person(
    open_browser: Callable[..., BrowserContext], service: Service, signed_in: dict[str, Any]
) -> Callable[..., Page]:
    """A page in the browser of one of the town, by what they do, who has signed in through the form."""

    def page_of(who: str, **how: Any) -> Page:
        if who in signed_in:
            return open_browser(storage_state=signed_in[who], **how).new_page()
        page = open_browser(**how).new_page()
        sign_in(page, service.town.email_of(who), PASSWORD)
        signed_in[who] = page.context.storage_state()
        return page

    return page_of
