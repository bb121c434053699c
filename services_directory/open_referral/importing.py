"""How records become rows: in batches, each in its own transaction. `services.import_feed` is the way in.

A shared row (an organisation, a place, a term) is written once per run, as its first record gives it, and only by the
feed that brought it. What hangs on a changed row is replaced. A batch that the database refuses is done again record
by record, so that one bad record costs only itself. What the feed no longer has is withdrawn at the end, if the whole
feed was read.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DataError, IntegrityError, transaction

from services_directory.enums import ChangeKind
from services_directory.listing.history import Author, recorded
from services_directory.models import Feed, Organization, Service
from services_directory.open_referral.ids import Ids
from services_directory.open_referral.items import (
    Described,
    Incoming,
    Item,
    Listed,
    Unreadable,
    Written,
    batches,
    id_of,
)
from services_directory.open_referral.parts import Repeated
from services_directory.open_referral.reading import (
    ParsedService,
    ParsedShared,
    digest_of,
    digest_of_text,
    parse,
    parse_organization,
    parse_taxonomy,
    parse_term,
)
from services_directory.open_referral.replacing import known_parts, replace
from services_directory.open_referral.report import ImportReport, Remark
from services_directory.open_referral.rows import existing, write
from services_directory.open_referral.shared_rows import SHARED, SharedRows, WrittenRows
from services_directory.open_referral.values import Fields, own_id, shown, uuid_of
from services_directory.open_referral.withdrawing import withdraw
from services_directory.search import index

BATCH_SIZE = 1000
REASON_LENGTH = 500
DIGEST = 32
"""A service keeps two digests in one: of the text it was read from, if any, and of what that says in any layout."""
KINDS = {"taxonomy": "Taxonomy", "taxonomy_term": "TaxonomyTerm", "organization": "Organization"}
PARSERS = {"taxonomy": parse_taxonomy, "taxonomy_term": parse_term, "organization": parse_organization}


class _Known(NamedTuple):
    """What the directory holds of a service already."""

    feed_id: str | None
    digest: str
    listed: str
    withdrawn_at: dt.datetime | None

    def says_the_same(self, entry: Any, digest: str) -> bool:
        """Whether an entry of a list is as it was, and would say if its record were not."""
        return self.listed == digest and bool(entry.get("last_modified") or entry.get("lastModified"))


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    own_id: str
    digest: str
    listed_digest: str
    is_new: bool
    parsed: ParsedService
    extension: Fields


class FeedImport:
    """One run over one feed.

    :param is_partial: whether the source gives only what has changed; then nothing is withdrawn.
    :param trusts_last_modified: whether an entry of a list that is as it was, `last_modified` included, is taken to
        have a record that is as it was; then that is not asked for.
    :param judge: what says how far listings can be believed; called with those that a batch has written or brought
        back, in its transaction.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        at: dt.datetime,
        is_partial: bool = False,
        trusts_last_modified: bool = False,
        allow_withdrawals: bool = False,
        judge: Callable[[Collection[UUID]], object] = lambda _: None,
    ) -> None:
        self.feed = feed
        self._feed_id = str(feed.pk)
        self.at = at
        self.is_partial = is_partial
        self.trusts_last_modified = trusts_last_modified
        self.allow_withdrawals = allow_withdrawals
        self._judge = judge
        self.report = ImportReport()
        self._met = Ids()
        self._shared = SharedRows(self._feed_id)
        self._repeated: Repeated = {}
        self._back: list[str] = []
        self._count = 0

    def load(self, items: Iterable[Item]) -> ImportReport:
        """Take all records, a batch at a time, and withdraw what the feed no longer has."""
        waiting: list[_Candidate] = []
        source = batches(items, BATCH_SIZE)
        with ThreadPoolExecutor(max_workers=1) as reader:
            try:
                # One batch is read, and the next one fetched, while the database writes the one before.
                fetching = reader.submit(next, source, None)
                while (fetched := fetching.result()) is not None:
                    kind, batch = fetched
                    before, waiting = waiting, []
                    if kind:
                        fetching = reader.submit(next, source, None)
                        self._load_services(before)
                        self._load_described(kind, [item for item in batch if isinstance(item, Described)])
                    else:
                        reading = reader.submit(self._candidates, self._known(batch))
                        fetching = reader.submit(next, source, None)
                        self._load_services(before)
                        waiting = reading.result()
                        self._bring_back()
            finally:  # a source that fails has still given what came before
                self._load_services(waiting)
        withdraw(
            self.feed,
            met=self._met,
            report=self.report,
            at=self.at,
            is_partial=self.is_partial,
            allow_withdrawals=self.allow_withdrawals,
        )
        return self.report

    def _load_services(self, candidates: list[_Candidate]) -> None:
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
        self.report.refused.append(Remark(shown(own), shown(reason, most=REASON_LENGTH)))

    # --- Which records need writing ---------------------------------------------------------------------

    def _known(self, batch: Sequence[Item]) -> list[tuple[str, Item, _Known | None]]:
        """Return the records that can be told from each other, by id, with what the directory holds of each."""
        by_id: dict[str, tuple[str, Item]] = {}
        for item in batch:
            self._count += 1
            if isinstance(item, Unreadable):
                self._unreadable(item)
                continue
            own = id_of(item)
            service_id = uuid_of(own, feed=self.feed.name, kind="service")
            if not own:
                self._refuse(f"(record {self._count})", "It has no id.")
            elif service_id in self._met:
                self._refuse(own, "This id comes twice in the feed; the first one counts.")
            else:
                self._met.add(service_id)
                by_id[service_id] = (own, item)
        columns = ("feed_id", "source_digest", "listed_digest", "withdrawn_at")
        known = {key: _Known(*row) for key, *row in existing(Service, by_id, *columns)}
        return [(own, item, known.get(service_id)) for service_id, (own, item) in by_id.items()]

    def _candidates(self, records: Iterable[tuple[str, Item, _Known | None]]) -> list[_Candidate]:
        """Read the records that are new or have changed. This runs beside the database, and may not ask it anything."""
        found = (self._candidate(*record) for record in records)
        return [candidate for candidate in found if candidate is not None]

    def _bring_back(self) -> None:
        """Let services stand again that were withdrawn and are in the feed as they were."""
        ids = [UUID(key) for key in self._back]
        self._back.clear()
        if ids:
            with transaction.atomic():
                self.report.changed += Service.objects.filter(pk__in=ids).update(withdrawn_at=None)
                self._judge(ids)

    def _unreadable(self, item: Unreadable) -> None:
        self._refuse(item.id, item.reason)
        self._met.add(uuid_of(item.id, feed=self.feed.name, kind="service"))
        if item.loses_more:
            self.is_partial = True

    def _candidate(self, own: str, item: Item, known: _Known | None) -> _Candidate | None:
        if known is not None and known.feed_id != self._feed_id:
            self._refuse(own, "This id belongs to a service that did not come from this feed.")
            return None
        if isinstance(item, Written) and known is not None and known.digest[:DIGEST] == _text_digest(item):
            self._unchanged(own, known)
            return None
        listed = ""
        if isinstance(item, Listed):
            listed = _digest_of_entry(item.entry)
            if self.trusts_last_modified and known is not None and known.says_the_same(item.entry, listed):
                self._unchanged(own, known)
                return None
        try:
            record = item.read() if isinstance(item, Written | Listed) else item
        except RecursionError:  # it was read once, but from a thread that had more room for it
            record = Unreadable(own, "It is nested too deeply.")
        if isinstance(record, Unreadable):
            self._unreadable(record)
            return None
        extension = item.extension if isinstance(item, Incoming) else {}
        record = item.record if isinstance(item, Incoming) else record
        try:
            digest = _digest(record, extension)
            if known is not None and known.digest[DIGEST:] == digest and listed in ("", known.listed):
                self._unchanged(own, known)
                return None
            parsed = parse(record, feed=self.feed.name, repeated=self._repeated)
        except ValueError as problem:
            self._refuse(own, str(problem))
            return None
        self.report.not_read.update(parsed.not_read)
        self.report.not_kept.update(parsed.not_kept)
        return _Candidate(
            own_id=own,
            digest=(_text_digest(item) if isinstance(item, Written) else "-" * DIGEST) + digest,
            listed_digest=listed,
            is_new=known is None,
            parsed=parsed,
            extension=extension,
        )

    def _unchanged(self, own: str, known: _Known) -> None:
        if known.withdrawn_at is None:
            self.report.unchanged += 1
        else:
            self._back.append(uuid_of(own, feed=self.feed.name, kind="service"))

    # --- Writing ------------------------------------------------------------------------------------------

    def _write(self, candidates: list[_Candidate]) -> None:
        """Write the candidates, all or none."""
        report = ImportReport()
        with transaction.atomic(), index.held():
            # One import of a feed at a time: what a second one waits for here, it then finds done.
            Feed.objects.select_for_update().get(pk=self._feed_id)
            ids = {UUID(candidate.parsed.service["id"]): candidate.is_new for candidate in candidates}
            new = {service_id for service_id, is_new in ids.items() if is_new}
            with recorded(ids, kind=ChangeKind.IMPORT, author=Author.of_feed(self.feed), at=self.at, new=new):
                written, replaced = self._shared.write([candidate.parsed for candidate in candidates], report)
                candidates = self._with_known_organizations(candidates, report)
                self._write_services(candidates)
                self._replace_parts(candidates, written, replaced, report)
            self._judge([UUID(candidate.parsed.service["id"]) for candidate in candidates])
        self._remember(written)
        for candidate in candidates:
            report.notes.extend(Remark(candidate.own_id, note) for note in candidate.parsed.notes)
        self.report.created += sum(candidate.is_new for candidate in candidates)
        self.report.changed += sum(not candidate.is_new for candidate in candidates)
        self.report.refused += report.refused
        self.report.notes += report.notes

    def _remember(self, written: WrittenRows) -> None:
        for kind, rows in written.items():
            self._shared.remember(kind, rows)

    def _with_known_organizations(self, candidates: list[_Candidate], report: ImportReport) -> list[_Candidate]:
        known = {
            key
            for (key,) in existing(
                Organization, {candidate.parsed.service["organization_id"] for candidate in candidates}
            )
        }
        for candidate in candidates:
            if candidate.parsed.service["organization_id"] not in known:
                report.refused.append(Remark(candidate.own_id, "It names an organisation that nothing describes."))
        return [candidate for candidate in candidates if candidate.parsed.service["organization_id"] in known]

    def _write_services(self, candidates: list[_Candidate]) -> None:
        if not candidates:
            return
        ours = candidates[0].extension.keys()
        read = candidates[0].parsed.service.keys() - {"id", "delivery"}
        read |= {"feed", "source_digest", "listed_digest", "withdrawn_at"} | ours
        rows = [
            candidate.parsed.service
            | candidate.extension
            | {
                "feed_id": self._feed_id,
                "source_digest": candidate.digest,
                "listed_digest": candidate.listed_digest,
                "withdrawn_at": None,
            }
            for candidate in candidates
        ]
        known = [candidate.parsed.service["id"] for candidate in candidates if not candidate.is_new]
        # What people here have said of an imported service stays: only what its record holds is written over.
        update = sorted(name if name == "external_id" else name.removesuffix("_id") for name in read)
        write(Service, rows, known=known, update=update)

    def _replace_parts(
        self, candidates: list[_Candidate], written: WrittenRows, replaced: set[str], report: ImportReport
    ) -> None:
        organizations, locations = written["Organization"], written["Location"]
        groups = known_parts(
            [
                *((key, row.children) for key, row in organizations.items()),
                *((key, row.children) for key, row in locations.items()),
                *((candidate.parsed.service["id"], candidate.parsed.children) for candidate in candidates),
            ]
        )
        for candidate, (_, rows) in zip(candidates, groups[len(groups) - len(candidates) :], strict=True):
            if sum(map(len, rows.values())) < sum(map(len, candidate.parsed.children.values())):
                note = "It names a place or a term that nothing describes; that part was left out."
                report.notes.append(Remark(candidate.own_id, note))
        replace(
            groups,
            services=[candidate.parsed.service["id"] for candidate in candidates if not candidate.is_new],
            organizations=[key for key in organizations if key in replaced],
            locations=[key for key in locations if key in replaced],
        )

    # --- What an API lists beside its services ------------------------------------------------------------

    def _load_described(self, kind: str, items: Sequence[Described]) -> None:
        """Write the organisations, taxonomies or terms that are new or have changed.

        An organisation with services is as these describe it, and is left to them.
        """
        model = SHARED[KINDS[kind]]
        parsed: dict[str, tuple[str, ParsedShared]] = {}
        for item in items:
            own = own_id(item.record)
            try:
                digest = digest_of(item.record)
                found = PARSERS[kind](item.record, feed=self.feed.name)
            except ValueError as problem:
                self._refuse(own or f"(a record of kind {kind})", str(problem))
                continue
            self.report.not_read.update(found.not_read)
            self.report.not_kept.update(found.not_kept)
            parsed.setdefault(uuid_of(own, feed=self.feed.name, kind=kind), (digest, found))
        if kind == "organization":
            busy = Service.objects.filter(organization__in=[UUID(key) for key in parsed]).values_list(
                "organization_id", flat=True
            )
            for key in map(str, busy.distinct()):
                del parsed[key]
        known = {key: tuple(row) for key, *row in existing(model, parsed, "feed_id", "source_digest")}
        changed = {
            key: one
            for key, one in parsed.items()
            if key not in known
            or known[key] == (self._feed_id, "")
            or (known[key][0] == self._feed_id and known[key][1] != one[0])
        }
        with transaction.atomic():
            Feed.objects.select_for_update().get(pk=self._feed_id)
            written, replaced = self._shared.write([one for _, one in changed.values()], self.report)
            organizations = written["Organization"]
            groups = known_parts([(key, row.children) for key, row in organizations.items()])
            replace(groups, services=[], organizations=[key for key in organizations if key in replaced], locations=[])
            rows = [model(pk=key, source_digest=digest) for key, (digest, _) in changed.items()]
            model.objects.bulk_update(rows, ["source_digest"])
        self._remember(written)
        # Services name the same rows in fewer words: theirs do not count in this run.
        self._shared.remember(KINDS[kind], parsed)


def _digest_of_entry(entry: Any) -> str:
    """Return the digest of an entry of a list; one that is too much to be an entry never is as it was."""
    try:
        return digest_of(entry)
    except ValueError:
        return ""


def _text_digest(item: Written) -> str:
    return digest_of_text(item.text)[:DIGEST]


def _digest(record: Any, extension: Fields) -> str:
    return (digest_of(record, extension) if extension else digest_of(record))[:DIGEST]
