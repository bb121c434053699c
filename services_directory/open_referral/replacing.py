"""What hangs on services, organisations and places: taken away and written anew, as a record gives it."""

import uuid
from collections import defaultdict
from typing import Any

from django.db import models
from django.db.models import Q

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
    ServiceAtLocation,
    TaxonomyTerm,
)
from services_directory.open_referral.parts import Rows
from services_directory.open_referral.rows import every_field, existing, write
from services_directory.open_referral.values import Fields

PARTS: dict[str, type[models.Model]] = {
    "OrganizationIdentifier": OrganizationIdentifier,
    "Address": Address,
    "Accessibility": Accessibility,
    "ServiceAtLocation": ServiceAtLocation,
    "Schedule": Schedule,
    "ServiceArea": ServiceArea,
    "CostOption": CostOption,
    "Funding": Funding,
    "Contact": Contact,
    "Phone": Phone,
    "Language": Language,
    "Attribute": Attribute,
}
"""What hangs on a service, an organisation or a place, in an order in which it can be written."""
_OF_SEVERAL = {"Schedule", "Phone", "Language"}
"""Parts that may be of more than one thing at once."""
_LINK_TO = {
    "OrganizationIdentifier": "organization_identifier_id",
    "Address": "address_id",
    "Accessibility": "accessibility_id",
    "ServiceAtLocation": "service_at_location_id",
    "Contact": "contact_id",
    "Phone": "phone_id",
}
"""By which name other parts point to a part."""
_LINKS = tuple(_LINK_TO.values())
Group = tuple[str, Rows]
"""The id of a service, an organisation or a place, and the rows that hang on it."""
NewIds = dict[tuple[str, str, str], str]
"""By owner, link and the record's id: the id that was written instead."""


def replace(groups: list[Group], *, services: list[str], organizations: list[str], locations: list[str]) -> None:
    """Write what hangs on the owners, after taking away what hung on those that are named: they were there before."""
    if services or organizations or locations:
        places = [(owner, row["id"]) for owner, rows in groups for row in rows.get("ServiceAtLocation", ())]
        kept = {key for _, key in places} | {_id_of_its_own(owner, "ServiceAtLocation", key) for owner, key in places}
        _delete(
            services=[uuid.UUID(key) for key in services],
            organizations=[uuid.UUID(key) for key in organizations],
            locations=[uuid.UUID(key) for key in locations],
            kept=kept,
        )
    new_ids: NewIds = {}
    by_table: dict[str, list[tuple[str, Fields]]] = defaultdict(list)
    for owner, parts in groups:
        for table, rows in parts.items():
            by_table[table] += [(owner, row) for row in rows]
    for table, model in PARTS.items():
        _write_part(table, model, by_table[table], new_ids)


def known_parts(groups: list[Group]) -> list[Group]:
    """Return the parts without those that name a place or a term which nothing describes."""
    at_locations = [row for _, rows in groups for row in rows.get("ServiceAtLocation", [])]
    attributes = [row for _, rows in groups for row in rows.get("Attribute", [])]
    named_places, named_terms = (
        {row["location_id"] for row in at_locations},
        {row["taxonomy_term_id"] for row in attributes},
    )
    places = {key for (key,) in existing(Location, named_places)}
    terms = {key for (key,) in existing(TaxonomyTerm, named_terms)}
    if places == named_places and terms == named_terms:
        return groups
    lost = {row["id"] for row in at_locations if row["location_id"] not in places}

    def is_known(table: str, row: Fields) -> bool:
        if table == "ServiceAtLocation":
            return row["id"] not in lost
        if table == "Attribute" and row["taxonomy_term_id"] not in terms:
            return False
        return row.get("service_at_location_id") not in lost

    return [
        (owner, {table: [row for row in part if is_known(table, row)] for table, part in rows.items()})
        for owner, rows in groups
    ]


def _delete(
    *,
    services: list[Any],
    organizations: list[Any],
    locations: list[Any],
    kept: set[Any],
) -> None:
    """Delete what hangs on rows that are about to be written anew; a service's places are kept where they remain."""
    # By the ids of the places, not by a join: each side of the "or" then has its index.
    places = list(ServiceAtLocation.objects.filter(service__in=services).values_list("pk", flat=True))
    of_service = Q(service__in=services) | Q(service_at_location__in=places)
    anywhere = of_service | Q(organization__in=organizations) | Q(location__in=locations)
    for model in (Contact, Phone, Attribute):  # a contact's telephones and all terms of it go with it
        model._default_manager.filter(anywhere).delete()
    Language.objects.filter(Q(service__in=services) | Q(location__in=locations)).delete()
    Schedule.objects.filter(of_service | Q(location__in=locations)).delete()
    Funding.objects.filter(Q(service__in=services) | Q(organization__in=organizations)).delete()
    for part in (ServiceArea, CostOption):
        part._default_manager.filter(service__in=services).delete()
    ServiceAtLocation.objects.filter(service__in=services).exclude(pk__in=kept).delete()
    OrganizationIdentifier.objects.filter(organization__in=organizations).delete()
    for place_part in (Address, Accessibility):
        place_part._default_manager.filter(location__in=locations).delete()


def _write_part(
    table: str,
    model: type[models.Model],
    rows: list[tuple[str, Fields]],
    new_ids: NewIds,
) -> None:
    """Write the rows of one table. An id that another owner's row already bears gives way to one made of both ids."""
    if not rows:
        return
    ids = {row["id"] for _, row in rows}
    owner_of = ("service_id",) if table == "ServiceAtLocation" else ()
    there = {key: owner[0] if owner else None for key, *owner in existing(model, ids, *owner_of)}
    if not there and not new_ids and len(ids) == len(rows):
        # Nearly always: all of them are new, and each is itself.
        write(model, [row for _, row in rows], known=(), update=())
        return
    merged: dict[tuple[str, str], Fields] = {}
    for owner, row in rows:
        earlier = merged.get((owner, row["id"]), {})
        # One record may give one row in two places, such as a schedule of the service and of its place.
        merged[owner, row["id"]] = (row | earlier) if table in _OF_SEVERAL or not earlier else earlier
    taken: dict[str, str | None] = dict(there)
    made = []
    for (owner, key), row in merged.items():
        for link in _LINKS:
            if link in row and (owner, link, row[link]) in new_ids:
                row = row | {link: new_ids[owner, link, row[link]]}
        if key in taken and taken[key] != owner:
            own = _id_of_its_own(owner, table, key)
            row = row | {"id": own}
            new_ids[owner, _LINK_TO.get(table, ""), key] = own
        taken[row["id"]] = None
        made.append(row)
    known = {key for key, owner in there.items() if owner is not None}
    if table == "ServiceAtLocation" and new_ids:
        known |= {key for (key,) in existing(model, new_ids.values())}
    write(model, made, known=known, update=every_field(model))


def _id_of_its_own(owner: str, table: str, key: str) -> str:
    return str(uuid.uuid5(uuid.UUID(owner), f"{table}:{key}"))
