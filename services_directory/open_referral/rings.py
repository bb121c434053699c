"""Parents that lead back to where they began: organisations that own each other, terms that lie within each other.

Whoever follows parents in what we publish must come to an end. So a row that would close a ring is written without its
parent: of those in a ring, the one that was read last.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models

from services_directory.models import Organization, TaxonomyTerm
from services_directory.open_referral.parts import Shared
from services_directory.open_referral.rows import existing

PARENT: dict[type[models.Model], str] = {Organization: "parent_organization_id", TaxonomyTerm: "parent_id"}
"""By kind of row: where its parent is named."""
MOST_PARENTS = 20
"""How many may be above each other. More are taken for a ring: no chart of an organisation is so high."""


def without_rings(model: type[models.Model], wanted: Mapping[str, Shared]) -> tuple[dict[str, Shared], list[str]]:
    """Return the rows that are about to be written, by id, none of them in a ring; and the ids of those that were.

    :param wanted: in the order in which they were read.
    """
    name = PARENT.get(model)
    if name is None or not any(row.fields[name] for row in wanted.values()):
        return dict(wanted), []
    above = _written_above(model, name, wanted)
    found, broken = dict(wanted), []
    for key, row in wanted.items():
        parent = row.fields[name]
        if parent is not None and _leads_to(parent, key, above):
            found[key] = Shared(row.fields | {name: None}, row.children)
            broken.append(key)
            parent = None
        above[key] = parent
    return found, broken


def _leads_to(begin: str, key: str, above: Mapping[str, str | None]) -> bool:
    at: str | None = begin
    for _ in range(MOST_PARENTS):
        if at is None or at == key:
            return at == key
        at = above.get(at)
    return True


def _written_above(model: type[models.Model], name: str, wanted: Mapping[str, Shared]) -> dict[str, str | None]:
    """Return the parents of what is written already and stands above the rows: a query for each storey."""
    above: dict[str, str | None] = {}
    asked = {row.fields[name] for row in wanted.values()} - {None} - wanted.keys()
    for _ in range(MOST_PARENTS):
        if not asked:
            break
        rows: list[tuple[Any, ...]] = existing(model, asked, name)
        above |= dict(rows)
        # One that is written anew says for itself what is above it, when its turn comes.
        asked = {parent for _, parent in rows if parent} - above.keys() - wanted.keys()
    return above
