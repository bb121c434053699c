"""How far a person is with a service: assessments missed, and the scheme's review points."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.clocks import local_day
from referrals.enums import MissedAssessmentReason, OnwardStatus
from referrals.models import OnwardReferral, ReferralEvent, Review, TeamPolicy
from referrals.pathway.onward import BEGINS

POINT_OPENS_DAYS = 14
"""How long before a review point a review counts as that point's (custom: field notes 3.8 ask for a window)."""


@dataclass(frozen=True, kw_only=True)
class ReviewPoint:
    """One of the scheme's points: when it is due, and when it was held, if it was."""

    weeks: int
    due_on: dt.date
    held_on: dt.date | None
    state: str
    """held; passed_over (a later one was held); overdue; due (today); to_come."""


def with_misses(rows: QuerySet[OnwardReferral]) -> QuerySet[OnwardReferral]:
    """Return the rows, each with how many first assessments the person has missed, in the same query."""
    events = _misses().filter(onward_referral=OuterRef("pk")).order_by().values("onward_referral")
    counted = Subquery(events.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    return rows.annotate(missed=Coalesce(counted, 0))


def assessments_missed(onward: OnwardReferral) -> int:
    """Return how many first assessments the person has missed, as its events say. What we cancelled is none."""
    known: int | None = getattr(onward, "missed", None)
    return _misses().filter(onward_referral=onward).count() if known is None else known


def suggested_step(onward: OnwardReferral) -> str:
    """Return the step that the onward referral asks for, or an empty text. Whether to take it is somebody's to decide.

    Somebody who has missed as many first assessments as the team of the referral allows asks to be ended.
    """
    if onward.status != OnwardStatus.ACCEPTED:
        return ""
    policy = getattr(onward.referral.owner_team, "policy", None) or TeamPolicy()
    return "record_not_started" if assessments_missed(onward) >= policy.assessment_misses else ""


def began_on(onward: OnwardReferral) -> dt.date | None:
    """Return the day on which the person started, or the pack was sent; None where neither has happened."""
    begun = onward.events.filter(kind__in=BEGINS).order_by("sequence").first()
    return local_day(begun.occurred_at) if begun else None


def review_points(onward: OnwardReferral, *, today: dt.date) -> list[ReviewPoint]:
    """Return the scheme's review points for a person, in order; the start itself (week 0) is none.

    Before the person has started, as if they started today.
    """
    start = began_on(onward) or today
    held = {row.weeks: row.held_on for row in onward.reviews.order_by("id") if row.weeks is not None}
    latest = max(held, default=0)
    points = []
    for weeks in sorted({weeks for weeks in onward.service.review_points_weeks if weeks}):
        due_on = start + dt.timedelta(weeks=weeks)
        state = (
            "held" if weeks in held else "passed_over" if weeks < latest
            else "overdue" if due_on < today else "due" if due_on == today else "to_come"
        )  # fmt: skip
        points.append(ReviewPoint(weeks=weeks, due_on=due_on, held_on=held.get(weeks), state=state))
    return points


def reviews_of(onward: OnwardReferral) -> QuerySet[Review]:
    """Return the reviews that were held with a person, the newest first."""
    return onward.reviews.select_related("recorded_by").order_by("-id")


def _misses() -> QuerySet[ReferralEvent]:
    return ReferralEvent.objects.filter(
        kind="record_missed_assessment", reason__in=MissedAssessmentReason.BY_THE_PERSON
    )
