"""The records that are published, written out: entries of lists, and whole records. A bounded number of queries each.

Apart from `published`, which says which they are.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, Prefetch, QuerySet

from core.errors import NotVisible
from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    CostOption,
    Funding,
    Language,
    Organization,
    OrganizationIdentifier,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from services_directory.open_referral.forms import kept, moment
from services_directory.open_referral.writing import Writer, people_of
from services_directory.open_referral.written_parts import PARTS, Document, taxonomy_document, term_document
from services_directory.selectors.published import (
    people_named,
    people_of_organizations,
    published_at_locations,
    published_organizations,
    published_services,
    published_taxonomies,
    published_terms,
)

Write = Callable[[Sequence[UUID]], list[Document]]
"""From the ids of a page to its records, in the same order."""


def service_entries(ids: Sequence[UUID]) -> list[Document]:
    """Return services as a list gives them."""
    services = _in_order(Service.objects.select_related("organization"), ids)
    return [writer.service_entry(service) for service, writer in _with_writers(services)]


def services(ids: Sequence[UUID]) -> list[Document]:
    """Return whole services."""
    found = _in_order(_whole_services(), ids)
    return [writer.service(service) for service, writer in _with_writers(found)]


def minimal_services(ids: Sequence[UUID]) -> list[Document]:
    """Return of services their ids, and when they were last modified where that is known (by both its names)."""
    found = _in_order(Service.objects.only("pk", "last_modified"), ids)
    return [
        kept(
            {"id": str(one.pk), "last_modified": moment(one.last_modified), "modified_date": moment(one.last_modified)}
        )
        for one in found
    ]


def least_of_services(ids: Sequence[UUID]) -> list[Document]:
    """Return of services what a service must have."""
    found = _in_order(Service.objects.only("pk", "organization_id", "name", "status"), ids)
    return [
        {"id": str(one.pk), "organization_id": str(one.organization_id), "name": one.name, "status": one.status}
        for one in found
    ]


def at_location_entries(ids: Sequence[UUID]) -> list[Document]:
    """Return services at their places as a list gives them."""
    found = _in_order(ServiceAtLocation.objects.select_related("location", "service__organization"), ids)
    return [writer.at_location_entry(at) for at, writer in _at_with_writers(found)]


def at_locations(ids: Sequence[UUID]) -> list[Document]:
    """Return whole services at their places."""
    service = Prefetch("service", _whole_services(with_places=False))
    found = _in_order(_whole_places().prefetch_related(service), ids)
    return [writer.at_location(at) for at, writer in _at_with_writers(found)]


def organization_entries(ids: Sequence[UUID]) -> list[Document]:
    """Return organisations as a list gives them."""
    found = _in_order(Organization.objects.all(), ids)
    people = people_of_organizations(ids)
    return [Writer(people_of(one, people[one.pk])).organization_entry(one) for one in found]


def organizations(ids: Sequence[UUID]) -> list[Document]:
    """Return whole organisations; of their services the least."""
    return _organizations(ids, least_of_services)


def organizations_with_services(ids: Sequence[UUID]) -> list[Document]:
    """Return whole organisations with their whole services."""
    return _organizations(ids, services)


def taxonomies(ids: Sequence[UUID]) -> list[Document]:
    """Return taxonomies as a list gives them."""
    return [taxonomy_document(taxonomy) for taxonomy in _in_order(Taxonomy.objects.all(), ids)]


def whole_taxonomies(ids: Sequence[UUID]) -> list[Document]:
    """Return taxonomies with their terms."""
    terms = Prefetch("taxonomy_terms", TaxonomyTerm.objects.select_related("taxonomy").order_by("id"))
    found = _in_order(Taxonomy.objects.prefetch_related(terms), ids)
    documents = [(taxonomy_document(one), [term_document(term) for term in one.taxonomy_terms.all()]) for one in found]
    return [document | ({"taxonomy_terms": terms} if terms else {}) for document, terms in documents]


def terms(ids: Sequence[UUID]) -> list[Document]:
    """Return terms, each with its taxonomy."""
    return [term_document(term) for term in _in_order(TaxonomyTerm.objects.select_related("taxonomy"), ids)]


def get_published(kind: str, own_id: str, *, write: Write) -> Document:
    """Return one published record of a kind (as its address has it: `services`, …).

    :raises NotVisible: if there is none of this id, or it is not published.
    """
    try:
        key = UUID(own_id)
    except ValueError:
        key = None
    if key is None or not PUBLISHED[kind]().filter(pk=key).exists():
        raise NotVisible("There is no such record, or it is no longer published.")
    return write([key])[0]


PUBLISHED: dict[str, Callable[[], QuerySet[Any]]] = {
    "services": published_services,
    "service_at_locations": published_at_locations,
    "organizations": published_organizations,
    "taxonomies": published_taxonomies,
    "taxonomy_terms": published_terms,
}
"""By the name in the address: what of a kind is published."""


def _in_order(found: QuerySet[Any], ids: Sequence[UUID]) -> list[Any]:
    by_id = {row.pk: row for row in found.filter(pk__in=ids)}
    return [by_id[key] for key in ids if key in by_id]


def _with_writers(found: Sequence[Service]) -> Iterable[tuple[Service, Writer]]:
    people = people_named([service.pk for service in found])
    for service in found:
        names = (service.name, service.alternate_name)
        yield service, Writer(people_of(service.organization, people[service.pk], *names))


def _at_with_writers(found: Sequence[ServiceAtLocation]) -> Iterable[tuple[ServiceAtLocation, Writer]]:
    writers = {service.pk: writer for service, writer in _with_writers([at.service for at in found])}
    return [(at, writers[at.service_id]) for at in found]


def _organizations(ids: Sequence[UUID], write_services: Write) -> list[Document]:
    found = _in_order(Organization.objects.prefetch_related(*_of_organization("")), ids)
    people = people_of_organizations(ids)
    published = published_services().filter(organization__in=ids).order_by("pk").values_list("pk", flat=True)
    by_organization: dict[str, list[Document]] = {str(key): [] for key in ids}
    for document in write_services(list(published)):
        by_organization[document["organization_id"]].append(document)
    documents = [(one, Writer(people_of(one, people[one.pk])).organization(one)) for one in found]
    return [document | _services(by_organization[str(one.pk)]) for one, document in documents]


def _services(documents: list[Document]) -> Document:
    return {"services": documents} if documents else {}


def _whole_services(*, with_places: bool = True) -> QuerySet[Service]:
    places = [_parts("service_at_locations", _whole_places())] if with_places else []
    return Service.objects.select_related("organization").prefetch_related(
        *places,
        *_of_organization("organization__"),
        *(_rows(name, model) for name, model in _OF_SERVICE.items()),
        *_contacts_and_phones(""),
        _attributes("attributes"),
    )


def _whole_places() -> QuerySet[ServiceAtLocation]:
    place = "location__"
    return (
        ServiceAtLocation.objects.select_related("location")
        .prefetch_related(
            _rows("schedules", Schedule),
            *_contacts_and_phones(""),
            _attributes("attributes"),
            _with_attributes(f"{place}addresses", Address),
            _with_attributes(f"{place}accessibility", Accessibility),
            _rows(f"{place}schedules", Schedule),
            _rows(f"{place}languages", Language),
            *_contacts_and_phones(place),
            _attributes(f"{place}attributes"),
        )
        .order_by("id")
    )


def _of_organization(path: str) -> list[Any]:
    return [
        _with_attributes(f"{path}organization_identifiers", OrganizationIdentifier),
        _rows(f"{path}funding", Funding),
        *_contacts_and_phones(path),
        _attributes(f"{path}attributes"),
    ]


_OF_SERVICE: dict[str, type[Model]] = {
    "schedules": Schedule,
    "service_areas": ServiceArea,
    "languages": Language,
    "funding": Funding,
    "cost_options": CostOption,
}


def _parts(path: str, rows: QuerySet[Any]) -> Any:
    return Prefetch(path, rows, to_attr=PARTS + path.rpartition("__")[2])


def _rows(path: str, model: type[Model]) -> Any:
    return _parts(path, model._default_manager.order_by("id"))


def _attributes(path: str) -> Any:
    return _parts(path, Attribute.objects.select_related("taxonomy_term__taxonomy").order_by("id"))


def _with_attributes(path: str, model: type[Model]) -> Any:
    return _parts(path, model._default_manager.order_by("id").prefetch_related(_attributes("attributes")))


def _contacts_and_phones(path: str) -> list[Any]:
    phones = Phone.objects.order_by("id").prefetch_related(_rows("languages", Language))
    contacts = Contact.objects.order_by("id").prefetch_related(_parts("phones", phones), _attributes("attributes"))
    return [_parts(f"{path}contacts", contacts), _parts(f"{path}phones", phones)]
