"""The words of the pathway: statuses, reasons, outcomes, value sets. A leaf: imports nothing of ours.

A stored value is a public contract: it is never renamed.
"""

from referrals.enums.coded import (
    NhsNumberStatus,
    PreferredContact,
    SnomedCode,
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
    ConsentBasis,
    ConsentDecision,
    EventKind,
)
from referrals.enums.statuses import (
    OnwardStatus,
    ReferralStatus,
)

__all__ = [
    "ENTRY_RULES",
    "AttendanceResult",
    "CloseOutcome",
    "ConsentBasis",
    "ConsentDecision",
    "DeclineReason",
    "EntryRules",
    "ErrorReason",
    "EthnicCategory",
    "EventKind",
    "HoldReason",
    "LeftEarlyReason",
    "NhsNumberStatus",
    "NotStartedReason",
    "OnwardStatus",
    "PreferredContact",
    "ProgrammeOutcome",
    "RecordSection",
    "RedirectionReason",
    "ReferralStatus",
    "RejectionReason",
    "ReopeningReason",
    "SafeguardingKind",
    "SnomedCode",
    "StatedGender",
    "WithdrawalReason",
]
