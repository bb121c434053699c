"""Every clock, in one list: what is to be done, whose turn it is, and where its due day stands.

`docs/clocks.md` and the tests of each clock are held to this list. A clock has no code of its own here: the due day is
set by the step that makes it somebody's turn, and found by an index.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One clock. `default` has its unit, and its source or that there is none: “custom” (field notes 3.6)."""

    key: str
    says: str
    turn: str
    setting: str
    default: str
    column: str
    index: str
    pauses: str
    fires: str
    of_scheme: str = ""
    """Those of its settings that a scheme may have of its own; they go before the team's (`SchemeClocks`)."""
    can_be_breached: bool = True
    """Whether the leads are told after the days of grace; what no provider answers expires instead."""


_CASE = "referral.next_action_on"
_ONWARD = "onward_referral.next_action_on"
_BREACH = "the due list; a breach is told to the leads"
_LIST = "the due list"
_PROVIDERS = "the provider's list; a breach is told to the leads"

CLOCKS: tuple[Clock, ...] = (
    Clock(
        key="triage", says="Decide on a new referral", turn="team", setting="triage_working_days",
        default="2 working days, custom", column=_CASE, index="referral_due",
        pauses="while the referrer is asked, or a discharge is waited for; it begins anew after", fires=_BREACH,
    ),
    Clock(
        key="discharge", says="Confirm the discharge", turn="referrer", setting="the planned day",
        default="the working day after it, and every 2 working days then, custom", column=_CASE, index="referral_due",
        pauses="never: it waits for the day itself", fires=_BREACH + "; the discharge team is asked",
    ),
    Clock(
        key="answer", says="Answer the team's question", turn="referrer", setting="answer_working_days",
        default="5 working days, custom", column=_CASE, index="referral_due",
        pauses="once answered: it is the team's turn", fires=_BREACH,
    ),
    Clock(
        key="first_contact", says="Speak with the person", turn="team", setting="first_contact_working_days",
        default="5 working days, custom; after a discharge discharge_contact_working_days, 2", column=_CASE,
        index="referral_due", pauses="while the person is in hospital", fires=_BREACH,
    ),
    Clock(
        key="contact_attempts", says="Try again to reach the person", turn="team",
        setting="contact_tries, next_try_working_days, closing_wait_working_days",
        default="3 days of trying, 2 working days apart, 2 to answer; custom", column=_CASE, index="referral_due",
        pauses="while it is on hold", fires="the case asks to be closed; " + _BREACH,
    ),
    Clock(
        key="case_review", says="Look at the case again", turn="team", setting="review_working_days",
        default="20 working days, custom", column=_CASE, index="referral_due", pauses="while it is on hold",
        fires=_BREACH,
    ),
    Clock(
        key="hold_end", says="Resume it, or hold it longer", turn="team", setting="the day that is named",
        default="of a stay in hospital 5 working days where none is named, custom", column=_CASE, index="referral_due",
        pauses="never: it is the end of the pause", fires=_BREACH,
    ),
    Clock(
        key="provider_response", says="Accept, wait-list, decline or ask", turn="provider",
        setting="provider_response_days, escalate_days_before",
        default="14 days (S15), the last of them a working day; leads 3 days before, custom",
        column="onward_referral.chase_on, next_action_on", index="onward_to_chase, onward_unanswered",
        pauses="while the link worker is asked, or the referral is on hold; it goes on from there, with 2 working days "
        "at least",
        fires="a reminder at half, the leads before the end, then it expires: owner, provider and referrer are told",
        of_scheme="provider_response_days, escalate_days_before",
        can_be_breached=False,
    ),
    Clock(
        key="provider_question", says="Answer the provider's question", turn="team", setting="answer_working_days",
        default="5 working days, custom", column=_ONWARD, index="onward_breach_not_told",
        pauses="once answered: it is the provider's turn; while the referral is on hold", fires=_BREACH,
    ),
    Clock(
        key="waiting_review", says="Look again at a person on a waiting list", turn="team",
        setting="waiting_review_days", default="28 days, custom", column=_ONWARD, index="onward_waiting_review",
        pauses="while the referral is on hold", fires=_BREACH, of_scheme="waiting_review_days",
    ),
    Clock(
        key="assessment", says="Book the first assessment", turn="provider", setting="booking_working_days",
        default="10 working days, custom", column=_ONWARD, index="onward_breach_not_told",
        pauses="while the referral is on hold", fires=_PROVIDERS, of_scheme="booking_working_days",
    ),
    Clock(
        key="assessment_outcome", says="Say whether the person came to the first assessment", turn="provider",
        setting="reminder_days", default="the day that is booked; 2 days before, custom, the person is reminded",
        column="onward_referral.assessment_at, next_action_on", index="onward_to_be_reminded, onward_breach_not_told",
        pauses="while the referral is on hold", fires="the person is reminded; " + _PROVIDERS,
        of_scheme="reminder_days",
    ),
    Clock(
        key="review_points", says="Hold a review", turn="provider", setting="review_points_weeks of the service",
        default="none; PARiS has 13 and 26 weeks", column="onward_referral.next_review_on", index="onward_review_due",
        pauses="never: the points are the scheme's own weeks", fires=_LIST + " of both sides",
    ),
    Clock(
        key="pause_end", says="Resume, or say that the person has left", turn="provider",
        setting="the day that is named", default="none", column=_ONWARD, index="onward_breach_not_told",
        pauses="while the referral is on hold", fires=_PROVIDERS,
    ),
    Clock(
        key="follow_ups", says="Ask how they are, some months after", turn="provider",
        setting="months and window_days of the scheme",
        default="3, 6 and 12 months of a programme with review points, none of others; 28 days; custom",
        column="follow_up_clock.due_on, closes_on", index="follow_up_due, follow_up_to_give_up",
        pauses="while the person pauses, or the referral is on hold; it goes on from there",
        fires=_LIST + " of both sides, also after the end; after its window it is given up, and the timeline says so",
    ),
    Clock(
        key="consent_expiry", says="Ask whether an agreement to share goes on", turn="team",
        setting="the day that the person named", default="none", column="consent_clock.due_on",
        index="consent_clock_due", pauses="never: the day is the person's",
        fires="owner told before; all concerned at the end",
    ),
    Clock(
        key="listing_checks", says="Is the listing still right?", turn="provider",
        setting="constants of services_directory", default="see trust.md", column="service.verified_at",
        index="the weekly round reads all", pauses="while an inbox was asked in the last four weeks",
        fires="asked, reminded, then shown as out of date",
    ),
)  # fmt: skip

BY_KEY = {clock.key: clock for clock in CLOCKS}
