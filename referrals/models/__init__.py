"""The rows of the heart. What may happen to them is in `pathway` and `services`."""

from referrals.models.consent import Consent, ConsentClock
from referrals.models.event import ReferralEvent
from referrals.models.health import Clearance, Observation
from referrals.models.message_back import MessageBack, MessageBackFiling
from referrals.models.onward import Attendance, OnwardReferral
from referrals.models.person import Person
from referrals.models.referral import Referral, ReferralNeed, Risk
from referrals.models.retention import RetentionProposal, RetentionRule, SubjectAccess
from referrals.models.team_policy import TeamPolicy

__all__ = [
    "Attendance",
    "Clearance",
    "Consent",
    "ConsentClock",
    "MessageBack",
    "MessageBackFiling",
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
