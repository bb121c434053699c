"""A listing for anybody, in words: made of its published record alone, which names no person (docs/adr/0010)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services_directory.access import ACCESS
from services_directory.coming_up import time_of
from services_directory.selectors.for_everybody import PublicListing
from web import listings, words
from web.cards import ServiceCard, coming_up, costs, distance, short, where
from web.record.facts import Fact, fact, known

STALE = "Nobody has checked this for a long time. Ring before you go."


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to reach a service; `address` makes it a link: tel:, mailto: or its own page."""

    text: str
    address: str


def card_of(listing: PublicListing, *, at: dt.datetime) -> ServiceCard:
    """Return a listing as a list shows it."""
    document = listing.document
    return ServiceCard(
        id=listing.id,
        name=document["name"],
        provider=document["organization"]["name"],
        where=where(_name(place) for place in _places(document)),
        distance=distance(listing.distance_km),
        when=coming_up(_schedules(document), _names(document), at=at),
        cost=costs(document.get("cost_options", ())),
        about=short(document.get("description", "")),
        access=_access(listing),
        trust=checked(listing),
        is_stale=listing.is_stale,
    )


def checked(listing: PublicListing) -> str:
    """Write when somebody last said that a listing is right."""
    return f"Last checked {words.short_day(listing.checked_on)}" if listing.checked_on else "Not checked by us yet"


def facts_of(listing: PublicListing, *, at: dt.datetime) -> list[Fact]:
    """Return what is published of a service, in the order in which somebody asks."""
    document = listing.document
    schedules = _schedules(document)
    return known(
        fact("What it is", document.get("description", "")),
        fact("Next", coming_up(schedules, _names(document), at=at)),
        fact("When", *dict.fromkeys(_times(row) for row in schedules)),
        fact("Where", *(_address(place) for place in _places(document))),
        fact("Getting there", *(place["location"].get("transportation", "") for place in _places(document))),
        fact("Cost", costs(document.get("cost_options", ())), document.get("fees_description", "")),
        fact(
            "Who it is for",
            listings.ages(document.get("minimum_age"), document.get("maximum_age")),
            document.get("eligibility_description", ""),
        ),
        fact("Access", _access(listing), *_said_of_access(document)),
        fact("Languages", *(row.get("name", "") for row in document.get("languages", ())),
             document.get("interpretation_services", "")),
        fact("How to join", document.get("application_process", ""), document.get("wait_time", "")),
        fact("Area", *(row.get("name", "") for row in document.get("service_areas", ()))),
        fact("Please note", document.get("alert", "")),
        fact("Checked", checked(listing)),
    )  # fmt: skip


def ways_of(listing: PublicListing) -> list[Way]:
    """Return how a service is reached: telephones, email, its page; all of them published."""
    document = listing.document
    numbers = [row["number"] for row in (*document.get("phones", ()), *_of_contacts(document)) if row.get("number")]
    ways = [Way(text=number, address=f"tel:{number.replace(' ', '')}") for number in dict.fromkeys(numbers)]
    emails = [document.get("email", ""), *(row.get("email", "") for row in document.get("contacts", ()))]
    ways += [Way(text=email, address=f"mailto:{email}") for email in dict.fromkeys(filter(None, emails))]
    if (page := document.get("url", "")).startswith(("https://", "http://")):
        ways.append(Way(text=page, address=page))
    return ways


def maps_of(listing: PublicListing) -> list[Way]:
    """Return, for each place on the map, the address of a map that shows it."""
    found = []
    for place in _places(listing.document):
        location = place["location"]
        if "latitude" in location and "longitude" in location:
            point = f"mlat={location['latitude']}&mlon={location['longitude']}"
            found.append(Way(text=_name(place), address=f"https://www.openstreetmap.org/?{point}#map=17"))
    return found


def _of_contacts(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for contact in document.get("contacts", ()):
        yield from contact.get("phones", ())


def _places(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [place for place in document.get("service_at_locations", ()) if "location" in place]


def _name(place: dict[str, Any]) -> str:
    location = place["location"]
    lines = [row.get("address_1", "") for row in location.get("addresses", ())]
    return location.get("name") or next(iter(lines), "")


def _names(document: dict[str, Any]) -> dict[str, str]:
    return {place["id"]: _name(place) for place in _places(document)}


def _address(place: dict[str, Any]) -> str:
    address: dict[str, Any] = next(iter(place["location"].get("addresses", ())), {})
    parts = [place["location"].get("name", ""), *(address.get(name, "") for name in
             ("address_1", "address_2", "city", "postal_code"))]  # fmt: skip
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _schedules(document: dict[str, Any]) -> list[dict[str, Any]]:
    here = [
        row | {"service_at_location_id": place["id"]}
        for place in _places(document)
        for row in place.get("schedules", ())
    ]
    return [*document.get("schedules", ()), *here]


def _times(row: dict[str, Any]) -> str:
    times = (time_of(row.get("opens_at")), time_of(row.get("closes_at")))
    return listings.when(
        row.get("freq", ""), row.get("interval"), row.get("byday", ""), times, row.get("description", "")
    )


def _access(listing: PublicListing) -> str:
    return ", ".join(ACCESS[code][0] for code in listing.access if code in ACCESS)


def _said_of_access(document: dict[str, Any]) -> Iterator[str]:
    for place in _places(document):
        for row in place["location"].get("accessibility", ()):
            yield ": ".join(filter(None, (row.get("description", ""), row.get("details", ""))))
