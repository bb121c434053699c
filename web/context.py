"""What the frame of every page shows: who is signed in, and the way to each part of their work."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.enums import Role
from accounts.models import User
from web.account import life, typed
from web.jinja import address_of


@dataclass(frozen=True, kw_only=True)
class Way:
    """One part of somebody's work: the name of its page, for whom it is, and which other pages are part of it.

    What lies below the address of a page is part of it, too.
    """

    title: str
    page: str
    roles: frozenset[Role]
    also: tuple[str, ...] = ()

    def addresses(self) -> list[str]:
        return [address_of(page) for page in (self.page, *self.also)]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the menu. `current` is what `aria-current` says: "page" there, "true" on a page of its part."""

    title: str
    address: str
    current: str


EVERYBODY = frozenset(Role)
SUPPORTERS = frozenset({Role.LINK_WORKER, Role.LEAD})
PROVIDER = frozenset({Role.PROVIDER})
ANSWERABLE = frozenset({Role.LEAD, Role.MANAGER})
MENU = (
    Way(title="Home", page="web:home", roles=EVERYBODY),
    Way(title="Refer somebody", page="web:refer", roles=frozenset({Role.REFERRER})),
    Way(title="My referrals", page="web:my-referrals", roles=frozenset({Role.REFERRER})),
    Way(title="Triage", page="web:triage", roles=SUPPORTERS),
    Way(title="Caseload", page="web:caseload", roles=SUPPORTERS),
    Way(title="People", page="web:people", roles=SUPPORTERS),
    Way(title="Find services", page="web:directory", roles=SUPPORTERS | {Role.REFERRER}),
    Way(title="People sent to us", page="web:providing", roles=PROVIDER),
    Way(
        title="Programmes", page="web:providing-programmes", roles=PROVIDER,
        also=("web:providing-listings", "web:email-links"),
    ),
    Way(title="Sessions", page="web:providing-sessions", roles=PROVIDER),
    Way(title="Figures", page="web:figures", roles=ANSWERABLE, also=("web:clocks",)),
    Way(title="Teams", page="web:teams", roles=ANSWERABLE),
)  # fmt: skip
"""In the order of a day's work. Whether somebody may open a page is asked by the page itself."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the layout needs. Functions, so that a page which shows no menu asks nobody anything.

    `csrf_input` is Django's, and says besides for whom a form is shown: what is typed into it is not lost (typed.py).
    """
    return {
        "csrf_input": typed.hidden_fields(request),
        "menu": lambda: menu_of(request),
        "signed_in_as": lambda: _name_of(request),
        "signed_in_for": lambda: life.seconds_left(request),
    }


def menu_of(request: HttpRequest) -> list[Entry]:
    """Return the entries for who is signed in; nobody: none. The part that the page lies in is marked."""
    ways = [(way, way.addresses()) for way in _ways_of(request)]
    home = address_of("web:home")
    above = [each for _, found in ways for each in found if each != home and request.path.startswith(each)]
    nearest = max(above, key=len, default=home if request.path == home else "")
    return [
        Entry(
            title=way.title, address=addresses[0],
            current="page" if request.path == addresses[0] else "true" if nearest in addresses else "",
        )
        for way, addresses in ways
    ]  # fmt: skip


def _ways_of(request: HttpRequest) -> list[Way]:
    user = getattr(request, "user", None)
    if not isinstance(user, User) and not getattr(user, "is_authenticated", False):
        return []
    roles = user.roles() if user is not None else set()
    # Who came by an email link has no home here: only their team's pages.
    has_home = not getattr(request, "is_by_link", False)
    return [way for way in MENU if (has_home if way.roles is EVERYBODY else way.roles & roles)]


def _name_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return str(user.full_name) if user is not None and user.is_authenticated else ""
