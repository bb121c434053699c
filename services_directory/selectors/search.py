"""The search: services that answer all of what is asked."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Team, User
from services_directory.querysets import ServiceQuerySet
from services_directory.selectors.listings import services_visible_to


@dataclass(frozen=True, kw_only=True)
class Near:
    """A point, and how far from it a service may be (None: however far)."""

    latitude: float
    longitude: float
    within_km: float | None = None


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


def receiving_teams() -> QuerySet[Team]:
    """Return the teams that receive referrals for a service, by name."""
    return Team.objects.filter(directory_services__isnull=False).distinct().order_by("name", "id")
