"""A document written into the rows of a listing. Called inside a use case, with the listing's row locked.

A part keeps its row where it can: the one whose id was sent, else one that says the same, else one that the change
leaves over. A place that other listings use too is not changed for them: this listing gets one of its own.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from accounts.models import User
from services_directory.listing.document import (
    AT_LOCATION,
    LOCATION,
    OF_LOCATION,
    OF_ORGANIZATION,
    OF_SERVICE,
    ORGANIZATION,
    SCALARS,
    SCHEDULE,
    Document,
    Item,
    Part,
    at_location_item,
    location_item,
    organization_item,
    without_ids,
)
from services_directory.models import (
    Attribute,
    Funding,
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    ServiceRuleSet,
    TaxonomyTerm,
)
from services_directory.needs import NEEDS_TAXONOMY_ID


def write(
    service: Service, values: Document, *, at: dt.datetime, by: User | None, also_typed: Collection[str] = ()
) -> None:
    """Write the given fields of a listing, and the whole listing where it is new.

    Of a listing that is kept here it is noted when it was modified; a value that somebody typed here is no longer what
    a source stated, nor made up.

    :param by: who applies rule sets; None: the service itself.
    :param also_typed: fields that were typed with them and are written elsewhere.
    """
    typed = {*values, *also_typed}
    if "organization" in values:
        service.organization = _write_organization(values["organization"])
    for name in SCALARS:
        if name in values:
            setattr(service, name, values[name])
    if "receiving_team" in values:
        service.receiving_team_id = values["receiving_team"] and values["receiving_team"]["id"]
    service.made_up = [name for name in service.made_up if name not in typed]
    service.sources = [
        kept
        for source in service.sources
        if (kept := source | {"fields": [name for name in source["fields"] if name not in typed]})["fields"]
    ]
    if service.feed is None or service.feed.is_kept_here:
        service.last_modified = at
    service.save()
    for name, part in OF_SERVICE.items():
        if name in values:
            rows = getattr(service, name).all()
            rows = rows.filter(service_at_location__isnull=True) if name == "schedules" else rows
            _write_rows(part, rows, values[name], service=service)
    if "service_at_locations" in values:
        _write_places(service, values["service_at_locations"])
    if "funding" in values:
        _write_funding(service, values["funding"])
    if "needs" in values:
        _write_needs(service, values["needs"])
    if "rule_sets" in values:
        _write_rule_sets(service, [item["key"] for item in values["rule_sets"]], at=at, by=by)


def _matched(rows: Iterable[Any], wanted: Sequence[Item], says: Callable[[Any, Item], bool]) -> tuple[list[Any], Any]:
    """Return for each wanted part its row, or None where it needs a new one; and the rows left over."""
    free = {str(row.pk): row for row in rows}
    found = [free.pop(str(item.get("id")), None) for item in wanted]
    for index, item in enumerate(wanted):
        if found[index] is None:
            key = next((key for key, row in free.items() if says(row, item)), None)
            found[index] = free.pop(key) if key else None
    for index, row in enumerate(found):
        if row is None and free:
            found[index] = free.pop(next(iter(free)))
    return found, list(free.values())


def _write_rows(part: Part, rows: Any, wanted: Sequence[Item], **owner: Any) -> None:
    found, left_over = _matched(rows.order_by("pk"), wanted, lambda row, item: part.item_of(row) == without_ids(item))
    for row, item in zip(found, wanted, strict=True):
        said = without_ids(item)
        if row is None:
            part.model._default_manager.create(**said, **owner)
        elif part.item_of(row) != said:
            _set(row, said, part.columns)
    for row in left_over:
        row.delete()


def _set(row: Any, said: Item, columns: Sequence[str]) -> None:
    for name in columns:
        setattr(row, name, said[name])
    row.save(update_fields=columns)


def _write_children(parts: Mapping[str, Part], row: Any, said: Item, **owner: Any) -> None:
    for name, part in parts.items():
        _write_rows(part, getattr(row, name).all(), said[name], **owner)


def _write_organization(item: Item) -> Organization:
    if "id" not in item:
        row = Organization.objects.create(**{name: item[name] for name in ORGANIZATION.columns})
    else:
        row = Organization.objects.select_for_update().get(pk=item["id"])
        if without_ids(organization_item(row)) == without_ids(item):
            return row
        _set(row, item, ORGANIZATION.columns)
    _write_children(OF_ORGANIZATION, row, item, organization=row)
    return row


def _write_places(service: Service, wanted: Sequence[Item]) -> None:
    def is_said_by(row: ServiceAtLocation, item: Item) -> bool:
        return bool(str(row.location_id) == item["location"].get("id") or at_location_item(row) == without_ids(item))

    rows = service.service_at_locations.select_related("location").order_by("location__name", "pk")
    found, left_over = _matched(rows, wanted, is_said_by)
    for row, item in zip(found, wanted, strict=True):
        location = _write_location(row.location if row else None, item["location"], service)
        values = {name: item[name] for name in AT_LOCATION.columns} | {"location": location}
        if row is None:
            row = ServiceAtLocation.objects.create(service=service, **values)
        else:
            _set(row, values, [*AT_LOCATION.columns, "location"])
        _write_rows(SCHEDULE, row.schedules.all(), item["schedules"], service_at_location=row)
    for row in left_over:
        row.delete()


def _write_location(current: Location | None, item: Item, service: Service) -> Location:
    key = item.get("id") or (current and current.pk)
    row = Location.objects.select_for_update(of=("self",)).select_related("feed").get(pk=key) if key else Location()
    if key and location_item(row) == without_ids(item):
        return row
    if key and _is_others_too(row, service):
        row.pk, row.feed, row.external_id = uuid.uuid4(), None, ""
        row._state.adding = True
    for name in LOCATION.columns:
        setattr(row, name, item[name])
    row.save()
    _write_children(OF_LOCATION, row, item, location=row)
    return row


def _is_others_too(location: Location, service: Service) -> bool:
    """Whether a place is not this listing's alone: another uses it, or its feed will write it again."""
    is_of_a_feed = location.feed is not None and not location.feed.is_kept_here
    return is_of_a_feed or location.service_at_locations.exclude(service=service).exists()


def _write_funding(service: Service, wanted: Sequence[str]) -> None:
    service.funding.exclude(source__in=wanted).delete()
    known = set(service.funding.values_list("source", flat=True))
    Funding.objects.bulk_create(Funding(service=service, source=source) for source in wanted if source not in known)


def _write_needs(service: Service, codes: Sequence[str]) -> None:
    said = service.attributes.filter(taxonomy_term__taxonomy=NEEDS_TAXONOMY_ID)
    said.exclude(taxonomy_term__code__in=codes).delete()
    known = set(said.values_list("taxonomy_term__code", flat=True))
    terms = TaxonomyTerm.objects.filter(taxonomy=NEEDS_TAXONOMY_ID, code__in=set(codes) - known)
    Attribute.objects.bulk_create(
        Attribute(service=service, taxonomy_term=term, link_type="need") for term in terms.order_by("code")
    )


def _write_rule_sets(service: Service, keys: Sequence[str], *, at: dt.datetime, by: User | None) -> None:
    service.rule_sets.exclude(rule_set__in=keys).delete()
    known = set(service.rule_sets.values_list("rule_set_id", flat=True))
    ServiceRuleSet.objects.bulk_create(
        ServiceRuleSet(service=service, rule_set_id=key, applied_at=at, applied_by=by)
        for key in keys
        if key not in known
    )
