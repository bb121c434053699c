"""What somebody may do next, as buttons: from `policies.available_actions`, each with the page where it is done."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse

from accounts.actors import Actor
from referrals import policies
from referrals.policies import Subject
from web import words

PAGES: dict[str, str] = {
    "edit": "web:refer-draft",
    "submit": "web:refer-draft",
    "defer": "web:refer-draft",
    "edit_discharge": "web:edit-discharge",
    "log_contact": "web:log-contact",
    "write_note": "web:write-note",
    "add_task": "web:add-task",
    "allocate": "web:allocate",
    "save_plan": "web:save-plan",
    "record_measure": "web:record-measure",
    "change_contact": "web:change-contact",
    "record_address": "web:record-address",
    "correct_nhs_number": "web:correct-nhs-number",
    "record_risk": "web:record-risk",
    "record_consent": "web:record-consent",
    "record_observations": "web:record-observations",
    "record_clearance": "web:record-clearance",
    "request_clearance": "web:request-clearance",
    "write_record": "web:write-record",
    "record_follow_up": "web:record-follow-up",
    "send_onward": "web:find-services",
    "reroute": "web:reroute",
    "record_signpost": "web:signpost-elsewhere",
}
"""The pages of the actions that no machine declares, and of steps that ask more than their declaration says: sending
asks who it is, for one. By action: the name of an address that takes the reference."""
OF_A_REFERRAL = frozenset({"record_measure"})
"""Actions of both kinds of subject whose page here is of a referral: a provider has its own for what it was sent."""
HEAVY = frozenset({"enter_in_error", "record_death", "undo_death"})
"""Rare and grave: never the first button of a page, and in the colour of a warning."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing that somebody may do. `address` is empty where only the API does it."""

    name: str
    label: str
    address: str
    is_step: bool

    @property
    def is_grave(self) -> bool:
        return self.name in HEAVY

    @property
    def classes(self) -> str:
        return "nhsuk-button--warning" if self.is_grave else "nhsuk-button--secondary"


def actions_of(actor: Actor, subject: Subject, *, on: dt.date) -> list[Action]:
    """Return what the actor may do with the subject on a day, in the order of the pathway, the grave last."""
    steps = policies.steps_for(subject)
    names = policies.available_actions(actor, subject, on=on)
    found = [
        Action(
            name=name,
            label=words.action(subject, name),
            address=address_of(subject, name),
            is_step=name in steps,
        )
        for name in names
    ]
    return sorted(found, key=lambda each: each.name in HEAVY)


def address_of(subject: Subject, name: str) -> str:
    """Return where an action is taken; empty: on no page yet."""
    if name in PAGES and not (name in OF_A_REFERRAL and policies.is_onward(subject)):
        return reverse(PAGES[name], args=[subject.reference])
    if name in policies.steps_for(subject):
        return reverse("web:step", args=[subject.reference, name.replace("_", "-")])
    return ""
