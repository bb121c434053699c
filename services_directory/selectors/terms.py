"""The terms that services are described by."""

from uuid import UUID

from django.db.models import QuerySet

from services_directory.models import TaxonomyTerm
from services_directory.needs import NEEDS_TAXONOMY_ID


def needs() -> QuerySet[TaxonomyTerm]:
    """Return the needs that services are described by, by name."""
    return TaxonomyTerm.objects.filter(taxonomy=NEEDS_TAXONOMY_ID).order_by("name", "id")


def terms_called(name: str) -> list[UUID]:
    """Return the id of the term with this id, or of the need with this code; none if there is none."""
    try:
        terms = TaxonomyTerm.objects.filter(pk=UUID(name))
    except ValueError:
        terms = TaxonomyTerm.objects.filter(taxonomy=NEEDS_TAXONOMY_ID, code=name)
    return list(terms.order_by("id").values_list("pk", flat=True))
