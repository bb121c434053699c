"""What the fields of a listing ask of each other. The database keeps most of these rules too (`models.services`); here
each has a sentence for the person who broke it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from core.errors import Invalid
from services_directory.enums import ReferralRoute
from services_directory.listing.document import FIELDS, Document, Item

_TELEPHONE = re.compile(r"^[0-9+() -]{3,35}$")
_CURRENCY = re.compile(r"^([A-Z]{3})?$")
OLDEST = 120
"""Years: an age above it is a slip of the keyboard."""


def check(document: Document, *, changed: Collection[str] = FIELDS) -> None:
    """Check what a listing says in the fields that change, and with them in others that they go together with.

    What a feed has left untidy in a field that nobody touches is in nobody's way.

    :raises Invalid: if something in it cannot be right.
    """
    errors: dict[str, list[str]] = {}
    for fields, rule in _RULES:
        if not fields.isdisjoint(changed):
            for at, sentence in rule(document):
                errors.setdefault(at, []).append(sentence)
    if errors:
        raise Invalid(errors)


Found = Iterable[tuple[str, str]]


def _of_name(document: Document) -> Found:
    if not document["name"]:
        yield "name", "Give the listing a name."


def _of_description(document: Document) -> Found:
    if not document["description"]:
        yield "description", "Say what it is."


def _of_organization(document: Document) -> Found:
    if not document["organization"]["name"]:
        yield "organization.name", "Say who runs it."
    yield from _of_phones(document["organization"]["phones"], "organization.phones")


def _of_ages(document: Document) -> Found:
    least, most = document["minimum_age"], document["maximum_age"]
    for field, age in (("minimum_age", least), ("maximum_age", most)):
        if age is not None and not 0 <= age <= OLDEST:
            yield field, f"Give an age from 0 to {OLDEST} years, or none."
    if least is not None and most is not None and least > most:
        yield "maximum_age", f"The oldest cannot be younger than the youngest ({least})."


def _of_referring(document: Document) -> Found:
    if document["referral_route"] != ReferralRoute.REFERRAL:
        if document["takes_direct_referrals"]:
            yield "takes_direct_referrals", "Only a service that takes referrals can take direct ones."
        return
    for field, sentence in (
        ("receiving_team", "A service that takes referrals needs a team that receives them."),
        ("capacity", "A service that takes referrals says whether it has room."),
        ("first_contact_by", "A service that takes referrals says who makes the first contact."),
    ):
        if not document[field]:
            yield field, sentence


def _of_phones(phones: list[Item], where: str) -> Found:
    for index, phone in enumerate(phones):
        if not _TELEPHONE.match(phone["number"]):
            yield f"{where}.{index}.number", "Give a telephone number in digits, like 0161 496 0111."


def _of_costs(costs: list[Item]) -> Found:
    for index, cost in enumerate(costs):
        at = f"cost_options.{index}"
        if cost["amount"] is not None and cost["amount"].startswith("-"):
            yield f"{at}.amount", "A price is not negative; 0 is free."
        if not _CURRENCY.match(cost["currency"]):
            yield f"{at}.currency", "Give three capital letters, like GBP."
        yield from _in_order(cost, at, "valid_from", "valid_to")


def _of_schedules(schedules: list[Item], where: str) -> Found:
    for index, schedule in enumerate(schedules):
        at = f"{where}.{index}"
        if schedule["opens_at"] is None and schedule["closes_at"] is not None:
            yield f"{at}.opens_at", "Say when it begins, too."
        if schedule["interval"] == 0:
            yield f"{at}.interval", "Leave it out, or give 1 or more."
        yield from _in_order(schedule, at, "valid_from", "valid_to")
        yield from _in_order(schedule, at, "dtstart", "until")


def _in_order(item: Item, at: str, first: str, last: str) -> Found:
    # ISO dates are in order as text.
    if item[first] is not None and item[last] is not None and item[last] < item[first]:
        yield f"{at}.{last}", f"It is before {first}."


def _of_places(places: list[Item]) -> Found:
    for index, place in enumerate(places):
        at = f"service_at_locations.{index}"
        location: Mapping[str, Any] = place["location"]
        if not location["name"] and not any(any(address.values()) for address in location["addresses"]):
            yield f"{at}.location.name", "Give the place a name or an address."
        for field, most in (("latitude", 90), ("longitude", 180)):
            if location[field] is not None and not -most <= location[field] <= most:
                yield f"{at}.location.{field}", f"It is between -{most} and {most}."
        if (location["latitude"] is None) != (location["longitude"] is None):
            yield f"{at}.location.latitude", "Send latitude and longitude together, or neither."
        yield from _of_schedules(place["schedules"], f"{at}.schedules")


_RULES: tuple[tuple[frozenset[str], Callable[[Document], Found]], ...] = (
    (frozenset({"name"}), _of_name),
    (frozenset({"description"}), _of_description),
    (frozenset({"organization"}), _of_organization),
    (frozenset({"minimum_age", "maximum_age"}), _of_ages),
    (
        frozenset({"referral_route", "takes_direct_referrals", "receiving_team", "capacity", "first_contact_by"}),
        _of_referring,
    ),
    (frozenset({"phones"}), lambda document: _of_phones(document["phones"], "phones")),
    (frozenset({"cost_options"}), lambda document: _of_costs(document["cost_options"])),
    (frozenset({"schedules"}), lambda document: _of_schedules(document["schedules"], "schedules")),
    (frozenset({"service_at_locations"}), lambda document: _of_places(document["service_at_locations"])),
)
"""Each rule with the fields that it speaks of."""
