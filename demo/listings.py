"""Two listings for the Active team, made up as all that invented people are sent to.

The directory's own demonstration names what the real leisure trust runs, and nobody invented may stand beside that
name; so the made-up trust of the demonstration runs something of its own.
"""

import datetime as dt
import uuid
from typing import Any

from accounts.models import Team
from demo.cast import LEISURE
from services_directory.models import Feed
from services_directory.needs import need_id
from services_directory.open_referral.importing import FeedImport
from services_directory.open_referral.items import Incoming

FEED = "Stockport demonstration: the Active team"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:community-referral:demo-active-team")
# Made up: halls and pools of these names there are none.
PLACES = {
    "hall": ("Demonstration Hall, Reddish", "SK5 6AA", 53.437, -2.158),
    "pool": ("Demonstration Pool, Brinnington", "SK5 8BS", 53.428, -2.128),
}
"""By key: name, postcode, latitude, longitude."""
LISTINGS: dict[str, tuple[str, str, int, tuple[str, ...], tuple[str, str, str, str]]] = {
    "move_together": (
        "Move together (demonstration)",
        "Ten weeks of easy movement to music in a small group, standing or seated. For people who have not been "
        "active for a long time.",
        10,
        ("physical_activity", "mental_wellbeing", "loneliness"),
        ("hall", "MO", "10:30", "11:30"),
    ),
    "back_in_the_water": (
        "Back in the water (demonstration)",
        "Eight weeks of swimming in a warm pool, with a teacher: for people who swam once and would like to again.",
        8,
        ("physical_activity", "long_term_condition"),
        ("pool", "WE", "13:00", "14:00"),
    ),
}
"""By key: name, description, weeks, needs, and where and when it happens."""


def own_service_id(key: str) -> uuid.UUID:
    """Return the id of one of these listings."""
    return uuid.uuid5(_SPACE, key)


def load_own_listings(*, team: Team, at: dt.datetime) -> None:
    """Put the listings into the directory, received by the Active team."""
    defaults = {"source": "demo/listings.py", "last_imported_at": at, "is_kept_here": True}
    feed, _ = Feed.objects.get_or_create(name=FEED, defaults=defaults)
    report = FeedImport(feed, at=at).load(_incoming(key, team) for key in LISTINGS)
    if report.refused:
        raise ValueError(f"The directory refused what the demonstration lists: {report.refused}")


def _incoming(key: str, team: Team) -> Incoming:
    name, description, weeks, needs, (place, day, opens_at, closes_at) = LISTINGS[key]
    called, postcode, latitude, longitude = PLACES[place]
    record = {
        "id": str(own_service_id(key)),
        "status": "active",
        "name": name,
        "description": description,
        "minimum_age": 18,
        "organization": {
            "id": str(uuid.uuid5(_SPACE, "organization")),
            "name": LEISURE,
            "description": "A made-up leisure trust, for the demonstration.",
        },
        "attributes": [
            {
                "id": str(uuid.uuid5(_SPACE, f"{key}/{code}")),
                "link_type": "need",
                "taxonomy_term_id": str(need_id(code)),
            }
            for code in needs
        ],
        "cost_options": [{"id": str(uuid.uuid5(_SPACE, f"{key}/cost")), "option": "Everybody", "amount": 2.0}],
        "service_at_locations": [
            {
                "id": str(uuid.uuid5(_SPACE, f"{key}/at")),
                "location": {
                    "id": str(uuid.uuid5(_SPACE, place)),
                    "location_type": "physical",
                    "name": called,
                    "latitude": latitude,
                    "longitude": longitude,
                    "addresses": [
                        {
                            "id": str(uuid.uuid5(_SPACE, f"{place}/address")),
                            "address_1": called,
                            "city": "Stockport",
                            "state_province": "Greater Manchester",
                            "postal_code": postcode,
                            "country": "GB",
                            "address_type": "physical",
                        }
                    ],
                },
                "schedules": [
                    {
                        "id": str(uuid.uuid5(_SPACE, f"{key}/session")),
                        "freq": "WEEKLY",
                        "byday": day,
                        "opens_at": opens_at,
                        "closes_at": closes_at,
                    }
                ],
            }
        ],
        "service_areas": [{"id": str(uuid.uuid5(_SPACE, f"{key}/area")), "name": "Stockport"}],
    }
    extension: dict[str, Any] = {
        "referral_route": "referral",
        "takes_direct_referrals": False,
        "capacity": "open",
        "first_contact_by": "service",
        "programme_length_weeks": weeks,
        "review_points_weeks": [0, weeks],
        "delivery": "in_place",
        "life_course_stage": ["live_well", "age_well"],
        "receiving_team_id": team.pk,
        "sources": [],
        "made_up": sorted(name for name in record if name != "id"),
    }
    return Incoming(record, extension)
