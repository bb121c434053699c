"""What happened, and who came."""

from functools import cache

from django.db.models import QuerySet

from core.statements import Written
from referrals.models import Attendance, OnwardReferral, Referral, ReferralEvent


def timeline_of(referral: Referral) -> list[ReferralEvent]:
    """Return what happened to a referral that the user may see (`get_referral`), in order."""
    return _timeline().ask(referral=referral.pk)


@cache
def _timeline() -> Written[ReferralEvent]:
    some_id = 1
    return Written(_with_names(ReferralEvent.objects.filter(referral=some_id)), {some_id: "%(referral)s"})


def timeline_of_onward(onward: OnwardReferral) -> QuerySet[ReferralEvent]:
    """Return what happened to an onward referral that the user may see, in order, and nothing else of its referral."""
    return _with_names(ReferralEvent.objects.filter(onward_referral=onward))


def attendances_of(onward: OnwardReferral) -> QuerySet[Attendance]:
    """Return the register of one onward referral, by day."""
    return onward.attendances.select_related("recorded_by").order_by("session_on", "id")


def _with_names(events: QuerySet[ReferralEvent]) -> QuerySet[ReferralEvent]:
    return events.select_related("onward_referral__service").order_by("sequence")
