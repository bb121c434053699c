"""`make screenshots`: the pictures of the README, of the demo's year, taken anew into docs/pictures/."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from demo.logins import GP, LINK_WORKER, MANAGER, PASSWORD, Login
from standalone.folders import PROJECT
from tests.e2e.browsing import CHROMIUM, DESK, FLAGS, sign_in
from tests.e2e.service import serving

FOLDER = PROJECT / "docs" / "pictures"
HEIGHT = 1000
MOST = 250_000
"""Bytes of one picture."""


@dataclass(frozen=True)
class Picture:
    """One picture: what it is called, who looks, at which address, and what they do before it is taken."""

    name: str
    who: Login
    address: str
    first: Callable[[Page], None] = lambda page: None
    height: int = HEIGHT


def find_for_the_first_case(page: Page) -> None:
    """From the caseload to the search for the person who is first on it."""
    reference = page.locator("main a[href^='/r/R-']").first.get_attribute("href")
    page.goto(f"{reference}/find/")


PICTURES = (
    Picture("refer", GP, "/refer/"),
    Picture("home-of-a-link-worker", LINK_WORKER, "/"),
    Picture("find-services", LINK_WORKER, "/caseload/", find_for_the_first_case, height=1700),
    Picture("figures", MANAGER, "/figures/"),
)


def main() -> None:
    """Fill the database, which must be empty, serve it, and take each picture."""
    parser = argparse.ArgumentParser(prog="make screenshots ARGS=…", description=__doc__)
    parser.add_argument("--size", default="600", help="how many referrals the demo's year has (600)")
    options = parser.parse_args()
    for command in (["migrate", "--verbosity", "0"], ["seed_demo", "--size", options.size]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, check=True)  # noqa: S603 - our own
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as logs,
        serving(os.environ["DATABASE_URL"], Path(logs) / "web.log") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for picture in PICTURES:
            print(f"{picture.name}: {take(picture, browser, url) / 1000:.0f} KB")
        browser.close()


def take(picture: Picture, browser: Browser, url: str) -> int:
    """Take one picture; returns its size in bytes."""
    context = browser.new_context(base_url=url, viewport={"width": DESK, "height": picture.height}, locale="en-GB")
    page = context.new_page()
    sign_in(page, picture.who.email, PASSWORD)
    page.goto(picture.address)
    picture.first(page)
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    size = path.stat().st_size
    if size > MOST:
        raise ValueError(f"{path.name} has {size} bytes, more than {MOST}.")
    return size


if __name__ == "__main__":
    main()
