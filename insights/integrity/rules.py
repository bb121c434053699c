"""The rules that always hold, each in a sentence. Where one is broken, something was lost, or edited by hand."""

from typing import Final

RULES: Final[dict[str, str]] = {
    "owned": (
        "An open referral has a day within two years on which somebody looks again, a team in which somebody works, "
        "and once taken on a person of it; and no open task is that of somebody who works there no more."
    ),
    "awaited": "An open onward referral is one of an open referral, and has a day within two years on which it is due.",
    "reasoned": "Who rejects, declines, holds, withdraws or ends early says why, and who closes what came of it.",
    "declared": "Each change of status is a step that the pathway has, from a status where it begins.",
    "ended": "Nothing moves after an end, but by reopening or by marking it as entered in error.",
    "replayed": (
        "The events, told again from the first, give where the referral and its onward referrals stand: status, "
        "outcome, end and owner."
    ),
    "chained": "Each event carries the hash of the one before, and what it says is what was hashed.",
    "anchored": "What an earlier audit had read is there as it was.",
    "kept": "What stood in a row before it was changed is on record as the database wrote it down.",
    "seen": "A provider has a person only through an onward referral that was sent to it.",
    "agreed": (
        "Nobody was sent to a service, told more of, or taken up there without a consent that stood then, or a "
        "best-interests reason."
    ),
    "coded": "One of the two national codes was emitted when the person accepted or declined, once, and never else.",
    "attended": "Who came is recorded of those only who have started.",
    "told": "Every message that a step owed is written down.",
    "referrer_told": "Whoever referred was told of every end.",
    "delivered": "Every message is sent and recorded as delivered, or has a coming try, or is failed and shown.",
}
"""By its key: what is counted as broken is a referral, an onward referral, a message, or a span of events."""
