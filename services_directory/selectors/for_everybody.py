"""The directory as anybody may read it: services that run, and of each only what is published (docs/adr/0010).

Nobody asks here. What of a listing is a named person's is left out by the same writer as in the open data.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.clocks import local_day
from core.errors import NotVisible
from services_directory.enums import ReferralRoute
from services_directory.models import Service
from services_directory.open_referral.written_parts import Document
from services_directory.search.asked import Asked, Found
from services_directory.selectors.published_records import services
from services_directory.selectors.search import search_running


@dataclass(frozen=True, kw_only=True)
class PublicListing:
    """One service for everybody: its published record, and how far it can be relied on.

    `access`: codes of what makes it easier to use. `distance_km`: None where no place was asked, or it is on no map.
    """

    id: UUID
    document: Document
    takes_referrals: bool
    checked_on: dt.date | None
    is_stale: bool
    access: tuple[str, ...] = ()
    distance_km: float | None = None


def search_public(asked: Asked, *, size: int, skip: int = 0) -> tuple[Found, list[PublicListing]]:
    """Return what a search finds, and the listings of it from `skip` on, at most `size`; as many queries for all."""
    found = search_running(asked, page_size=skip + size)
    ids, shown = found.ids[skip:], [json.loads(result) for result in found.results[skip:]]
    listings = {listing.id: listing for listing in _listings(ids, {UUID(card["id"]): card for card in shown})}
    return found, [listings[each] for each in ids if each in listings]


def get_public_listing(service_id: UUID) -> PublicListing:
    """Return one service that runs, for everybody.

    :raises NotVisible: if there is none with this id, or it does not run.
    """
    if not Service.objects.active().filter(pk=service_id).exists():
        raise NotVisible("There is no such service, or it no longer runs.")
    return _listings([service_id], {})[0]


def _listings(ids: Sequence[UUID], cards: dict[UUID, dict[str, Any]]) -> list[PublicListing]:
    known = {
        row["pk"]: row
        for row in Service.objects.active()
        .filter(pk__in=ids)
        .values("pk", "verified_at", "is_stale", "referral_route", "entry__access_said", "entry__access_read")
    }
    documents = {UUID(document["id"]): document for document in services(ids)}
    return [
        PublicListing(
            id=pk,
            document=documents[pk],
            takes_referrals=row["referral_route"] == ReferralRoute.REFERRAL,
            checked_on=local_day(row["verified_at"]) if row["verified_at"] else None,
            is_stale=row["is_stale"],
            access=tuple(sorted({*(row["entry__access_said"] or ()), *(row["entry__access_read"] or ())})),
            distance_km=cards.get(pk, {}).get("distance_km"),
        )
        for pk in ids
        if (row := known.get(pk)) is not None and pk in documents
    ]
