"""What is known of listings that bears on how far they can be believed, and who can be asked about them."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, Subquery, When

from core.clocks import local_day
from notifications.selectors import failed_recipients
from services_directory.enums import CheckAnswer, ReferralRoute, VerificationSource
from services_directory.models import ListingCheck, Service, Verification
from services_directory.querysets import ServiceQuerySet, one_of
from services_directory.trust import CHECK_AFTER_DAYS, Responsiveness, TrustEvidence

OF_AN_INBOX = (
    "referral_route",
    "email",
    "feed_id",
    "feed__is_kept_here",
    "organization__email",
    "receiving_team_id",
    "receiving_team__inbox_email",
    "receiving_team__is_active",
    "receiving_team__organization__is_active",
)
"""What `inbox_of` reads."""
_OF_EVIDENCE = (
    *OF_AN_INBOX,
    "id",
    "verified_at",
    "verified_how",
    "verified_by",
    "reported",
    "reported_how",
    "capacity_confirmed_at",
    "assured_date",
    "last_modified",
    "feed__name",
    "feed__last_imported_at",
    "responsiveness__answered",
    "responsiveness__declined",
    "responsiveness__expired",
    "responsiveness__median_days",
)


def evidence_of(service_ids: Collection[UUID], *, read_at: dt.datetime | None = None) -> dict[UUID, TrustEvidence]:
    """Return what is known of each of some listings. Three queries, however many.

    :param read_at: when they are read from their feed, where that is not written down yet.
    """
    reports = Verification.objects.filter(service=OuterRef("pk")).exclude(answer=CheckAnswer.STILL_RIGHT)
    latest = Subquery(reports.order_by("-at", "-id").values("source")[:1])
    services = Service.objects.filter(one_of("pk", service_ids)).order_by("pk")
    rows = list(services.annotate(reported_how=Case(When(~Q(reported=""), latest))).values(*_OF_EVIDENCE))
    inboxes = {row["id"]: inbox_of(row) for row in rows}
    bounced = failed_recipients({inbox for inbox in inboxes.values() if inbox})
    asked = _asked_in_vain(service_ids)
    return {
        row["id"]: _evidence(
            row,
            bounced=bounced.get(inboxes[row["id"]], []),
            asked_at=asked.get(row["id"]),
            read_at=read_at or row["feed__last_imported_at"],
        )
        for row in rows
    }


def inbox_of(row: Mapping[str, Any]) -> str:
    """Return where whoever keeps a listing can be asked about it; empty where nobody can be.

    The inbox of the team here that receives its referrals; for a signposting listing of our own, the address that it
    or its organisation gives. Nobody is asked about what another directory publishes: that is for its publisher.
    """
    if row["receiving_team_id"]:
        works = row["receiving_team__is_active"] and row["receiving_team__organization__is_active"]
        return str(row["receiving_team__inbox_email"]) if works else ""
    if _is_our_own(row) and row["referral_route"] == ReferralRoute.SIGNPOSTING:
        return str(row["email"] or row["organization__email"])
    return ""


def _is_our_own(row: Mapping[str, Any]) -> bool:
    """Whether a listing is kept here, and not by the publisher of a feed."""
    return row["feed_id"] is None or bool(row["feed__is_kept_here"])


def listings_due(*, at: dt.datetime) -> ServiceQuerySet:
    """Return the listings that run and that nobody has said to be right for half a year.

    One that is reported as changed or closed is not asked about again: it is the editor's turn.
    """
    last = at - dt.timedelta(days=CHECK_AFTER_DAYS)
    return Service.objects.active().filter(Q(verified_at__isnull=True) | Q(verified_at__lte=last), reported="")


def _asked_in_vain(service_ids: Collection[UUID]) -> dict[UUID, dt.datetime]:
    """Return when each listing was first asked about since its last check, without an answer."""
    checks = ListingCheck.objects.filter(
        Q(service__verified_at__isnull=True) | Q(request__asked_at__gt=F("service__verified_at")),
        one_of("service", service_ids),
        answered_at__isnull=True,
    )
    # The latest first, so that the earliest is what stays.
    return dict(checks.order_by("-request__asked_at").values_list("service_id", "request__asked_at"))


def _evidence(
    row: Mapping[str, Any], *, bounced: list[dt.datetime], asked_at: dt.datetime | None, read_at: dt.datetime | None
) -> TrustEvidence:
    verified_at = row["verified_at"]
    answered = row["responsiveness__answered"]
    return TrustEvidence(
        takes_referrals=row["referral_route"] == ReferralRoute.REFERRAL,
        is_imported=not _is_our_own(row),
        has_inbox=bool(inbox_of(row)),
        verified_on=_day(verified_at),
        verified_how=row["verified_how"],
        verified_by=row["verified_by"],
        reported=row["reported"],
        is_reported_by_editor=row["reported_how"] == VerificationSource.EDITOR,
        published_on=_published_on(row, read_on=_day(read_at)),
        capacity_confirmed_on=_day(row["capacity_confirmed_at"]),
        published_by=row["feed__name"] or "",
        responsiveness=None
        if answered is None
        else Responsiveness(
            answered=answered,
            declined=row["responsiveness__declined"],
            expired=row["responsiveness__expired"],
            median_days=row["responsiveness__median_days"],
        ),
        bounced=sum(verified_at is None or at > verified_at for at in bounced),
        asked_on=_day(asked_at),
    )


def _published_on(row: Mapping[str, Any], *, read_on: dt.date | None) -> dt.date | None:
    """Return what an imported listing says of its own age: its assurance or its last change, the later one.

    No later than when it was read: some feeds have dates of the future.
    """
    said = [day for day in (row["assured_date"], _day(row["last_modified"])) if day]
    return min(max(said), read_on) if read_on and said else None


def _day(at: dt.datetime | None) -> dt.date | None:
    return local_day(at) if at else None
