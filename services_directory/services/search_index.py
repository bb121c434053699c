"""Making the search index anew, and proving it. Nobody needs this after an edit: the database keeps the index.

Two things it cannot see: postcodes that were loaded after the places that bear them, whose load therefore mends the
index (`mend_search_index`), and rules of the index that a new version brings. After those, make it anew.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import transaction

from services_directory.models import Service
from services_directory.search import index

BATCH_SIZE = 500
"""Services indexed in one transaction: half a second, in which nobody can edit them."""


def reindex(service_ids: Sequence[UUID]) -> None:
    """Make the index of these services anew."""
    with transaction.atomic():
        index.reindex(service_ids)


def reindex_directory() -> int:
    """Make the whole index anew, a batch at a time; return how many services were read."""
    with transaction.atomic():
        index.forget_words()
    count = 0
    for batch in _all_services():
        reindex(batch)
        count += len(batch)
    return count


def mend_search_index() -> int:
    """Make anew the index of those services whose index is not what it should be; return how many they were.

    Reads all services, a batch at a time, and locks only those that it mends. Stopped and begun again, it does the
    rest.
    """
    count = 0
    for batch in _all_services():
        if wrong := index.departures(batch):
            reindex(wrong)
            count += len(wrong)
    return count


def check_search_index() -> list[UUID]:
    """Return the services whose index is not what it should be: none, unless something wrote around the database."""
    return [service_id for batch in _all_services() for service_id in index.departures(batch)]


def _all_services() -> Iterator[list[UUID]]:
    ids = list(Service.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH_SIZE):
        yield ids[start : start + BATCH_SIZE]
