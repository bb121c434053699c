"""A listing as one document: plain JSON values by their HSDS names, parts as lists without ids in one fixed order.

Two documents are equal when the listings say the same. Edits, proposals, history and spreadsheets all speak of
documents, so that each of them means the same by a field. Contact persons are no part of it: they are published where a
feed has them, and neither edited nor kept in histories here.
"""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Prefetch, QuerySet

from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Language,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from services_directory.needs import NEEDS_TAXONOMY_ID

Document = dict[str, Any]
"""By field of a listing: its value as JSON."""
Item = dict[str, Any]
"""One part of a listing."""


@dataclass(frozen=True)
class Part:
    """A kind of part: its rows, and which of their columns are said of a listing."""

    model: type[models.Model]
    columns: tuple[str, ...]

    def item_of(self, row: Any) -> Item:
        """Return what a row says."""
        return {name: plain(getattr(row, name)) for name in self.columns}

    def blank(self) -> Item:
        """Return a part of which nothing is said."""
        return self.item_of(self.model())


PHONE = Part(Phone, ("number", "extension", "type", "description"))
SCHEDULE = Part(
    Schedule,
    (
        "dtstart", "freq", "interval", "byday", "bymonthday", "opens_at", "closes_at", "until", "valid_from",
        "valid_to", "description", "attending_type", "schedule_link", "notes",
    ),
)  # fmt: skip
COST = Part(CostOption, ("amount", "currency", "option", "amount_description", "valid_from", "valid_to"))
AREA = Part(ServiceArea, ("name", "description", "extent", "extent_type", "uri"))
LANGUAGE = Part(Language, ("name", "code", "note"))
ADDRESS = Part(
    Address,
    ("attention", "address_1", "address_2", "city", "region", "state_province", "postal_code", "country"),
)
ACCESSIBILITY = Part(Accessibility, ("description", "details", "url", "accessibility"))
IDENTIFIER = Part(OrganizationIdentifier, ("identifier_scheme", "identifier_type", "identifier"))
LOCATION = Part(
    Location,
    (
        "name", "location_type", "description", "transportation", "latitude", "longitude", "external_identifier",
        "external_identifier_type",
    ),
)  # fmt: skip
AT_LOCATION = Part(ServiceAtLocation, ("description",))
ORGANIZATION = Part(Organization, ("name", "description", "email", "website", "logo", "uri"))

OF_SERVICE: Mapping[str, Part] = {
    "phones": PHONE,
    "schedules": SCHEDULE,
    "cost_options": COST,
    "service_areas": AREA,
    "languages": LANGUAGE,
}
"""Parts that hang on the service itself."""
OF_LOCATION: Mapping[str, Part] = {"addresses": ADDRESS, "accessibility": ACCESSIBILITY}
OF_ORGANIZATION: Mapping[str, Part] = {"organization_identifiers": IDENTIFIER, "phones": PHONE}

KEPT_HERE = (
    "referral_route", "takes_direct_referrals", "capacity", "first_contact_by", "programme_length_weeks",
    "review_points_weeks", "delivery", "life_course_stage", "genders",
)  # fmt: skip
"""What is said here of every listing, its own or a feed's. (And `receiving_team`.)"""
OPEN_REFERRAL = (
    "name", "alternate_name", "description", "url", "email", "status", "fees", "fees_description", "accreditations",
    "licenses", "minimum_age", "maximum_age", "eligibility_description", "application_process",
    "interpretation_services", "wait_time", "alert",
)  # fmt: skip
"""What a feed says of its listings. (And the parts.)"""
SCALARS = OPEN_REFERRAL + KEPT_HERE
PARTS = ("organization", "service_at_locations", *OF_SERVICE, "funding", "needs")
FIELDS = (*SCALARS, "receiving_team", *PARTS)
"""Every field of a document."""


def plain(value: Any) -> Any:
    """Return a value as JSON: days and times in ISO form, prices with their pence, whole numbers whole."""
    if isinstance(value, dt.time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.quantize(Decimal("0.01")))
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, models.enums.Choices) else value


def in_order(items: Iterable[Any]) -> list[Any]:
    """Return parts in their one order: by what they say, first column first."""
    return sorted(items, key=lambda item: json.dumps(item, ensure_ascii=False))


def by_field(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return fields and values in the order of the fields: what a JSON column gives back has lost it."""
    return sorted(values.items(), key=lambda item: FIELDS.index(item[0]))


def document_of(service: Service) -> Document:
    """Return the document of a listing; of many, `documents_of` reads them with a bounded number of queries."""
    return documents_of([service.pk])[service.pk]


def documents_of(service_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Document]:
    """Return by id the documents of the listings that there are."""
    return {service.pk: _document(service) for service in with_parts(Service.objects.filter(pk__in=service_ids))}


def with_parts(services: QuerySet[Service]) -> QuerySet[Service]:
    """Return the services with all that their documents are made of."""
    needs = Attribute.objects.filter(taxonomy_term__taxonomy=NEEDS_TAXONOMY_ID).select_related("taxonomy_term")
    at_locations = ServiceAtLocation.objects.select_related("location").prefetch_related(
        "schedules", *(f"location__{name}" for name in OF_LOCATION)
    )
    return services.select_related("organization", "receiving_team").prefetch_related(
        Prefetch("attributes", needs, to_attr="needs_said"),
        Prefetch("schedules", Schedule.objects.filter(service_at_location__isnull=True), to_attr="schedules_anywhere"),
        Prefetch("service_at_locations", at_locations, to_attr="places_said"),
        "phones", "cost_options", "service_areas", "languages", "funding",
        *(f"organization__{name}" for name in OF_ORGANIZATION),
    )  # fmt: skip


def _document(service: Any) -> Document:
    """Return the document of a service that was read by `with_parts`."""
    team = service.receiving_team
    return {
        **{name: plain(getattr(service, name)) for name in SCALARS},
        "receiving_team": {"id": str(team.pk), "name": team.name} if team else None,
        "organization": organization_item(service.organization),
        "service_at_locations": in_order(at_location_item(row) for row in service.places_said),
        **{name: _items(part, _rows(service, name)) for name, part in OF_SERVICE.items()},
        "funding": in_order(row.source for row in service.funding.all()),
        "needs": sorted({row.taxonomy_term.code for row in service.needs_said}),
    }


def organization_item(organization: Organization) -> Item:
    """Return what is said of who runs a listing."""
    return {"id": str(organization.pk)} | _whole(ORGANIZATION, OF_ORGANIZATION, organization)


def location_item(location: Location) -> Item:
    """Return what is said of a place."""
    return _whole(LOCATION, OF_LOCATION, location)


def at_location_item(row: ServiceAtLocation) -> Item:
    """Return what is said of a listing at one of its places."""
    # The place first: places are in the order of their names.
    return {
        "location": location_item(row.location),
        **AT_LOCATION.item_of(row),
        "schedules": _items(SCHEDULE, row.schedules.all()),
    }


def without_ids(value: Any) -> Any:
    """Return what was sent as a document has it: without the ids of parts, and parts in their one order."""
    if isinstance(value, Mapping):
        return {name: without_ids(inner) for name, inner in value.items() if name != "id"}
    if isinstance(value, list):
        return in_order(without_ids(inner) for inner in value)
    return value


def _rows(service: Any, name: str) -> Iterable[Any]:
    rows: Iterable[Any] = service.schedules_anywhere if name == "schedules" else getattr(service, name).all()
    return rows


def _whole(part: Part, children: Mapping[str, Part], row: Any) -> Item:
    return part.item_of(row) | {name: _items(child, getattr(row, name).all()) for name, child in children.items()}


def _items(part: Part, rows: Iterable[Any]) -> list[Item]:
    return in_order(part.item_of(row) for row in rows)
