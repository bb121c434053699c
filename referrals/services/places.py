"""The count of a service's places: each step of an onward referral keeps it, by the statuses on either side of it.

A place is held by status (`OnwardStatus.HOLDING_A_PLACE`), not by step, so that no way in or out can be forgotten.
"""

import datetime as dt
from dataclasses import dataclass, fields
from uuid import UUID

from django.db.models import Count, F, Q

from referrals.enums import OnwardStatus
from referrals.models import OnwardReferral
from services_directory.models import Service
from services_directory.services.capacity import count_people


def keep_count(onward: OnwardReferral, *, to_status: str, at: dt.datetime) -> None:
    """Take a place of the service, or give one back, as an onward referral goes on to a status.

    Called inside the use case, which holds the locks on the referral and the onward referral; locks the service.

    :raises NoPlaceLeft: if the status holds a place and none is left.
    """
    before, holding = onward.status, OnwardStatus.HOLDING_A_PLACE
    places = (to_status in holding) - (before in holding)
    waiting = (to_status == OnwardStatus.WAITLISTED) - (before == OnwardStatus.WAITLISTED)
    if places or waiting:
        count_people(service_id=onward.service_id, places=places, waiting=waiting, at=at)


def places_held(service_id: UUID) -> int:
    """Return how many places of a service people hold, as the onward referrals themselves say."""
    return OnwardReferral.objects.filter(service=service_id, status__in=OnwardStatus.HOLDING_A_PLACE).count()


@dataclass(frozen=True, kw_only=True)
class Miscount:
    """A service whose count is not that of its onward referrals: what it counts, and what it should."""

    service_id: UUID
    places_taken: int
    people_waiting: int
    holding: int
    waiting: int


def miscounted_services() -> list[Miscount]:
    """Return the services that miscount, by id. There should be none: this is for those who audit."""
    holding = Q(onward_referrals__status__in=OnwardStatus.HOLDING_A_PLACE)
    waiting = Q(onward_referrals__status=OnwardStatus.WAITLISTED)
    rows = (
        Service.objects.annotate(
            service_id=F("pk"),
            holding=Count("onward_referrals", filter=holding),
            waiting=Count("onward_referrals", filter=waiting),
        )
        .exclude(places_taken=F("holding"), people_waiting=F("waiting"))
        .order_by("pk")
    )
    return [Miscount(**row) for row in rows.values(*(field.name for field in fields(Miscount)))]
