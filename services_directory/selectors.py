"""Reads about the directory. Every signed-in person sees every service that runs."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet

from accounts.models import Team, User
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
    TaxonomyTerm,
)
from services_directory.needs import NEEDS_TAXONOMY_ID
from services_directory.querysets import ServiceQuerySet


@dataclass(frozen=True, kw_only=True)
class Near:
    """A point, and how far from it a service may be (None: however far)."""

    latitude: float
    longitude: float
    within_km: float | None = None


def services_visible_to(user: User) -> ServiceQuerySet:
    """Return the services that run, by name, with what a list shows of each."""
    return (
        Service.objects.active()
        .select_related("organization", "receiving_team")
        .prefetch_related(*_parts_of_a_list())
        .order_by("name", "id")
    )


def get_service(user: User, service_id: UUID | str) -> Service:
    """Return one service with all its parts.

    :raises NotVisible: if there is none with this id, or it does not run.
    """
    try:
        service: Service | None = (
            services_visible_to(user)
            .select_related("feed")
            .prefetch_related(*_parts_of_a_detail())
            .filter(pk=service_id)
            .first()
        )
    except ValidationError:  # not the form of an id
        service = None
    if service is None:
        raise NotVisible("There is no such service, or it no longer runs.")
    return service


def search_services(
    user: User,
    *,
    text: str = "",
    route: str = "",
    takes_direct_referrals: bool | None = None,
    term_ids: list[UUID] | None = None,
    day: str = "",
    free_only: bool = False,
    delivery: str = "",
    capacity: str = "",
    receiving_team: Team | None = None,
    near: Near | None = None,
) -> ServiceQuerySet:
    """Return the services that answer all of what is asked, by name; each with `distance_km` if `near` is given."""
    return narrowed(
        services_visible_to(user),
        text=text,
        route=route,
        takes_direct_referrals=takes_direct_referrals,
        term_ids=term_ids,
        day=day,
        free_only=free_only,
        delivery=delivery,
        capacity=capacity,
        receiving_team=receiving_team,
        near=near,
    )


def narrowed(
    services: ServiceQuerySet,
    *,
    text: str = "",
    route: str = "",
    takes_direct_referrals: bool | None = None,
    term_ids: list[UUID] | None = None,
    day: str = "",
    free_only: bool = False,
    delivery: str = "",
    capacity: str = "",
    receiving_team: Team | None = None,
    near: Near | None = None,
) -> ServiceQuerySet:
    """Return those of the given services that answer all of what is asked; see `search_services`."""
    given = {
        "referral_route": route,
        "takes_direct_referrals": takes_direct_referrals,
        "delivery": delivery,
        "capacity": capacity,
        "receiving_team": receiving_team,
    }
    services = services.filter(**{field: value for field, value in given.items() if value not in ("", None)})
    if text.strip():
        services = services.with_words(text.strip())
    if term_ids is not None:
        services = services.with_terms(term_ids)
    if day:
        services = services.on_day(day)
    if free_only:
        services = services.free()
    if near is not None:
        services = services.with_distance(latitude=near.latitude, longitude=near.longitude)
        if near.within_km is not None:
            services = services.filter(distance_km__lte=near.within_km)
    return services


def needs() -> QuerySet[TaxonomyTerm]:
    """Return the needs that services are described by, by name."""
    return TaxonomyTerm.objects.filter(taxonomy=NEEDS_TAXONOMY_ID).order_by("name", "id")


def terms_called(name: str) -> list[UUID]:
    """Return the id of the term with this id, or of the need with this code; none if there is none."""
    try:
        terms = TaxonomyTerm.objects.filter(pk=UUID(name))
    except ValueError:
        terms = TaxonomyTerm.objects.filter(taxonomy=NEEDS_TAXONOMY_ID, code=name)
    return list(terms.order_by("id").values_list("pk", flat=True))


def receiving_teams() -> QuerySet[Team]:
    """Return the teams that receive referrals for a service, by name."""
    return Team.objects.filter(directory_services__isnull=False).distinct().order_by("name", "id")


def _parts_of_a_list() -> list[Any]:
    schedules = Schedule.objects.order_by("dtstart", "byday", "opens_at", "id")
    return [
        Prefetch("attributes", Attribute.objects.select_related("taxonomy_term").order_by("taxonomy_term__name", "id")),
        Prefetch("cost_options", CostOption.objects.order_by("amount", "id")),
        Prefetch("schedules", schedules),
        Prefetch(
            "service_at_locations",
            ServiceAtLocation.objects.select_related("location")
            .prefetch_related(
                Prefetch("location__addresses", Address.objects.order_by("id")), Prefetch("schedules", schedules)
            )
            .order_by("location__name", "id"),
        ),
    ]


def _parts_of_a_detail() -> list[Any]:
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
