"""A referral for whoever made it: the pages of this part are for the referrer's side alone."""

from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from referrals.models import Referral
from referrals.selectors import get_whole_referral


def get_own_referral(user: User, reference: str) -> Referral:
    """Return the whole referral, for who refers in the team that made it.

    :raises NotVisible: if there is none, or it is another team's; it does not say which.
    """
    referral = get_whole_referral(user, reference.upper())
    if referral.referring_team_id not in user.team_ids(Role.REFERRER):
        raise NotVisible("There is nothing with this reference, or it is not yours to see.")
    return referral
