"""A service in a list, in words: what the staff's search and the directory for anybody both show."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.clocks import LONDON
from services_directory.coming_up import next_session, time_of
from services_directory.filters import KM_OF_A_MILE
from web import listings, words

SHORT = 220
"""Letters of a description on a card."""


@dataclass(frozen=True, kw_only=True)
class ServiceCard:
    """One service. `trust`: when somebody last said that it is right."""

    id: UUID
    name: str
    provider: str
    where: str
    distance: str
    when: str
    cost: str
    about: str
    access: str
    trust: str
    is_stale: bool


def distance(km: float | None) -> str:
    """Write a distance in miles; nothing where none is known."""
    if km is None:
        return ""
    miles = km / KM_OF_A_MILE
    return "Under a quarter of a mile" if miles < 0.25 else f"{miles:.1f} miles"


def coming_up(schedules: Any, places: Mapping[str, str], *, at: dt.datetime) -> str:
    """Write when a service next happens, and at which of its places; else its times as they stand, or nothing."""
    session = next_session(schedules, after=at.astimezone(LONDON).replace(tzinfo=None))
    if session is None:
        return next(
            (
                listings.when(row.get("freq") or "", row.get("interval"), row.get("byday") or "",
                              (time_of(row.get("opens_at")), time_of(row.get("closes_at"))),
                              row.get("description") or "")
                for row in schedules
            ),
            "",
        )  # fmt: skip
    place = places.get(session.place, "") if len(places) > 1 else ""
    parts = [words.day(session.on), listings.clock(session.opens_at) if session.opens_at else "", place]
    return ", ".join(part for part in parts if part)


def costs(options: Any) -> str:
    """Write the prices of a service."""
    written = (
        listings.cost(
            row.get("option") or "",
            None if row.get("amount") is None else Decimal(str(row["amount"])),
            row.get("amount_description") or "",
        )
        for row in options
    )
    return "; ".join(dict.fromkeys(each for each in written if each))


def where(names: Any) -> str:
    """Write where a service happens: its place, or the first and how many more."""
    found = list(dict.fromkeys(name for name in names if name))
    more = len(found) - 1
    return f"{found[0]} and {more} more place{'s' if more > 1 else ''}" if more > 0 else found[0] if found else ""


def short(text: str) -> str:
    """Return the beginning of a text, cut between words."""
    flat = " ".join(text.split())
    return flat if len(flat) <= SHORT else f"{flat[:SHORT].rsplit(' ', 1)[0]} …"
