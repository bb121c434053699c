"""A made-up Open Referral UK feed of any size: one JSON list, each service with its organisation, place and parts."""

import json
import random
import uuid
from pathlib import Path
from typing import Any

SERVICES = 100_000
PER_ORGANIZATION = 20
ACTIVITIES = (
    "Walking",
    "Swimming",
    "Chair exercise",
    "Gardening",
    "Singing",
    "Bowls",
    "Dancing",
    "Cycling",
    "Debt advice",
)
PLACES = ("Brinnington", "Reddish", "Offerton", "Cheadle", "Marple", "Bramhall", "Heaton Moor", "Edgeley", "Romiley")
_SPACE = uuid.UUID("6e8bc430-9c3a-11d9-9669-0800200c9a66")


def write(path: Path, *, services: int = SERVICES, seed: int = 7) -> int:
    """Write a feed of so many services; return its size in bytes."""
    chance = random.Random(seed)  # noqa: S311 - made-up data, the same each time
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for number in range(services):
            file.write(("," if number else "") + json.dumps(service(number, chance)))
        file.write("]")
    return path.stat().st_size


def service(number: int, chance: random.Random) -> dict[str, Any]:
    """Return the service of a number: about 2,600 characters, and thirteen rows of the directory."""

    def uid(kind: str, of: int = number) -> str:
        return str(uuid.uuid5(_SPACE, f"{kind}/{of}"))

    activity, place = chance.choice(ACTIVITIES), chance.choice(PLACES)
    organization = number // PER_ORGANIZATION
    own_id, at, location = uid("service"), uid("at"), uid("location")
    kind = ACTIVITIES.index(activity)
    return {
        "id": own_id,
        "organization_id": uid("organization", organization),
        "name": f"{activity} in {place} {number}",
        "description": f"{activity} for everybody in {place}, with people who know how it is to begin. " * 3,
        "url": f"https://movers{organization}.example/{number}",
        "email": f"info@movers{organization}.example",
        "status": "active",
        "minimum_age": chance.choice((0, 16, 18, 50, 60)),
        "last_modified": "2026-03-15T10:30:45Z",
        "organization": {
            "id": uid("organization", organization),
            "name": f"Movers {organization}",
            "description": "A made-up charity",
        },
        "schedules": [
            {
                "id": uid(f"schedule{index}"),
                "service_id": own_id,
                "freq": "WEEKLY",
                "interval": 1,
                "byday": chance.choice(("MO", "TU,TH", "WE", "FR", "SA,SU")),
                "dtstart": "2026-01-05",
                "opens_at": chance.choice(("09:00", "10:00", "13:30", "18:00")),
                "closes_at": chance.choice(("19:00", "20:30")),
                "description": "Every week",
            }
            for index in range(3)
        ],
        "service_areas": [{"id": uid("area"), "service_id": own_id, "name": "Stockport"}],
        "cost_options": [
            {"id": uid("cost"), "service_id": own_id, "option": "Everybody", "amount": chance.choice((0, 3.5))}
        ],
        "phones": [{"id": uid("phone"), "service_id": own_id, "number": f"0161 496 0{number % 1000:03}"}],
        "service_at_locations": [
            {
                "id": at,
                "service_id": own_id,
                "location_id": location,
                "location": {
                    "id": location,
                    "location_type": "physical",
                    "name": f"{place} Hall {number}",
                    "latitude": round(53.4 + chance.uniform(-0.08, 0.08), 6),
                    "longitude": round(-2.15 + chance.uniform(-0.12, 0.12), 6),
                    "addresses": [
                        {
                            "id": uid("address"),
                            "location_id": location,
                            "address_1": f"{number % 200 + 1} High Street",
                            "city": "Stockport",
                            "state_province": "Greater Manchester",
                            "postal_code": f"SK{number % 8 + 1} {number % 9 + 1}AA",
                            "country": "GB",
                            "address_type": "physical",
                        }
                    ],
                },
            }
        ],
        "attributes": [
            {
                "id": uid("attribute"),
                "link_id": own_id,
                "link_type": "service",
                "taxonomy_term_id": uid("term", kind),
                "taxonomy_term": {
                    "id": uid("term", kind),
                    "name": activity,
                    "description": activity,
                    "taxonomy": "Activities",
                    "taxonomy_id": uid("taxonomy", 0),
                },
            }
        ],
    }
