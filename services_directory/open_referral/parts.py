"""The parts of records that are read in several places: places, schedules, people to ask, terms. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services_directory.enums import Frequency, LocationType
from services_directory.limits import MOST_SHAPE
from services_directory.open_referral import cleaning
from services_directory.open_referral.values import NAME_LENGTH, Fields, ValueReader, names_in, normal, own_id

Rows = dict[str, list[Fields]]
"""By the name of the model: the fields of each row, foreign keys as `<name>_id`."""

LOCATION_TYPES = tuple(LocationType.values)
FREQUENCIES = tuple(Frequency.values)
UK = {"latitude": (49.8, 60.9), "longitude": (-8.7, 1.8)}
"""In degrees, the box around the United Kingdom: Scilly to Shetland, Fermanagh to Lowestoft."""


@dataclass(frozen=True)
class Shared:
    """A row that many records repeat, with the rows that hang on it."""

    fields: Fields
    children: Rows = field(default_factory=dict)


Repeated = dict[tuple[str, str], tuple[Any, Any]]
"""By kind and own id: what a record said of a shared thing, and what was read of it. Records repeat it, to the word."""
REPEATED_AT_MOST = 10_000


def add(rows: Rows, table: str, new: list[Fields]) -> None:
    """Put new rows with those of their table."""
    if new:
        rows.setdefault(table, []).extend(new)


def is_in_the_uk(latitude: float, longitude: float) -> bool:
    """Whether a point lies in the box around the United Kingdom."""
    (south, north), (west, east) = UK["latitude"], UK["longitude"]
    return south <= latitude <= north and west <= longitude <= east


KNOWN = {
    "service_at_location": names_in(
        "id service_id location_id description location service schedules contacts phones attributes name status"
    ),
    "location": names_in(
        "id location_type name alternate_name description transportation url latitude longitude external_identifier"
        " external_identifier_type addresses accessibility languages contacts phones schedules attributes"
        " organization_id"
    ),
    "address": names_in(
        "id location_id attention address_1 address_2 city region state_province postal_code country address_type"
        " attributes"
    ),
    "accessibility": names_in("id location_id description details url accessibility attributes"),
    "schedule": names_in(
        "id service_id service_at_location_id location_id valid_from valid_to dtstart timezone until count wkst freq"
        " interval byday byweekno bymonthday byyearday description opens_at closes_at schedule_link attending_type"
        " notes attributes"
    ),
    "service_area": names_in("id service_id name description extent extent_type uri service_area attributes"),
    "cost_option": names_in("id service_id valid_from valid_to option currency amount amount_description attributes"),
    "funding": names_in("id service_id organization_id source attributes"),
    "language": names_in("id service_id location_id phone_id name code note attributes"),
    "contact": names_in(
        "id service_id service_at_location_id organization_id location_id name title department email phones attributes"
    ),
    "phone": names_in(
        "id service_id service_at_location_id organization_id location_id contact_id number extension type description"
        " languages attributes"
    ),
    "attribute": names_in("id link_id link_type link_entity label value taxonomy_term_id taxonomy_term"),
    "taxonomy_term": names_in(
        "id code name description parent_id taxonomy taxonomy_id taxonomy_detail language term_uri term"
    ),
    "taxonomy": names_in("id name description uri version taxonomy_terms"),
    "organization_identifier": names_in("id organization_id identifier_scheme identifier_type identifier attributes"),
}
"""What the reader reads, or knows to say nothing new."""

_DESCRIBED = frozenset({"schedule", "service_area", "cost_option", "funding", "language", "phone"})
"""Parts in which the terms stand that are said of them (`models.base.Described`)."""


class PartReader(ValueReader):
    """Reads parts of records: collects the places, terms and taxonomies that they describe."""

    def __init__(self, feed: str, repeated: Repeated | None = None) -> None:
        super().__init__(feed)
        self.repeated: Repeated = {} if repeated is None else repeated
        self.taxonomies: dict[str, Shared] = {}
        self.terms: dict[str, Shared] = {}
        self.locations: dict[str, Shared] = {}

    def rows(
        self,
        source: Mapping[str, Any],
        name: str,
        kind: str,
        owner: Fields,
        read: Callable[[Mapping[str, Any]], Fields],
    ) -> list[tuple[Fields, Mapping[str, Any]]]:
        """Return the rows of one nested list, each with its source; an id that comes twice counts once."""
        if name not in source:
            return []
        known = KNOWN[kind]
        found: dict[str, tuple[Fields, Mapping[str, Any]]] = {}
        for index, item in enumerate(self.items(source, name)):
            key = self.key(item, kind, "/".join((*owner.values(), name, str(index))))
            if not item.keys() <= known:
                self.known(item, kind, known)
            row = key | owner | read(item)
            if kind in _DESCRIBED and item.get("attributes"):
                row["attributes"] = self.said_in(item, kind, row["id"])
            found.setdefault(key["id"], (row, item))
        return list(found.values())

    def plain(
        self,
        source: Mapping[str, Any],
        name: str,
        kind: str,
        owner: Fields,
        read: Callable[[Mapping[str, Any]], Fields],
    ) -> list[Fields]:
        """Return the rows of one nested list."""
        return [row for row, _ in self.rows(source, name, kind, owner, read)]

    # --- Places -------------------------------------------------------------------------------------------

    def at_location(self, source: Mapping[str, Any]) -> Fields:
        place = source.get("location")
        if isinstance(place, Mapping):
            location_id = self.location(normal(place), own_id({"id": source.get("location_id")}) or own_id(source))
        else:
            location_id = self.reference(source, "location_id", "location")
        return {"location_id": location_id, **self.texts(source, "description")}

    def location(self, source: Mapping[str, Any], fallback: str) -> Any:
        fields = self.key(source, "location", fallback)
        self.known(source, "location", KNOWN["location"])
        fields |= {
            "location_type": self.choice(source, "location_type", LOCATION_TYPES, LocationType.PHYSICAL),
            "organization_id": self.reference(source, "organization_id", "organization"),
            "name": self.name(source),
            "url": self.value(source, "url", cleaning.link, ""),
            **self.coordinates(source),
            **self.texts(source, "alternate_name", "description", "transportation"),
            **self.texts(source, "external_identifier", "external_identifier_type"),
        }
        owner: Fields = {"location_id": fields["id"]}
        rows: Rows = {}
        for row, item in self.rows(source, "addresses", "address", owner, self.address):
            add(rows, "Address", [row])
            self.attributes(rows, item, {"address_id": row["id"]})
        for row, item in self.rows(source, "accessibility", "accessibility", owner, self.accessibility):
            add(rows, "Accessibility", [row])
            self.attributes(rows, item, {"accessibility_id": row["id"]})
        add(rows, "Schedule", self.plain(source, "schedules", "schedule", owner, self.schedule))
        add(rows, "Language", self.plain(source, "languages", "language", owner, self.language))
        self.contacts_and_phones(rows, source, owner)
        self.attributes(rows, source, owner)
        self.locations.setdefault(fields["id"], Shared(fields, rows))
        return fields["id"]

    def coordinates(self, source: Mapping[str, Any]) -> Fields:
        latitude = self.value(source, "latitude", cleaning.number, None)
        longitude = self.value(source, "longitude", cleaning.number, None)
        if latitude is None or longitude is None:
            return {"latitude": None, "longitude": None}
        if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
            self.notes.append("latitude and longitude are no place on earth and were left out.")
            return {"latitude": None, "longitude": None}
        if not is_in_the_uk(latitude, longitude):
            self.notes.append("latitude and longitude are not in the United Kingdom: kept, but not published.")
        return {"latitude": latitude, "longitude": longitude}

    def address(self, item: Mapping[str, Any]) -> Fields:
        return {
            "address_type": self.choice(item, "address_type", LOCATION_TYPES, LocationType.PHYSICAL),
            "postal_code": self.value(item, "postal_code", cleaning.postcode, ""),
            **self.texts(item, "attention", "address_1", "address_2", "city", "region", "state_province", "country"),
        }

    def accessibility(self, item: Mapping[str, Any]) -> Fields:
        return {
            "url": self.value(item, "url", cleaning.link, ""),
            **self.texts(item, "description", "details", "accessibility"),
        }

    # --- Times --------------------------------------------------------------------------------------------

    def schedule(self, item: Mapping[str, Any]) -> Fields:
        freq = self.choice(item, "freq", FREQUENCIES, "") if "freq" in item else ""
        return {
            "freq": freq,
            "interval": self.value(item, "interval", cleaning.whole_number, None) or None,
            "count": self.value(item, "count", cleaning.whole_number, None) or None,
            "byday": self.days(item, freq),
            "wkst": self.value(item, "wkst", cleaning.byday, "")[-2:],
            "opens_at": self.value(item, "opens_at", cleaning.time, None),
            "closes_at": self.value(item, "closes_at", cleaning.time, None),
            "opens_at_offset": self.offset(item, "opens_at"),
            "closes_at_offset": self.offset(item, "closes_at"),
            "bymonthday": self.value(item, "bymonthday", cleaning.month_days, ""),
            "schedule_link": self.value(item, "schedule_link", cleaning.link, ""),
            **self.dates(item, "valid_from", "valid_to", "dtstart", "until"),
            **self.texts(item, "timezone", "byweekno", "byyearday"),
            **self.texts(item, "description", "attending_type", "notes"),
        }

    def offset(self, item: Mapping[str, Any], name: str) -> str:
        written = item.get(name)
        return cleaning.offset(written) if type(written) is str and len(written) > 5 else ""

    def days(self, item: Mapping[str, Any], freq: str) -> str:
        """Return the days of a rule; only in a month can a day be the second of its name (RFC 5545, BYDAY)."""
        days = self.value(item, "byday", cleaning.byday, "")
        if freq == Frequency.WEEKLY and len(days) > 2:
            plain = ",".join(dict.fromkeys(day[-2:] for day in days.split(",")))
            if len(plain) != len(days):
                self.notes.append(f"byday {days!r} of a week was read as {plain!r}.")
            return plain
        return days

    # --- What a service is like ---------------------------------------------------------------------------

    def area(self, item: Mapping[str, Any]) -> Fields:
        return {
            "extent": self.shape(item.get("extent")),
            "uri": self.value(item, "uri", cleaning.uri, ""),
            **self.texts(item, "name", "description", "extent_type", "service_area"),
        }

    def shape(self, written: Any) -> str:
        """Return a GeoJSON shape as its text, as which the standard has it; some give it as itself."""
        try:
            if isinstance(written, Mapping | list):
                written = json.dumps(written, sort_keys=True, default=float, allow_nan=False)
            found = cleaning.text(written) if written is not None else ""
        except (ValueError, RecursionError):
            self.notes.append("extent is not a shape and was left out.")
            return ""
        if len(found) > MOST_SHAPE:
            self.notes.append(f"extent is longer than {MOST_SHAPE:,} characters and was left out.")
            return ""
        return found

    def cost(self, item: Mapping[str, Any]) -> Fields:
        return {
            "amount": self.value(item, "amount", cleaning.amount, None),
            "currency": self.texts(item, "currency")["currency"][:3].upper(),
            **self.dates(item, "valid_from", "valid_to"),
            **self.texts(item, "option", "amount_description"),
        }

    def funding(self, item: Mapping[str, Any]) -> Fields:
        return self.texts(item, "source")

    def language(self, item: Mapping[str, Any]) -> Fields:
        return self.texts(item, "name", "code", "note")

    # --- Whom to ask --------------------------------------------------------------------------------------

    def contacts_and_phones(self, rows: Rows, source: Mapping[str, Any], owner: Fields) -> None:
        for row, item in self.rows(source, "contacts", "contact", owner, self.contact):
            add(rows, "Contact", [row])
            self.phones(rows, item, {"contact_id": row["id"]})
            self.attributes(rows, item, {"contact_id": row["id"]})
        self.phones(rows, source, owner)

    def contact(self, item: Mapping[str, Any]) -> Fields:
        return {
            "email": self.value(item, "email", cleaning.email, ""),
            **self.texts(item, "name", "title", "department"),
        }

    def phones(self, rows: Rows, source: Mapping[str, Any], owner: Fields) -> None:
        for row, item in self.rows(source, "phones", "phone", owner, self.phone):
            if not row["number"]:
                self.notes.append("A telephone without a number was left out.")
                continue
            contact = self.reference(item, "contact_id", "contact")
            if contact in {known["id"] for known in rows.get("Contact", [])}:
                row["contact_id"] = contact
            add(rows, "Phone", [row])
            part: Fields = {"phone_id": row["id"]}
            add(rows, "Language", self.plain(item, "languages", "language", part, self.language))

    def phone(self, item: Mapping[str, Any]) -> Fields:
        return self.texts(item, "number", "extension", "type", "description")

    # --- Terms --------------------------------------------------------------------------------------------

    def attributes(self, rows: Rows, source: Mapping[str, Any], owner: Fields) -> None:
        for row in self.plain(source, "attributes", "attribute", owner, self.attribute):
            if row["taxonomy_term_id"] is None:
                self.notes.append("An attribute names no term and was left out.")
            else:
                add(rows, "Attribute", [row])

    def attribute(self, item: Mapping[str, Any]) -> Fields:
        term = item.get("taxonomy_term")
        if isinstance(term, Mapping):
            term_id = self.term(normal(term), own_id({"id": item.get("taxonomy_term_id")}))
        else:
            term_id = self.reference(item, "taxonomy_term_id", "taxonomy_term")
        return {"taxonomy_term_id": term_id, **self.texts(item, "link_type", "link_entity", "label", "value")}

    def said_in(self, source: Mapping[str, Any], kind: str, part_id: str) -> list[Fields]:
        """Return the terms said of a part that keeps them itself: each with the whole term, and its taxonomy."""
        found = []
        for row in self.plain(source, "attributes", "attribute", {"part_id": part_id}, self.attribute):
            term = self.terms.get(row["taxonomy_term_id"])
            if term is None:
                self.notes.append(f"An attribute of a {kind} comes without its term and was left out.")
                continue
            taxonomy = self.taxonomies.get(term.fields["taxonomy_id"])
            said = {name: value for name, value in row.items() if name not in {"part_id", "external_id"} and value}
            found.append(said | {"term": term.fields, "taxonomy": taxonomy.fields if taxonomy else None})
        return found

    def term(self, source: Mapping[str, Any], fallback: str) -> Any:
        own = source.get("id")
        known = self.repeated.get(("taxonomy_term", own)) if type(own) is str else None
        if known is not None and known[0] == source:
            term, taxonomy = known[1]
            self.terms[term.fields["id"]] = term
            if taxonomy is not None:
                self.taxonomies.setdefault(taxonomy.fields["id"], taxonomy)
            return term.fields["id"]
        found = self._term(source, fallback)
        if found is not None and type(own) is str:
            term = self.terms[found]
            self.remember("taxonomy_term", source, (term, self.taxonomies.get(term.fields["taxonomy_id"])))
        return found

    def remember(self, kind: str, source: Mapping[str, Any], found: Any) -> None:
        """Keep what was read of a shared thing, for the next record that repeats it."""
        if len(self.repeated) >= REPEATED_AT_MOST:
            self.repeated.clear()
        self.repeated[kind, source["id"]] = (source, found)

    def _term(self, source: Mapping[str, Any], fallback: str) -> Any:
        name = self.name(source) or self.name(source, "term")
        if not name:
            return None
        fields = self.key(source, "taxonomy_term", fallback or name)
        if fields["id"] in self.terms:
            return fields["id"]
        self.known(source, "taxonomy_term", KNOWN["taxonomy_term"])
        fields |= {
            "taxonomy_id": self.taxonomy_of(source),
            "name": name,
            "code": self.texts(source, "code")["code"][:100],
            "parent_id": self.reference(source, "parent_id", "taxonomy_term"),
            "term_uri": self.value(source, "term_uri", cleaning.uri, ""),
            **self.texts(source, "description", "language", "term"),
        }
        self.terms[fields["id"]] = Shared(fields)
        return fields["id"]

    def taxonomy_of(self, term: Mapping[str, Any]) -> Any:
        """Return the id of a term's taxonomy, which feeds give by id, by name, by both or as a whole object."""
        detail = term.get("taxonomy_detail")
        source: Mapping[str, Any] = normal(detail) if isinstance(detail, Mapping) else {}
        own = own_id(source) or own_id({"id": term.get("taxonomy_id")})
        name = self.name(source) or self.name(term, "taxonomy")
        return self.taxonomy({**source, "id": own, "name": name}) if own or name else None

    def taxonomy(self, source: Mapping[str, Any]) -> Any:
        """Return the id of a taxonomy; where it has no name its id stands for one."""
        name = self.name(source)
        self.known(source, "taxonomy", KNOWN["taxonomy"])
        fields = self.key(source, "taxonomy", name)
        if fields["id"] not in self.taxonomies:
            fields |= {
                "name": name or own_id(source)[:NAME_LENGTH],
                "uri": self.value(source, "uri", cleaning.uri, ""),
                **self.texts(source, "description", "version"),
            }
            self.taxonomies[fields["id"]] = Shared(fields)
        return fields["id"]
