"""The words of the pathway: statuses, reasons, outcomes, value sets. A leaf: imports nothing of ours.

A stored value is a public contract: it is never renamed.
"""

from referrals.enums.casework import (
    ActionParty,
    ActionStatus,
    ConsultationMechanism,
    ContactDirection,
    ContactOutcome,
    ContactParty,
    FollowUpResult,
    GoalStatus,
    PlanAgreement,
    TaskKind,
    TimeOfDay,
)
from referrals.enums.coded import (
    NhsNumberStatus,
    PreferredContact,
    SnomedCode,
)
from referrals.enums.consent import (
    ConsentBasis,
    ConsentDecision,
    ConsentMethod,
    ConsentPurpose,
)
from referrals.enums.measures import MeasureMode
from referrals.enums.messages_back import MessageBackKind
from referrals.enums.reasons import (
    CloseOutcome,
    DeclineReason,
    ErrorReason,
    HoldReason,
    LeftEarlyReason,
    MissedAssessmentReason,
    NotStartedReason,
    ProgrammeOutcome,
    RedirectionReason,
    RejectionReason,
    ReopeningReason,
    WithdrawalReason,
)
from referrals.enums.records import (
    AttendanceResult,
    EventKind,
    SessionCancelReason,
)
from referrals.enums.retention import (
    KeepingReason,
    RecordKind,
    RetentionDecision,
)
from referrals.enums.statuses import (
    OnwardStatus,
    ReferralStatus,
)

__all__ = [
    "ActionParty",
    "ActionStatus",
    "AttendanceResult",
    "CloseOutcome",
    "ConsentBasis",
    "ConsentDecision",
    "ConsentMethod",
    "ConsentPurpose",
    "ConsultationMechanism",
    "ContactDirection",
    "ContactOutcome",
    "ContactParty",
    "DeclineReason",
    "ErrorReason",
    "EventKind",
    "FollowUpResult",
    "GoalStatus",
    "HoldReason",
    "KeepingReason",
    "LeftEarlyReason",
    "MeasureMode",
    "MessageBackKind",
    "MissedAssessmentReason",
    "NhsNumberStatus",
    "NotStartedReason",
    "OnwardStatus",
    "PlanAgreement",
    "PreferredContact",
    "ProgrammeOutcome",
    "RecordKind",
    "RedirectionReason",
    "ReferralStatus",
    "RejectionReason",
    "ReopeningReason",
    "RetentionDecision",
    "SessionCancelReason",
    "SnomedCode",
    "TaskKind",
    "TimeOfDay",
    "WithdrawalReason",
]
