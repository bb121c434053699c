"""Parts of records as Open Referral UK writes them: addresses, schedules, prices, whom to ask, terms. Pure.

What is a person's is not written (`privacy`). Where the standard insists on a value that nobody has given,
docs/adr/0010 says what stands there.
"""

from typing import Any

from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    CostOption,
    Funding,
    Language,
    Location,
    OrganizationIdentifier,
    Phone,
    Schedule,
    ServiceArea,
    Taxonomy,
    TaxonomyTerm,
)
from services_directory.models.base import Described
from services_directory.open_referral import forms
from services_directory.open_referral.forms import kept
from services_directory.open_referral.privacy import People

Document = dict[str, Any]
NOT_KNOWN = "Not known"
"""What stands where the standard insists on a text that nobody has given."""
PARTS = "all_"
"""Before the name of each list of parts that comes with a row: a plain list costs a fraction of a manager."""


def parts(row: Any, name: str) -> list[Any]:
    """Return the parts of a row that came with it."""
    found: list[Any] = getattr(row, PARTS + name)
    return found


class PartWriter:
    """Writes the parts of one listing, without the people behind it."""

    def __init__(self, people: People) -> None:
        self.people = people

    # --- Of a place ---------------------------------------------------------------------------------------

    def address(self, address: Address, location: Location) -> Document | None:
        """Return an address, in whose gaps other parts of it stand; None where it says neither street nor postcode."""
        if not address.address_1 and not address.postal_code:
            return None
        attention = "" if self.people.has(address.attention) else address.attention
        area = address.state_province or address.region or address.city
        street = address.address_1 or address.address_2 or location.name
        return kept(
            {
                "id": str(address.pk),
                "location_id": str(address.location_id),
                "attention": attention,
                "address_1": self.people.without(street) or NOT_KNOWN,
                **self.texts(address, "address_2"),
                "city": address.city or area or NOT_KNOWN,
                "region": address.region,
                "state_province": area or NOT_KNOWN,
                "postal_code": address.postal_code or NOT_KNOWN,
                "country": address.country or "GB",
                "address_type": address.address_type,
                "attributes": [self.attribute(row, str(address.pk)) for row in parts(address, "attributes")],
            }
        )

    def accessibility(self, row: Accessibility) -> Document:
        return kept(
            {
                "id": str(row.pk),
                "location_id": str(row.location_id),
                **self.texts(row, "description", "details"),
                "url": forms.uri(row.url),
                **self.texts(row, "accessibility"),
                "attributes": [self.attribute(each, str(row.pk)) for each in parts(row, "attributes")],
            }
        )

    # --- Parts of a service -------------------------------------------------------------------------------

    def schedule(self, row: Schedule, owner: Document) -> Document | None:
        """Return a schedule; None where it has a rule that cannot be read or never comes up."""
        if row.freq and not self.comes_up(row):
            return None
        on = row.dtstart or row.valid_from
        return kept(
            {
                "id": str(row.pk),
                **owner,
                "service_at_location_id": str(row.service_at_location_id or ""),
                **{name: forms.date(getattr(row, name)) for name in ("valid_from", "valid_to", "dtstart")},
                "timezone": _float(row.timezone),
                "until": forms.date(row.until),
                "count": row.count,
                "wkst": row.wkst,
                "freq": row.freq,
                "interval": row.interval,
                "byday": row.byday,
                "byweekno": row.byweekno,
                "bymonthday": row.bymonthday,
                "byyearday": row.byyearday,
                **self.texts(row, "description"),
                "opens_at": forms.clock(row.opens_at, row.opens_at_offset, on),
                "closes_at": forms.clock(row.closes_at, row.closes_at_offset, on),
                "schedule_link": forms.uri(row.schedule_link),
                **self.texts(row, "attending_type", "notes"),
                "attributes": self.said_in(row),
            }
        )

    def comes_up(self, row: Schedule) -> bool:
        """Whether a schedule's rule can be read, and comes up between its days."""
        parts = {
            "FREQ": row.freq,
            "INTERVAL": row.interval,
            "BYDAY": row.byday,
            "BYMONTHDAY": row.bymonthday,
        }
        rule = ";".join(f"{name}={value}" for name, value in parts.items() if value)
        ends = [day for day in (row.until, row.valid_to) if day is not None]
        return forms.comes_up(rule, row.dtstart, row.valid_from, min(ends, default=None))

    def area(self, row: ServiceArea) -> Document:
        return kept(
            {
                "id": str(row.pk),
                "service_id": str(row.service_id),
                **self.texts(row, "name", "description"),
                "extent": row.extent,
                "extent_type": row.extent_type,
                "uri": forms.uri(row.uri),
                **self.texts(row, "service_area"),
                "attributes": self.said_in(row),
            }
        )

    def cost(self, row: CostOption) -> Document:
        return kept(
            {
                "id": str(row.pk),
                "service_id": str(row.service_id),
                "valid_from": forms.date(row.valid_from),
                "valid_to": forms.date(row.valid_to),
                **self.texts(row, "option"),
                "currency": row.currency,
                "amount": forms.number(row.amount),
                **self.texts(row, "amount_description"),
                "attributes": self.said_in(row),
            }
        )

    def funding(self, row: Funding) -> Document:
        owner = {"service_id": str(row.service_id or ""), "organization_id": str(row.organization_id or "")}
        return kept({"id": str(row.pk), **owner, **self.texts(row, "source"), "attributes": self.said_in(row)})

    def language(self, row: Language, owner: Document) -> Document:
        said = {"name": row.name, "code": row.code, **self.texts(row, "note"), "attributes": self.said_in(row)}
        return kept({"id": str(row.pk), **owner, **said})

    def identifier(self, row: OrganizationIdentifier) -> Document:
        return kept(
            {
                "id": str(row.pk),
                "organization_id": str(row.organization_id),
                "identifier_scheme": row.identifier_scheme,
                "identifier_type": row.identifier_type or row.identifier_scheme or NOT_KNOWN,
                "identifier": row.identifier,
                "attributes": [self.attribute(each, str(row.pk)) for each in parts(row, "attributes")],
            }
        )

    # --- Whom to ask --------------------------------------------------------------------------------------

    def contacts_and_phones(self, owner: Any, link: Document) -> Document:
        """Return the contacts that are nobody in person, and the telephones that are nobody's."""
        contacts = [contact for contact in parts(owner, "contacts") if not self.people.has(contact.name, contact.email)]
        shown = {contact.pk for contact in contacts}
        return {
            "contacts": [self.contact(contact, link) for contact in contacts],
            "phones": [self.phone(row, link) for row in parts(owner, "phones") if self.is_shown(row, shown)],
        }

    def is_shown(self, phone: Phone, contacts: set[Any]) -> bool:
        """Whether a telephone is nobody's own."""
        if phone.contact_id is not None and phone.contact_id not in contacts:
            return False
        return not self.people.owns_number(phone.number, phone.description)

    def contact(self, contact: Contact, link: Document) -> Document:
        email = forms.email(contact.email)
        return kept(
            {
                "id": str(contact.pk),
                **link,
                "name": contact.name,
                **self.texts(contact, "title", "department"),
                "email": "" if self.people.owns_email(email) else email,
                "phones": [
                    self.phone(row, {}) for row in parts(contact, "phones") if self.is_shown(row, {row.contact_id})
                ],
                "attributes": [self.attribute(row, str(contact.pk)) for row in parts(contact, "attributes")],
            }
        )

    def phone(self, row: Phone, link: Document) -> Document:
        part = {"phone_id": str(row.pk)}
        return kept(
            {
                "id": str(row.pk),
                **link,
                "contact_id": str(row.contact_id or ""),
                "number": row.number,
                "extension": _float(row.extension),
                "type": row.type,
                **self.texts(row, "description"),
                "languages": [self.language(each, part) for each in parts(row, "languages")],
                "attributes": self.said_in(row),
            }
        )

    # --- Terms and texts ----------------------------------------------------------------------------------

    def attribute(self, row: Attribute, link: str) -> Document:
        return kept(
            {
                "id": str(row.pk),
                "link_id": link,
                "taxonomy_term_id": str(row.taxonomy_term_id),
                "link_type": row.link_type,
                "link_entity": row.link_entity,
                **self.texts(row, "label", "value"),
                "taxonomy_term": term_document(row.taxonomy_term),
            }
        )

    def said_in(self, row: Described) -> list[Document]:
        """Return the terms said of a part that keeps them itself."""
        return [self.attribute(_attribute(said), str(row.pk)) for said in row.attributes]

    def texts(self, row: Any, *names: str) -> Document:
        """Return texts without the people behind the listing."""
        return {name: self.people.without(text) for name in names if (text := getattr(row, name))}

    def more(self, values: Document) -> Document:
        """Return values of the standard that have no column, likewise."""
        return {name: self._without(value) for name, value in values.items()}

    def _without(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._without(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._without(inner) for inner in value]
        return self.people.without(value) if isinstance(value, str) else value


def taxonomy_document(taxonomy: Taxonomy) -> Document:
    """Return a taxonomy without its terms."""
    return kept(
        {
            "id": str(taxonomy.pk),
            "name": taxonomy.name,
            "description": taxonomy.description or taxonomy.name,
            "uri": forms.uri(taxonomy.uri),
            "version": taxonomy.version,
        }
    )


def term_document(term: TaxonomyTerm) -> Document:
    """Return a term with its taxonomy."""
    return kept(
        {
            "id": str(term.pk),
            "code": term.code,
            "name": term.name,
            "description": term.description or term.name,
            "parent_id": str(term.parent_id or ""),
            "taxonomy": term.taxonomy.name if term.taxonomy else "",
            "taxonomy_id": str(term.taxonomy_id or ""),
            "taxonomy_detail": taxonomy_document(term.taxonomy) if term.taxonomy else None,
            "language": term.language,
            "term_uri": forms.uri(term.term_uri),
            "term": term.term,
        }
    )


def _attribute(said: Document) -> Attribute:
    """Return the row that a part stands for which keeps its terms itself."""
    term = TaxonomyTerm(**said["term"])
    term.taxonomy = Taxonomy(**said["taxonomy"]) if said["taxonomy"] else None
    own = {name: value for name, value in said.items() if name not in {"term", "taxonomy", "taxonomy_term_id"}}
    return Attribute(**own, taxonomy_term=term)


def _float(text: str) -> int | float | None:
    """Return what the standard has as a number and feeds also write as text."""
    try:
        return forms.number(text)
    except ValueError:
        return None
