"""The rules that always hold, each in a sentence. Where one is broken, something was lost, or edited by hand."""

from typing import Final

RULES: Final[dict[str, str]] = {
    "owned": "An open referral has a day on which somebody looks again, and once taken on a person who works there.",
    "awaited": "An open onward referral has a day on which an answer, an assessment or a review is due.",
    "reasoned": "Who rejects, declines, holds, withdraws or ends early says why, and who closes what came of it.",
    "declared": "Each change of status is a step that the pathway has, from a status where it begins.",
    "ended": "Nothing moves after an end, but by reopening or by marking it as entered in error.",
    "replayed": "The events, told again from the first, give where the referral and its onward referrals stand.",
    "chained": "Each event carries the hash of the one before, and what it says is what was hashed.",
    "agreed": "Nobody was sent to a service without a consent that stood then, or a best-interests reason.",
    "coded": "Each of the two national codes was emitted at most once, and only when the person accepted or declined.",
    "attended": "Who came is recorded of those only who have started.",
    "told": "Every message that a step owed is written down.",
    "referrer_told": "Whoever referred was told of every end.",
    "delivered": "Every message is sent and recorded as delivered, or has a coming try, or is failed and shown.",
}
"""By its key: what is counted as broken is a referral, an onward referral, or a message."""
