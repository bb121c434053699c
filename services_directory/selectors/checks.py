"""What the link of a request for a check opens."""

import datetime as dt
from uuid import UUID

from django.db.models import Prefetch

from core.errors import Conflict, NotVisible
from core.signed_links import is_signed
from notifications.templates import LISTING_CHECK
from services_directory.enums import ServiceStatus
from services_directory.models import (
    Address,
    CheckRequest,
    CostOption,
    ListingCheck,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)

EXPIRED, USED, GONE = "link_expired", "link_used", "listing_gone"
"""The codes of the ways in which a link has come to its end."""


def get_check_request(reference: str, signature: str, *, at: dt.datetime) -> CheckRequest:
    """Return the request behind a signed link, with its checks in order of the listings' names.

    :raises NotVisible: if we did not make the link, or what it asked about is gone.
    :raises Conflict: if it has expired (`link_expired`), or every listing has been answered for (`link_used`).
    """
    request: CheckRequest | None = None
    if is_signed(reference, signature, purpose=LISTING_CHECK):
        checks = ListingCheck.objects.select_related("service").order_by("service__name", "id")
        request = CheckRequest.objects.filter(reference=reference).prefetch_related(Prefetch("checks", checks)).first()
    if request is None:
        raise NotVisible("This is not a link that we have sent. Check that you have copied the whole of it.")
    if all(check.answered_at for check in request.checks.all()):
        raise Conflict("Everything that this link asked about has been answered.", code=USED)
    if at >= request.expires_at:
        raise Conflict("This link has expired.", code=EXPIRED)
    return request


def get_listing_check(reference: str, signature: str, service_id: UUID, *, at: dt.datetime) -> ListingCheck:
    """Return one listing of the request behind a link, with what is published of it.

    :raises NotVisible, Conflict: as `get_check_request` does; and if this listing has been answered for already, has
        another keeper or has left the directory (`listing_gone`).
    """
    request = get_check_request(reference, signature, at=at)
    check = next((each for each in request.checks.all() if each.service_id == service_id), None)
    if check is None:
        raise NotVisible("This link does not ask about that listing.")
    if check.answered_at:
        raise Conflict("This listing has been answered for already.", code=USED)
    if check.lapsed_at:
        raise Conflict("This listing is asked of somebody else by now.", code=GONE)
    if not check.service.is_running:
        raise Conflict(f"“{check.service.name}” is not in the directory at present.", code=GONE)
    check.service = _as_published(check.service_id)
    return check


def listings_left(reference: str) -> int:
    """Return how many listings of a request are in the directory, and nobody has answered for."""
    unanswered = ListingCheck.objects.filter(
        request__reference=reference, answered_at__isnull=True, lapsed_at__isnull=True
    )  # fmt: skip
    return unanswered.filter(service__status=ServiceStatus.ACTIVE, service__withdrawn_at=None).count()


def _as_published(service_id: UUID) -> Service:
    schedules = Schedule.objects.order_by("dtstart", "byday", "opens_at", "id")
    places = ServiceAtLocation.objects.select_related("location").order_by("location__name", "id")
    service: Service = (
        Service.objects.select_related("organization", "receiving_team")
        .prefetch_related(
            Prefetch("cost_options", CostOption.objects.order_by("amount", "id")),
            Prefetch("phones", Phone.objects.order_by("number", "id")),
            Prefetch("schedules", schedules),
            Prefetch(
                "service_at_locations",
                places.prefetch_related(
                    Prefetch("location__addresses", Address.objects.order_by("id")), Prefetch("schedules", schedules)
                ),
            ),
        )
        .get(pk=service_id)
    )
    return service
