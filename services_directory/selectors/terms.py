"""The terms that services are described by."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from django.db.models import QuerySet

from core.statements import Written
from services_directory.models import TaxonomyTerm
from services_directory.needs import NEEDS_TAXONOMY_ID


def needs() -> QuerySet[TaxonomyTerm]:
    """Return the needs that services are described by, by name."""
    return TaxonomyTerm.objects.filter(taxonomy=NEEDS_TAXONOMY_ID).order_by("name", "id")


def needs_among(ids: Sequence[UUID]) -> list[TaxonomyTerm]:
    """Return those of some terms that are needs, by name."""
    return _needs_among().ask(ids=ids)


@cache
def _needs_among() -> Written[TaxonomyTerm]:
    need, taxonomy = UUID(int=0), str(NEEDS_TAXONOMY_ID)
    return Written(needs().filter(pk=need), {need: "ANY (%(ids)s::uuid[])", NEEDS_TAXONOMY_ID: f"'{taxonomy}'"})


def terms_called(name: str) -> list[UUID]:
    """Return the id of the term with this id, or of the need with this code; none if there is none."""
    try:
        terms = TaxonomyTerm.objects.filter(pk=UUID(name))
    except ValueError:
        terms = TaxonomyTerm.objects.filter(taxonomy=NEEDS_TAXONOMY_ID, code=name)
    return list(terms.order_by("id").values_list("pk", flat=True))
