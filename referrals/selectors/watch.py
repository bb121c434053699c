"""How much is open and how much is late, over all teams: for the watchers of the service, who see nobody."""

import datetime as dt

from referrals.enums import ReferralStatus
from referrals.models import OnwardReferral, Referral


def open_counts() -> dict[str, int]:
    """Return how many referrals are in a team's hands, and how many onward referrals are open: each by an index."""
    return {
        "referral": Referral.objects.filter(status__in=ReferralStatus.SENT).count(),
        "onward_referral": OnwardReferral.objects.open().count(),
    }


def overdue_counts(*, on: dt.date) -> dict[str, int]:
    """Return how many were due before a day: of referrals somebody's next step, of onward referrals the answer."""
    return {
        "next_action": Referral.objects.overdue(on=on).count(),
        "provider_response": OnwardReferral.objects.unanswered(on=on).count(),
    }
