"""The look of every state, in one place: its words come from the domain, its colour from here. Never colour alone."""

from dataclasses import dataclass

from referrals.enums import OnwardStatus, ReferralStatus
from services_directory.enums import Capacity
from services_directory.suitability.kinds import RuleResult, Verdict

R, O = ReferralStatus, OnwardStatus  # noqa: E741
COLOURS: dict[str, dict[str, str]] = {
    "referral": {
        R.DRAFT: "grey", R.DEFERRED: "grey", R.SUBMITTED: "blue", R.INFORMATION_REQUESTED: "yellow",
        R.ACCEPTED: "aqua-green", R.ACTIVE: "green", R.ON_HOLD: "orange", R.CLOSED: "white", R.REJECTED: "red",
        R.REDIRECTED: "purple", R.WITHDRAWN: "white", R.ENTERED_IN_ERROR: "white",
    },
    "onward": {
        O.SENT: "blue", O.INFORMATION_REQUESTED: "yellow", O.WAITLISTED: "orange", O.ACCEPTED: "aqua-green",
        O.ASSESSMENT_BOOKED: "aqua-green", O.STARTED: "green", O.PAUSED: "orange", O.COMPLETED: "white",
        O.LEFT_EARLY: "white", O.NOT_STARTED: "white", O.DECLINED: "red", O.EXPIRED: "red", O.WITHDRAWN: "white",
    },
    "clock": {"overdue": "red", "today": "yellow", "later": "white"},
    "risk": {"recorded": "red", "none": "white", "not_asked": "grey"},
    "suits": {
        Verdict.ELIGIBLE_NOW: "green", Verdict.ELIGIBLE_FROM: "orange", Verdict.NEEDS_CLEARANCE: "orange",
        Verdict.NOT_ELIGIBLE: "red", Verdict.CANNOT_SAY: "yellow", Verdict.NO_RULES: "white",
    },
    "rule": {
        RuleResult.PASSED: "green", RuleResult.CLEARED: "green", RuleResult.NOT_YET: "orange",
        RuleResult.UNKNOWN: "yellow", RuleResult.FAILED: "red", RuleResult.REFUSED: "red",
    },
    "room": {
        Capacity.OPEN: "green", Capacity.WAITING_LIST: "orange", Capacity.FULL: "red", Capacity.PAUSED: "red",
        "": "white",
    },
}  # fmt: skip
"""What each may be is nhsuk-frontend's: white, grey, green, aqua-green, blue, purple, pink, red, orange, yellow."""
TEXTS: dict[str, dict[str, str]] = {
    "clock": {"overdue": "Overdue", "today": "Due today", "later": "Due later"},
    "risk": {"recorded": "Risk", "none": "No known risks", "not_asked": "Risks not recorded"},
    "suits": {
        Verdict.ELIGIBLE_NOW: "Suits", Verdict.ELIGIBLE_FROM: "Suits later", Verdict.NEEDS_CLEARANCE: "Needs clearance",
        Verdict.NOT_ELIGIBLE: "Does not suit", Verdict.CANNOT_SAY: "Needs an answer",
        Verdict.NO_RULES: "Rules not known",
    },
    "rule": {str(value): str(label) for value, label in RuleResult.choices},
    "room": {str(value): str(label) for value, label in Capacity.choices} | {"": "Places not known"},
}  # fmt: skip
"""Of the kinds whose words are not those of the two machines."""


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A state as a page shows it."""

    text: str
    colour: str


def tag_of(kind: str, state: str, *, said: str = "") -> Tag:
    """Return the tag of a state; `kind` is one of COLOURS: referral, onward, clock …

    :param said: stands for the label where more is known: "Declined by the provider: full".
    :raises KeyError: if there is no such state: a new one needs its colour here.
    """
    colour = COLOURS[kind][state]
    if kind in TEXTS:
        return Tag(text=said or TEXTS[kind][state], colour=colour)
    label = R(state).label if kind == "referral" else O(state).label
    return Tag(text=said or str(label), colour=colour)
