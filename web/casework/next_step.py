"""The one thing to do next with a case, from where it stands: the button of its page. All else is beside it."""

import datetime as dt
from dataclasses import dataclass, replace

from accounts.actors import Actor
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import OnwardReferral, Referral
from referrals.turns import Turn
from web.actions import HEAVY, Action, actions_of, address_of


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The button, and what else may be done: by what it is about, the grave last."""

    first: Action | None
    others: list[tuple[str, list[Action]]]
    by_name: dict[str, Action]


SHORT = {"log_contact": "Log a contact", "send_onward": "Find services"}
"""What is said in a word or two where it is a button."""
GROUPS = (
    ("The case", {"accept", "request_information", "provide_information", "redirect", "reject", "start_support", "hold",
                  "resume", "record_readmission", "confirm_discharge", "confirm_discharge_again", "close", "reopen",
                  "allocate", "edit_discharge"}),
    ("What was done and is to be done", {"log_contact", "write_note", "add_task", "save_plan", "record_measure"}),
    ("Services", {"send_onward", "record_signpost"}),
    ("The person", {"change_contact", "record_address", "correct_nhs_number", "record_consent", "record_observations",
                    "record_clearance", "request_clearance", "write_record", "record_risk"}),
    ("Rare and grave", {*HEAVY, "withdraw"}),
)  # fmt: skip
"""How the rest is laid out. An action that is in none stands with the case."""


def choices_of(
    actor: Actor, referral: Referral, offers: list[OnwardReferral], turn: Turn, *, today: dt.date
) -> Choices:
    """Return what may be done with a case on a day, the next step picked out."""
    actions = {each.name: each for each in actions_of(actor, referral, on=today) if each.address}
    for name, label in SHORT.items():
        if name in actions:
            actions[name] = replace(actions[name], label=label)
    first = _question(offers) or actions.get(_name_of_next(referral, offers, turn, has=set(actions)))
    left = {name: action for name, action in actions.items() if action is not first}
    grouped = {name for _, names in GROUPS for name in names}
    others = [
        (title, [action for name, action in left.items() if name in names or (number == 0 and name not in grouped)])
        for number, (title, names) in enumerate(GROUPS)
    ]
    return Choices(first=first, others=[(title, rows) for title, rows in others if rows], by_name=actions)


def _question(offers: list[OnwardReferral]) -> Action | None:
    """A provider that asks cannot go on without an answer: that goes before all else."""
    asked = next((row for row in offers if row.status == OnwardStatus.INFORMATION_REQUESTED), None)
    if asked is None or asked.referral.status == ReferralStatus.ON_HOLD:
        return None
    name = "provide_information"
    label = f"Answer the question of {asked.service.name}"
    return Action(name=name, label=label, address=address_of(asked, name), is_step=True)


def _name_of_next(referral: Referral, offers: list[OnwardReferral], turn: Turn, *, has: set[str]) -> str:
    match referral.status:
        case ReferralStatus.SUBMITTED:
            return "accept"
        case ReferralStatus.INFORMATION_REQUESTED:
            return "provide_information"
        case ReferralStatus.DEFERRED:
            return "confirm_discharge"
        case ReferralStatus.ON_HOLD:
            # After a hospital stay the person is asked anew, so what stands still then is the first contact.
            is_in_hospital = turn.stands_still is not None and turn.stands_still.key == "first_contact"
            return "confirm_discharge_again" if is_in_hospital else "resume"
        case _ if referral.asks_to_close_at is not None:
            return "close"
        case ReferralStatus.ACCEPTED:
            return "start_support" if referral.reached_at is not None and not referral.failed_tries else "log_contact"
        case ReferralStatus.ACTIVE if not referral.failed_tries and all(each.ended_at is not None for each in offers):
            # Nothing is under way: either a service came to its end, or one is still to be found.
            is_done = any(each.status == OnwardStatus.COMPLETED for each in offers)
            name = "close" if is_done else "send_onward"
            return name if name in has else "log_contact"
        case _:
            return "log_contact"
