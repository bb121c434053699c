"""The rows of the heart. What may happen to them is in `pathway` and `services`."""

from referrals.models.event import ReferralEvent
from referrals.models.health import Clearance, Observation
from referrals.models.onward import Attendance, OnwardReferral
from referrals.models.person import Person
from referrals.models.record import RecordEntry, RecordVersion
from referrals.models.referral import Consent, Referral, ReferralNeed, Risk
from referrals.models.safeguarding import SafeguardingConcern, SafeguardingRead
from referrals.models.team_policy import TeamPolicy

__all__ = [
    "Attendance",
    "Clearance",
    "Consent",
    "Observation",
    "OnwardReferral",
    "Person",
    "RecordEntry",
    "RecordVersion",
    "Referral",
    "ReferralEvent",
    "ReferralNeed",
    "Risk",
    "SafeguardingConcern",
    "SafeguardingRead",
    "TeamPolicy",
]
