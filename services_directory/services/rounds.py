"""The weekly round: ask whether listings are still right, remind, and judge all of them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from core.clocks import local_day
from core.identifiers import new_reference
from notifications import services as notifications
from services_directory.models import CheckRequest, CheckRound, ListingCheck
from services_directory.selectors.trust import OF_AN_INBOX, inbox_of, listings_due
from services_directory.services.reader_reports import forget_old_reports
from services_directory.services.trust import BATCH, judge_all
from services_directory.trust import ANSWER_WITHIN_DAYS

REMIND_AFTER = dt.timedelta(days=14)
LINK_LIFE = dt.timedelta(days=60)
"""How long a link works: longer than an answer is waited for, since a late one is better than none."""
QUIET = dt.timedelta(days=28)
"""How long an inbox is asked about nothing else: in four weeks it hears from us twice at most."""
LISTINGS_PER_REQUEST = 100
"""How many listings one email asks about. The rest of a larger team's come after the quiet."""
_LOCK = 7_134_161
"""An advisory lock of our own: two rounds at once wait for each other, and the second finds nothing to ask."""


@dataclass(frozen=True, kw_only=True)
class _Asking:
    requests: int
    asked: int
    reminded: int
    lapsed: int


def check_listings(*, at: dt.datetime, is_retelling: bool = False) -> CheckRound:
    """Do the week's round, and write down how it ended.

    What to do is read from the rows alone, so a round may be done twice, be stopped in the middle, or be missed: the
    next one does what is left. `is_retelling` marks the demonstration's history: its emails were delivered then.
    """
    asking = _ask(at=at, is_retelling=is_retelling)
    judged, stale = judge_all(at=at)
    with transaction.atomic(durable=True):
        forget_old_reports(at=at)
        return CheckRound.objects.create(at=at, judged=judged, stale=stale, **vars(asking))


@transaction.atomic(durable=True)
def _ask(*, at: dt.datetime, is_retelling: bool) -> _Asking:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    lapsed = ListingCheck.objects.filter(
        answered_at__isnull=True, lapsed_at__isnull=True, request__expires_at__lte=at
    ).update(lapsed_at=at)
    reminded = _remind(at=at)
    asked = _to_ask(at=at)
    requests = [
        CheckRequest(
            reference=new_reference("K"), recipient=inbox, asked_at=at,
            due_on=local_day(at) + dt.timedelta(days=ANSWER_WITHIN_DAYS), expires_at=at + LINK_LIFE,
        )
        for inbox in asked
    ]  # fmt: skip
    CheckRequest.objects.bulk_create(requests, batch_size=BATCH)
    checks = [
        ListingCheck(request=request, service_id=service_id)
        for request, service_ids in zip(requests, asked.values(), strict=True)
        for service_id in service_ids
    ]
    ListingCheck.objects.bulk_create(checks, batch_size=BATCH)
    _owe("listings_to_check", requests, at=at, is_retelling=is_retelling)
    _owe("listings_still_to_check", reminded, at=at, is_retelling=is_retelling)
    return _Asking(requests=len(requests), asked=len(checks), reminded=len(reminded), lapsed=lapsed)


def _to_ask(*, at: dt.datetime) -> dict[str, list[UUID]]:
    """Return which listings to ask about, by inbox: those never checked first, then those that have waited longest."""
    asked_lately = set(CheckRequest.objects.filter(asked_at__gt=at - QUIET).values_list("recipient", flat=True))
    open_check = ListingCheck.objects.filter(
        service=OuterRef("pk"), answered_at__isnull=True, lapsed_at__isnull=True
    )  # fmt: skip
    due = listings_due(at=at).filter(~Exists(open_check)).order_by(F("verified_at").asc(nulls_first=True), "pk")
    found: dict[str, list[UUID]] = defaultdict(list)
    for row in due.values("id", *OF_AN_INBOX).iterator(chunk_size=BATCH):
        inbox = inbox_of(row)
        if inbox and inbox not in asked_lately and len(found[inbox]) < LISTINGS_PER_REQUEST:
            found[inbox].append(row["id"])
    return found


def _remind(*, at: dt.datetime) -> list[CheckRequest]:
    """Mark the requests that are reminded of now: asked two weeks ago, working still, with a listing unanswered."""
    unanswered = ListingCheck.objects.filter(request=OuterRef("pk"), answered_at__isnull=True, lapsed_at__isnull=True)
    requests = list(
        CheckRequest.objects.filter(
            Exists(unanswered), reminded_at__isnull=True, asked_at__lte=at - REMIND_AFTER, due_on__gt=local_day(at)
        ).order_by("pk")
    )
    CheckRequest.objects.filter(pk__in=[each.pk for each in requests]).update(reminded_at=at)
    return requests


def _owe(template: str, requests: list[CheckRequest], *, at: dt.datetime, is_retelling: bool) -> None:
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"{template}:{each.reference}",
                recipient=each.recipient,
                template=template,
                context={"reference": each.reference, "due_on": each.due_on.isoformat()},
                at=at,
                already_delivered_at=at if is_retelling else None,
            )
            for each in requests
        ]
    )
