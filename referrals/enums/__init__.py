"""The words of the pathway: statuses, reasons, outcomes, value sets. A leaf: imports nothing of ours.

A stored value is a public contract: it is never renamed.
"""

from referrals.enums.coded import (
    NhsNumberStatus,
    PreferredContact,
    SnomedCode,
)
from referrals.enums.measures import MeasureMode
from referrals.enums.reasons import (
    CloseOutcome,
    DeclineReason,
    ErrorReason,
    HoldReason,
    LeftEarlyReason,
    NotStartedReason,
    ProgrammeOutcome,
    RedirectionReason,
    RejectionReason,
    ReopeningReason,
    WithdrawalReason,
)
from referrals.enums.records import (
    AttendanceResult,
    ConsentBasis,
    ConsentDecision,
    EventKind,
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
    "AttendanceResult",
    "CloseOutcome",
    "ConsentBasis",
    "ConsentDecision",
    "DeclineReason",
    "ErrorReason",
    "EventKind",
    "HoldReason",
    "KeepingReason",
    "LeftEarlyReason",
    "MeasureMode",
    "NhsNumberStatus",
    "NotStartedReason",
    "OnwardStatus",
    "PreferredContact",
    "ProgrammeOutcome",
    "RecordKind",
    "RedirectionReason",
    "ReferralStatus",
    "RejectionReason",
    "ReopeningReason",
    "RetentionDecision",
    "SnomedCode",
    "WithdrawalReason",
]
