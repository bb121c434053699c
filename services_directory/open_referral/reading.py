"""Open Referral UK records, read. Pure: no database, no clock.

`parse` turns one full service (HSDS 3.0, UK profile) into the rows it stands for. What cannot stand is refused whole,
with a sentence; what is merely untidy is put right or left out, and `notes` says so. Vendors' own keys, and keys of
ours, are not read: a feed may not decide who receives referrals.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services_directory.enums import Delivery, Frequency, LocationType, ServiceStatus
from services_directory.open_referral import cleaning
from services_directory.open_referral.values import ID_LENGTH, NAME_LENGTH, Fields, ValueReader, get, own_id, uuid_of

Rows = dict[str, list[Fields]]
"""By the name of the model: the fields of each row, foreign keys as `<name>_id`."""

READER_VERSION = 1
"""Part of each record's digest: a reader that reads more reads everything again."""


@dataclass(frozen=True)
class Shared:
    """A row that many records repeat, with the rows that hang on it."""

    fields: Fields
    children: Rows = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ParsedService:
    """One record, as rows."""

    service: Fields
    organization: Shared | None
    locations: list[Shared]
    taxonomies: list[Shared]
    terms: list[Shared]
    children: Rows
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Unreadable:
    """A record that a source lists but does not give, with the reason."""

    id: str
    reason: str


def digest_of(record: object, *extra: object) -> str:
    """Return the digest of a source record, which stays the same as long as nothing in it changes."""
    canonical = json.dumps([READER_VERSION, record, *extra], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def parse(record: object, *, feed: str) -> ParsedService:
    """Read one full service of a feed.

    :raises ValueError: if it cannot stand: no record, no id, no name, no known status, or no organisation.
    """
    if not isinstance(record, Mapping):
        raise ValueError("This is not a record but something else.")
    return _Reader(feed).service(record)


class _Reader(ValueReader):
    """Reads one record: collects its rows, and notes on what was untidy."""

    def __init__(self, feed: str) -> None:
        super().__init__(feed)
        self.taxonomies: dict[uuid.UUID, Shared] = {}
        self.terms: dict[uuid.UUID, Shared] = {}
        self.locations: dict[uuid.UUID, Shared] = {}

    def rows(
        self,
        source: Mapping[str, Any],
        name: str,
        kind: str,
        owner: Fields,
        read: Callable[[Mapping[str, Any]], Fields],
    ) -> list[tuple[Fields, Mapping[str, Any]]]:
        """Return the rows of one nested list, each with its source; an id that comes twice counts once."""
        found: dict[uuid.UUID, tuple[Fields, Mapping[str, Any]]] = {}
        for index, item in enumerate(self.items(source, name)):
            key = self.key(item, kind, f"{'/'.join(str(part) for part in owner.values())}/{name}/{index}")
            found.setdefault(key["id"], (key | owner | read(item), item))
        return list(found.values())

    def service(self, record: Mapping[str, Any]) -> ParsedService:
        own = own_id(record)
        if not own or len(own) > ID_LENGTH:
            raise ValueError("It has no id.")
        name = self.name(record)
        if not name:
            raise ValueError("It has no name.")
        status = self.choice(record, "status", ServiceStatus.values, "")
        if not status:
            raise ValueError(f"Its status is none of {', '.join(ServiceStatus.values)}.")
        organization = self.organization(record)
        organization_id = (
            organization.fields["id"] if organization else self.reference(record, "organization_id", "organization")
        )
        if organization_id is None:
            raise ValueError("It names no organisation.")
        service_id = uuid_of(own, feed=self.feed, kind="service")
        children = self.parts_of_service(record, service_id)
        fields = {
            "id": service_id,
            "external_id": own,
            "organization_id": organization_id,
            "name": name,
            "status": status,
            "delivery": self.delivery(),
            "url": self.value(record, "url", cleaning.link, ""),
            "email": self.value(record, "email", cleaning.email, ""),
            "assurer_email": self.value(record, "assurer_email", cleaning.email, ""),
            "last_modified": self.value(record, "last_modified", cleaning.moment, None),
            **self.ages(record),
            **self.dates(record, "assured_date"),
            **self.texts(record, "alternate_name", "description", "fees", "fees_description", "accreditations"),
            **self.texts(record, "licenses", "eligibility_description", "application_process"),
            **self.texts(record, "interpretation_services", "wait_time", "alert"),
        }
        return ParsedService(
            service=fields,
            organization=organization,
            locations=list(self.locations.values()),
            taxonomies=list(self.taxonomies.values()),
            terms=list(self.terms.values()),
            children=children,
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def ages(self, record: Mapping[str, Any]) -> Fields:
        least = self.value(record, "minimum_age", cleaning.age, None)
        most = self.value(record, "maximum_age", cleaning.age, None)
        if least is not None and most is not None and least > most:
            self.notes.append("minimum_age is above maximum_age; both were left out.")
            least = most = None
        return {"minimum_age": least, "maximum_age": most}

    def delivery(self) -> str:
        """Return what the places say of how the service is given, where they say one thing."""
        kinds = {location.fields["location_type"] for location in self.locations.values()}
        if kinds == {LocationType.PHYSICAL}:
            return Delivery.IN_PLACE
        return Delivery.ONLINE if kinds == {LocationType.VIRTUAL} else ""

    def parts_of_service(self, record: Mapping[str, Any], service_id: uuid.UUID) -> Rows:
        owner: Fields = {"service_id": service_id}
        rows: Rows = {}
        at_locations = self.rows(record, "service_at_locations", "service_at_location", owner, self.at_location)
        kept = [(row, item) for row, item in at_locations if row["location_id"] is not None]
        if len(kept) < len(at_locations):
            self.notes.append("A service_at_location names no place and was left out.")
        _add(rows, "ServiceAtLocation", [row for row, _ in kept])
        known_places = {row["id"] for row, _ in kept}
        for row, item in kept:
            part: Fields = {"service_at_location_id": row["id"]}
            _add(rows, "Schedule", self.schedules(item, part, known_places))
            self.contacts_and_phones(rows, item, part)
            self.attributes(rows, item, part)
        _add(rows, "Schedule", self.schedules(record, owner, known_places))
        _add(rows, "ServiceArea", self.plain(record, "service_areas", "service_area", owner, self.area))
        _add(rows, "CostOption", self.plain(record, "cost_options", "cost_option", owner, self.cost))
        _add(rows, "Funding", self.plain(record, "funding", "funding", owner, lambda item: self.texts(item, "source")))
        _add(rows, "Language", self.plain(record, "languages", "language", owner, self.language))
        self.contacts_and_phones(rows, record, owner)
        self.attributes(rows, record, owner)
        return rows

    def plain(
        self,
        source: Mapping[str, Any],
        name: str,
        kind: str,
        owner: Fields,
        read: Callable[[Mapping[str, Any]], Fields],
    ) -> list[Fields]:
        return [row for row, _ in self.rows(source, name, kind, owner, read)]

    def organization(self, record: Mapping[str, Any]) -> Shared | None:
        source = get(record, "organization")
        if not isinstance(source, Mapping):
            return None
        fields = self.key(source, "organization", own_id({"id": get(record, "organization_id")}) or self.name(source))
        named = self.reference(record, "organization_id", "organization")
        if named is not None and named != fields["id"]:
            self.notes.append("organization_id is not the id of the organization given; the one given counts.")
        fields |= {
            "name": self.name(source),
            "email": self.value(source, "email", cleaning.email, ""),
            "website": self.value(source, "website", cleaning.link, ""),
            "logo": self.value(source, "logo", cleaning.link, ""),
            "uri": self.value(source, "uri", cleaning.uri, ""),
            "parent_organization_id": self.reference(source, "parent_organization_id", "organization"),
            **self.texts(source, "alternate_name", "description"),
        }
        if not fields["name"]:
            raise ValueError("Its organisation has no name.")
        owner: Fields = {"organization_id": fields["id"]}
        rows: Rows = {}
        for row, item in self.rows(
            source,
            "organization_identifiers",
            "organization_identifier",
            owner,
            lambda item: self.texts(item, "identifier_scheme", "identifier_type", "identifier"),
        ):
            _add(rows, "OrganizationIdentifier", [row])
            self.attributes(rows, item, {"organization_identifier_id": row["id"]})
        self.contacts_and_phones(rows, source, owner)
        self.attributes(rows, source, owner)
        return Shared(fields, rows)

    def at_location(self, source: Mapping[str, Any]) -> Fields:
        place = get(source, "location")
        if isinstance(place, Mapping):
            location_id = self.location(place, own_id({"id": get(source, "location_id")}) or own_id(source))
        else:
            location_id = self.reference(source, "location_id", "location")
        return {"location_id": location_id, **self.texts(source, "description")}

    def location(self, source: Mapping[str, Any], fallback: str) -> Any:
        fields = self.key(source, "location", fallback)
        fields |= {
            "location_type": self.choice(source, "location_type", LocationType.values, LocationType.PHYSICAL),
            "name": self.name(source),
            "url": self.value(source, "url", cleaning.link, ""),
            **self.coordinates(source),
            **self.texts(source, "alternate_name", "description", "transportation"),
            **self.texts(source, "external_identifier", "external_identifier_type"),
        }
        owner: Fields = {"location_id": fields["id"]}
        rows: Rows = {}
        for row, item in self.rows(source, "addresses", "address", owner, self.address):
            _add(rows, "Address", [row])
            self.attributes(rows, item, {"address_id": row["id"]})
        for row, item in self.rows(source, "accessibility", "accessibility", owner, self.accessibility):
            _add(rows, "Accessibility", [row])
            self.attributes(rows, item, {"accessibility_id": row["id"]})
        _add(rows, "Language", self.plain(source, "languages", "language", owner, self.language))
        self.contacts_and_phones(rows, source, owner)
        self.attributes(rows, source, owner)
        self.locations.setdefault(fields["id"], Shared(fields, rows))
        return fields["id"]

    def coordinates(self, source: Mapping[str, Any]) -> Fields:
        latitude = self.value(source, "latitude", cleaning.number, None)
        longitude = self.value(source, "longitude", cleaning.number, None)
        nowhere = latitude is None or longitude is None
        if not nowhere and (abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0):  # type: ignore[arg-type]
            self.notes.append("latitude and longitude are no place on earth and were left out.")
            nowhere = True
        return {"latitude": None if nowhere else latitude, "longitude": None if nowhere else longitude}

    def address(self, item: Mapping[str, Any]) -> Fields:
        return {
            "address_type": self.choice(item, "address_type", LocationType.values, LocationType.PHYSICAL),
            "postal_code": self.value(item, "postal_code", cleaning.postcode, ""),
            **self.texts(item, "attention", "address_1", "address_2", "city", "region", "state_province", "country"),
        }

    def accessibility(self, item: Mapping[str, Any]) -> Fields:
        return {
            "url": self.value(item, "url", cleaning.link, ""),
            **self.texts(item, "description", "details", "accessibility"),
        }

    def schedules(self, source: Mapping[str, Any], owner: Fields, known_places: set[uuid.UUID]) -> list[Fields]:
        rows = []
        for row, item in self.rows(source, "schedules", "schedule", owner, self.schedule):
            place = self.reference(item, "service_at_location_id", "service_at_location")
            rows.append(row | {"service_at_location_id": place} if place in known_places else row)
        return rows

    def schedule(self, item: Mapping[str, Any]) -> Fields:
        return {
            "freq": self.choice(item, "freq", Frequency.values, ""),
            "interval": self.value(item, "interval", cleaning.whole_number, None),
            "count": self.value(item, "count", cleaning.whole_number, None),
            "byday": self.value(item, "byday", cleaning.byday, ""),
            "wkst": self.value(item, "wkst", cleaning.byday, "")[:2],
            "opens_at": self.value(item, "opens_at", cleaning.time, None),
            "closes_at": self.value(item, "closes_at", cleaning.time, None),
            "schedule_link": self.value(item, "schedule_link", cleaning.link, ""),
            **self.dates(item, "valid_from", "valid_to", "dtstart", "until"),
            **self.texts(item, "timezone", "byweekno", "bymonthday", "byyearday"),
            **self.texts(item, "description", "attending_type", "notes"),
        }

    def area(self, item: Mapping[str, Any]) -> Fields:
        extent = get(item, "extent")
        if isinstance(extent, Mapping | list):  # a GeoJSON shape, by some given as itself and not as its text
            item = {**item, "extent": json.dumps(extent, sort_keys=True)}
        return {
            "uri": self.value(item, "uri", cleaning.uri, ""),
            **self.texts(item, "name", "description", "extent", "extent_type", "service_area"),
        }

    def cost(self, item: Mapping[str, Any]) -> Fields:
        return {
            "amount": self.value(item, "amount", cleaning.amount, None),
            "currency": self.texts(item, "currency")["currency"][:3].upper(),
            **self.dates(item, "valid_from", "valid_to"),
            **self.texts(item, "option", "amount_description"),
        }

    def language(self, item: Mapping[str, Any]) -> Fields:
        return self.texts(item, "name", "code", "note")

    def contacts_and_phones(self, rows: Rows, source: Mapping[str, Any], owner: Fields) -> None:
        for row, item in self.rows(source, "contacts", "contact", owner, self.contact):
            _add(rows, "Contact", [row])
            self.phones(rows, item, {"contact_id": row["id"]})
            self.attributes(rows, item, {"contact_id": row["id"]})
        self.phones(rows, source, owner)

    def contact(self, item: Mapping[str, Any]) -> Fields:
        return {
            "email": self.value(item, "email", cleaning.email, ""),
            **self.texts(item, "name", "title", "department"),
        }

    def phones(self, rows: Rows, source: Mapping[str, Any], owner: Fields) -> None:
        for row, item in self.rows(
            source,
            "phones",
            "phone",
            owner,
            lambda item: self.texts(item, "number", "extension", "type", "description"),
        ):
            if not row["number"]:
                self.notes.append("A telephone without a number was left out.")
                continue
            contact = self.reference(item, "contact_id", "contact")
            if contact in {known["id"] for known in rows.get("Contact", [])}:
                row["contact_id"] = contact
            _add(rows, "Phone", [row])
            part: Fields = {"phone_id": row["id"]}
            _add(rows, "Language", self.plain(item, "languages", "language", part, self.language))

    def attributes(self, rows: Rows, source: Mapping[str, Any], owner: Fields) -> None:
        for row in self.plain(source, "attributes", "attribute", owner, self.attribute):
            if row["taxonomy_term_id"] is None:
                self.notes.append("An attribute names no term and was left out.")
            else:
                _add(rows, "Attribute", [row])

    def attribute(self, item: Mapping[str, Any]) -> Fields:
        term = get(item, "taxonomy_term")
        if isinstance(term, Mapping):
            term_id = self.term(term, own_id({"id": get(item, "taxonomy_term_id")}))
        else:
            term_id = self.reference(item, "taxonomy_term_id", "taxonomy_term")
        return {"taxonomy_term_id": term_id, **self.texts(item, "link_type", "value")}

    def term(self, source: Mapping[str, Any], fallback: str) -> Any:
        name = self.name(source) or self.name(source, "term")
        if not name:
            return None
        fields = self.key(source, "taxonomy_term", fallback or name)
        fields |= {
            "taxonomy_id": self.taxonomy(source),
            "name": name,
            "code": self.texts(source, "code")["code"][:100],
            "parent_id": self.reference(source, "parent_id", "taxonomy_term"),
            "term_uri": self.value(source, "term_uri", cleaning.uri, ""),
            **self.texts(source, "description", "language", "term"),
        }
        self.terms.setdefault(fields["id"], Shared(fields))
        return fields["id"]

    def taxonomy(self, term: Mapping[str, Any]) -> Any:
        """Return the id of a term's taxonomy, which feeds give by id, by name, by both or as a whole object."""
        detail = get(term, "taxonomy_detail")
        source: Mapping[str, Any] = detail if isinstance(detail, Mapping) else {}
        own = own_id(source) or own_id({"id": get(term, "taxonomy_id")})
        name = self.name(source) or self.name(term, "taxonomy")
        if not own and not name:
            return None
        fields = self.key({"id": own}, "taxonomy", name)
        fields |= {
            "name": name or own[:NAME_LENGTH],
            "uri": self.value(source, "uri", cleaning.uri, ""),
            **self.texts(source, "description", "version"),
        }
        self.taxonomies.setdefault(fields["id"], Shared(fields))
        return fields["id"]


def _add(rows: Rows, table: str, new: list[Fields]) -> None:
    if new:
        rows.setdefault(table, []).extend(new)
