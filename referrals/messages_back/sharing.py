"""What the person allows of it. Seams: the purposes of consent decide, once they are recorded one by one."""

import datetime as dt

from referrals.models import Referral


def may_message_registered_practice(referral: Referral, on: dt.date) -> bool:
    """Whether the person agrees, on a day, that the practice where they are registered is told, too.

    Silence is no agreement. That consent is one of its own: that to sharing with providers does not stand in for it
    (field notes 3.9).
    """
    return False


def may_message_in_full(referral: Referral, on: dt.date) -> bool:
    """Whether the person lets the message say more than the codes. They do unless they have said otherwise (S32)."""
    return True
