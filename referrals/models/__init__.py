"""The rows of the heart. What may happen to them is in `pathway` and `services`."""

from referrals.models.access import RecordAccess
from referrals.models.address import AddressRecord
from referrals.models.casework import CaseNote, CaseTask, Contact, PlanVersion, Signpost, SignpostFollowUp
from referrals.models.clearance_request import ClearanceRequest
from referrals.models.consent import Consent, ConsentClock
from referrals.models.delivery import RegisterTaken, Review, Session, SupersededAttendance
from referrals.models.discharge import Discharge
from referrals.models.due import DueTask
from referrals.models.event import ReferralEvent
from referrals.models.follow_ups import FollowUp, FollowUpClock, FollowUpPlan
from referrals.models.front_door import SelfReferral, TeamArea
from referrals.models.health import Clearance, Observation
from referrals.models.measures import MeasureInUse, MeasureLicence, MeasureResponse
from referrals.models.message_back import MessageBack, MessageBackFiling
from referrals.models.onward import Attendance, OnwardReferral
from referrals.models.own_page import PersonLink
from referrals.models.person import Person, PersonChange, PersonMerge
from referrals.models.record import RecordEntry, RecordVersion
from referrals.models.referral import Referral, ReferralNeed, Risk
from referrals.models.retention import RetentionProposal, RetentionRule, SubjectAccess
from referrals.models.safeguarding import SafeguardingConcern, SafeguardingRead
from referrals.models.scheme_clocks import SchemeClocks
from referrals.models.team_link import TeamLinkCode
from referrals.models.team_policy import TeamPolicy

__all__ = [
    "AddressRecord",
    "Attendance",
    "CaseNote",
    "CaseTask",
    "Clearance",
    "ClearanceRequest",
    "Consent",
    "ConsentClock",
    "Contact",
    "Discharge",
    "DueTask",
    "FollowUp",
    "FollowUpClock",
    "FollowUpPlan",
    "MeasureInUse",
    "MeasureLicence",
    "MeasureResponse",
    "MessageBack",
    "MessageBackFiling",
    "Observation",
    "OnwardReferral",
    "Person",
    "PersonChange",
    "PersonLink",
    "PersonMerge",
    "PlanVersion",
    "RecordAccess",
    "RecordEntry",
    "RecordVersion",
    "Referral",
    "ReferralEvent",
    "ReferralNeed",
    "RegisterTaken",
    "RetentionProposal",
    "RetentionRule",
    "Review",
    "Risk",
    "SafeguardingConcern",
    "SafeguardingRead",
    "SchemeClocks",
    "SelfReferral",
    "Session",
    "Signpost",
    "SignpostFollowUp",
    "SubjectAccess",
    "SupersededAttendance",
    "TeamArea",
    "TeamLinkCode",
    "TeamPolicy",
]
