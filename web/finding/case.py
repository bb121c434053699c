"""For whom something is looked for: a referral of the reader's own team."""

from accounts.actors import Actor
from accounts.models import User
from core.errors import NotVisible
from referrals import policies, selectors
from referrals.models import OnwardReferral, Referral


def get_case(user: User, reference: str) -> Referral:
    """Return the referral, for a link worker or lead of the team that owns it.

    :raises NotVisible: if there is none, or the user does not work on it; it does not say which.
    """
    referral = selectors.get_referral(user, reference.upper())
    if not policies.may_work_on(Actor(user), referral):
        raise NotVisible("There is nothing with this reference, or it is not yours to see.")
    return referral


def get_earlier(user: User, reference: str, *, of: Referral) -> OnwardReferral | None:
    """Return the onward referral of a case which is to be sent elsewhere instead; None where none is named.

    :raises NotVisible: if there is none, or it belongs to another case.
    """
    if not reference:
        return None
    onward = selectors.get_onward_referral(user, reference.upper())
    if onward.referral_id != of.pk:
        raise NotVisible("There is nothing with this reference, or it is not yours to see.")
    return onward
