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
LISTINGS: dict[str, tuple[str, str, int, tuple[str, ...]]] = {
    "move_together": (
        "Move together (demonstration)",
        "Ten weeks of easy movement to music in a small group, standing or seated. For people who have not been "
        "active for a long time.",
        10,
        ("physical_activity", "mental_wellbeing", "loneliness"),
    ),
    "back_in_the_water": (
        "Back in the water (demonstration)",
        "Eight weeks in the warm pool, with a teacher beside it: for people who swam once and would like to again.",
        8,
        ("physical_activity", "long_term_condition"),
    ),
}
"""By key: name, description, weeks, needs."""


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
    name, description, weeks, needs = LISTINGS[key]
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
