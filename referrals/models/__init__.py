"""The rows of the heart. What may happen to them is in `pathway` and `services`."""

from referrals.models.event import ReferralEvent
from referrals.models.health import Clearance, Observation
from referrals.models.measures import MeasureInUse, MeasureLicence, MeasureResponse
from referrals.models.onward import Attendance, OnwardReferral
from referrals.models.person import Person
from referrals.models.referral import Consent, Referral, ReferralNeed, Risk
from referrals.models.retention import RetentionProposal, RetentionRule, SubjectAccess
from referrals.models.team_policy import TeamPolicy

__all__ = [
    "Attendance",
    "Clearance",
    "Consent",
    "MeasureInUse",
    "MeasureLicence",
    "MeasureResponse",
    "Observation",
    "OnwardReferral",
    "Person",
    "Referral",
    "ReferralEvent",
    "ReferralNeed",
    "RetentionProposal",
    "RetentionRule",
    "Risk",
    "SubjectAccess",
    "TeamPolicy",
]
