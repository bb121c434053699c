"""Record a review that a provider held with a person, or that was missed."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from core.clocks import local_day
from core.errors import Conflict, Invalid, NotPermitted
from referrals import policies
from referrals.enums import EventKind, OnwardStatus, ReferralStatus, ReviewResult
from referrals.models import OnwardReferral, Review
from referrals.selectors.delivery import began_on, review_points, reviews_of
from referrals.services.assessments import plan_reviews
from referrals.services.events import record_event
from referrals.services.steps import check_version, clocks_of, lock, working_days_after

OPENS_DAYS = 14
"""How long before a point a review counts as that point's (custom: field notes 3.8 ask for a window, and name none)."""


@dataclass(frozen=True, kw_only=True)
class ReviewDetails:
    """One review. `weeks`: the scheme's point, or None between the points; `reviewed_on` None: today."""

    result: str
    weeks: int | None = None
    reviewed_on: dt.date | None = None
    note: str = ""


@transaction.atomic(durable=True)
def record_review(
    *, onward: OnwardReferral, actor: Actor, at: dt.datetime, given: ReviewDetails, expected_version: int | None = None
) -> Review:
    """Append what became of a review, and set when the next one is due. Said twice it is recorded once.

    Of each point the last that was recorded counts: so a review that was missed can still be held, and a slip is
    recorded anew. The timeline says which point, and no word of the note.

    :raises NotPermitted: if the actor is not of the provider's team, or does not see the person.
    :raises Stale: if the onward referral has changed since the caller read it.
    :raises Conflict: if the referral has ended (`referral_ended`), or the person has not started (`not_started`).
    :raises Invalid: if the scheme has no such point, or the day cannot be.
    """
    onward = lock(onward)
    today = local_day(at)
    if actor.user is None or not policies.may_record_measure(actor, onward, on=today):
        raise NotPermitted("The provider that supports the person records its reviews.")
    day, note = given.reviewed_on or today, given.note.strip()
    last = reviews_of(onward).filter(weeks=given.weeks).first()
    if last is not None and (last.result, last.reviewed_on, last.note) == (given.result, day, note):
        return last
    check_version(onward, expected_version)
    if onward.referral.status not in ReferralStatus.SENT:
        raise Conflict("The referral has ended: nothing more is recorded.", code="referral_ended")
    if onward.status not in OnwardStatus.TOOK_PART:  # also after the end, for the last points
        raise Conflict("The person has not started there: there is nothing to review yet.", code="not_started")
    _check(onward, given, day=day, today=today)
    review = Review.objects.create(
        onward_referral=onward, weeks=given.weeks, result=ReviewResult(given.result), reviewed_on=day, note=note,
        recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip
    upcoming = plan_reviews(onward, today)
    if onward.status == OnwardStatus.STARTED:
        usual = clocks_of(onward.referral.owner_team_id).review_working_days
        onward.next_action_on = upcoming or working_days_after(at, usual)
    onward.version += 1
    onward.save()
    record_event(
        referral=onward.referral, onward=onward, kind=EventKind.REVIEW_RECORDED, actor=actor, at=at,
        details={"weeks": given.weeks, "result": str(given.result), "reviewed_on": day.isoformat()},
    )  # fmt: skip
    return review


def _check(onward: OnwardReferral, given: ReviewDetails, *, day: dt.date, today: dt.date) -> None:
    """Refuse a review that cannot be so.

    :raises Invalid: naming what.
    """
    errors: dict[str, list[str]] = {}
    points = {point.weeks: point for point in review_points(onward, today=today)}
    earliest = began_on(onward) or local_day(onward.sent_at)
    if given.weeks is None:
        if given.result == ReviewResult.MISSED:
            errors["weeks"] = ["Say which point was missed."]
    elif given.weeks not in points:
        said = ", ".join(str(weeks) for weeks in points) or "none"
        errors["weeks"] = [f"Choose a point of the scheme ({said}), or leave it out for a review in between."]
    else:
        earliest = max(earliest, points[given.weeks].due_on - dt.timedelta(days=OPENS_DAYS))
    if not errors and earliest > today:
        errors["weeks"] = [f"This point opens on {earliest:%-d %B %Y}, two weeks before it is due."]
    elif not earliest <= day <= today:
        errors["reviewed_on"] = [f"Give a day from {earliest:%-d %B %Y} until today."]
    if errors:
        raise Invalid(errors)
