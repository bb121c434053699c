"""What is known of the person: the record's versions, and the risks with those that have ended."""

from django.db.models import Prefetch, QuerySet

from referrals.models import RecordEntry, RecordVersion, Referral, Risk


def record_versions_of(referral: Referral) -> QuerySet[RecordVersion]:
    """Return every version of the record of a referral that the user may see (`get_referral`), the newest first."""
    entries = Prefetch("entries", RecordEntry.objects.order_by("id"))
    rows = RecordVersion.objects.filter(referral=referral)
    return rows.select_related("recorded_by").prefetch_related(entries).order_by("-number")


def record_of(referral: Referral) -> RecordVersion | None:
    """Return the version that counts, or None where nothing is written yet."""
    return record_versions_of(referral).first()


def risks_of(referral: Referral) -> QuerySet[Risk]:
    """Return every risk of a referral that the user may see, in the order in which they were recorded."""
    return Risk.objects.filter(referral=referral).order_by("id")
