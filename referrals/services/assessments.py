"""How a person begins with a service: the first assessment, missed and booked again; or a pack that is sent."""

import datetime as dt
from typing import Any

from core.clocks import local_day
from core.errors import Invalid
from referrals import policies
from referrals.enums import MissedAssessmentReason, OnwardStatus
from referrals.models import OnwardReferral
from referrals.selectors.delivery import assessments_missed, next_review, review_points
from referrals.services.steps import NotPossibleNow, make_it_their_turn


def check_delivery(onward: OnwardReferral, step: str) -> None:
    """Refuse a step that is not one of how the service reaches people.

    :raises NotPossibleNow: a pack is sent, and nobody comes for it (`is_a_pack`); nothing else is (`not_a_pack`).
    """
    if policies.fits_delivery(step, onward):
        return
    if onward.is_sent_out:
        raise NotPossibleNow(
            "This service is a pack that is sent out: send it, instead of booking or starting.", code="is_a_pack"
        )
    raise NotPossibleNow(
        "This service is no pack: book the first assessment, and start when the person came.", code="not_a_pack"
    )


def check_rebooking(onward: OnwardReferral, *, at: dt.datetime) -> None:
    """Refuse another time in place of one that has passed: whether the person came would never be known.

    :raises NotPossibleNow: if the assessment that is booked has begun (`assessment_passed`).
    """
    booked = onward.assessment_at
    if booked is not None and booked <= at:
        raise NotPossibleNow(
            f"The assessment of {local_day(booked):%-d %B %Y} has passed. Say first whether the person came: "
            "start, or record that it was missed.",
            code="assessment_passed",
        )


def count_miss(onward: OnwardReferral, *, reason: str, at: dt.datetime, limit: int) -> dict[str, Any]:
    """Take the booking away, and return what the event says. At the limit the link worker's case comes up today.

    What the provider cancelled is no miss of the person's. Called inside the step, which saves both rows.

    :raises Invalid: if nobody can have failed to come yet.
    """
    booked = onward.assessment_at
    if booked is not None and booked > at and reason == MissedAssessmentReason.DID_NOT_ATTEND:
        raise Invalid({"reason": ["The assessment is still to come: nobody can have missed it yet."]})
    missed = assessments_missed(onward) + (reason in MissedAssessmentReason.BY_THE_PERSON)
    if missed >= limit:
        make_it_their_turn(onward.referral, on=local_day(at))
    onward.assessment_at = None
    return {"assessment_at": booked.isoformat() if booked else "", "missed": missed}


def plan_reviews(onward: OnwardReferral, today: dt.date) -> dt.date | None:
    """Set when the next review is due, and return the first point after today. PARiS: 13 and 26 (field notes 3.8).

    None where the scheme has no more. An older point of which nothing is recorded stays due, until the person has
    ended. Called inside the step.
    """
    points = review_points(onward, today=today)
    onward.next_review_on = None if onward.status in OnwardStatus.ENDED else next_review(points)
    return next_review([point for point in points if point.due_on > today])


def check_attended(onward: OnwardReferral) -> None:
    """Refuse to write down who came to a pack.

    :raises NotPossibleNow: if the service is a pack (`is_a_pack`).
    """
    if onward.is_sent_out:
        raise NotPossibleNow("This service is a pack that is sent out: nobody attends it.", code="is_a_pack")
