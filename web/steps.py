"""A page for each step of the two machines, made from its declaration: a new step needs no new page."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import User
from accounts.selectors import teams_to_refer_to
from accounts.teams import TAKE_WORK_ON, members_of
from core.clocks import LONDON, local_day
from core.errors import Invalid, NotVisible
from referrals import policies, selectors
from referrals.models import OnwardReferral, Referral
from referrals.pathway import Step
from referrals.policies import Subject
from referrals.services.onward import take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from web import words
from web.account import typed
from web.actions import PAGES
from web.casework.sections import Measured, measures_due
from web.fields import TimeField
from web.forms import DayField, FormPage, VersionedForm, look

QUESTIONS = {
    "reason": "Why?",
    "outcome": "How did it end?",
    "note": "What should they know?",
    "until": "Until when?",
    "next_action_on": "When is the next thing to be done?",
    "discharged_on": "When did they leave hospital?",
    "died_on": "When did they die, if it is known?",
    "to_team": "Which team?",
    "owner": "Who takes it on?",
}
MANY = 8
"""More choices than this are a list to open, not buttons down the page."""


class StepPage(FormPage):
    """Say what a step needs, and take it. Who was second reads who was first; what they typed stays."""

    template_name = "web/step.jinja"
    subject: Subject
    step: Step

    def prepare(self) -> None:
        reference = self.kwargs["reference"].upper()
        self.subject = (
            selectors.get_referral(self.user, reference)
            if reference.startswith("R-")
            else selectors.get_onward_referral(self.user, reference)
        )
        name = self.kwargs["step"].replace("-", "_")
        step = policies.steps_for(self.subject).get(name)
        if step is None or "system" in step.rules.by or not policies.may_take(self.actor, step, self.subject):
            raise NotVisible("No step of theirs has this name.")
        self.step = step

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.step.name in PAGES:
            return redirect(PAGES[self.step.name], self.subject.reference)
        today = local_day(timezone.now())
        is_late = self.step.name not in policies.available_actions(self.actor, self.subject, on=today)
        if is_late and not typed.waits_here(request):
            messages.info(request, f"“{self.step.rules.label}” cannot be done now. This is where it stands.")
            return redirect("web:record", self.subject.reference)
        return super().get(request, *args, **kwargs)

    def build(self, data: Any = None) -> forms.Form:
        made = form_of(self.step, user=self.user, subject=self.subject)
        return made(data, initial={"version": self.subject.version})

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "reference": self.subject.reference,
            "label": self.step.rules.label,
            "person": words.person_on_a_page(self.actor, self.subject, on=local_day(timezone.now())),
            "is_grave": self.step.name in {"enter_in_error", "record_death"},
            "measures_due": self._measures_due(),
        }

    def _measures_due(self) -> list[Measured]:
        """What is still to be measured stands beside the end of a case: afterwards it cannot be recorded."""
        if self.step.name != "close" or not isinstance(self.subject, Referral):
            return []
        return measures_due(self.subject, today=local_day(timezone.now()))

    def act(self, said: dict[str, Any]) -> HttpResponse:
        version, now = said.pop("version"), timezone.now()
        details = StepDetails(**_whole(said))
        if isinstance(self.subject, OnwardReferral):
            take_onward_step(
                onward=self.subject, step=self.step.name, actor=self.actor, at=now, details=details,
                expected_version=version,
            )  # fmt: skip
        else:
            take_referral_step(
                referral=self.subject, step=self.step.name, actor=self.actor, at=now, details=details,
                expected_version=version,
            )  # fmt: skip
        messages.success(self.request, f"{self.step.rules.label}: done.")
        return redirect("web:record", self.subject.reference)


def form_of(step: Step, *, user: User, subject: Subject) -> type[VersionedForm]:
    """Return the form of a step: its reason and outcome with their choices, and its details."""
    fields: dict[str, forms.Field] = {}
    for name, choices in (("reason", step.rules.reasons), ("outcome", step.rules.outcomes)):
        if choices is not None:
            fields[name] = _choice(QUESTIONS[name], choices.choices, required=True)
    for detail in (*step.rules.requires, *step.rules.allows):
        fields |= _fields_of(detail, user=user, subject=subject, required=detail in step.rules.requires)
    return type(f"{step.name.title().replace('_', '')}Form", (VersionedForm,), fields)


def _fields_of(name: str, *, user: User, subject: Subject, required: bool) -> dict[str, forms.Field]:
    ask = QUESTIONS.get(name, "") + ("" if required else " (optional)")
    if name == "note":
        both = (
            "Only the link worker and the provider read this."
            if policies.is_onward(subject)
            else "The referrer reads this, too."
        )
        return {name: forms.CharField(
            label=ask, required=required, max_length=4000, help_text=both, widget=forms.Textarea(attrs={"rows": 4}),
            error_messages={"required": "Write a few words."},
        )}  # fmt: skip
    if name == "assessment_at":
        return {
            "assessment_on": _day("Which day?", required=required),
            "assessment_time": TimeField(
                label="What time?", required=required, error_messages={"required": "Enter the time."}
            ),
        }  # fmt: skip
    if name == "to_team":
        teams = [("", "Choose a team")] + [
            (str(row.pk), f"{row.name}, {row.organization.name}") for row in teams_to_refer_to(user)
        ]
        return {name: _row(ask, teams, required=required, rows=lambda: teams_to_refer_to(user))}
    if name == "owner":
        referral = subject if isinstance(subject, Referral) else subject.referral
        people = [("", "Choose a person")] + [
            (str(row.pk), row.full_name) for row in members_of(referral.owner_team, *TAKE_WORK_ON)
        ]
        return {name: _row(ask, people, required=required, rows=lambda: members_of(referral.owner_team, *TAKE_WORK_ON))}
    return {name: _day(ask, required=required)}


def _day(label: str, *, required: bool) -> DayField:
    return DayField(label=label, required=required, example="3 12 2026", error_messages={"required": "Enter the day."})


def _choice(label: str, choices: Any, *, required: bool) -> forms.ChoiceField:
    known = [(key, text) for key, text in choices if key]
    few = len(known) <= MANY
    widget = forms.RadioSelect() if few else look(forms.Select())
    return forms.ChoiceField(
        label=label, required=required, widget=widget, choices=known if few else [("", "Choose one"), *known],
        error_messages={"required": "Choose one."},
    )  # fmt: skip


def _row(label: str, choices: list[tuple[str, str]], *, required: bool, rows: Any) -> forms.ChoiceField:
    return forms.TypedChoiceField(
        label=label, required=required, choices=choices, empty_value=None, error_messages={"required": "Choose one."},
        coerce=lambda chosen: next((row for row in rows() if str(row.pk) == chosen), None),
    )  # fmt: skip


def _whole(said: dict[str, Any]) -> dict[str, Any]:
    """Put day and time of an assessment together: a moment by the clocks of England."""
    if "assessment_on" not in said:
        return said
    day, time = said.pop("assessment_on"), said.pop("assessment_time")
    if (day is None) != (time is None):
        raise Invalid({"assessment_time" if time is None else "assessment_on": ["Enter both, day and time."]})
    return said | {"assessment_at": dt.datetime.combine(day, time, tzinfo=LONDON) if day else None}
