"""The words of the pathway: statuses, reasons, outcomes, value sets. A leaf: imports nothing of ours.

A stored value is a public contract: it is never renamed.
"""

from referrals.enums.coded import (
    NhsNumberStatus,
    PreferredContact,
    SnomedCode,
)
from referrals.enums.people import (
    AddressKind,
    ContactChannel,
    InformationFormat,
    Permission,
    PersonChangeKind,
    TelephoneRule,
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
    "AddressKind",
    "AttendanceResult",
    "CloseOutcome",
    "ConsentBasis",
    "ConsentDecision",
    "ContactChannel",
    "DeclineReason",
    "ErrorReason",
    "EventKind",
    "HoldReason",
    "InformationFormat",
    "LeftEarlyReason",
    "NhsNumberStatus",
    "NotStartedReason",
    "OnwardStatus",
    "Permission",
    "PersonChangeKind",
    "PreferredContact",
    "ProgrammeOutcome",
    "RedirectionReason",
    "ReferralStatus",
    "RejectionReason",
    "ReopeningReason",
    "SnomedCode",
    "TelephoneRule",
    "WithdrawalReason",
]
