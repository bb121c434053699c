"""Open Referral UK records, read. Pure: no database, no clock.

`parse` turns one full service (HSDS 3.0, UK profile) into the rows it stands for; `parse_organization` and
`parse_terms` do so for what an API lists beside its services. What cannot stand is refused whole, with a sentence; what
is merely untidy is put right or left out, and `notes` says so. Vendors' own keys, and keys of ours, are not read
(`not_read` counts them): a feed may not decide who receives referrals. `not_kept` counts what is the standard's and has
no place here.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services_directory.enums import Delivery, LocationType, ServiceStatus
from services_directory.limits import MOST_RECORD
from services_directory.open_referral import cleaning
from services_directory.open_referral.parts import PartReader, Repeated, Rows, Shared, add
from services_directory.open_referral.values import ID_LENGTH, Fields, names_in, normal, own_id

READER_VERSION = 3
"""Part of each record's digest: a reader that reads more reads everything again."""
_SALT = f"{READER_VERSION}:".encode()

STATUSES = tuple(ServiceStatus.values)
SERVICE_MORE = ("program_id", "program", "required_documents", "capacities", "additional_urls")
ORGANIZATION_MORE = ("legal_status", "tax_status", "tax_id", "year_incorporated", "programs", "additional_websites")
KNOWN_OF_SERVICE = frozenset(SERVICE_MORE) | names_in(
    "id organization_id name alternate_name description url email status fees fees_description accreditations licenses"
    " minimum_age maximum_age eligibility_description application_process interpretation_services wait_time"
    " assured_date assurer_email alert last_modified schedules service_areas service_at_locations languages"
    " organization funding cost_options contacts phones attributes"
)
KNOWN_OF_ORGANIZATION = frozenset(ORGANIZATION_MORE) | names_in(
    "id name alternate_name description email website logo uri parent_organization_id organization_identifiers contacts"
    " phones funding attributes services"
)


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
    not_read: Counter[str]
    not_kept: Counter[str]


@dataclass(frozen=True, kw_only=True)
class ParsedShared:
    """What one record that is no service describes."""

    organization: Shared | None
    locations: tuple[Shared, ...] = ()
    taxonomies: list[Shared]
    terms: list[Shared]
    notes: tuple[str, ...]
    not_read: Counter[str]
    not_kept: Counter[str]


def digest_of(record: object, *extra: object) -> str:
    """Return the digest of a source record, which stays the same as long as nothing in it changes.

    :raises ValueError: if the record is larger than one can be, or nested too deeply.
    """
    try:
        canonical = json.dumps([record, *extra], sort_keys=True, separators=(",", ":"), default=str)
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None
    if len(canonical) > MOST_RECORD:
        raise ValueError(f"It is larger than {MOST_RECORD:,} characters.")
    return digest_of_text(canonical)


def digest_of_text(text: str) -> str:
    """Return the digest of a source record as it is written, which is cheaper and changes with its layout, too."""
    return hashlib.sha256(_SALT + text.encode("utf-8", "surrogatepass")).hexdigest()


def parse(record: object, *, feed: str, repeated: Repeated | None = None) -> ParsedService:
    """Read one full service of a feed.

    :param repeated: what earlier records said of organisations and terms; kept up here.
    :raises ValueError: if it cannot stand: no record, no id, no name, no known status, or no organisation.
    """
    if not isinstance(record, Mapping):
        raise ValueError("This is not a record but something else.")
    return _Reader(feed, repeated).service(normal(record))


def parse_organization(record: object, *, feed: str) -> ParsedShared:
    """Read one organisation that an API lists.

    :raises ValueError: if it has no id or no name.
    """
    reader = _Reader(feed)
    if not isinstance(record, Mapping) or not own_id(record):
        raise ValueError("It has no id.")
    organization = reader.organization({"organization": record})
    return _shared(reader, organization)


def parse_taxonomy(record: object, *, feed: str) -> ParsedShared:
    """Read one taxonomy that an API lists.

    :raises ValueError: if it has no id or no name.
    """
    reader = _Reader(feed)
    source = normal(record) if isinstance(record, Mapping) else {}
    if not own_id(source) or not reader.name(source):
        raise ValueError("It has no id or no name.")
    reader.taxonomy(source)
    for term in reader.items(source, "taxonomy_terms"):
        reader.term({"taxonomy_id": source["id"], **term}, "")
    return _shared(reader, None)


def parse_term(record: object, *, feed: str) -> ParsedShared:
    """Read one term that an API lists.

    :raises ValueError: if it has no id or no name.
    """
    reader = _Reader(feed)
    if not isinstance(record, Mapping) or not own_id(record) or reader.term(normal(record), "") is None:
        raise ValueError("It has no id or no name.")
    return _shared(reader, None)


def _shared(reader: "_Reader", organization: Shared | None) -> ParsedShared:
    return ParsedShared(
        organization=organization,
        taxonomies=list(reader.taxonomies.values()),
        terms=list(reader.terms.values()),
        notes=reader.remarks(),
        not_read=reader.not_read,
        not_kept=reader.not_kept,
    )


class _Reader(PartReader):
    """Reads one record: collects its rows, and notes on what was untidy."""

    def service(self, record: Mapping[str, Any]) -> ParsedService:
        own = own_id(record)
        if not own or len(own) > ID_LENGTH:
            raise ValueError("It has no id.")
        name = self.name(record)
        if not name:
            raise ValueError("It has no name.")
        status = self.choice(record, "status", STATUSES, "")
        if not status:
            raise ValueError(f"Its status is none of {', '.join(STATUSES)}.")
        organization = self.organization(record)
        organization_id = (
            organization.fields["id"] if organization else self.reference(record, "organization_id", "organization")
        )
        if organization_id is None:
            raise ValueError("It names no organisation.")
        self.known(record, "service", KNOWN_OF_SERVICE)
        service_id = self.key(record, "service", "")["id"]
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
            "more": self.more(record, *SERVICE_MORE),
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
            notes=self.remarks(),
            not_read=self.not_read,
            not_kept=self.not_kept,
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

    def parts_of_service(self, record: Mapping[str, Any], service_id: str) -> Rows:
        owner: Fields = {"service_id": service_id}
        rows: Rows = {}
        at_locations = self.rows(record, "service_at_locations", "service_at_location", owner, self.at_location)
        kept = [(row, item) for row, item in at_locations if row["location_id"] is not None]
        if len(kept) < len(at_locations):
            self.notes.append("A service_at_location names no place and was left out.")
        add(rows, "ServiceAtLocation", [row for row, _ in kept])
        known_places = {row["id"] for row, _ in kept}
        for row, item in kept:
            part: Fields = {"service_at_location_id": row["id"]}
            add(rows, "Schedule", self.schedules(item, part, known_places))
            self.contacts_and_phones(rows, item, part)
            self.attributes(rows, item, part)
        add(rows, "Schedule", self.schedules(record, owner, known_places))
        add(rows, "ServiceArea", self.plain(record, "service_areas", "service_area", owner, self.area))
        add(rows, "CostOption", self.plain(record, "cost_options", "cost_option", owner, self.cost))
        add(rows, "Funding", self.plain(record, "funding", "funding", owner, self.funding))
        add(rows, "Language", self.plain(record, "languages", "language", owner, self.language))
        self.contacts_and_phones(rows, record, owner)
        self.attributes(rows, record, owner)
        return rows

    def schedules(self, source: Mapping[str, Any], owner: Fields, known_places: set[str]) -> list[Fields]:
        rows = []
        for row, item in self.rows(source, "schedules", "schedule", owner, self.schedule):
            place = self.reference(item, "service_at_location_id", "service_at_location")
            rows.append(row | {"service_at_location_id": place} if place in known_places else row)
        return rows

    def organization(self, record: Mapping[str, Any]) -> Shared | None:
        source = record.get("organization")
        if not isinstance(source, Mapping):
            return None
        source = normal(source)
        fields = self.key(source, "organization", own_id({"id": record.get("organization_id")}) or self.name(source))
        named = self.reference(record, "organization_id", "organization")
        if named is not None and named != fields["id"]:
            self.notes.append("organization_id is not the id of the organization given; the one given counts.")
        known = self.repeated.get(("organization", fields["id"]))
        if known is not None and known[0] == source:
            organization, terms, taxonomies = known[1]
            self.terms |= terms
            self.taxonomies |= taxonomies
            found: Shared = organization
            return found
        terms, taxonomies = dict(self.terms), dict(self.taxonomies)
        self.terms, self.taxonomies = {}, {}
        found = self._organization(source, fields)
        if source.get("id") == fields["id"]:
            self.remember("organization", source, (found, self.terms, self.taxonomies))
        self.terms, self.taxonomies = terms | self.terms, taxonomies | self.taxonomies
        return found

    def _organization(self, source: Mapping[str, Any], fields: Fields) -> Shared:
        self.known(source, "organization", KNOWN_OF_ORGANIZATION)
        fields |= {
            "name": self.name(source),
            "email": self.value(source, "email", cleaning.email, ""),
            "website": self.value(source, "website", cleaning.link, ""),
            "logo": self.value(source, "logo", cleaning.link, ""),
            "uri": self.value(source, "uri", cleaning.uri, ""),
            "parent_organization_id": self.reference(source, "parent_organization_id", "organization"),
            "more": self.more(source, *ORGANIZATION_MORE),
            **self.texts(source, "alternate_name", "description"),
        }
        if not fields["name"]:
            raise ValueError("Its organisation has no name.")
        owner: Fields = {"organization_id": fields["id"]}
        rows: Rows = {}
        for row, item in self.rows(
            source, "organization_identifiers", "organization_identifier", owner, self.identifier
        ):
            add(rows, "OrganizationIdentifier", [row])
            self.attributes(rows, item, {"organization_identifier_id": row["id"]})
        add(rows, "Funding", self.plain(source, "funding", "funding", owner, self.funding))
        self.contacts_and_phones(rows, source, owner)
        self.attributes(rows, source, owner)
        return Shared(fields, rows)

    def identifier(self, item: Mapping[str, Any]) -> Fields:
        return self.texts(item, "identifier_scheme", "identifier_type", "identifier")
