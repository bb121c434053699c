"""The one way to record that listings changed: what they say is read before and after, and the difference is kept.

    with recorded([service.pk], kind=ChangeKind.EDIT, author=author, at=at):
        ...  # write

Inside the transaction of the use case. The services' rows are locked from here to its end.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import F

from accounts.actors import Actor
from accounts.models import User
from services_directory.enums import ChangeKind, ChangeSide
from services_directory.listing.document import Document, documents_of
from services_directory.models import Feed, ListingChange, ListingProposal, Service

_RECORD = """
INSERT INTO services_directory_listingchange
    (service_id, version, kind, is_new, side, actor_id, actor_name, occurred_at, changes, proposal_id)
SELECT id, version, %(kind)s, %(is_new)s, %(side)s, %(actor)s, %(actor_name)s, %(at)s, '{}', %(proposal)s
FROM services_directory_service WHERE id = ANY (%(ids)s) ORDER BY id
"""


@dataclass(frozen=True)
class Author:
    """Who makes a change, and on whose side: a person, a feed (by its name), or the service itself."""

    side: ChangeSide
    name: str
    user: User | None = None

    @classmethod
    def of_feed(cls, feed: Feed) -> "Author":
        """Return the feed as the author of what it brings."""
        return cls(ChangeSide.FEED, feed.name)

    @classmethod
    def of_actor(cls, actor: Actor, side: ChangeSide) -> "Author":
        """Return whoever acts, on the side on which they do."""
        return cls(side, actor.name, actor.user)


@contextmanager
def recorded(
    service_ids: Collection[UUID],
    *,
    kind: ChangeKind,
    author: Author,
    at: dt.datetime,
    new: Collection[UUID] = (),
    proposal: ListingProposal | None = None,
    read: Callable[[Collection[UUID]], dict[UUID, Document]] = documents_of,
) -> Iterator[None]:
    """Keep what the block changes of what the listings say: one `ListingChange` for each that says something else
    afterwards, and its version one higher. A listing of `new`, which the block makes, gets a row without a copy.

    One read before and one after, each of a bounded number of queries however many listings; one statement for all new
    ones.

    :param read: reads of the listings what the block can change, where that is only a part of their documents.
    """
    known = [service_id for service_id in service_ids if service_id not in new]
    lock(known)
    before = read(known) if known else {}
    yield
    if known:
        _record_differences(before, read(known), kind=kind, author=author, at=at, proposal=proposal)
    if new:
        _record(new, kind=kind, author=author, at=at, is_new=True, proposal=proposal)


def record_withdrawal(service_ids: Collection[UUID], *, author: Author, at: dt.datetime) -> None:
    """Keep that listings are no longer in their feed, whose versions have just been raised for it."""
    _record(service_ids, kind=ChangeKind.WITHDRAWAL, author=author, at=at)


def _record_differences(
    before: Mapping[UUID, Document],
    after: Mapping[UUID, Document],
    *,
    kind: ChangeKind,
    author: Author,
    at: dt.datetime,
    proposal: ListingProposal | None,
) -> None:
    differences = {
        service_id: difference
        for service_id, document in after.items()
        if (difference := difference_of(before[service_id], document))
    }
    Service.objects.filter(pk__in=differences).update(version=F("version") + 1)
    versions = dict(Service.objects.filter(pk__in=differences).values_list("pk", "version"))
    ListingChange.objects.bulk_create(
        ListingChange(
            service_id=service_id,
            version=version,
            kind=kind,
            side=author.side,
            actor=author.user,
            actor_name=author.name[:100],
            occurred_at=at,
            changes=differences[service_id],
            proposal=proposal,
        )
        for service_id, version in versions.items()
    )


def _record(
    service_ids: Collection[UUID],
    *,
    kind: ChangeKind,
    author: Author,
    at: dt.datetime,
    is_new: bool = False,
    proposal: ListingProposal | None = None,
) -> None:
    """Keep the same change of many listings, without a copy of what it changed: one statement, however many."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "ids": list(service_ids),
                "kind": kind,
                "is_new": is_new,
                "side": author.side,
                "actor": author.user.pk if author.user else None,
                "actor_name": author.name[:100],
                "at": at,
                "proposal": proposal.pk if proposal else None,
            },
        )


def lock(service_ids: Collection[UUID]) -> set[UUID]:
    """Lock the rows of services, always in the same order; return the ids of those that there are."""
    rows = Service.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=service_ids).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def difference_of(before: Document, after: Document) -> dict[str, dict[str, object]]:
    """Return by field what was said before and is said after, of the fields that say something else."""
    return {
        name: {"before": before[name], "after": value} for name, value in after.items() if before.get(name) != value
    }
