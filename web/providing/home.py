"""What waits for a provider, on their home page."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from referrals.enums import OnwardStatus
from referrals.models import OnwardReferral
from referrals.selectors.programmes import follow_ups_to_make, received_by, reviews_to_hold
from web import words
from web.worklists import LONGEST, Row, Worklist, clock_of, row_of_onward, worklist


def lists_for(user: User, *, today: dt.date) -> list[Worklist]:
    """Return the lists of a provider; for anybody else none."""
    if not user.team_ids(Role.PROVIDER):
        return []
    received = received_by(user)
    soonest = received.order_by("next_action_on", "id")
    agreed = (OnwardStatus.WAITLISTED, OnwardStatus.ACCEPTED, OnwardStatus.ASSESSMENT_BOOKED)
    lists = (
        ("answer", "Waiting for your answer", "No referral waits for your answer.", (OnwardStatus.SENT,)),
        ("agreed", "Accepted or on the waiting list", "Nobody is about to start.", agreed),
        ("part", "Taking part", "Nobody takes part at the moment.", (OnwardStatus.STARTED, OnwardStatus.PAUSED)),
    )
    answer, *others = (
        worklist(
            slug, title, nothing,
            [row_of_onward(user, onward, today) for onward in soonest.filter(status__in=statuses)[: LONGEST + 1]],
            names_service=True, page="web:providing",
        )
        for slug, title, nothing, statuses in lists
    )  # fmt: skip
    return [answer, *_asked_by_a_day(user, received, today=today), *others]


def _asked_by_a_day(user: User, received: QuerySet[OnwardReferral], *, today: dt.date) -> Iterator[Worklist]:
    """Yield the reviews to hold and the follow-ups to make, where there are any: many services have none, ever."""
    for slug, title, due in (
        ("reviews", "Reviews to hold", reviews_to_hold), ("follow-ups", "Follow-ups to make", follow_ups_to_make)
    ):  # fmt: skip
        rows = list(due(received, on=today)[: LONGEST + 1])
        if rows:
            yield worklist(
                slug, title, "", [_row(user, onward, today) for onward in rows], names_service=True,
                page="web:providing", query=f"?show={slug}", due="Due",
            )  # fmt: skip


def _row(user: User, onward: OnwardReferral, today: dt.date) -> Row:
    due_on: dt.date = vars(onward)["asks_on"]
    return replace(
        row_of_onward(user, onward, today), due=words.short_day(due_on), clock=clock_of(due_on, today)
    )  # fmt: skip
