"""One walk through the whole service, in which everybody asks for everything; what is read of it in one test is what is
read in the next.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.http import HttpResponse

from insights.integrity import run_audit
from notifications.models import OutboxMessage
from tests.authority.asking import Answer, ask
from tests.authority.expectations import EXPECTED
from tests.authority.people import everybody
from tests.authority.planted import Planted, plant
from tests.authority.routes import every_route
from tests.authority.things import QUERIES, VARIANTS, Things
from tests.conftest import NOW
from tests.once import folder_of_the_run, made_once
from tests.privacy.conftest import body, life, markers  # noqa: F401 - fixtures
from tests.web.scenes import another_person

Asked = tuple[str, str]
"""The name of a route (with the kind of thing, where there are several) and a method."""


@dataclass
class Walk:
    """What came back: by who asked, for what is there and for what is not; and which planted words each read."""

    own: dict[Asked, dict[str, Answer]] = field(default_factory=partial(defaultdict, dict))
    nobodys: dict[Asked, dict[str, Answer]] = field(default_factory=partial(defaultdict, dict))
    read: dict[str, dict[str, set[str]]] = field(default_factory=partial(defaultdict, partial(defaultdict, set)))
    """By what was planted and who reads it, where: so that a surprise says where to look."""
    told: set[str] = field(default_factory=set)
    """What of it stands in a message."""


SAYS_WHAT_IT_WAS_ASKED = {"postcode-detail"}
"""The postcode is the directory's, and the asker's own word."""


@pytest.fixture(scope="session")
def walked(request, tmp_path_factory) -> Callable[[Callable[[], Walk]], Walk]:
    """Walk, unless another worker of this run has done so."""
    done: list[Walk] = []

    def once(go: Callable[[], Walk]) -> Walk:
        if not done:
            done.append(made_once(folder_of_the_run(request.config, tmp_path_factory) / "walk", go)[0])
        return done[0]

    return once


@pytest.fixture
def walk(cast, walked, request, monkeypatch, time_machine):
    """Everybody has asked for everything."""

    def go() -> Walk:
        planted_in, referral_at = request.getfixturevalue("life"), request.getfixturevalue("referral_at")
        time_machine.move_to(NOW + dt.timedelta(days=1), tick=False)
        planted = plant(planted_in)
        draft = referral_at("draft", person=another_person("Dora"))
        another = referral_at("active", person=another_person("Ann"))
        clients = everybody(cast, rose=planted.onward.referral)
        things = Things(cast, clients, onward=planted.onward, draft=draft, another=another)
        run_audit(clock=lambda: NOW)
        # How a refusal looks is told in tests/web/test_every_page.py; here it is asked thousands of times.
        for status in (403, 404):
            monkeypatch.setattr(f"config.urls.handler{status}", _plainly(status), raising=False)
        logging.disable(logging.CRITICAL)
        try:
            return _walked(things, planted)
        finally:
            logging.disable(logging.NOTSET)

    return walked(go)


def _plainly(status: int):
    return lambda request, exception=None: HttpResponse(status=status)


def _walked(things: Things, planted: Planted) -> Walk:
    walk = Walk()
    for letter, client in things.clients.items():
        for asked, address, nobodys, said in _addresses(things):
            if not _is_worth_asking(letter, asked):
                continue
            answer = walk.own[asked][letter] = ask(client, asked[1], address, said)
            if answer.status < 400:
                for name in planted.found_in(answer.text) if asked[0] not in SAYS_WHAT_IT_WAS_ASKED else ():
                    walk.read[name][letter].add(f"{asked[1]} {asked[0]}")
            expected = EXPECTED.get(asked)
            if nobodys != address and expected and letter in expected.may and not expected.is_public:
                walk.nobodys[asked][letter] = ask(client, asked[1], nobodys, said)
    rows = OutboxMessage.objects.values_list("context", "recipient", "failure", "event_key")
    walk.told = planted.found_in(str(list(rows)))
    return walk


def _addresses(things: Things) -> Iterator[tuple[Asked, str, str, object]]:
    for route in every_route():
        for kind in VARIANTS.get(route.name, ("",)):
            own, nobodys = things.in_address(route, kind), things.of_nobody(route, kind)
            for method in route.methods:
                query, said = QUERIES.get(route.name, ""), things.body(route, method)
                asked = (f"{route.name}#{kind}" if kind else route.name, method)
                yield asked, route.address(own) + query, route.address(nobodys) + query, said


def _is_worth_asking(letter: str, asked: Asked) -> bool:
    """A page for everybody is asked for by nobody in particular; one for every account by who has no role, besides.

    What has no entry fails in any case, unless it is no method of its route: two are enough to see that.
    """
    expected = EXPECTED.get(asked)
    return letter in (expected.asked_by if expected else "LP")
