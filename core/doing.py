"""Who or what is at work: what a change is told of when a trigger writes it down (docs/audit.md).

A request, a task of the timetable, or a command of this program. Where none is, somebody is in the tables by hand.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, empty
from django_guid import get_guid

_at_work: ContextVar[HttpRequest | dict[str, str]] = ContextVar("at_work")
_command: dict[str, str] = {}


@contextmanager
def doing(what: HttpRequest | dict[str, str]) -> Iterator[None]:
    """Say what is at work inside: a request, or a name such as `{"task": "referrals.run_clocks"}`."""
    token = _at_work.set(what)
    try:
        yield
    finally:
        _at_work.reset(token)


def by_command(name: str) -> None:
    """Say that this process is a command, for as long as it lives."""
    _command["command"] = name


def told() -> str:
    """Return it as JSON; empty if nobody has said anything. It costs no query: see `user_of`."""
    what = _at_work.get(_command)
    if isinstance(what, HttpRequest):
        user = user_of(what)
        match = what.resolver_match
        said = {"route": match.view_name if match is not None else "", "request": get_guid() or ""}
        said |= {"user": str(user.pk)} if user is not None else {}
        said |= {"by": by} if (by := visitor_of(what)) else {}
    else:
        said = what
    return _as_json(tuple(said.items())) if said else ""


@lru_cache(maxsize=8)
def _as_json(said: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(dict(said), separators=(",", ":"))


def user_of(request: HttpRequest) -> Any:
    """Return the user as far as it was found out for the answer, or None: to ask costs no query of its own."""
    user: Any = request.__dict__.get("user")
    if type(user) is SimpleLazyObject:  # `isinstance` would look the user up
        user = None if user._wrapped is empty else user._wrapped
    return user if user is not None and user.pk is not None else None


THE_PERSON, A_TEAM_BY_LINK = "person", "team-link"


def visits(request: HttpRequest, who: str) -> None:
    """Say of a request that it comes by a link and not by an account's own sign-in: whose link."""
    request.__dict__["visitor"] = who


def visitor_of(request: HttpRequest) -> str:
    """Return by whose link a request comes; empty: by none."""
    who: str = request.__dict__.get("visitor", "")
    return who
