"""The rows of the heart. What may happen to them is in `pathway` and `services`."""

from referrals.models.discharge import Discharge
from referrals.models.event import ReferralEvent
from referrals.models.front_door import SelfReferral, TeamArea
from referrals.models.health import Clearance, Observation
from referrals.models.onward import Attendance, OnwardReferral
from referrals.models.person import Person
from referrals.models.referral import Consent, Referral, ReferralNeed, Risk
from referrals.models.team_policy import TeamPolicy

__all__ = [
    "Attendance",
    "Clearance",
    "Consent",
    "Discharge",
    "Observation",
    "OnwardReferral",
    "Person",
    "Referral",
    "ReferralEvent",
    "ReferralNeed",
    "Risk",
    "SelfReferral",
    "TeamArea",
    "TeamPolicy",
]
