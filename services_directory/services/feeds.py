"""Writes about the directory: one use case each."""

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import chain
from uuid import UUID

from django.db import transaction

from accounts.models import Team
from services_directory.access import (
    ACCESS,
    ACCESS_TAXONOMY_DESCRIPTION,
    ACCESS_TAXONOMY_ID,
    ACCESS_TAXONOMY_NAME,
    access_id,
)
from services_directory.campaigns import (
    CAMPAIGNS,
    CAMPAIGNS_TAXONOMY_DESCRIPTION,
    CAMPAIGNS_TAXONOMY_ID,
    CAMPAIGNS_TAXONOMY_NAME,
    campaign_id,
)
from services_directory.demo.listings import demo_records
from services_directory.models import Feed, Taxonomy, TaxonomyTerm
from services_directory.needs import (
    NEEDS,
    NEEDS_TAXONOMY_DESCRIPTION,
    NEEDS_TAXONOMY_ID,
    NEEDS_TAXONOMY_NAME,
    need_id,
)
from services_directory.open_referral.importing import FeedImport
from services_directory.open_referral.items import Incoming
from services_directory.open_referral.report import ImportReport
from services_directory.services.trust import judge_listings

DEMO_FEED = "Stockport demonstration"
CIRCLES_LOOKED_FOR_AFTER = 200_000
"""Objects made, in an import; Python's own is 700."""


def import_feed(
    *,
    feed_name: str,
    source: str,
    records: Iterable[object],
    at: dt.datetime,
    licence: str = "",
    is_partial: bool = False,
    trusts_last_modified: bool = False,
    allow_withdrawals: bool = False,
    is_dry_run: bool = False,
) -> ImportReport:
    """Load the records of a published feed, each as a whole or not at all; return what became of them.

    What people here have said of an imported service (its route, capacity, team …) stays as it is. Services that are
    no longer in the feed are withdrawn, and come back with it; not where the whole feed was not read, and not more than
    a quarter of a feed unless that is allowed. An iterable that fails at its first record leaves no trace.

    :param records: what `open_referral.sources.records_from` yields, or whole records.
    :param is_partial: whether the source gives only what has changed: then nothing is withdrawn.
    :param trusts_last_modified: whether an entry of an API's list that is just as it was, and that bears a
        `last_modified`, stands for a record that is as it was: then that is not asked for.
    :param allow_withdrawals: whether more than a quarter of the feed's services may leave it.
    :param is_dry_run: report the same, and write nothing. All of it is then one transaction.
    """
    iterator = iter(records)
    first = list(_first(iterator))
    with transaction.atomic() if is_dry_run else nullcontext():
        report = _load(
            feed_name=feed_name,
            source=source,
            licence=licence,
            items=chain(first, iterator),
            at=at,
            is_partial=is_partial,
            trusts_last_modified=trusts_last_modified,
            allow_withdrawals=allow_withdrawals,
        )
        if is_dry_run:
            transaction.set_rollback(True)
    return report


def load_needs() -> None:
    """Write our taxonomy of needs, or bring it up to date."""
    _write_terms(NEEDS_TAXONOMY_ID, NEEDS_TAXONOMY_NAME, NEEDS_TAXONOMY_DESCRIPTION, NEEDS, need_id)


def load_terms() -> None:
    """Write all taxonomies of ours: needs, campaigns, access; or bring them up to date."""
    load_needs()
    _write_terms(CAMPAIGNS_TAXONOMY_ID, CAMPAIGNS_TAXONOMY_NAME, CAMPAIGNS_TAXONOMY_DESCRIPTION, CAMPAIGNS, campaign_id)
    _write_terms(ACCESS_TAXONOMY_ID, ACCESS_TAXONOMY_NAME, ACCESS_TAXONOMY_DESCRIPTION, ACCESS, access_id)


def _write_terms(
    taxonomy: UUID, name: str, description: str, terms: Mapping[str, tuple[str, str]], id_of: Callable[[str], UUID]
) -> None:
    with transaction.atomic():
        Taxonomy.objects.bulk_create(
            [Taxonomy(id=taxonomy, name=name, description=description)],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "description"],
        )
        TaxonomyTerm.objects.bulk_create(
            [
                TaxonomyTerm(id=id_of(code), taxonomy_id=taxonomy, code=code, name=called, description=covers)
                for code, (called, covers) in terms.items()
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
    load_terms()
    return _load(
        feed_name=DEMO_FEED,
        source="services_directory/demo",
        licence="",
        items=(Incoming(record, extension) for record, extension in records),
        at=at,
        is_kept_here=True,
    )


def _load(
    *,
    feed_name: str,
    source: str,
    licence: str,
    items: Iterable[object],
    at: dt.datetime,
    is_kept_here: bool = False,
    **how: bool,
) -> ImportReport:
    feed, _ = Feed.objects.get_or_create(
        name=feed_name, defaults={"source": source, "licence": licence, "is_kept_here": is_kept_here}
    )
    with _looking_seldom_for_circles():
        report = FeedImport(feed, at=at, judge=partial(judge_listings, at=at, read_at=at), **how).load(items)
    feed.source = source
    feed.licence = licence or feed.licence
    feed.last_imported_at = at
    feed.save(update_fields=["source", "licence", "last_imported_at"])
    return report


@contextmanager
def _looking_seldom_for_circles() -> Iterator[None]:
    """Let Python look less often for objects that only refer to each other.

    A batch makes hundreds of thousands that live as long as it, and hardly a circle: to look through them again and
    again takes a fifth of Python's time.
    """
    before = gc.get_threshold()
    gc.set_threshold(CIRCLES_LOOKED_FOR_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _first(iterator: Iterator[object]) -> Iterator[object]:
    for item in iterator:
        yield item
        return
