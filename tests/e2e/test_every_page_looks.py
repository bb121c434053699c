"""Each page that somebody can come to by links, in a wide window and on a phone: axe finds nothing, nothing sticks out,
and it is light.

They start at home and follow every link; of each kind of page the first is looked at. What lands later is found by
itself, as long as a link leads there. A page that somebody before had, made of the same parts, is opened and weighed,
but not given to axe again.
"""

from collections import deque
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Error

from tests.e2e.browsing import DESK, FIRST_LOAD, PHONE, Scales, axe, sticks_out

FINDS = {
    "anybody": {"web:sign-in", "web:about", "web:help", "web:privacy", "web:accessibility"},
    "gp": {"web:home", "web:refer", "web:my-referrals", "web:record", "web:messages-back", "web:inbox", "web:account"},
    "link_worker": {"web:home", "web:triage", "web:due", "web:caseload", "web:record", "web:step", "web:log-contact"},
    "lead": {"web:home", "web:triage", "web:caseload", "web:clocks", "web:failed-messages"},
    "provider": {"web:home", "web:providing", "web:providing-referral", "web:providing-step", "web:providing-listings"},
    "hub_worker": {"web:home", "web:triage"},
    "manager": {"web:home", "web:clocks", "web:runs", "web:integrity", "web:directory-figures"},
    "editor": {"web:home", "web:directory-figures"},
}
"""Among the pages that each of them comes to are these."""
_PARTS = "[...document.querySelectorAll('body *')].map(one => `${one.tagName} ${one.getAttribute('class')}`)"
MOST = 120
"""Pages looked at for one person; more would mean that kinds are not told apart well."""


class Walk:
    """One person's way through every kind of page."""

    def __init__(self, page, url, looked_at):
        self.page, self.url, self.looked_at = page, url, looked_at
        self.seen, self.found, self.wrong = set(), set(), {}
        self.heaviest, self._scales = 0, Scales()

    def from_(self, start):
        """Follow every link from here."""
        waiting = deque([start])
        while waiting:
            address = waiting.popleft().partition("#")[0]
            kind = self.kind_of(address)
            if kind is None or kind in self.seen:
                continue
            self.seen.add(kind)
            assert len(self.seen) <= MOST, sorted(self.seen)
            if self.open(address):
                self.found.add(kind[0])
                self.look(kind, address)
                waiting.extend(self.links())

    def kind_of(self, address):
        """Say which page it is: its name, and of a referral or a step which sort; None for what is no page of ours."""
        parts = urlsplit(urljoin(self.page.url, address))
        if f"{parts.scheme}://{parts.netloc}" != self.url or parts.path.startswith(("/api/", "/static/")):
            return None
        match = resolve(parts.path)
        said = {name: str(value) for name, value in match.kwargs.items()}
        return match.view_name, said.get("reference", "")[:1].upper(), said.get("step", ""), said.get("name", "")

    def open(self, address):
        """Open a page; False where it is a file to be kept."""
        try:
            answer = self.page.goto(address)
        except Error as problem:
            if "Download is starting" in problem.message or "ERR_ABORTED" in problem.message:
                return False
            raise
        if answer is None or answer.status >= 400:
            self.wrong[address] = [f"a link leads to {answer and answer.status}"]
            return False
        return "text/html" in answer.headers.get("content-type", "")

    def look(self, kind, address):
        """Look at the page that is open."""
        made_of = kind[0], frozenset(self.page.evaluate(_PARTS))
        is_new = made_of not in self.looked_at
        self.looked_at.add(made_of)
        weight = self._scales.weigh(self.page)
        self.heaviest = max(self.heaviest, weight)
        problems = [f"{weight} bytes"] if weight > FIRST_LOAD else []
        for width in (PHONE, DESK):
            self.page.set_viewport_size({"width": width, "height": 900})
            problems += [f"at {width}: {problem}" for problem in (axe(self.page) if is_new else [])]
            problems += [f"at {width}: {out} pixels stick out" for out in [sticks_out(self.page)] if out]
        if problems:
            self.wrong[address] = problems

    def links(self):
        """Return where the page leads."""
        return self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")


@pytest.fixture(scope="module")
def looked_at():
    """What axe was given: which kind of page, made of which parts."""
    return set()


@pytest.mark.parametrize("who", FINDS)
def test_every_page(who, as_person, anybody, service, looked_at, record_property):
    walk = Walk(anybody() if who == "anybody" else as_person(who), service.url, looked_at)
    walk.from_(f"{service.url}/")
    record_property("figures", f"Pages that {who} comes to: {len(walk.seen)}; the heaviest {walk.heaviest} bytes")
    assert walk.wrong == {}
    assert FINDS[who] - walk.found == set()
