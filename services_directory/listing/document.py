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

from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Funding,
    Language,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    RuleSetVersion,
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
    """A kind of part: its rows, which of their columns are said of a listing, and which of these say something alone:
    a currency without a price is none. Where none is named, what a part must say is checked elsewhere.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    telling: tuple[str, ...] = ()

    def item_of(self, row: Any) -> Item:
        """Return what a row says."""
        return {name: plain(getattr(row, name)) for name in self.columns}

    def blank(self) -> Item:
        """Return a part of which nothing is said."""
        return self.item_of(self.model())

    def is_empty(self, item: Item) -> bool:
        """Whether a part says nothing that anybody could use."""
        return bool(self.telling) and all(item[name] in (None, "") for name in self.telling)


PHONE = Part(Phone, ("number", "extension", "type", "description"))
SCHEDULE = Part(
    Schedule,
    (
        "dtstart", "freq", "interval", "byday", "bymonthday", "opens_at", "closes_at", "until", "valid_from",
        "valid_to", "description", "attending_type", "schedule_link", "notes",
    ),
    (
        "freq", "byday", "bymonthday", "dtstart", "until", "valid_from", "valid_to", "opens_at", "closes_at",
        "description", "schedule_link", "notes",
    ),
)  # fmt: skip
COST = Part(
    CostOption,
    ("amount", "currency", "option", "amount_description", "valid_from", "valid_to"),
    ("amount", "option", "amount_description"),
)
AREA = Part(
    ServiceArea, ("name", "description", "extent", "extent_type", "uri"), ("name", "description", "extent", "uri")
)
LANGUAGE = Part(Language, ("name", "code", "note"), ("name", "code"))
ADDRESS = Part(
    Address,
    ("attention", "address_1", "address_2", "city", "region", "state_province", "postal_code", "country"),
    ("address_1", "address_2", "city", "region", "state_province", "postal_code"),
)
_ACCESS = ("description", "details", "url", "accessibility")
ACCESSIBILITY = Part(Accessibility, _ACCESS, _ACCESS)
IDENTIFIER = Part(OrganizationIdentifier, ("identifier_scheme", "identifier_type", "identifier"), ("identifier",))
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
"""Columns of what is said here of every listing, its own or a feed's."""
ONLY_HERE = frozenset({*KEPT_HERE, "receiving_team", "rule_sets"})
"""All that no feed says."""
OPEN_REFERRAL = (
    "name", "alternate_name", "description", "url", "email", "status", "fees", "fees_description", "accreditations",
    "licenses", "minimum_age", "maximum_age", "eligibility_description", "application_process",
    "interpretation_services", "wait_time", "alert",
)  # fmt: skip
"""What a feed says of its listings. (And the parts.)"""
SCALARS = OPEN_REFERRAL + KEPT_HERE
PARTS = ("organization", "service_at_locations", *OF_SERVICE, "funding", "needs", "rule_sets")
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
    found = list(items)
    return sorted(found, key=lambda item: json.dumps(item, ensure_ascii=False)) if len(found) > 1 else found


def by_field(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return fields and values in the order of the fields: what a JSON column gives back has lost it."""
    return sorted(values.items(), key=lambda item: FIELDS.index(item[0]))


def document_of(service: Service) -> Document:
    """Return the document of a listing; of many, `documents_of` reads them with a bounded number of queries."""
    return documents_of([service.pk])[service.pk]


def documents_of(service_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Document]:
    """Return by id the documents of the listings that there are: one query for each kind of row, however many."""
    # Values and not models: this is read twice for every listing that an import changes.
    rows = Service.objects.filter(pk__in=service_ids).values(
        "pk", "organization_id", "receiving_team_id", "receiving_team__name", *SCALARS
    )
    services = {row["pk"]: row for row in rows}
    organizations = _wholes(ORGANIZATION, OF_ORGANIZATION, "organization_id", {row["organization_id"] for row in rows})
    places = _places(services)
    parts = {name: _items_by(part, "service_id", services) for name, part in OF_SERVICE.items()}
    funding = _grouped(Funding.objects.filter(service__in=services).values_list("service_id", "source"))
    needs = _grouped(
        Attribute.objects.filter(service__in=services, taxonomy_term__taxonomy=NEEDS_TAXONOMY_ID).values_list(
            "service_id", "taxonomy_term__code"
        )
    )
    rule_sets = rule_sets_of(services)
    return {
        key: {
            **{name: plain(row[name]) for name in SCALARS},
            "receiving_team": {"id": str(row["receiving_team_id"]), "name": row["receiving_team__name"]}
            if row["receiving_team_id"]
            else None,
            "organization": {"id": str(row["organization_id"])} | organizations[row["organization_id"]],
            "service_at_locations": in_order(places.get(key, [])),
            **{name: found.get(key, []) for name, found in parts.items()},
            "funding": in_order(funding.get(key, [])),
            "needs": sorted(set(needs.get(key, []))),
            **rule_sets[key],
        }
        for key, row in services.items()
    }


def rule_sets_of(service_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Document]:
    """Return by listing that part of its document which says whom it is for by rules: one query."""
    versions = _latest_versions().filter(rule_set__services__service__in=service_ids)
    rows = versions.order_by("rule_set__services__service", "rule_set", "-number").distinct(
        "rule_set__services__service", "rule_set"
    )
    found = _grouped(
        (service_id, _rule_set_item(*said))
        for service_id, *said in rows.values_list("rule_set__services__service_id", *_OF_RULE_SET)
    )
    return {service_id: {"rule_sets": found.get(service_id, [])} for service_id in service_ids}


def rule_set_items(keys: Collection[str]) -> dict[str, Item]:
    """Return by key how the document of a listing that they apply to would name some rule sets."""
    rows = _latest_versions().filter(rule_set__in=keys).order_by("rule_set", "-number").distinct("rule_set")
    return {key: _rule_set_item(key, *said) for key, *said in rows.values_list(*_OF_RULE_SET)}


_OF_RULE_SET = ("rule_set_id", "name", "number", "valid_from")


def _latest_versions() -> models.QuerySet[RuleSetVersion]:
    return RuleSetVersion.objects.filter(published_at__isnull=False)


def _rule_set_item(key: str, name: str, number: int, valid_from: dt.date) -> Item:
    """Say which rules: with the version, because a new one is a change of who may be referred."""
    return {"key": key, "name": name, "version": number, "valid_from": plain(valid_from)}


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


def _whole(part: Part, children: Mapping[str, Part], row: Any) -> Item:
    return part.item_of(row) | {name: _items(child, getattr(row, name).all()) for name, child in children.items()}


def _items(part: Part, rows: Iterable[Any]) -> list[Item]:
    return in_order(part.item_of(row) for row in rows)


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _said(part: Part, values: Iterable[Any]) -> Item:
    return {name: plain(value) for name, value in zip(part.columns, values, strict=True)}


def _items_by(part: Part, owner: str, keys: Collection[Any]) -> dict[Any, list[Item]]:
    """Return the parts of each owner, in order."""
    rows = part.model._default_manager.filter(**{f"{owner}__in": keys})
    if part is SCHEDULE and owner == "service_id":
        rows = rows.filter(service_at_location__isnull=True)
    grouped = _grouped((key, _said(part, values)) for key, *values in rows.values_list(owner, *part.columns))
    return {key: in_order(items) for key, items in grouped.items()}


def _wholes(part: Part, children: Mapping[str, Part], owner: str, keys: Collection[Any]) -> dict[Any, Item]:
    """Return organisations or places with their parts, by id."""
    of_children = {name: _items_by(child, owner, keys) for name, child in children.items()}
    return {
        key: _said(part, values) | {name: found.get(key, []) for name, found in of_children.items()}
        for key, *values in part.model._default_manager.filter(pk__in=keys).values_list("pk", *part.columns)
    }


def _places(services: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Item]]:
    """Return by listing where it happens."""
    rows = list(
        ServiceAtLocation.objects.filter(service__in=services).values_list(
            "service_id", "pk", "location_id", *AT_LOCATION.columns
        )
    )
    schedules = _items_by(SCHEDULE, "service_at_location_id", [key for _, key, *_ in rows])
    locations = _wholes(LOCATION, OF_LOCATION, "location_id", {location for _, _, location, *_ in rows})
    return _grouped(
        # The place first: places are in the order of their names.
        (service, {"location": locations[location], **_said(AT_LOCATION, said), "schedules": schedules.get(key, [])})
        for service, key, location, *said in rows
    )
