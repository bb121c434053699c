"""How far a person is with a service: assessments missed, and the scheme's review points."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.clocks import local_day
from referrals.enums import MissedAssessmentReason, OnwardStatus
from referrals.models import OnwardReferral, ReferralEvent, Review, TeamPolicy
from referrals.pathway.onward import BEGINS


@dataclass(frozen=True, kw_only=True)
class ReviewPoint:
    """One of the scheme's points: when it is due, and what was recorded of it last, if anything was."""

    weeks: int
    due_on: dt.date
    review: Review | None
    is_overdue: bool


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


def day_of_point(began: dt.date, weeks: int) -> dt.date:
    """Return the day of one of a scheme's points, which are weeks from the start: of reviews and of measures alike."""
    return began + dt.timedelta(weeks=weeks)


def review_points(onward: OnwardReferral, *, today: dt.date) -> list[ReviewPoint]:
    """Return the scheme's review points for a person, in order. The start itself (week 0) is the first assessment's.

    Before the person has started, as if they started today. In two queries.
    """
    began = began_on(onward) or today
    last = {row.weeks: row for row in reviews_of(onward).reverse()}
    points = []
    for weeks in sorted({weeks for weeks in onward.service.review_points_weeks if weeks}):
        due_on, review = day_of_point(began, weeks), last.get(weeks)
        points.append(
            ReviewPoint(weeks=weeks, due_on=due_on, review=review, is_overdue=review is None and due_on < today)
        )
    return points


def next_review(points: list[ReviewPoint]) -> dt.date | None:
    """Return the day of the first point of which nothing is recorded, past or to come; None: there is none left."""
    return next((point.due_on for point in points if point.review is None), None)


def reviews_of(onward: OnwardReferral) -> QuerySet[Review]:
    """Return what was recorded of a person's reviews, the newest first."""
    return onward.reviews.select_related("recorded_by").order_by("-id")


def _misses() -> QuerySet[ReferralEvent]:
    return ReferralEvent.objects.filter(
        kind="record_missed_assessment", reason__in=MissedAssessmentReason.BY_THE_PERSON
    )
