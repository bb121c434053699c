"""The services that a person may see, each with the parts that an answer shows."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Prefetch

from accounts.models import User
from core.errors import NotVisible
from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    CostOption,
    Funding,
    Language,
    OrganizationIdentifier,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from services_directory.querysets import ServiceQuerySet


def services_visible_to(user: User) -> ServiceQuerySet:
    """Return the services that run, by name, with what a list shows of each."""
    return (
        Service.objects.active()
        .select_related("organization", "receiving_team")
        .prefetch_related(*parts_of_a_list())
        .order_by("name", "id")
    )


def schemes_to_refer_to() -> ServiceQuerySet:
    """Return the schemes that take referrals straight from a referrer, and whose hub works, by name."""
    hubs = {"receiving_team__is_active": True, "receiving_team__organization__is_active": True}
    return Service.objects.active().filter(takes_direct_referrals=True, **hubs).order_by("name", "id")


def get_service(user: User, service_id: UUID | str) -> Service:
    """Return one service with all its parts.

    :raises NotVisible: if there is none with this id, or it does not run.
    """
    try:
        service: Service | None = (
            services_visible_to(user)
            .select_related("feed", "judgement")
            .prefetch_related(*parts_of_a_detail())
            .filter(pk=service_id)
            .first()
        )
    except ValidationError:  # not the form of an id
        service = None
    if service is None:
        raise NotVisible("There is no such service, or it no longer runs.")
    return service


def parts_of_a_list() -> list[Any]:
    """Return what to fetch with services for a list of them."""
    schedules = Schedule.objects.order_by("dtstart", "byday", "opens_at", "id")
    return [
        Prefetch("attributes", Attribute.objects.select_related("taxonomy_term").order_by("taxonomy_term__name", "id")),
        Prefetch("cost_options", CostOption.objects.order_by("amount", "id")),
        Prefetch("schedules", schedules.filter(service_at_location__isnull=True)),
        Prefetch(
            "service_at_locations",
            ServiceAtLocation.objects.select_related("location")
            .prefetch_related(
                Prefetch("location__addresses", Address.objects.order_by("id")), Prefetch("schedules", schedules)
            )
            .order_by("location__name", "id"),
        ),
    ]


def parts_of_a_detail() -> list[Any]:
    """Return what to fetch beside that for a whole service."""
    phones = Phone.objects.order_by("number", "id")
    parts: dict[str, Any] = {
        "service_areas": ServiceArea,
        "languages": Language,
        "funding": Funding,
        "service_at_locations__location__accessibility": Accessibility,
        "organization__organization_identifiers": OrganizationIdentifier,
    }
    return [
        *(Prefetch(name, model.objects.order_by("id")) for name, model in parts.items()),
        Prefetch("phones", phones),
        Prefetch("organization__phones", phones),
        Prefetch("contacts", Contact.objects.order_by("name", "id").prefetch_related(Prefetch("phones", phones))),
    ]
