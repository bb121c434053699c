"""Record a measure that was taken with the person: its questions on one page, made from its declaration."""

from typing import Any

from django import forms

from core.errors import NotVisible
from referrals import selectors
from referrals.enums import MeasureMode
from referrals.measures import MEASURES, Item, Measure
from referrals.measures.kinds import ItemKind
from referrals.services.measures import TakenMeasure, record_measure
from web.casework.acting import ActionPage
from web.forms import DayField, Form, look

FEW = 12
"""Up to so many answers are buttons side by side; more are typed."""


class MeasureForm(Form):
    """How and when it was taken; the questions are added to it, each by its code."""

    mode = forms.ChoiceField(
        label="How was it taken?", choices=MeasureMode.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"), error_messages={"required": "Choose one."},
    )  # fmt: skip
    taken_on = DayField(label="On which day, if not today? (optional)", required=False, example="3 12 2026")
    point = forms.TypedChoiceField(label="Which time is it?", required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any = None, *, initial: Any, measure: Measure, points: list[tuple[str, str]]) -> None:
        super().__init__(data, initial=initial)
        self.fields["point"] = forms.TypedChoiceField(
            label="Which time is it?", required=False, coerce=int, empty_value=None,
            choices=[*points, ("", "In between")],
        )  # fmt: skip
        self.fields = {item.code: _field_of(item) for item in measure.items} | self.fields


def _answers_of(measure: Measure, said: dict[str, Any]) -> dict[str, Any]:
    """Return the answers by item: what was left empty was not answered, and of no days there is no time to give."""
    return {
        item.code: said.get(item.code)
        for item in measure.items
        if not (item.only_after and said.get(item.only_after) == 0)
    }


def _field_of(item: Item) -> forms.Field:
    label = item.text or item.name.capitalize()
    if item.kind == ItemKind.CHOICE:
        choices = [*item.choices, ("", "Not answered")]
        return forms.TypedChoiceField(
            label=label, required=False, empty_value=None, choices=choices,
            widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"),
        )  # fmt: skip
    if item.kind == ItemKind.WHOLE and item.highest - item.lowest < FEW:
        numbers = [(str(n), str(n)) for n in range(item.lowest, item.highest + 1)]
        return forms.TypedChoiceField(
            label=label, required=False, empty_value=None, coerce=int, choices=[*numbers, ("", "Not answered")],
            widget=look(forms.RadioSelect(), classes="nhsuk-radios--small nhsuk-radios--inline"),
        )  # fmt: skip
    suffix = "minutes" if item.kind == ItemKind.MINUTES else None
    kind = forms.DecimalField if item.kind == ItemKind.DECIMAL else forms.IntegerField
    return kind(
        label=label, required=False, min_value=item.lowest, max_value=item.highest,
        help_text="Leave it empty if it was not answered.", widget=look(forms.NumberInput(), width="4", suffix=suffix),
    )  # fmt: skip


class RecordMeasurePage(ActionPage):
    """Record a measure; without one named (`?measure=`), choose one first."""

    action = "record_measure"
    form_class = MeasureForm
    template_name = "web/casework/measure.jinja"
    measure: Measure | None = None

    def prepare(self) -> None:
        super().prepare()
        usable = {row.code for row, is_usable in selectors.catalogue_for(self.user, on=self.today) if is_usable}
        self.usable = [measure for code, measure in MEASURES.items() if code in usable]
        code = self.request.GET.get("measure", "")
        if code and code not in usable:
            raise NotVisible("There is no such measure, or no licence for it.")
        self.measure = MEASURES.get(code)
        due = selectors.due_measures(self.referral, today=self.today)
        self.due = [row for row in due if not row.onward_referral and row.is_usable]

    def build(self, data: Any = None) -> Any:
        return super().build(data) if self.measure else None

    def form_arguments(self) -> dict[str, Any]:
        points = [row.point for row in self.due if self.measure and row.measure == self.measure.code]
        return {
            "measure": self.measure,
            "points": [(str(n), "At the start" if n == 0 else f"Week {n}") for n in points],
        }

    def initial(self) -> dict[str, Any]:
        points = self.form_arguments()["points"]
        return {"mode": MeasureMode.TELEPHONE, "point": points[0][0] if points else ""}

    def context(self, form: Any) -> dict[str, Any]:
        due = {row.measure for row in self.due}
        return super().context(form) | {
            "label": self.measure.name if self.measure else "Record a measure",
            "measures": [(row.code, row.name, row.code in due) for row in self.usable],
            "hint": "Ask in these words. What the person does not want to answer stays empty." if self.measure else "",
        }

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().post(request, *args, **kwargs) if self.measure else self.get(request, *args, **kwargs)

    def act(self, said: dict[str, Any]) -> Any:
        self.names = {f"answers.{item.code}": item.code for item in self.measure.items} if self.measure else {}
        return super().act(said)

    def do(self, said: dict[str, Any]) -> str:
        assert self.measure is not None  # noqa: S101 - there is no form without one
        taken = TakenMeasure(
            measure=self.measure.code, mode=said["mode"], answers=_answers_of(self.measure, said), point=said["point"],
            taken_on=said["taken_on"],
        )  # fmt: skip
        recorded = record_measure(subject=self.referral, actor=self.actor, at=self.common()["at"], taken=taken)
        return " ".join([f"{self.measure.name} is recorded.", *recorded.warnings])
