"""The words of the pathway: statuses, reasons, outcomes, value sets. A leaf: imports nothing of ours.

A stored value is a public contract: it is never renamed.
"""

from referrals.enums.access import AccessPurpose, AccessReason, Unusual, Visitor
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
from referrals.enums.doors import (
    AreaKind,
    DischargeDestination,
    DischargePathway,
    ReferralMethod,
    ReferralSource,
)
from referrals.enums.follow_ups import AskedResult, PointState, SinceTheStart, StillActive
from referrals.enums.measures import MeasureMode
from referrals.enums.messages_back import MessageBackKind
from referrals.enums.people import (
    AddressKind,
    ContactChannel,
    InformationFormat,
    Permission,
    PersonChangeKind,
    TelephoneRule,
)
from referrals.enums.person import (
    EthnicCategory,
    StatedGender,
)
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
from referrals.enums.record import (
    ENTRY_RULES,
    EntryRules,
    RecordSection,
    SafeguardingKind,
)
from referrals.enums.records import (
    AttendanceResult,
    EventKind,
    ReviewResult,
    SessionCancelReason,
)
from referrals.enums.retention import (
    KeepingReason,
    RecordKind,
    RetentionDecision,
)
from referrals.enums.screening import ClearanceMechanism, ClearanceRequestStatus, QuestionState
from referrals.enums.statuses import (
    OnwardStatus,
    ReferralStatus,
)
from referrals.enums.turns import TurnOf

__all__ = [
    "ENTRY_RULES",
    "AccessPurpose",
    "AccessReason",
    "ActionParty",
    "ActionStatus",
    "AddressKind",
    "AreaKind",
    "AskedResult",
    "AttendanceResult",
    "ClearanceMechanism",
    "ClearanceRequestStatus",
    "CloseOutcome",
    "ConsentBasis",
    "ConsentDecision",
    "ConsentMethod",
    "ConsentPurpose",
    "ConsultationMechanism",
    "ContactChannel",
    "ContactDirection",
    "ContactOutcome",
    "ContactParty",
    "DeclineReason",
    "DischargeDestination",
    "DischargePathway",
    "EntryRules",
    "ErrorReason",
    "EthnicCategory",
    "EventKind",
    "FollowUpResult",
    "GoalStatus",
    "HoldReason",
    "InformationFormat",
    "KeepingReason",
    "LeftEarlyReason",
    "MeasureMode",
    "MessageBackKind",
    "MissedAssessmentReason",
    "NhsNumberStatus",
    "NotStartedReason",
    "OnwardStatus",
    "Permission",
    "PersonChangeKind",
    "PlanAgreement",
    "PointState",
    "PreferredContact",
    "ProgrammeOutcome",
    "QuestionState",
    "RecordKind",
    "RecordSection",
    "RedirectionReason",
    "ReferralMethod",
    "ReferralSource",
    "ReferralStatus",
    "RejectionReason",
    "ReopeningReason",
    "RetentionDecision",
    "ReviewResult",
    "SafeguardingKind",
    "SessionCancelReason",
    "SinceTheStart",
    "SnomedCode",
    "StatedGender",
    "StillActive",
    "TaskKind",
    "TelephoneRule",
    "TimeOfDay",
    "TurnOf",
    "Unusual",
    "Visitor",
    "WithdrawalReason",
]
