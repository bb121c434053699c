"""The words of the pathway: statuses, reasons, outcomes, value sets. A leaf: imports nothing of ours.

A stored value is a public contract: it is never renamed.
"""

from referrals.enums.coded import (
    NhsNumberStatus,
    PreferredContact,
    SnomedCode,
)
from referrals.enums.doors import (
    AreaKind,
    DischargeDestination,
    DischargePathway,
    ReferralMethod,
    ReferralSource,
)
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
from referrals.enums.statuses import (
    OnwardStatus,
    ReferralStatus,
)

__all__ = [
    "AreaKind",
    "AttendanceResult",
    "CloseOutcome",
    "ConsentBasis",
    "ConsentDecision",
    "DeclineReason",
    "DischargeDestination",
    "DischargePathway",
    "ErrorReason",
    "EventKind",
    "HoldReason",
    "LeftEarlyReason",
    "NhsNumberStatus",
    "NotStartedReason",
    "OnwardStatus",
    "PreferredContact",
    "ProgrammeOutcome",
    "RedirectionReason",
    "ReferralMethod",
    "ReferralSource",
    "ReferralStatus",
    "RejectionReason",
    "ReopeningReason",
    "SnomedCode",
    "WithdrawalReason",
]
