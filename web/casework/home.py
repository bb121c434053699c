"""What waits for a link worker or lead, on their home page."""

import datetime as dt
from typing import Any

from accounts.enums import Role
from accounts.models import User
from referrals import selectors
from referrals.enums import ReferralStatus
from web.worklists import Worklist, list_of_referrals


def lists_for(user: User, *, today: dt.date) -> list[Worklist]:
    """Return the lists of a link worker or lead; for anybody else none."""
    if not (teams := user.team_ids(Role.LINK_WORKER, Role.LEAD)):
        return []
    owned: Any = selectors.referrals_visible_to(user).filter(owner_team__in=teams)
    due = owned.overdue(on=today + dt.timedelta(days=1)).order_by("next_action_on", "id")
    new = owned.filter(status=ReferralStatus.SUBMITTED).order_by("next_action_on", "id")
    return [
        list_of_referrals("due", "Due today or overdue", "Nothing is due today.", due, today),
        list_of_referrals("triage", "New to triage", "Nothing waits for triage.", new, today),
    ]
