"""A service as the search for a person shows it: whether it suits, how far, how sure, and whether it has room."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.clocks import local_day
from referrals.selectors.offering import Standing
from services_directory.access import ACCESS
from services_directory.enums import Capacity, ReferralRoute
from services_directory.suitability.engine import Suitability
from services_directory.suitability.kinds import Verdict
from web import words
from web.cards import ServiceCard, coming_up, costs, distance, short, where
from web.states import Tag, tag_of


@dataclass(frozen=True, kw_only=True)
class Suits:
    """Whether a service suits the person: in a word, and why in a line. `to_ask`: how many questions are open."""

    tag: Tag
    why: str
    to_ask: int


@dataclass(frozen=True, kw_only=True)
class Room:
    """Whether there is room: in a word, and more where more is known. `is_closed`: nobody can be referred now."""

    tag: Tag
    more: str
    is_closed: bool


@dataclass(frozen=True, kw_only=True)
class Card(ServiceCard):
    """One result, for one person. `with_them`: the reference of an onward referral that is open there already."""

    suits: Suits
    room: Room | None
    takes_referrals: bool
    may_share: bool
    with_them: str


def card_of(shown: Mapping[str, Any], standing: Standing, *, at: dt.datetime) -> Card:
    """Return the card of one result of a search, as JSON has it, for one person."""
    takes_referrals = shown["referral_route"] == ReferralRoute.REFERRAL
    return Card(
        id=UUID(shown["id"]),
        name=shown["name"],
        provider=shown["organization"]["name"],
        where=where(place["name"] for place in shown["places"]),
        distance=distance(shown["distance_km"]),
        when=coming_up(shown["schedules"], {place["id"]: place["name"] for place in shown["places"]}, at=at),
        cost=costs(shown["cost_options"]),
        about=short(shown["description"]),
        access=", ".join(ACCESS[each["code"]][0] for each in shown["access"] if each["code"] in ACCESS),
        trust=shown["trust"]["label"] or "Nobody has checked this listing",
        is_stale=shown["trust"]["is_stale"],
        suits=suits(standing.suitability),
        room=room(shown["capacity"], shown["capacity_details"], on=local_day(at)) if takes_referrals else None,
        takes_referrals=takes_referrals,
        may_share=standing.sharing.is_yes,
        with_them=standing.with_them,
    )


def suits(found: Suitability) -> Suits:
    """Write whether a service suits, and why: what decided it, or what is to be asked first."""
    open_questions = len(found.not_known)
    if found.verdict == Verdict.CANNOT_SAY and found.not_known:
        more = f" And {open_questions - 1} more." if open_questions > 1 else ""
        why = f"{found.not_known[0].text}{more}"
    elif found.verdict == Verdict.ELIGIBLE_NOW:
        why = "Nothing that is known stands in the way."
    elif found.verdict == Verdict.NO_RULES:
        why = "Ask the provider who may come."
    else:
        why = ". ".join([found.label, *(outcome.words for outcome in found.decided_by[:1])])
    return Suits(tag=tag_of("suits", found.verdict), why=why, to_ask=open_questions)


def room(capacity: str, details: Mapping[str, Any], *, on: dt.date) -> Room:
    """Write how much room a service has: places left, how long one waits, until when it pauses."""
    paused_until = details["paused_until"]
    if isinstance(paused_until, str):
        paused_until = dt.date.fromisoformat(paused_until)
    if capacity == Capacity.PAUSED and paused_until is not None and paused_until <= on:
        capacity = Capacity.OPEN
    left, weeks, waiting = details["places_left"], details["expected_wait_weeks"], details["waiting_list_length"]
    said = []
    if capacity == Capacity.OPEN and left is not None:
        said.append("1 place left" if left == 1 else f"{left} places left")
    if capacity in {Capacity.WAITING_LIST, Capacity.FULL}:
        if weeks:
            said.append(f"about {weeks} week{'s' if weeks > 1 else ''}")
        if waiting:
            said.append(f"{waiting} waiting")
    if capacity == Capacity.PAUSED and paused_until is not None:
        said.append(f"until {words.day(paused_until)}")
    is_full = capacity == Capacity.FULL and not details["keeps_waiting_list"]
    return Room(
        tag=tag_of("room", capacity), more=", ".join(said), is_closed=is_full or capacity == Capacity.PAUSED
    )  # fmt: skip
