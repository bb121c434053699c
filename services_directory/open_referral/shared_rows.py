"""Organisations, places, taxonomies and terms of a run: each written once, as its first record gives it, and only by
the feed that brought it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from services_directory.models import Location, Organization, Taxonomy, TaxonomyTerm
from services_directory.open_referral.ids import Ids
from services_directory.open_referral.parts import Shared
from services_directory.open_referral.reading import ParsedService, ParsedShared
from services_directory.open_referral.report import ImportReport, Remark
from services_directory.open_referral.rings import PARENT, without_rings
from services_directory.open_referral.rows import every_field, existing, write
from services_directory.open_referral.values import shown

SHARED: dict[str, type[Any]] = {
    "Taxonomy": Taxonomy,
    "TaxonomyTerm": TaxonomyTerm,
    "Organization": Organization,
    "Location": Location,
}
WrittenRows = dict[str, dict[str, Shared]]
"""By model: the shared rows that were written, by id."""


class SharedRows:
    """What one run has written of rows that records repeat."""

    def __init__(self, feed_id: str) -> None:
        self._feed_id = feed_id
        # By kind: some feeds give an organisation and its place one id.
        self._written = {name: Ids() for name in SHARED}

    def write(
        self, parsed: Sequence[ParsedService | ParsedShared], report: ImportReport
    ) -> tuple[WrittenRows, set[str]]:
        """Write the shared rows; return those that were written, and the ids of those that were there before."""
        replaced: set[str] = set()
        rows: dict[str, Iterable[Shared]] = {
            "Taxonomy": (row for one in parsed for row in one.taxonomies),
            "TaxonomyTerm": (row for one in parsed for row in one.terms),
            "Organization": (one.organization for one in parsed if one.organization),
            "Location": (row for one in parsed for row in one.locations),
        }
        return {name: self._upsert(SHARED[name], some, replaced, report) for name, some in rows.items()}, replaced

    def remember(self, kind: str, ids: Iterable[str]) -> None:
        """Note that rows were written, once it is certain."""
        for key in ids:
            self._written[kind].add(key)

    def _upsert(
        self, model: type[Any], rows: Iterable[Shared], replaced: set[str], report: ImportReport
    ) -> dict[str, Shared]:
        """Write shared rows that this run has not written and that are not another feed's; return them by id."""
        wanted: dict[str, Shared] = {}
        for row in rows:
            wanted.setdefault(row.fields["id"], row)
        written = self._written[model.__name__]
        wanted = {key: row for key, row in wanted.items() if key not in written}
        known = dict(existing(model, wanted, "feed_id"))
        for key, feed_id in known.items():
            if feed_id != self._feed_id:
                del wanted[key]
        wanted, broken = without_rings(model, wanted)
        for key in broken:
            note = f"{PARENT[model]} leads back to itself, or too far up, and was left out."
            report.notes.append(Remark(shown(wanted[key].fields["external_id"] or key), note))
        replaced |= known.keys() & wanted.keys()
        values = [row.fields | {"feed_id": self._feed_id} for row in wanted.values()]
        write(model, values, known=known, update=[name for name in every_field(model) if name != "source_digest"])
        return wanted
