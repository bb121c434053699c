"""What waits for a provider, on their home page."""

import datetime as dt

from accounts.enums import Role
from accounts.models import User
from referrals.enums import OnwardStatus
from referrals.selectors.programmes import received_by
from web.worklists import LONGEST, Worklist, row_of_onward, worklist


def lists_for(user: User, *, today: dt.date) -> list[Worklist]:
    """Return the lists of a provider; for anybody else none."""
    if not user.team_ids(Role.PROVIDER):
        return []
    soonest = received_by(user).order_by("next_action_on", "id")
    agreed = (OnwardStatus.WAITLISTED, OnwardStatus.ACCEPTED, OnwardStatus.ASSESSMENT_BOOKED)
    lists = (
        ("answer", "Waiting for your answer", "No referral waits for your answer.", (OnwardStatus.SENT,)),
        ("agreed", "Accepted or on the waiting list", "Nobody is about to start.", agreed),
        ("part", "Taking part", "Nobody takes part at the moment.", (OnwardStatus.STARTED, OnwardStatus.PAUSED)),
    )
    return [
        worklist(
            slug, title, nothing,
            [row_of_onward(user, onward, today) for onward in soonest.filter(status__in=statuses)[: LONGEST + 1]],
            names_service=True, page="web:providing",
        )
        for slug, title, nothing, statuses in lists
    ]  # fmt: skip
