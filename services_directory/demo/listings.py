"""The demonstration's listings as Open Referral records, with our own fields beside them."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from services_directory.campaigns import campaign_id
from services_directory.demo import active, community
from services_directory.demo.places import ORGANIZATIONS, PLACES
from services_directory.demo.shape import Cost, Listing, Place, Session
from services_directory.needs import need_id

PROVIDER_KEYS = (
    "leisure_hub",
    "active_communities",
    "walking",
    "befriending",
    "debt_advice",
    "falls",
    "arts",
    "gardening",
)
"""The made-up tenants that receive the demonstration's referrals."""

LISTINGS: tuple[Listing, ...] = (*active.LISTINGS, *community.LISTINGS)

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:community-referral:demo-directory")
_TEXTS = (
    "name",
    "description",
    "application_process",
    "eligibility_description",
    "wait_time",
    "alert",
    "email",
    "url",
    "minimum_age",
)
_EXTENSION: dict[str, Any] = {
    "referral_route": "signposting",
    "takes_direct_referrals": False,
    "capacity": "",
    "is_full_by_count": False,
    "places": None,
    "keeps_waiting_list": False,
    "waiting_list_length": None,
    "expected_wait_weeks": None,
    "paused_until": None,
    "first_contact_by": "",
    "programme_length_weeks": None,
    "review_points_weeks": [],
    "delivery": "",
    "life_course_stage": [],
}
"""Our own fields, and what they are where a listing says nothing."""


def demo_service_id(key: str) -> uuid.UUID:
    """Return the id of a listing, by its key (such as "paris")."""
    return uuid.UUID(_id("service", key))


def demo_records(teams: Mapping[str, uuid.UUID]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return for each listing its Open Referral record, and our own fields of it.

    :raises KeyError: if a provider key has no team.
    """
    return [_record(listing, teams) for listing in LISTINGS]


def _record(listing: Listing, teams: Mapping[str, uuid.UUID]) -> tuple[dict[str, Any], dict[str, Any]]:
    values: dict[str, Any] = {}
    for said in listing.said:
        values |= said.values
    values |= listing.made_up
    made_up = {*listing.made_up, "status"}
    if "service_at_locations" in values:
        made_up.add("coordinates")
    key = listing.key
    record = {
        "id": _id("service", key),
        "status": "active",
        **{name: values[name] for name in _TEXTS if name in values},
        "organization": _organization(values["organization"]),
        "service_at_locations": [_at_location(key, place) for place in values.get("service_at_locations", [])],
        "schedules": [_schedule(key, session) for session in values.get("schedules", [])],
        "service_areas": [{"id": _id("area", key, name), "name": name} for name in values.get("service_areas", [])],
        "cost_options": [_cost(key, cost) for cost in values.get("cost_options", [])],
        "phones": [{"id": _id("phone", key, number), "number": number} for number in values.get("phones", [])],
        "languages": [{"id": _id("language", key, name), "name": name} for name in values.get("languages", [])],
        "attributes": [
            {"id": _id("attribute", key, code), "link_type": kind, "taxonomy_term_id": str(id_of(code))}
            for kind, codes, id_of in (
                ("need", values.get("needs", []), need_id),
                ("campaign", values.get("campaigns", []), campaign_id),
            )
            for code in codes
        ],
    }
    team = values.get("receiving_team")
    extension = {name: values.get(name, nothing) for name, nothing in _EXTENSION.items()} | {
        "receiving_team_id": teams[team] if team else None,
        "sources": [{"fields": sorted(said.values), "source": said.source} for said in listing.said],
        "made_up": sorted(made_up),
    }
    return record, extension


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_SPACE, "/".join(parts)))


def _organization(key: str) -> dict[str, Any]:
    name, description = ORGANIZATIONS[key]
    return {"id": _id("organization", key), "name": name, "description": description}


def _at_location(service: str, key: str) -> dict[str, Any]:
    return {"id": _id("service_at_location", service, key), "location": _location(key, PLACES[key])}


def _location(key: str, place: Place) -> dict[str, Any]:
    return {
        "id": _id("location", key),
        "location_type": "physical",
        "name": place.name,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "addresses": list(_addresses(key, place)),
        "accessibility": [{"id": _id("accessibility", key), "description": place.accessibility}]
        if place.accessibility
        else [],
    }


def _addresses(key: str, place: Place) -> Iterator[dict[str, Any]]:
    if place.postal_code:
        yield {
            "id": _id("address", key),
            "address_1": place.address_1,
            "city": place.city,
            "state_province": "Greater Manchester",
            "postal_code": place.postal_code,
            "country": "GB",
            "address_type": "physical",
        }


def _schedule(service: str, session: Session) -> dict[str, Any]:
    return {
        "id": _id("schedule", service, session.place, session.day, session.opens_at),
        "service_at_location_id": _id("service_at_location", service, session.place),
        "freq": "WEEKLY",
        "interval": 1,
        "byday": session.day,
        "dtstart": "2026-01-05",
        "opens_at": session.opens_at,
        "closes_at": session.closes_at,
    }


def _cost(service: str, cost: Cost) -> dict[str, Any]:
    return {
        "id": _id("cost_option", service, cost.option),
        "option": cost.option,
        "amount": cost.amount,
        "amount_description": cost.description,
    }
