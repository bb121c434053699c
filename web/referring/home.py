"""What waits for a referrer, on their home page."""

import datetime as dt

from accounts.enums import Role
from accounts.models import User
from referrals import selectors
from referrals.enums import ReferralStatus
from web.worklists import Worklist, list_of_referrals


def lists_for(user: User, *, today: dt.date) -> list[Worklist]:
    """Return the lists of a referrer; for anybody else none."""
    if not (teams := user.team_ids(Role.REFERRER)):
        return []
    made = selectors.referrals_visible_to(user).filter(referring_team__in=teams)
    questions = made.filter(status=ReferralStatus.INFORMATION_REQUESTED).order_by("next_action_on", "id")
    drafts = made.filter(status=ReferralStatus.DRAFT).order_by("-id")
    sent = made.filter(sent_at__isnull=False).order_by("-id")
    page = "web:my-referrals"
    return [
        list_of_referrals("questions", "Questions for you", "Nobody waits for an answer.", questions, today, page=page),
        list_of_referrals("drafts", "Drafts", "You have no drafts.", drafts, today, page=page),
        list_of_referrals(
            "made",
            "Your team's referrals",
            "Your team has made no referral yet: “Refer somebody” begins one.",
            sent,
            today,
            page=page,
        ),
    ]
