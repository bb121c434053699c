"""The rows of the heart. What may happen to them is in `pathway` and `services`."""

from referrals.models.address import AddressRecord
from referrals.models.event import ReferralEvent
from referrals.models.health import Clearance, Observation
from referrals.models.onward import Attendance, OnwardReferral
from referrals.models.person import Person, PersonChange, PersonMerge
from referrals.models.referral import Consent, Referral, ReferralNeed, Risk
from referrals.models.team_policy import TeamPolicy

__all__ = [
    "AddressRecord",
    "Attendance",
    "Clearance",
    "Consent",
    "Observation",
    "OnwardReferral",
    "Person",
    "PersonChange",
    "PersonMerge",
    "Referral",
    "ReferralEvent",
    "ReferralNeed",
    "Risk",
    "TeamPolicy",
]
