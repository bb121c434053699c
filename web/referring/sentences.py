"""Where a referral stands, in one plain sentence for whoever made it: who does what, and by when."""

from referrals.enums import CloseOutcome, ReferralStatus, TurnOf
from referrals.models import Referral
from referrals.selectors.worklist import ListedReferral
from referrals.turns import Turn
from web import words

_ENDED = {
    ReferralStatus.REJECTED: "{team} did not take it on.",
    ReferralStatus.REDIRECTED: "{team} passed it on to another team.",
    ReferralStatus.WITHDRAWN: "It was taken back.",
    ReferralStatus.ENTERED_IN_ERROR: "It was entered in error.",
}
_RUNNING = {
    "triage": "{team} will decide{by}.",
    "answer": "A question from {team}: please answer it{by}.",
    "discharge": "The discharge is planned for {planned}. Please confirm when {person} is home, or change the day{by}.",
    "first_contact": "{owner} will get in touch with {person}{by}.",
    "case_review": "{person} has the support of {owner}, who will look at it again{by}.",
    "hold_end": "It stands still: {why}. {owner} will look at it again{by}.",
}
"""By the clock that runs, of those that a referrer reads (`turns.whose_turn`). A team's name may be one or many: "Vale
link workers", "The hub". So no verb stands beside one that would tell them apart."""


def sentence(referral: Referral | ListedReferral, turn: Turn) -> str:
    """Return the sentence."""
    if isinstance(referral, Referral):
        team, owner = referral.owner_team.name, referral.owner.full_name if referral.owner else None
    else:
        team, owner = referral.owner_team, referral.owner
    said = {
        "team": team,
        "owner": owner or team,
        "person": referral.first_name,
        "by": f" by {words.day(turn.due_on)}" if turn.due_on else "",
        "planned": words.day(referral.planned_discharge_on),
        "why": turn.stands_still.why if turn.stands_still else "on hold",
    }
    if referral.status == ReferralStatus.DRAFT:
        return "Not sent yet. Finish it, and send it."
    if referral.status == ReferralStatus.CLOSED:
        return f"It has ended: {words.in_a_sentence(words.label_of(CloseOutcome, referral.outcome))}."
    if referral.status in _ENDED:
        return _ENDED[ReferralStatus(referral.status)].format(**said)
    late = " This is late." if turn.is_overdue and turn.whose != TurnOf.NOBODY else ""
    plain = _RUNNING.get(turn.key)
    return (plain.format(**said) if plain else f"{words.whose_turn(turn)}.") + late
