"""What is published to everybody: services that no feed has withdrawn, whatever their status, and what belongs to them.

Nobody asks here: it is the same for all. A page is found by its ids first, in their order, and only these are fetched.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import ACos, Cos, Greatest, Least, Radians, Sin
from django.db.models.lookups import LessThanOrEqual

from core.errors import Invalid
from services_directory.models import (
    Attribute,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from services_directory.open_referral.parts import UK
from services_directory.open_referral.privacy import Named
from services_directory.querysets import EARTH_RADIUS_KM
from services_directory.selectors.places import locate

NEAR_METRES = 5000.0
"""How far from a postcode a service may be when nobody says."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked of services: all of it must hold. Ages in years, `proximity` in metres; None: whatever it is."""

    search: str = ""
    taxonomy_term_id: Sequence[UUID] | None = None
    taxonomy_id: Sequence[UUID] | None = None
    organization_id: UUID | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    day: Sequence[str] = field(default_factory=tuple)
    start_time: dt.time | None = None
    end_time: dt.time | None = None
    modified_after: dt.datetime | None = None
    postcode: str = ""
    proximity: float | None = None

    @property
    def asks_for_a_time(self) -> bool:
        """Whether a schedule decides."""
        return bool(self.day) or self.start_time is not None or self.end_time is not None


def published_services(wanted: Wanted | None = None) -> QuerySet[Service]:
    """Return the published services that are as wanted, in no order yet.

    :raises Invalid: if the postcode is none, or is not known.
    """
    wanted = wanted or Wanted()
    services = _services_like(wanted)
    if wanted.asks_for_a_time:
        schedules = _schedules(wanted)
        own = Q(pk__in=schedules.filter(service__isnull=False).values("service"))
        at_places = schedules.filter(service_at_location__isnull=False).values("service_at_location__service")
        services = services.filter(own | Q(pk__in=at_places))
    near = _near(wanted)
    if near is not None:
        services = services.filter(pk__in=near.values("service"))
    return services


def published_at_locations(wanted: Wanted | None = None) -> QuerySet[ServiceAtLocation]:
    """Return where published services that are as wanted happen; a time must be one of that place.

    :raises Invalid: if the postcode is none, or is not known.
    """
    wanted = wanted or Wanted()
    near = _near(wanted)
    found = ServiceAtLocation.objects.all() if near is None else near
    found = found.filter(service__in=_services_like(wanted).values("pk"))
    if wanted.asks_for_a_time:
        schedules = _schedules(wanted)
        everywhere = schedules.filter(service__isnull=False, service_at_location__isnull=True).values("service")
        here = schedules.filter(service_at_location__isnull=False).values("service_at_location")
        found = found.filter(Q(service__in=everywhere) | Q(pk__in=here))
    return found


def published_organizations(*, search: str = "") -> QuerySet[Organization]:
    """Return the organisations of published services, and those that have no services at all."""
    services = Service.objects.filter(organization=OuterRef("pk"))
    found = Organization.objects.filter(Exists(services.filter(withdrawn_at__isnull=True)) | ~Exists(services))
    return found.filter(_named(search)) if search else found


def published_taxonomies(*, search: str = "") -> QuerySet[Taxonomy]:
    """Return all taxonomies."""
    return Taxonomy.objects.filter(_named(search)) if search else Taxonomy.objects.all()


def published_terms(
    *,
    search: str = "",
    taxonomy_id: Sequence[UUID] | None = None,
    parent_id: UUID | None = None,
    top_only: bool = False,
) -> QuerySet[TaxonomyTerm]:
    """Return all terms; of some taxonomies, under one parent, or those that have none."""
    found = TaxonomyTerm.objects.filter(_named(search)) if search else TaxonomyTerm.objects.all()
    if taxonomy_id is not None:
        found = found.filter(taxonomy__in=taxonomy_id)
    if parent_id is not None:
        found = found.filter(parent_id=parent_id)
    return found.filter(parent_id__isnull=True) if top_only else found


def ids_of_page(found: QuerySet[Any], *, page: int, size: int) -> tuple[int, list[UUID]]:
    """Return how many there are, and the ids of one page of them (from 1), in the order of the ids."""
    total = found.count()
    first = (page - 1) * size
    if first >= total:
        return total, []
    return total, list(found.order_by("pk").values_list("pk", flat=True)[first : first + size])


def id_batches(found: QuerySet[Any], *, size: int) -> Iterator[list[UUID]]:
    """Return the ids of all, in their order, some at a time."""
    last: UUID | None = None
    ids = found.order_by("pk").values_list("pk", flat=True)
    while batch := list((ids if last is None else ids.filter(pk__gt=last))[:size]):
        yield batch
        last = batch[-1]


def people_named(services: Iterable[UUID]) -> dict[UUID, list[Named]]:
    """Return whom each service names: its contacts, its organisation's and its places', and `attention` lines.

    Also whoever bears its email or its organisation's, as a contact of anything.
    """
    return _named_by(_NAMED_BY_SERVICES, services)


def people_of_organizations(organizations: Iterable[UUID]) -> dict[UUID, list[Named]]:
    """Return whom each organisation names, its services included."""
    return _named_by(_NAMED_BY_ORGANIZATIONS, organizations)


def _services_like(wanted: Wanted) -> QuerySet[Service]:
    services: QuerySet[Service] = Service.objects.filter(withdrawn_at__isnull=True)
    if wanted.search:
        # Words that a language does not index, or marks that its query has a use for, still make a name.
        words = Service.objects.with_words(wanted.search).order_by().values("pk")
        services = services.filter(Q(pk__in=words) | Q(name=wanted.search))
    if wanted.taxonomy_term_id is not None:
        services = services.filter(_has_term(taxonomy_term__in=wanted.taxonomy_term_id))
    if wanted.taxonomy_id is not None:
        services = services.filter(_has_term(taxonomy_term__taxonomy__in=wanted.taxonomy_id))
    if wanted.organization_id is not None:
        services = services.filter(organization=wanted.organization_id)
    # The profile's own words: "a minimum age of at least the specified value", "a maximum age equal to or below".
    if wanted.minimum_age is not None:
        services = services.filter(minimum_age__gte=wanted.minimum_age)
    if wanted.maximum_age is not None:
        services = services.filter(maximum_age__lte=wanted.maximum_age)
    if wanted.modified_after is not None:
        services = services.filter(last_modified__gte=wanted.modified_after)
    return services


def _has_term(**condition: Any) -> Q:
    return Q(pk__in=Attribute.objects.filter(service__isnull=False, **condition).values("service"))


def _named(search: str) -> Q:
    return Q(name__icontains=search) | Q(description__icontains=search)


def _schedules(wanted: Wanted) -> QuerySet[Schedule]:
    """Return the schedules that are on one of the days, open at the start or later and close by the end, all in one."""
    schedules = Schedule.objects.all()
    if wanted.day:
        schedules = schedules.filter(byday__regex=rf"(^|,)[+-]?\d*({'|'.join(wanted.day)})(,|$)")
    if wanted.start_time is not None:
        schedules = schedules.filter(opens_at__gte=wanted.start_time)
    if wanted.end_time is not None:
        schedules = schedules.filter(closes_at__lte=wanted.end_time)
    return schedules


def _near(wanted: Wanted) -> QuerySet[ServiceAtLocation] | None:
    """Return the places within reach of the postcode; None where none is given."""
    if not wanted.postcode:
        if wanted.proximity is not None:
            raise Invalid({"proximity": ["Send a postcode too: how far from where?"]})
        return None
    here = locate(wanted.postcode)
    if here.latitude is None or here.longitude is None:
        raise Invalid({"postcode": [f"{here.postcode} is known, but not where it is. Try one nearby."]})
    metres = NEAR_METRES if wanted.proximity is None else wanted.proximity
    latitude, longitude = F("location__latitude"), F("location__longitude")
    cosine = Sin(Radians(Value(here.latitude))) * Sin(Radians(latitude)) + Cos(Radians(Value(here.latitude))) * Cos(
        Radians(latitude)
    ) * Cos(Radians(longitude) - Radians(Value(here.longitude)))
    # Rounding can carry the cosine of no distance past 1, where ACos has no answer.
    distance = EARTH_RADIUS_KM * 1000 * ACos(Least(Greatest(cosine, Value(-1.0)), Value(1.0)))
    degrees = metres / 110_000 + 0.001  # a degree of latitude is 110.6 km or more
    return ServiceAtLocation.objects.filter(
        Q(location__latitude__range=UK["latitude"]),
        Q(location__latitude__range=(here.latitude - degrees, here.latitude + degrees)),
        location__longitude__range=UK["longitude"],
    ).filter(LessThanOrEqual(distance, metres))


def _named_by(statement: str, ids: Iterable[UUID]) -> dict[UUID, list[Named]]:
    wanted = list(ids)
    found: dict[UUID, list[Named]] = {key: [] for key in wanted}
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"ids": wanted})
            for owner, name, email, number in cursor.fetchall():
                found[owner].append(Named(name=name, email=email, number=number))
    return found


_NAMED_BY_SERVICES = """
WITH listed AS (
  SELECT s.id, s.organization_id, s.email, o.email AS organization_email
  FROM services_directory_service s JOIN services_directory_organization o ON o.id = s.organization_id
  WHERE s.id = ANY(%(ids)s)
), places AS (
  SELECT id, service_id, location_id FROM services_directory_serviceatlocation WHERE service_id = ANY(%(ids)s)
), contacts AS (
  SELECT l.id AS owner, c.id, c.name, c.email FROM listed l
  JOIN services_directory_contact c ON c.service_id = l.id
  UNION SELECT l.id, c.id, c.name, c.email FROM listed l
  JOIN services_directory_contact c ON c.organization_id = l.organization_id
  UNION SELECT l.id, c.id, c.name, c.email FROM listed l
  JOIN services_directory_contact c ON c.email IN (l.email, l.organization_email) AND c.email <> ''
  UNION SELECT p.service_id, c.id, c.name, c.email FROM places p
  JOIN services_directory_contact c ON c.service_at_location_id = p.id
  UNION SELECT p.service_id, c.id, c.name, c.email FROM places p
  JOIN services_directory_contact c ON c.location_id = p.location_id
)
SELECT c.owner, c.name, c.email, coalesce(t.number, '') FROM contacts c
LEFT JOIN services_directory_phone t ON t.contact_id = c.id WHERE c.name <> '' OR c.email <> ''
UNION SELECT p.service_id, a.attention, '', '' FROM places p
JOIN services_directory_address a ON a.location_id = p.location_id WHERE a.attention <> ''
"""
_NAMED_BY_ORGANIZATIONS = """
WITH contacts AS (
  SELECT o.id AS owner, c.id, c.name, c.email FROM services_directory_organization o
  JOIN services_directory_contact c ON c.organization_id = o.id WHERE o.id = ANY(%(ids)s)
  UNION SELECT s.organization_id, c.id, c.name, c.email FROM services_directory_service s
  JOIN services_directory_contact c ON c.service_id = s.id WHERE s.organization_id = ANY(%(ids)s)
  UNION SELECT o.id, c.id, c.name, c.email FROM services_directory_organization o
  JOIN services_directory_contact c ON c.email = o.email AND c.email <> '' WHERE o.id = ANY(%(ids)s)
)
SELECT c.owner, c.name, c.email, coalesce(t.number, '') FROM contacts c
LEFT JOIN services_directory_phone t ON t.contact_id = c.id WHERE c.name <> '' OR c.email <> ''
"""
