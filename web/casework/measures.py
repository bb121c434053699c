"""Record a measure that was taken with the person: its questions on one page."""

from typing import Any

from django import forms

from core.errors import NotVisible
from referrals import selectors
from referrals.enums import MeasureMode
from referrals.measures import MEASURES, Measure
from referrals.services.measures import TakenMeasure, record_measure
from web.casework.acting import ActionPage
from web.measures import MeasureForm, answers_of


class TeamMeasureForm(MeasureForm):
    """With the points at which it is due."""

    point = forms.TypedChoiceField(label="Which time is it?", required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any = None, *, initial: Any, measure: Measure, points: list[tuple[str, str]]) -> None:
        super().__init__(data, initial=initial, measure=measure)
        self.fields["point"].choices = [*points, ("", "In between")]  # type: ignore[attr-defined]


class RecordMeasurePage(ActionPage):
    """Record a measure; without one named (`?measure=`), choose one first."""

    action = "record_measure"
    form_class = TeamMeasureForm
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

    def do(self, said: dict[str, Any]) -> str:
        assert self.measure is not None  # noqa: S101 - there is no form without one
        taken = TakenMeasure(
            measure=self.measure.code, mode=said["mode"], answers=answers_of(self.measure, said), point=said["point"],
            taken_on=said["taken_on"],
        )  # fmt: skip
        recorded = record_measure(
            subject=self.referral, actor=self.actor, at=self.common()["at"], taken=taken,
            expected_version=said["version"],
        )  # fmt: skip
        return " ".join([f"{self.measure.name} is recorded.", *recorded.warnings])
