"""The look of every state, in one place: its words come from the domain, its colour from here. Never colour alone."""

from dataclasses import dataclass

from referrals.enums import OnwardStatus, ReferralStatus

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
}  # fmt: skip
"""What each may be is nhsuk-frontend's: white, grey, green, aqua-green, blue, purple, pink, red, orange, yellow."""
CLOCKS = {"overdue": "Overdue", "today": "Due today", "later": "Due later"}
RISKS = {"recorded": "Risk", "none": "No known risks", "not_asked": "Risks not recorded"}
LABELS = {"clock": CLOCKS, "risk": RISKS}


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A state as a page shows it."""

    text: str
    colour: str


def tag_of(kind: str, state: str, *, said: str = "") -> Tag:
    """Return the tag of a state; `kind` is one of COLOURS: referral, onward, clock, risk.

    :param said: stands for the label where more is known: "Declined by the provider: full".
    :raises KeyError: if there is no such state: a new one needs its colour here.
    """
    colour = COLOURS[kind][state]
    if kind in LABELS:
        return Tag(text=said or LABELS[kind][state], colour=colour)
    label = R(state).label if kind == "referral" else O(state).label
    return Tag(text=said or str(label), colour=colour)
