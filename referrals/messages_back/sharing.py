"""What the person allows of it: two purposes of consent, asked for the day and for the one who would read it."""

import datetime as dt

from accounts.models import Organization
from referrals import consents
from referrals.models import Consent, Referral


def may_message_registered_practice(referral: Referral, on: dt.date, *, practice: Organization) -> bool:
    """Whether the person agrees, on a day, that the practice where they are registered is told, too.

    Silence is no agreement. That consent is one of its own: that to sharing with providers does not stand in for it
    (field notes 3.9).
    """
    return consents.may_message_registered_practice(_said(referral), organization_id=practice.pk, on=on)


def may_message_in_full(referral: Referral, on: dt.date) -> bool:
    """Whether the person lets the message say more than the codes. They do unless they have said otherwise (S32)."""
    return consents.may_message_in_full(
        _said(referral), organization_id=referral.referring_team.organization_id, on=on
    )  # fmt: skip


def _said(referral: Referral) -> list[Consent]:
    return list(referral.consents.select_related("to_service__receiving_team").order_by("id"))
