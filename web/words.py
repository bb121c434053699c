"""How things are written on a page: dates, names, and the labels of coded values."""

import datetime as dt
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.db import models
from django.utils.formats import date_format

from accounts.actors import Actor
from core.clocks import LONDON, local_day
from core.counting import MOST_COUNTED
from core.identifiers import NO_PRACTICE_CODES
from insights.disclosure import SUPPRESS_UP_TO
from referrals import policies
from referrals.enums import EventKind, PreferredContact, ReferralStatus, TurnOf
from referrals.models import Referral
from referrals.policies import Subject
from referrals.turns import Turn

ACTIONS_BESIDE_THE_STEPS = {
    "edit": "Change the draft",
    "allocate": "Give it to somebody in the team",
    "send_onward": "Send the person to a service",
    "edit_discharge": "Change what is known of the discharge",
    "change_contact": "Correct how the person is reached",
    "record_address": "Record a change of address",
    "correct_nhs_number": "Correct the NHS number",
    "record_consent": "Record what the person decided about sharing",
    "record_observations": "Record what is known of the person's health",
    "record_clearance": "Record what a health professional decided",
    "request_clearance": "Ask a health professional to decide",
    "answer_screening": "Answer what the service's rules ask",
    "log_contact": "Log a contact, or a try to reach the person",
    "write_note": "Write a note",
    "record_signpost": "Record that the person was signposted",
    "add_task": "Write down something to do",
    "save_plan": "Agree or change the plan",
    "write_record": "Write what is known of the person",
    "record_risk": "Record a risk",
    "record_attendance": "Record who came to a session",
    "record_measure": "Record a measure that was taken",
    "record_review": "Record a review that was held or missed",
    "record_follow_up": "Ask how they are, some months after they began",
    "reroute": "Send the person to another service instead",
}
"""What `policies.available_actions` names and no machine declares."""
WAYS_TO_REACH = dict(PreferredContact.choices) | {
    PreferredContact.EMAIL: "Email",
    PreferredContact.MINICOM: "Textphone",
    PreferredContact.PROXY: "Telephone, through somebody else",
    PreferredContact.SMS: "Text message",
}
"""The standard's list in the words of the other pages."""


def service_name() -> str:
    """Return the name of this deployment's service."""
    return str(settings.SERVICE_NAME)


def day(on: dt.date | None) -> str:
    """Write a day: "Thursday 26 November 2026"."""
    return _written(on, "l j F Y") if on else ""


def day_of(at: dt.datetime | None) -> str:
    """Write the day of a moment by the calendar of England."""
    return day(local_day(at)) if at else ""


def short_day(on: dt.date | None) -> str:
    """Write a day where there is little room, or no need of its weekday: "27 March 1951"."""
    return _written(on, "j F Y") if on else ""


@lru_cache(maxsize=2048)
def _written(on: dt.date, form: str) -> str:
    """Write a day in our one language. A list says few days, and each of them often."""
    return date_format(on, form)


def moment(at: dt.datetime | None) -> str:
    """Write a moment by the clocks of England: "Thursday 26 November 2026, 2:30pm"."""
    if at is None:
        return ""
    local = at.astimezone(LONDON)
    hour, half = local.hour % 12 or 12, "am" if local.hour < 12 else "pm"
    return f"{day(local.date())}, {hour}:{local:%M}{half}"


def label_of(choices: type[models.TextChoices] | None, value: str) -> str:
    """Return the label of a stored value; the value itself where its list no longer holds it."""
    labels = dict(choices.choices) if choices else {}
    return str(labels.get(value, value))


class Named(Protocol):
    """Whom a line is about, whether it was read as a whole row or as a line of a list."""

    @property
    def first_name(self) -> str: ...
    @property
    def family_name(self) -> str: ...


def name_in_a_list(referral: Named) -> str:
    """Write the person's name as a list is read: family name first."""
    return f"{referral.family_name.upper()}, {referral.first_name}"


def in_a_sentence(label: str) -> str:
    """Write a label as the end of a sentence: without its capital, unless its first word is letters like NHS or GP."""
    first = label.split(" ", 1)[0]
    return label if first[1:] != first[1:].lower() else f"{label[:1].lower()}{label[1:]}"


def in_words(name: str) -> str:
    """Write the name of a figure or a field as a title: "left_early" is "Left early"."""
    return name.replace("_", " ").capitalize()


def how_many(count: int) -> str:
    """Write a number that `count_of` has counted."""
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED:,} or more"


def count(shown: int | None) -> str:
    """Write a count; one that is too small to show as `insights.disclosure` has it."""
    return f"1 to {SUPPRESS_UP_TO}" if shown is None else str(shown)


def nhs_number(digits: str) -> str:
    """Write an NHS number as it is read aloud: 3, 3, 4."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if digits else "Not known"


def nhs_number_unbroken(digits: str) -> str:
    """Write an NHS number so that no line breaks inside of it."""
    return nhs_number(digits).replace(" ", "\N{NO-BREAK SPACE}") if digits else "Not known"


def numbered(digits: str) -> str:
    """Write an NHS number in a line of other things, with what it is."""
    return f"NHS number {nhs_number_unbroken(digits)}" if digits else "no NHS number"


def practice(code: str, *, name: str = "") -> str:
    """Write a GP practice: its name, where we have it, with its code; or what stands in for one."""
    return f"{name} ({code})" if name else NO_PRACTICE_CODES.get(code, code)


def action(subject: Subject, name: str) -> str:
    """Write what somebody may do next: a step in the words of its declaration."""
    step = policies.steps_for(subject).get(name)
    return step.rules.label if step else ACTIONS_BESIDE_THE_STEPS.get(name, name.replace("_", " ").capitalize())


def event_title(kind: str, *, is_onward: bool) -> str:
    """Write what happened: a step in the words of its declaration, anything else in those of `EventKind`."""
    step = (policies.ONWARD_STEPS if is_onward else policies.REFERRAL_STEPS).get(kind)
    return step.rules.label if step else label_of(EventKind, kind)


def whose_turn(turn: Turn) -> str:
    """Write in one line whose turn it is, what they do and by when, and why something stands still; ended: nothing."""
    if turn.whose == TurnOf.NOBODY and turn.stands_still is None:
        return ""
    by = f", by {day(turn.due_on)}" if turn.due_on else ""
    why = f" ({turn.stands_still.why})" if turn.stands_still else ""
    return f"{turn.whose.label}: {in_a_sentence(turn.says)}{by}{why}"


def holder(referral: Referral) -> str:
    """Write who has a referral: its owner and their team, the team, or, for a draft, whoever writes it."""
    return holder_of(
        status=referral.status, owner_team=referral.owner_team.name,
        # Of a draft alone: elsewhere it may not have been read.
        referring_team=referral.referring_team.name if referral.status == ReferralStatus.DRAFT else "",
        owner=referral.owner.full_name if referral.owner else None,
    )  # fmt: skip


def holder_of(*, status: str, referring_team: str, owner_team: str, owner: str | None) -> str:
    """Write the same of names."""
    if status == ReferralStatus.DRAFT:
        return f"{referring_team} (not sent yet)"
    return f"{owner}, {owner_team}" if owner else owner_team


def person_on_a_page(actor: Actor, subject: Subject, *, on: dt.date) -> str:
    """Write who a page is about, for whoever may see it; else nothing."""
    if isinstance(subject, Referral):
        return full_name(subject)
    return full_name(subject.referral) if policies.sees_person(actor, subject, on=on) else ""


def full_name(referral: Referral) -> str:
    """Write the person's name as it is spoken."""
    return f"{referral.first_name} {referral.family_name}"
