"""Writes about the directory: one use case each."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from django.db import transaction

from accounts.models import Team
from services_directory.demo.listings import demo_records
from services_directory.models import Feed, Taxonomy, TaxonomyTerm
from services_directory.needs import (
    NEEDS,
    NEEDS_TAXONOMY_DESCRIPTION,
    NEEDS_TAXONOMY_ID,
    NEEDS_TAXONOMY_NAME,
    need_id,
)
from services_directory.open_referral.importing import FeedImport, ImportReport, Incoming
from services_directory.open_referral.reading import Unreadable

DEMO_FEED = "Stockport demonstration"


def import_feed(
    *, feed_name: str, source: str, records: Iterable[object], at: dt.datetime, licence: str = ""
) -> ImportReport:
    """Load the records of a published feed, each as a whole or not at all; return what became of them.

    What people here have said of an imported service (its route, capacity, team …) stays as it is. Services that are
    no longer in the feed stay too. An iterable that fails at its first record leaves no trace.
    """
    iterator = iter(records)
    first = list(_first(iterator))
    incoming = (item if isinstance(item, Unreadable) else Incoming(item) for item in chain(first, iterator))
    return _load(feed_name=feed_name, source=source, licence=licence, incoming=incoming, at=at)


def load_needs() -> None:
    """Write our taxonomy of needs, or bring it up to date."""
    with transaction.atomic():
        Taxonomy.objects.bulk_create(
            [Taxonomy(id=NEEDS_TAXONOMY_ID, name=NEEDS_TAXONOMY_NAME, description=NEEDS_TAXONOMY_DESCRIPTION)],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "description"],
        )
        TaxonomyTerm.objects.bulk_create(
            [
                TaxonomyTerm(
                    id=need_id(code), taxonomy_id=NEEDS_TAXONOMY_ID, code=code, name=name, description=description
                )
                for code, (name, description) in NEEDS.items()
            ],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["code", "name", "description"],
        )


def load_demo_directory(*, teams: Mapping[str, Team], at: dt.datetime) -> ImportReport:
    """Load the made-up directory of Stockport, whose services are received by the given teams (by provider key).

    :raises KeyError: if a provider key has no team.
    """
    records = demo_records({key: team.pk for key, team in teams.items()})
    load_needs()
    return _load(
        feed_name=DEMO_FEED,
        source="services_directory/demo",
        licence="",
        incoming=(Incoming(record, extension) for record, extension in records),
        at=at,
        is_kept_here=True,
    )


def _load(
    *,
    feed_name: str,
    source: str,
    licence: str,
    incoming: Iterable[Incoming | Unreadable],
    at: dt.datetime,
    is_kept_here: bool = False,
) -> ImportReport:
    feed, _ = Feed.objects.get_or_create(
        name=feed_name, defaults={"source": source, "licence": licence, "is_kept_here": is_kept_here}
    )
    report = FeedImport(feed, at=at).load(incoming)
    feed.source = source
    feed.licence = licence or feed.licence
    feed.last_imported_at = at
    feed.save(update_fields=["source", "licence", "last_imported_at"])
    return report


def _first(iterator: Iterator[object]) -> Iterator[object]:
    for item in iterator:
        yield item
        return
