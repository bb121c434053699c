"""When a person is asked how they are, some months after they began: the scheme's points, and who may be asked."""

import datetime as dt
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db.models import QuerySet

from core.clocks import local_day
from referrals import consents
from referrals.enums import (
    AskedResult,
    CloseOutcome,
    ContactChannel,
    LeftEarlyReason,
    OnwardStatus,
    Permission,
    PointState,
    ReferralStatus,
)
from referrals.models import FollowUp, FollowUpClock, FollowUpPlan, MeasureResponse, OnwardReferral, Referral
from referrals.models.follow_ups import OPENS, USUAL_MONTHS
from referrals.querysets import person_is_away
from referrals.selectors.delivery import began_on, day_of_point
from services_directory.models import Service

GOES_ON = (*ReferralStatus.SENT, ReferralStatus.CLOSED)
NO_MORE = (CloseOutcome.DECLINED_BY_PERSON, CloseOutcome.DECEASED)
"""Outcomes of a referral after which nobody asks."""


@dataclass(frozen=True, kw_only=True)
class FollowUpPoint:
    """One of the scheme's points for a person: its days, where it stands, what was recorded last, what was measured."""

    months: int
    due_on: dt.date
    closes_on: dt.date
    state: PointState
    is_overdue: bool
    follow_up: FollowUp | None
    measures: tuple[str, ...]

    @property
    def opens_on(self) -> dt.date:
        """The first day on which the person may be asked."""
        return self.due_on - OPENS


def plan_of(service: Service) -> FollowUpPlan:
    """Return at which months a scheme asks. A programme, which has review points, does as is usual; others do not."""
    plan: FollowUpPlan | None = getattr(service, "follow_up_plan", None)
    is_programme = any(service.review_points_weeks)
    return plan or FollowUpPlan(service=service, months=list(USUAL_MONTHS) if is_programme else [])


def follow_ups_of(onward: OnwardReferral) -> QuerySet[FollowUp]:
    """Return what became of asking a person, try by try, the newest first."""
    return onward.follow_ups.select_related("recorded_by").order_by("-id")


def weeks_of(months: int) -> int:
    """Return the point of a measure that belongs to a follow-up: 3, 6 and 12 months are 13, 26 and 52 weeks."""
    return round(months * 52 / 12)


def said_no(onward: OnwardReferral) -> bool:
    """Whether the person does not want to be asked any more: the last word of a point counts."""
    last = onward.follow_ups.order_by("months", "-id").distinct("months")
    return any(row.result == AskedResult.DECLINED for row in last)


def may_be_asked(onward: OnwardReferral, *, on: dt.date) -> bool:
    """Whether a person may be asked on a day, whatever is due.

    Not if they have not begun or the offer was taken back; if the referral was withdrawn, was an error or is forgotten;
    if they have died; if they do not agree to sharing with the provider any more; if they want to be reached by nobody.
    """
    referral = onward.referral
    return bool(
        onward.status in OnwardStatus.TOOK_PART  # who left early is asked, too, or what lasted looks too well
        and referral.status in GOES_ON
        and not (referral.status == ReferralStatus.CLOSED and referral.outcome in NO_MORE)
        and referral.forgotten_at is None
        and not refuses_all_contact(referral)
        and not referral.person.is_deceased
        and not onward.events.filter(kind="leave_early", reason=LeftEarlyReason.DECEASED).exists()
        and consents.may_share(referral.consents.all(), recipient=consents.recipient_of(onward), on=on).is_yes
    )


def refuses_all_contact(referral: Referral) -> bool:
    """Whether the person has said no to every way of reaching them."""
    ways = (ContactChannel.EMAIL, ContactChannel.SMS, ContactChannel.TELEPHONE, ContactChannel.LETTER)
    return all(getattr(referral, f"may_{way}") == Permission.NO for way in ways)


def follow_up_points(onward: OnwardReferral, *, on: dt.date) -> list[FollowUpPoint]:
    """Return the scheme's points for a person, in order. Before they have begun, as if they began that day.

    A point is the review's where the scheme itself has one within two weeks of it, and the person took part when the
    point opened: nobody is asked the same twice.
    """
    began = began_on(onward) or on
    ended = local_day(onward.ended_at) if onward.ended_at else None
    plan, reviews = plan_of(onward.service), [weeks for weeks in onward.service.review_points_weeks if weeks]
    clock = FollowUpClock.objects.filter(onward_referral=onward).first()
    last: dict[int, FollowUp] = {row.months: row for row in follow_ups_of(onward).reverse()}
    taken = _taken(onward)
    is_asked = not any(row.result == AskedResult.DECLINED for row in last.values()) and may_be_asked(onward, on=on)
    points = []
    for months in sorted({*plan.months, *last, *([clock.months] if clock else [])}):
        due_on = began + relativedelta(months=months)
        closes_on = due_on + dt.timedelta(days=plan.window_days)
        took_part = ended is None or ended >= due_on - OPENS
        is_reviewed = took_part and any(abs(day_of_point(began, weeks) - due_on) <= OPENS for weeks in reviews)
        is_next = clock is not None and clock.months == months
        if clock is not None and is_next:
            due_on, closes_on, is_reviewed = clock.due_on, clock.closes_on, False
        follow_up = last.get(months)
        if follow_up is not None and follow_up.result in AskedResult.SETTLES:
            state = PointState(follow_up.result)
        elif is_reviewed:
            state = PointState.REVIEWED
        elif not is_asked or (closes_on < on and not is_next):  # the clock itself gives up what is next
            state = PointState.NOT_ASKED
        elif due_on - OPENS > on:
            state = PointState.TO_COME
        else:
            state = PointState.WAITS if onward.is_person_away else PointState.OPEN
        points.append(
            FollowUpPoint(
                months=months, due_on=due_on, closes_on=closes_on, state=state,
                is_overdue=state == PointState.OPEN and due_on < on, follow_up=follow_up,
                measures=taken.get(weeks_of(months), ()),
            )
        )  # fmt: skip
    return points


def next_follow_up(onward: OnwardReferral, *, on: dt.date) -> FollowUpPoint | None:
    """Return the first point at which the person is still to be asked; None if there is none."""
    if onward.status not in OnwardStatus.TOOK_PART:
        return None
    waiting = (PointState.TO_COME, PointState.OPEN, PointState.WAITS)
    return next((point for point in follow_up_points(onward, on=on) if point.state in waiting), None)


def is_asked_at(onward: OnwardReferral, *, weeks: int, on: dt.date) -> bool:
    """Whether a measure of a point, in weeks, belongs to a follow-up that can be held now, or was."""
    now = (PointState.OPEN, PointState.REACHED)
    return any(weeks_of(point.months) == weeks and point.state in now for point in follow_up_points(onward, on=on))


def follow_ups_to_give_up(*, on: dt.date) -> QuerySet[FollowUpClock]:
    """Return the clocks whose time is over. Those that stand still wait."""
    rows = FollowUpClock.objects.filter(closes_on__lt=on).exclude(person_is_away(of="onward_referral__"))
    return rows.order_by("closes_on", "onward_referral")


def _taken(onward: OnwardReferral) -> dict[int, tuple[str, ...]]:
    """Return by point, in weeks, which measures were taken on the onward referral."""
    taken: dict[int, tuple[str, ...]] = {}
    rows = MeasureResponse.objects.filter(onward_referral=onward, point__isnull=False, replaces=None)
    for point, measure in rows.order_by("measure", "id").values_list("point", "measure"):
        taken[point or 0] = (*taken.get(point or 0, ()), measure)
    return taken
