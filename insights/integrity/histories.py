"""Whether the history of what was changed is as the database wrote it (core.history): each row by its seal, and all of
them by digests that earlier audits left, as it is with the events (`anchors`).

Who switches the triggers off and edits a row breaks its seal; who makes the seal anew, takes a row out or cuts off the
end does not fit the digest.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from core.history import histories
from insights.integrity.anchors import who_is_writing
from insights.models import IntegrityRun
from referrals.holdings import HOLDINGS, Holding
from referrals.models import Referral

_LAST = "SELECT {name}, coalesce(max(pgh_id), 0) FROM {table}"
_EDITED = "SELECT {name}, pgh_id FROM {table} AS line WHERE pgh_salt <> '' AND pgh_seal <> core_seal_of(to_jsonb(line))"
_SPAN = (
    "SELECT {name}, encode(sha256(convert_to(coalesce(string_agg(pgh_id || ' ' || pgh_seal, ';' ORDER BY pgh_id), ''), "
    "'UTF8')), 'hex') FROM {table} "
    "WHERE pgh_id > (%s::jsonb ->> {name})::bigint AND pgh_id <= (%s::jsonb ->> {name})::bigint"
)


@dataclass(frozen=True, kw_only=True)
class HistoryAnchor:
    """The digest of the histories up to a row of each, since the anchor before; that one's digest is part of it."""

    upto: dict[str, int]
    digest: str

    def __str__(self) -> str:
        return f"history:{self.digest}"


FIRST = HistoryAnchor(upto={}, digest="")


@dataclass(frozen=True, kw_only=True)
class HistoryMark:
    """Where each history ended at a moment, and the transactions that may still add to what was before."""

    upto: dict[str, int]
    writing: frozenset[str]


def mark_histories() -> HistoryMark:
    """Say where an anchor can be set once all who are writing now have ended."""
    upto = dict(_of_each(_LAST, (model._meta.db_table for model in histories())))
    return HistoryMark(upto=upto, writing=who_is_writing(*upto))


def can_anchor_histories(at: HistoryMark) -> bool:
    """Whether all who were writing when the mark was made have ended. If not, the next audit sets an anchor."""
    return not at.writing & who_is_writing(*at.upto)


def kept_history_anchors() -> list[HistoryAnchor]:
    """Return the anchors of all audits, the first one first."""
    rows = IntegrityRun.objects.exclude(history_anchor="").order_by("id").values_list("history_to", "history_anchor")
    return [HistoryAnchor(upto=upto, digest=digest) for upto, digest in rows if upto is not None]


def history_anchor_after(last: HistoryAnchor, *, upto: dict[str, int]) -> HistoryAnchor:
    """Read the seals after an anchor and set the next one."""
    digest = hashlib.sha256(last.digest.encode())
    begin = json.dumps({table: last.upto.get(table, 0) for table in upto})
    for table, span in sorted(_of_each(_SPAN, upto, begin, json.dumps(upto))):
        digest.update(f"{table} {upto[table]} {span}\n".encode())
    return HistoryAnchor(upto=upto, digest=digest.hexdigest())


def broken_histories(kept: Sequence[HistoryAnchor]) -> Iterator[str]:
    """Yield what is not as the database wrote it: a row, or what an earlier audit had seen."""
    names = {model._meta.db_table: model.__name__ for model in histories()}
    yield from (f"{names[table]} {row}" for table, row in sorted(_of_each(_EDITED, names)))
    for holding in HOLDINGS:
        if holding.is_history:
            yield from (f"{holding.model.__name__} {row}, emptied" for row in _emptied_for_nothing(holding))
    for number, (before, anchor) in enumerate(zip((FIRST, *kept), kept, strict=False), start=1):
        if history_anchor_after(before, upto=anchor.upto) != anchor:
            yield f"what the anchor {number} of the histories covers"


def _of_each(question: str, tables: Iterable[str], *values: str) -> list[tuple[str, Any]]:
    """Ask the same of each table, in one statement."""
    quote, tables = connection.ops.quote_name, list(tables)
    each = [question.format(table=quote(table), name=f"'{table}'") for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each), list(values) * len(tables) if values else None)
        found: list[tuple[str, Any]] = cursor.fetchall()
    return found


def _emptied_for_nothing(holding: Holding) -> list[int]:
    """Return the rows that tell nothing any more, and of a person who has not been forgotten."""
    emptied = holding.model._default_manager.filter(pgh_salt="")
    if holding.to_referral:
        emptied = emptied.filter(**{f"{holding.to_referral}__forgotten_at": None})
    else:
        person = OuterRef(f"{holding.to_person}_id")
        emptied = emptied.filter(Exists(Referral.objects.filter(person=person, forgotten_at=None)))
    return list(emptied.order_by("pgh_id").values_list("pgh_id", flat=True))
