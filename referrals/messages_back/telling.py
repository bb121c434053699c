"""Which events are told, and in which words: the title, what the practice is asked to do, what the team does next."""

from django.utils.formats import date_format

from referrals import policies
from referrals.enums import CloseOutcome, MessageBackKind, RejectionReason, ReopeningReason
from referrals.messages_back.document import RequestedAction
from referrals.models import ReferralEvent

KIND_OF: dict[str, MessageBackKind] = {
    "accept": MessageBackKind.ACCEPTANCE,
    "start_support": MessageBackKind.ACCEPTANCE,  # the person accepts: the code for their record is born here
    "reopen": MessageBackKind.ACCEPTANCE,
    "reject": MessageBackKind.REJECTION,
    "request_information": MessageBackKind.QUESTION,
    "close": MessageBackKind.CLOSING,
}
"""The steps of a referral that the referrer hears of by a message back."""

SPOKEN_TO_THE_REFERRER = {"accept", "reject", "close"}
"""The steps whose note is a word to the referrer, and is told. That of a question is the action asked for; those of the
other steps are the team's own.
"""
TITLE_OF_END: dict[str, str] = {
    CloseOutcome.DECLINED_BY_PERSON: "The person declined support",
    CloseOutcome.UNABLE_TO_CONTACT: "The person could not be contacted",
    CloseOutcome.DECEASED: "The person has died",
}
AFTER_REJECTION: dict[str, str] = {
    RejectionReason.DUPLICATE: "",
    RejectionReason.ALREADY_SUPPORTED: "",
    RejectionReason.NO_CONSENT: "Speak with the person before you refer again: they have not agreed to it.",
    RejectionReason.INFORMATION_MISSING: "If the person still wants support, refer again and give what was asked for.",
}
"""What is asked of the practice where it is not the usual."""
TELL_THE_PERSON = "Tell the person that they will not hear from this team, and why."
CHECK_AND_REFER_AGAIN = "If the person still wants support, check how to reach them and refer again."


def kind_of(event: ReferralEvent) -> MessageBackKind | None:
    """Return what kind of message back an event owes, if any."""
    if event.onward_referral_id is not None:
        return None
    if event.kind == "close" and event.outcome == CloseOutcome.UNABLE_TO_CONTACT:
        return MessageBackKind.UNABLE_TO_CONTACT
    return KIND_OF.get(event.kind)


def title_of(event: ReferralEvent) -> str:
    """Return in one line what happened: the title of the document and the first sentence of its summary."""
    match event.kind:
        case "accept":
            return "The referral is accepted"
        case "start_support":
            return "The person has agreed to support"
        case "reopen":
            return f"Support goes on: {_lower(ReopeningReason(event.reason).label)}"
        case "reject":
            return f"The referral is not accepted: {_lower(RejectionReason(event.reason).label)}"
        case "request_information":
            return "A question about the referral"
        case _:
            outcome = CloseOutcome(event.outcome)
            return TITLE_OF_END.get(outcome, f"Support has ended: {_lower(outcome.label)}")


def requested_by(event: ReferralEvent) -> tuple[RequestedAction, ...]:
    """Return what the event itself asks of the practice; most ask nothing."""
    what = ""
    due_on = None
    if event.kind == "request_information":
        what, due_on = f"Answer the question: “{event.note.strip()}”", event.referral.next_action_on
    elif event.kind == "reject":
        what = AFTER_REJECTION.get(event.reason, TELL_THE_PERSON)
    elif event.outcome == CloseOutcome.UNABLE_TO_CONTACT:
        what = CHECK_AND_REFER_AGAIN
    return (RequestedAction(what=what, due_on=due_on),) if what else ()


def next_steps_after(event: ReferralEvent) -> tuple[str, ...]:
    """Return what the team does next, and by when."""
    referral = event.referral
    team, owner = referral.owner_team.name, referral.owner.full_name if referral.owner else ""
    day = date_format(referral.next_action_on, "j F Y") if referral.next_action_on else ""
    match event.kind:
        case "accept":
            return (f"{owner}, {team}, contacts the person by {day}.",)
        case "start_support" | "reopen":
            return (f"{owner}, {team}, supports the person, and looks again by {day}.",)
        case "request_information":
            return ("The team goes on as soon as you have answered.",)
        case "reject":
            return ("The team does nothing further.",)
        case _:
            return ("The team has closed the referral and does nothing further.",)


def because(event: ReferralEvent) -> str:
    """Return the words of the reason or the outcome that an onward referral's end was given, or nothing."""
    step = policies.ONWARD_STEPS.get(event.kind)
    for choices, given in (
        (step.rules.reasons if step else None, event.reason), (step.rules.outcomes if step else None, event.outcome)
    ):  # fmt: skip
        if choices is not None and given:
            return str(choices(given).label)
    return ""


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
