"""Judge listings, and keep what the judgement rests on."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict
from uuid import UUID

from django.db import connection, transaction

from core.clocks import local_day
from services_directory.models import Service, ServiceResponsiveness
from services_directory.querysets import one_of
from services_directory.selectors.trust import evidence_of
from services_directory.trust import Responsiveness, Trust, TrustEvidence, judge

BATCH = 1000
"""How many listings are judged, and locked, at a time: others wait for a fraction of a second."""

_WRITE = """
WITH judged AS (
    SELECT unnest(ids) AS id, score, label, is_stale, words, parts FROM jsonb_to_recordset(%(judged)s::jsonb)
        AS row (ids uuid[], score smallint, label text, is_stale boolean, words text, parts jsonb)
),
explained AS (
    INSERT INTO services_directory_listingtrust (service_id, parts, words, judged_at)
    SELECT id, parts, words, %(at)s FROM judged
    ON CONFLICT (service_id) DO UPDATE
        SET parts = excluded.parts, words = excluded.words, judged_at = excluded.judged_at
)
UPDATE services_directory_service AS service
SET trust_score = judged.score, trust_label = judged.label, is_stale = judged.is_stale
FROM judged
WHERE service.id = judged.id
    AND (service.trust_score, service.trust_label, service.is_stale)
        IS DISTINCT FROM (judged.score, judged.label, judged.is_stale)
RETURNING service.id
"""


def judge_all(*, at: dt.datetime) -> tuple[int, int]:
    """Judge every listing that runs, batch by batch, each in a transaction of its own; return how many, how many stale.

    Stopped and begun again, it judges all of them afresh: nothing is lost.
    """
    judged = stale = 0
    last: UUID | None = None
    while True:
        with transaction.atomic(durable=True):
            listings = Service.objects.active().order_by("pk")
            if last is not None:
                listings = listings.filter(pk__gt=last)
            batch = list(listings.values_list("pk", flat=True)[:BATCH])
            if not batch:
                return judged, stale
            stale += sum(trust.is_stale for trust in judge_listings(batch, at=at).values())
        judged += len(batch)
        last = batch[-1]


def judge_listings(
    service_ids: Collection[UUID], *, at: dt.datetime, read_at: dt.datetime | None = None
) -> dict[UUID, Trust]:
    """Judge some listings anew, in the caller's transaction: after a verification, a change, an import.

    Their rows are locked, so that what is read for the judgement still holds when it is written.

    :param read_at: when they are read from their feed, in an import that has not ended; else the feed says so itself.
    """
    locked = Service.objects.filter(one_of("pk", service_ids)).order_by("pk").select_for_update(no_key=True)
    evidence = evidence_of(list(locked.values_list("pk", flat=True)), read_at=read_at)
    on = local_day(at)
    # Of most listings of a feed no more is known than a date: what is known alike is judged, and sent, once.
    alike: dict[TrustEvidence, list[UUID]] = defaultdict(list)
    for service_id, known in evidence.items():
        alike[known].append(service_id)
    judged = [(judge(known, on=on), ids) for known, ids in alike.items()]
    rows = [{"ids": [str(service_id) for service_id in ids], **asdict(trust)} for trust, ids in judged]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"judged": json.dumps(rows), "at": at})
    return {service_id: trust for trust, ids in judged for service_id in ids}


@transaction.atomic(durable=True)
def record_responsiveness(counts: Mapping[UUID, Responsiveness], *, at: dt.datetime) -> int:
    """Take over how the referrals to each service were answered, in place of the count before; return of how many.

    The directory knows no referrals: whoever does counts them (`insights.responsiveness`).
    """
    ServiceResponsiveness.objects.bulk_create(
        [ServiceResponsiveness(service_id=key, **asdict(known), counted_at=at) for key, known in counts.items()],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["service"],
        update_fields=["answered", "declined", "expired", "median_days", "counted_at"],
    )
    ServiceResponsiveness.objects.exclude(counted_at=at).delete()
    return len(counts)
