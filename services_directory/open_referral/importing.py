"""How records become rows: in batches, each in its own transaction. `services.import_feed` is the way in.

A shared row (an organisation, a place, a term) is written once per run, as its first record gives it, and only by the
feed that brought it. What hangs on a changed row is replaced. A batch that the database refuses is done again record
by record, so that one bad record costs only itself.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import DataError, IntegrityError, models, transaction
from django.db.models import Q

from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    CostOption,
    Feed,
    Funding,
    Language,
    Location,
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
from services_directory.open_referral.reading import (
    ParsedService,
    Rows,
    Shared,
    Unreadable,
    digest_of,
    parse,
)
from services_directory.open_referral.values import Fields, own_id, uuid_of
from services_directory.search import index

BATCH_SIZE = 200
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
NewIds = dict[tuple[uuid.UUID, str, uuid.UUID], uuid.UUID]
"""By owner, link and the record's id: the id that was written instead."""


@dataclass(frozen=True)
class Incoming:
    """One source record; `extension` holds our own fields of its service, and only for our own data."""

    record: object
    extension: Fields = field(default_factory=dict)


@dataclass(frozen=True)
class Remark:
    """What there is to say about one record: why it was refused, or what was put right in it."""

    id: str
    reason: str


@dataclass(kw_only=True)
class ImportReport:
    """What an import did. `notes` are records that were taken, but not just as they were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    @property
    def loaded(self) -> int:
        """How many records are in the directory after it."""
        return self.created + self.changed + self.unchanged


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    own_id: str
    digest: str
    is_new: bool
    parsed: ParsedService
    extension: Fields


class FeedImport:
    """One run over one feed."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.report = ImportReport()
        self._met: set[uuid.UUID] = set()
        self._written: set[uuid.UUID] = set()
        self._count = 0

    def load(self, incoming: Iterable[Incoming | Unreadable]) -> ImportReport:
        """Take all records, a batch at a time."""
        iterator = iter(incoming)
        while batch := list(islice(iterator, BATCH_SIZE)):
            self._load_batch(batch)
        return self.report

    def _load_batch(self, batch: Sequence[Incoming | Unreadable]) -> None:
        candidates = self._candidates(batch)
        if not candidates:
            return
        try:
            self._write(candidates)
        except (IntegrityError, DataError):
            for candidate in candidates:
                try:
                    self._write([candidate])
                except (IntegrityError, DataError) as problem:
                    self._refuse(candidate.own_id, f"The database refused it: {str(problem).splitlines()[0]}")

    def _refuse(self, own: str, reason: str) -> None:
        self.report.refused.append(Remark(own, reason))

    # --- Which records need writing ---------------------------------------------------------------------

    def _candidates(self, batch: Sequence[Incoming | Unreadable]) -> list[_Candidate]:
        by_id: dict[uuid.UUID, tuple[str, Incoming]] = {}
        for item in batch:
            self._count += 1
            if isinstance(item, Unreadable):
                self._refuse(item.id, item.reason)
                continue
            own = own_id(item.record)
            service_id = uuid_of(own, feed=self.feed.name, kind="service")
            if not own:
                self._refuse(f"(record {self._count})", "It has no id.")
            elif service_id in self._met:
                self._refuse(own, "This id comes twice in the feed; the first one counts.")
            else:
                self._met.add(service_id)
                by_id[service_id] = (own, item)
        known = {
            row[0]: row[1:]
            for row in Service.objects.filter(pk__in=by_id).values_list("pk", "feed_id", "source_digest")
        }
        found = (self._candidate(own, item, known.get(service_id)) for service_id, (own, item) in by_id.items())
        return [candidate for candidate in found if candidate is not None]

    def _candidate(self, own: str, item: Incoming, known: tuple[uuid.UUID | None, str] | None) -> _Candidate | None:
        if known is not None and known[0] != self.feed.pk:
            self._refuse(own, "This id belongs to a service that did not come from this feed.")
            return None
        digest = digest_of(item.record, item.extension) if item.extension else digest_of(item.record)
        if known is not None and known[1] == digest:
            self.report.unchanged += 1
            return None
        try:
            parsed = parse(item.record, feed=self.feed.name)
        except ValueError as problem:
            self._refuse(own, str(problem))
            return None
        return _Candidate(own_id=own, digest=digest, is_new=known is None, parsed=parsed, extension=item.extension)

    # --- Writing ------------------------------------------------------------------------------------------

    def _write(self, candidates: list[_Candidate]) -> None:
        """Write the candidates, all or none."""
        report = ImportReport()
        with transaction.atomic(), index.held():
            # One import of a feed at a time: what a second one waits for here, it then finds done.
            Feed.objects.select_for_update().get(pk=self.feed.pk)
            written = self._write_shared(candidates)
            candidates = self._with_known_organizations(candidates, report)
            self._write_services(candidates)
            self._replace_parts(candidates, written, report)
        self._written |= {key for group in written.values() for key in group}
        for candidate in candidates:
            report.notes.extend(Remark(candidate.own_id, note) for note in candidate.parsed.notes)
        self.report.created += sum(candidate.is_new for candidate in candidates)
        self.report.changed += sum(not candidate.is_new for candidate in candidates)
        self.report.refused += report.refused
        self.report.notes += report.notes

    def _write_shared(self, candidates: list[_Candidate]) -> dict[str, dict[uuid.UUID, Shared]]:
        parsed = [candidate.parsed for candidate in candidates]
        return {
            "Taxonomy": self._upsert(Taxonomy, (row for one in parsed for row in one.taxonomies)),
            "TaxonomyTerm": self._upsert(TaxonomyTerm, (row for one in parsed for row in one.terms)),
            "Organization": self._upsert(Organization, (one.organization for one in parsed if one.organization)),
            "Location": self._upsert(Location, (row for one in parsed for row in one.locations)),
        }

    def _upsert(self, model: type[Any], rows: Iterable[Shared]) -> dict[uuid.UUID, Shared]:
        """Write shared rows that this run has not written and that are not another feed's; return them by id."""
        wanted: dict[uuid.UUID, Shared] = {}
        for row in rows:
            if row.fields["id"] not in self._written:
                wanted.setdefault(row.fields["id"], row)
        for key, feed_id in model.objects.filter(pk__in=wanted).values_list("pk", "feed_id"):
            if feed_id != self.feed.pk:
                del wanted[key]
        model.objects.bulk_create(
            [model(**row.fields, feed_id=self.feed.pk) for row in wanted.values()],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[column.name for column in model._meta.concrete_fields if not column.primary_key],
        )
        return wanted

    def _with_known_organizations(self, candidates: list[_Candidate], report: ImportReport) -> list[_Candidate]:
        ids = {candidate.parsed.service["organization_id"] for candidate in candidates}
        known = set(Organization.objects.filter(pk__in=ids).values_list("pk", flat=True))
        for candidate in candidates:
            if candidate.parsed.service["organization_id"] not in known:
                report.refused.append(Remark(candidate.own_id, "It names an organisation that nothing describes."))
        return [candidate for candidate in candidates if candidate.parsed.service["organization_id"] in known]

    def _write_services(self, candidates: list[_Candidate]) -> None:
        if not candidates:
            return
        ours = candidates[0].extension.keys()
        read = (candidates[0].parsed.service.keys() - {"id", "delivery"}) | {"feed", "source_digest"} | ours
        Service.objects.bulk_create(
            [
                Service(
                    **(candidate.parsed.service | candidate.extension),
                    feed_id=self.feed.pk,
                    source_digest=candidate.digest,
                )
                for candidate in candidates
            ],
            update_conflicts=True,
            unique_fields=["id"],
            # What people here have said of an imported service stays: only what its record holds is written over.
            update_fields=sorted(name.removesuffix("_id") if name != "external_id" else name for name in read),
        )

    def _replace_parts(
        self,
        candidates: list[_Candidate],
        written: dict[str, dict[uuid.UUID, Shared]],
        report: ImportReport,
    ) -> None:
        organizations, locations = written["Organization"], written["Location"]
        groups: list[tuple[uuid.UUID, Rows]] = [
            *((key, row.children) for key, row in organizations.items()),
            *((key, row.children) for key, row in locations.items()),
            *((candidate.parsed.service["id"], candidate.parsed.children) for candidate in candidates),
        ]
        known = _known_parts(groups)
        for candidate, (_, rows) in zip(candidates, known[len(known) - len(candidates) :], strict=True):
            if sum(map(len, rows.values())) < sum(map(len, candidate.parsed.children.values())):
                note = "It names a place or a term that nothing describes; that part was left out."
                report.notes.append(Remark(candidate.own_id, note))
        _delete_parts(
            services=[candidate.parsed.service["id"] for candidate in candidates if not candidate.is_new],
            organizations=list(organizations),
            locations=list(locations),
            kept={row["id"] for _, rows in known for row in rows.get("ServiceAtLocation", [])},
        )
        new_ids: NewIds = {}
        for table, model in PARTS.items():
            _write_part(table, model, [(owner, row) for owner, rows in known for row in rows.get(table, [])], new_ids)


def _known_parts(groups: list[tuple[uuid.UUID, Rows]]) -> list[tuple[uuid.UUID, Rows]]:
    """Return the parts without those that name a place or a term which nothing describes."""
    at_locations = [row for _, rows in groups for row in rows.get("ServiceAtLocation", [])]
    attributes = [row for _, rows in groups for row in rows.get("Attribute", [])]
    named_places, named_terms = (
        {row["location_id"] for row in at_locations},
        {row["taxonomy_term_id"] for row in attributes},
    )
    places = set(Location.objects.filter(pk__in=named_places).values_list("pk", flat=True))
    terms = set(TaxonomyTerm.objects.filter(pk__in=named_terms).values_list("pk", flat=True))
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


def _delete_parts(
    *,
    services: list[uuid.UUID],
    organizations: list[uuid.UUID],
    locations: list[uuid.UUID],
    kept: set[uuid.UUID],
) -> None:
    """Delete what hangs on rows that are about to be written anew; a service's places are kept where they remain."""
    of_service = Q(service__in=services) | Q(service_at_location__service__in=services)
    anywhere = of_service | Q(organization__in=organizations) | Q(location__in=locations)
    for model in (Contact, Phone, Attribute):  # a contact's telephones and all terms of it go with it
        model._default_manager.filter(anywhere).delete()
    Language.objects.filter(Q(service__in=services) | Q(location__in=locations)).delete()
    Schedule.objects.filter(of_service).delete()
    for part in (ServiceArea, CostOption, Funding):
        part._default_manager.filter(service__in=services).delete()
    ServiceAtLocation.objects.filter(service__in=services).exclude(pk__in=kept).delete()
    OrganizationIdentifier.objects.filter(organization__in=organizations).delete()
    for place_part in (Address, Accessibility):
        place_part._default_manager.filter(location__in=locations).delete()


def _write_part(
    table: str,
    model: type[models.Model],
    rows: list[tuple[uuid.UUID, Fields]],
    new_ids: NewIds,
) -> None:
    """Write the rows of one table. An id that another owner's row already bears gives way to one made of both ids."""
    if not rows:
        return
    merged: dict[tuple[uuid.UUID, uuid.UUID], Fields] = {}
    for owner, row in rows:
        earlier = merged.get((owner, row["id"]), {})
        # One record may give one row in two places, such as a schedule of the service and of its place.
        merged[owner, row["id"]] = (row | earlier) if table in _OF_SEVERAL or not earlier else earlier
    existing = model._default_manager.filter(pk__in={key for _, key in merged})
    taken: dict[uuid.UUID, Any] = dict.fromkeys(existing.values_list("pk", flat=True))
    if table == "ServiceAtLocation":
        taken = dict(ServiceAtLocation.objects.filter(pk__in=taken).values_list("pk", "service_id"))
    made = []
    for (owner, key), row in merged.items():
        values = dict(row)
        for link in _LINK_TO.values():
            if link in values:
                values[link] = new_ids.get((owner, link, values[link]), values[link])
        if key in taken and taken[key] != owner:
            values["id"] = new_ids[owner, _LINK_TO.get(table, ""), key] = uuid.uuid5(owner, f"{table}:{key}")
        taken[values["id"]] = None
        made.append(model(**values))
    model._default_manager.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[column.name for column in model._meta.concrete_fields if not column.primary_key],
    )
