"""A digest of all events, which each audit leaves behind and the next ones are held to.

Whoever can write to the tables can hash a chain anew, cut off its end together with the row that knows its length, or
delete a referral with everything. None of it fits the digest that an earlier audit took of the same events. The digests
are rows, too: so the nightly run also writes them to the log, which leaves this machine (docs/integrity.md).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max

from insights.models import IntegrityRun
from referrals.models import ReferralEvent

BATCH = 10_000


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The digest of the events up to an id, from the id after the anchor before; that one's digest is part of it."""

    upto: int
    digest: str

    def __str__(self) -> str:
        return f"{self.upto}:{self.digest}"


FIRST = Anchor(upto=0, digest="")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Where the events ended at a moment, and the transactions that may still add to those before."""

    upto: int
    writing: frozenset[str]


def mark() -> Mark:
    """Say where an anchor can be set once all who are writing now have ended: ids are given before they are seen."""
    upto = ReferralEvent.objects.aggregate(last=Max("id"))["last"] or 0
    return Mark(upto=upto, writing=who_is_writing(ReferralEvent._meta.db_table))


def can_anchor(at: Mark) -> bool:
    """Whether all who were writing when the mark was made have ended. If not, the next audit sets an anchor."""
    return not at.writing & who_is_writing(ReferralEvent._meta.db_table)


def who_is_writing(*tables: str) -> frozenset[str]:
    """Return the transactions that have written to tables, or are about to: whoever does holds this lock to the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE relation = ANY (%s::regclass[]) "
            "AND mode = 'RowExclusiveLock' "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [list(tables)],
        )
        return frozenset(holder for (holder,) in cursor.fetchall())


def kept_anchors() -> list[Anchor]:
    """Return the anchors of all audits, the first one first."""
    rows = IntegrityRun.objects.exclude(anchor="").order_by("id").values_list("anchored_to", "anchor")
    return [Anchor(upto=upto, digest=digest) for upto, digest in rows]


def anchor_after(last: Anchor, *, upto: int) -> Anchor:
    """Read the events after an anchor and set the next one. Memory does not grow with their number."""
    digest = hashlib.sha256(last.digest.encode())
    for event_id, referral, sequence, sealed in _events(after=last.upto, upto=upto):
        digest.update(f"{event_id} {referral} {sequence} {sealed}\n".encode())
    return Anchor(upto=upto, digest=digest.hexdigest())


def broken_anchors(kept: Sequence[Anchor]) -> Iterator[str]:
    """Yield between which events something is not as the audit found it that left the anchor."""
    for before, anchor in zip((FIRST, *kept), kept, strict=False):
        if anchor_after(before, upto=anchor.upto) != anchor:
            yield f"events {before.upto + 1} to {anchor.upto}"


def _events(*, after: int, upto: int) -> Iterator[tuple[int, int, int, str]]:
    while True:
        rows = ReferralEvent.objects.filter(id__gt=after, id__lte=upto).order_by("id")
        found = list(rows.values_list("id", "referral_id", "sequence", "hash")[:BATCH])
        yield from found
        if len(found) < BATCH:
            return
        after = found[-1][0]
