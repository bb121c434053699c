"""Agree or change the plan on one page: goals in the person's own words, each with what somebody does towards it.

The domain takes a plan whole. So the form holds all of it; a goal or a step that is left empty is none.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse

from core.errors import Invalid, NotVisible
from referrals.enums import ActionParty, ActionStatus, GoalStatus, PlanAgreement
from referrals.selectors.casework import get_plan
from referrals.services.plan import Agreement, Goal, Plan, PlannedAction, PlanNeed, save_plan
from services_directory.selectors import needs
from web import words
from web.casework.acting import ActionPage
from web.forms import DayField, Form, errors_of, look

MOST = 20
"""Goals of a plan, and steps of a goal: as many as the API takes of either."""


def _scale(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=10, widget=look(forms.NumberInput(), width="2"),
        error_messages={"min_value": "Give a number from 1 to 10.", "max_value": "Give a number from 1 to 10."},
    )  # fmt: skip


def _choice(label: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


class StepForm(Form):
    """What somebody does towards a goal."""

    what = forms.CharField(label="What is done", required=False, max_length=500)
    who = _choice("Who does it", ActionParty.choices)
    status = _choice("How far is it", ActionStatus.choices)
    due_on = DayField(label="By when (optional)", required=False, example="9 12 2026")
    who_name = forms.CharField(label="Their name (optional)", required=False, max_length=70)
    confidence = _scale("How confident the person feels to do it, 1 to 10 (optional)")
    strategies = forms.CharField(
        label="What helps if something comes in the way (optional)", required=False, max_length=500
    )

    def action(self) -> PlannedAction | None:
        """Return the step as the domain takes it; nothing where nothing is to be done."""
        return PlannedAction(**self.cleaned_data) if self.cleaned_data["what"].strip() else None


class GoalForm(Form):
    """What the person hopes for, and the need that it comes from."""

    in_own_words = forms.CharField(
        label="The goal, in the person's own words", required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    term = forms.TypedChoiceField(label="The need that it comes from", required=False, empty_value=None, coerce=UUID)
    words = forms.CharField(label="The need in words (optional)", required=False, max_length=500)
    importance = _scale("How important, 1 to 10 (optional)")
    confidence = _scale("How confident to reach it, 1 to 10 (optional)")
    status = _choice("How far is it", GoalStatus.choices)
    outcome = forms.CharField(label="What came of it, as the person says (optional)", required=False, max_length=1000)
    is_archived = forms.BooleanField(label="Put this goal aside", required=False)

    def __init__(self, data: Any, *, given: Mapping[str, Any], terms: list[tuple[str, str]], prefix: str) -> None:
        super().__init__(data, initial=dict(given), prefix=prefix)
        self.fields["term"] = forms.TypedChoiceField(
            label="The need that it comes from", required=False, empty_value=None, coerce=UUID,
            choices=[("", "Choose a need, or write it"), *terms],
        )  # fmt: skip
        steps = list(given.get("steps", []))
        self.count_name = f"{prefix}-steps"
        self.steps = [
            StepForm(data, initial=step, prefix=f"{prefix}-s{number}")
            for number, step in enumerate((steps + [{}] * MOST)[: _count(data, self.count_name, len(steps))])
        ]

    @property
    def is_blank(self) -> bool:
        said = self.cleaned_data
        return not said["in_own_words"].strip() and not any(step.cleaned_data["what"].strip() for step in self.steps)


class PlanForm(Form):
    """A whole plan."""

    number = forms.IntegerField(required=False, widget=forms.HiddenInput)
    strengths = forms.CharField(
        label="What they are good at, and have (optional)", required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A line for each.",
    )  # fmt: skip
    review_on = DayField(label="When is it looked at again? (optional)", required=False, example="9 3 2027")
    with_whom = forms.ChoiceField(
        label="Was it agreed?", choices=PlanAgreement.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"), error_messages={"required": "Choose one."},
    )  # fmt: skip
    name = forms.CharField(label="With whom, if not the person (optional)", required=False, max_length=70)
    agreed_on = DayField(label="On which day, if not today? (optional)", required=False, example="9 12 2026")
    reason = forms.CharField(label="Why not, if it was not agreed (optional)", required=False, max_length=500)

    def __init__(self, data: Any = None, *, initial: Any, goals: list[dict[str, Any]], terms: Any) -> None:
        super().__init__(data, initial=initial)
        self.places: dict[str, Form] = {}
        count = _count(data, "goals", len(goals))
        self.goals = [
            GoalForm(data, given=given, terms=terms, prefix=f"g{number}")
            for number, given in enumerate((goals + [{}] * MOST)[:count])
        ]

    @property
    def parts(self) -> list[Form]:
        """Every form on the page, in its order."""
        return [self, *(part for goal in self.goals for part in (goal, *goal.steps))]

    def is_valid(self) -> bool:
        judged = [forms.Form.is_valid(part) for part in self.parts]  # all of them: each says what is wrong in it
        return all(judged)

    @property
    def mistakes(self) -> list[dict[str, str]]:
        """What is wrong anywhere on the page."""
        ordered = [*self.parts[1:], self]
        return [each for part in ordered if part.is_bound for each in errors_of(part)]

    def forgive(self) -> None:
        """Judge nothing yet: somebody only asked for another line."""
        for part in self.parts:
            part._errors = ErrorDict()  # type: ignore[attr-defined]

    def take_errors(self, refused: Invalid, names: Mapping[str, str] | None = None) -> None:
        """Take over what the domain found wrong, each where it stands: `needs.0.goals.1.importance`."""
        for path, sentences in refused.extra["errors"].items():
            place, _, name = path.rpartition(".")
            part = self.places.get(place, self)
            part.add_error(name if name in part.fields else None, [str(each) for each in sentences])

    def plan(self) -> Plan:
        """Return what was typed, as the domain takes it. Goals of the same need stand together under it."""
        by_need: dict[tuple[UUID | None, str], list[Goal]] = {}
        for form in self.goals:
            if form.is_blank:
                continue
            said = dict(form.cleaned_data)
            key = (said.pop("term"), said.pop("words").strip())
            goals = by_need.setdefault(key, [])
            place = f"needs.{list(by_need).index(key)}"
            self.places |= {place: form, f"{place}.goals.{len(goals)}": form}
            kept = [(step, action) for step in form.steps if (action := step.action()) is not None]
            self.places |= {f"{place}.goals.{len(goals)}.actions.{n}": step for n, (step, _) in enumerate(kept)}
            goals.append(Goal(**said, actions=tuple(action for _, action in kept)))
        said = self.cleaned_data
        return Plan(
            needs=tuple(PlanNeed(term=term, words=text, goals=tuple(goals)) for (term, text), goals in by_need.items()),
            agreement=Agreement(
                with_whom=said["with_whom"], name=said["name"], agreed_on=said["agreed_on"], reason=said["reason"]
            ),
            strengths=tuple(line.strip() for line in said["strengths"].splitlines() if line.strip()),
            review_on=said["review_on"],
        )


def _count(data: Any, name: str, given: int) -> int:
    """Return how many lines there are: as many as the page had, or were there before; one at least."""
    said = data.get(name, "") if data is not None else ""
    return min(max(int(said) if said.isdecimal() and len(said) < 4 else given, 1), MOST)


class SavePlanPage(ActionPage):
    """Agree or change the plan."""

    action = "save_plan"
    form_class = PlanForm
    template_name = "web/casework/plan.jinja"
    document: Mapping[str, Any] | None = None
    number: int | None = None

    def prepare(self) -> None:
        super().prepare()
        try:
            latest = get_plan(self.user, self.referral)
        except NotVisible:
            return
        self.document, self.number = latest.document, latest.number

    def form_arguments(self) -> dict[str, Any]:
        document = self.document or {"needs": []}
        goals = [_given(need, goal) for need in document["needs"] for goal in need["goals"]]
        return {"goals": goals, "terms": [(str(term.pk), term.name) for term in needs()]}

    def initial(self) -> dict[str, Any]:
        if self.document is None:
            return {"with_whom": PlanAgreement.PERSON}
        agreement = self.document["agreement"]
        return {
            "number": self.number, "strengths": "\n".join(self.document["strengths"]), "name": agreement["name"],
            "review_on": _day(self.document["review_on"]), "with_whom": agreement["with_whom"],
            "reason": agreement["reason"],
        }  # fmt: skip

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {"is_first": self.number is None}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save it; or, where somebody asks for another line, show the page with it and with all that was typed."""
        wanted = request.POST.get("add", "")
        if not wanted:
            return super().post(request, *args, **kwargs)
        data = request.POST.copy()
        data[wanted] = str(_count(data, wanted, 1) + 1)
        form = self.build(data)
        form.forgive()
        return self.show(form)

    def do(self, said: dict[str, Any]) -> str:
        form = self.shown
        version = save_plan(**self.common(), plan=form.plan(), expected_number=said["number"])
        again = f" It is looked at again on {words.day(version.review_on)}." if version.review_on else ""
        return f"The plan is saved.{again}"

    def build(self, data: Any = None) -> Any:
        self.shown: PlanForm = super().build(data)
        return self.shown


def _given(need: Mapping[str, Any], goal: Mapping[str, Any]) -> dict[str, Any]:
    steps = [dict(step) | {"due_on": _day(step["due_on"])} for step in goal["actions"]]
    return dict(goal) | {"term": need["term"], "words": need["words"], "steps": steps}


def _day(iso: str | None) -> dt.date | None:
    return dt.date.fromisoformat(iso) if iso else None
