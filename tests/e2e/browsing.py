"""What is looked at while somebody browses, and how it is measured."""

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
"""Nothing that Chromium does of itself, and no name is found anywhere but here."""
AXE = Axe()
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
OWN_SCHEMES = ("data:", "blob:", "about:")
PHONE, DESK = 390, 1280
FIRST_LOAD = 150_000
"""Bytes, compressed, that a page may take at its first load."""


@dataclass
class Watch:
    """What must happen in no browser: a request that leaves the host, an error of a script, a breach of the CSP."""

    url: str
    problems: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Look at everything that a browser does from now on."""
        context.on("request", lambda request: self._stays(request.url))
        context.on("response", self._is_there)
        context.on("console", self._is_quiet)
        context.on("weberror", lambda error: self.problems.append(f"A script failed: {error.error}"))

    def _stays(self, address: str) -> None:
        if not address.startswith((f"{self.url}/", *OWN_SCHEMES)):
            self.problems.append(f"A request left the host: {address}")

    def _is_there(self, response: Response) -> None:
        """Pages may be refused; what they are made of may not be missing."""
        if response.status >= 400 and response.request.resource_type not in {"document", "fetch", "xhr"}:
            self.problems.append(f"{response.status} for {response.url}")

    def _is_quiet(self, message: ConsoleMessage) -> None:
        # The browser also writes there that a page was refused, which is what a test may want to see.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"The console says: {message.text}")


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in as a person does, by the form."""
    page.goto("/sign-in/")
    fill_in_the_door(page, email, password)
    page.wait_for_url("/")


def fill_in_the_door(page: Page, email: str, password: str) -> None:
    """Fill in the form of the door, and send it."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def axe(page: Page) -> list[str]:
    """Return what axe finds wrong with a page as it stands: the rule, the part of the page, and why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("rules => axe.run(rules).then(all => all.violations)", RULES)
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))} - {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def sticks_out(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


_MADE_OF = """async () => {
  await document.fonts.ready;
  const came = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return came.map(one => [one.name, one.encodedBodySize, one.decodedBodySize]);
}"""


class Scales:
    """What pages weigh at their first load, compressed.

    A page says itself what it is made of, also what the browser had kept from the page before. The server of the tests
    compresses nothing, and nothing stands in front of it: such a body is fetched once more, in the same session, and
    compressed here as a server in front would.
    """

    def __init__(self) -> None:
        self._of_parts: dict[str, int] = {}

    def weigh(self, page: Page) -> int:
        """Return the bytes of the page that is open, with all its parts."""
        (address, *sizes), *parts = page.evaluate(_MADE_OF)
        for part, *sizes_of_it in parts:
            if part not in self._of_parts:
                self._of_parts[part] = self._weigh_one(page, part, *sizes_of_it)
        return self._weigh_one(page, address, *sizes) + sum(self._of_parts[part] for part in {one[0] for one in parts})

    def _weigh_one(self, page: Page, address: str, came: int, unpacked: int) -> int:
        if came < unpacked:
            return came
        answer = page.request.get(address)
        assert answer.ok, f"{answer.status} for {address}"
        return len(gzip.compress(answer.body()))


CLICKED: tuple[Literal["link"], Literal["button"], Literal["radio"]] = ("link", "button", "radio")


class Hands:
    """The hands of somebody at a page: each key and each click is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0
        self.clicks = 0

    def press(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        """Type what is where the cursor is."""
        self.page.keyboard.type(text)
        self.keys += len(text)

    def tab_to(self, name: str) -> None:
        """Press Tab until the part with this name has the focus.

        :raises LookupError: if it never has.
        """
        for _ in range(200):
            self.press("Tab")
            if name in _focused(self.page):
                return
        raise LookupError(f"The keyboard does not get to {name!r}.")

    def click(self, name: str) -> None:
        """Click the first part of the page with this name: a link, a button, or one of several answers."""
        parts = [self.page.get_by_role(role, name=name, exact=True) for role in CLICKED]
        parts[0].or_(parts[1]).or_(parts[2]).first.click()
        self.clicks += 1


_NAME_OF_THE_FOCUSED = """() => {
  const at = document.activeElement;
  const labels = [...(at.labels ?? [])].map(label => label.innerText);
  return [at.ariaLabel, ...labels, at.tagName === "BODY" ? "" : at.innerText, at.name].filter(Boolean);
}"""


def _focused(page: Page) -> list[str]:
    return [str(name).strip() for name in page.evaluate(_NAME_OF_THE_FOCUSED)]


def path_of(page: Page) -> str:
    """Return where a page is, without the host."""
    return urlsplit(page.url).path
