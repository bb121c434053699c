"""What is known of the person's health, and what professionals decide about it. Whoever refers records it, too."""

from collections import Counter
from typing import Any

from django import forms

from core.clocks import add_working_days
from core.errors import NotVisible
from referrals.enums import ClearanceMechanism
from referrals.services.clearance_requests import ClearanceAsked, request_clearance
from referrals.services.health import ClearanceDetails, ObservationDetails, record_clearance, record_observations
from services_directory.suitability.kinds import Answered, AnswerKind
from services_directory.suitability.vocabulary import QUESTIONS, Question
from web import words
from web.casework.acting import ActionPage
from web.forms import DayField, Form, look

ASKED = {code: question for code, question in QUESTIONS.items() if question.kind != AnswerKind.REFERRAL}
"""What can be answered: the rest stands on the referral itself."""
SMALL = "nhsuk-radios--small nhsuk-radios--inline"


def _names() -> list[tuple[str, str]]:
    """Return the questions by name, as a list is read. Of two with one name each says what it is measured in."""
    names = Counter(question.name for question in ASKED.values())
    shown = (
        (code, f"{question.name}, in {question.unit}" if names[question.name] > 1 else question.name)
        for code, question in ASKED.items()
    )
    return sorted(((code, name[:1].upper() + name[1:]) for code, name in shown), key=lambda each: each[1].lower())


BY_NAME = [("", "Choose a question"), *_names()]


class ObservationForm(Form):
    """One answer; which fields there are, the question says."""

    observed_on = DayField(label="Measured or said on which day, if not today? (optional)", required=False)
    note = forms.CharField(label="Note (optional)", required=False, max_length=500)

    def __init__(self, data: Any = None, *, initial: Any, question: Question) -> None:
        super().__init__(data, initial=initial)
        self.fields = _fields_of(question) | self.fields


def _fields_of(question: Question) -> dict[str, forms.Field]:
    def number(label: str) -> forms.Field:
        widget = look(forms.NumberInput(), width="5", suffix=question.unit)
        return forms.DecimalField(label=label, required=False, max_digits=8, decimal_places=2, widget=widget)

    def radios(label: str, choices: Any) -> forms.Field:
        return forms.ChoiceField(
            label=label, choices=choices, widget=look(forms.RadioSelect(), classes=SMALL),
            error_messages={"required": "Choose one."},
        )  # fmt: skip

    yes_no = [(key, Answered(key).label) for key in (Answered.YES, Answered.NO, Answered.UNKNOWN)]
    match question.kind:
        case AnswerKind.MEASURE:
            return {"value": number(question.text)}
        case AnswerKind.BLOOD_PRESSURE:
            return {"value": number("The upper value"), "second_value": number("The lower value")}
        case AnswerKind.CHOICE:
            return {"choice": radios(question.text, question.choices)}
        case AnswerKind.EVENT:
            when = forms.CharField(
                label="When, as far as known? (optional)", required=False, max_length=10,
                help_text="The year, the month or the day: 2026, 2026-08 or 2026-08-14",
                widget=look(forms.TextInput(), width="10"),
            )  # fmt: skip
            return {"answer": radios(question.text, yes_no), "occurred": when}
        case _:
            return {"answer": radios(question.text, yes_no)}


class RecordObservationsPage(ActionPage):
    """Record one answer about the person's health; without a question named (`?question=`), choose one first."""

    action = "record_observations"
    form_class = ObservationForm
    template_name = "web/casework/observation.jinja"
    is_the_teams = False
    question: Question | None = None

    def prepare(self) -> None:
        super().prepare()
        code = self.request.GET.get("question", "")
        if code and code not in ASKED:
            raise NotVisible("There is no such question.")
        self.question = ASKED.get(code)
        names = ("answer", "value", "second_value", "choice", "occurred", "observed_on", "note")
        self.names = {f"observations.0.{name}": name for name in names}

    def build(self, data: Any = None) -> Any:
        return super().build(data) if self.question else None

    def form_arguments(self) -> dict[str, Any]:
        return {"question": self.question}

    def context(self, form: Any) -> dict[str, Any]:
        said = {"label": self.question.name[:1].upper() + self.question.name[1:]} if self.question else {}
        return super().context(form) | {"questions": [each for each in BY_NAME if each[0]]} | said

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().post(request, *args, **kwargs) if self.question else self.get(request, *args, **kwargs)

    def do(self, said: dict[str, Any]) -> str:
        assert self.question is not None  # noqa: S101 - there is no form without one
        record_observations(**self.common(), observations=[ObservationDetails(code=self.question.code, **said)])
        return f"Recorded: {self.question.name}."


class ClearanceForm(Form):
    """What a named professional decided."""

    code = forms.ChoiceField(label="About what?", choices=BY_NAME, error_messages={"required": "Choose the question."})
    is_cleared = forms.TypedChoiceField(
        label="May the person start?", choices=[("yes", "Yes"), ("no", "No")], coerce=lambda said: said == "yes",
        widget=look(forms.RadioSelect(), classes=SMALL), error_messages={"required": "Say what was decided."},
    )  # fmt: skip
    professional_name = forms.CharField(label="Who decided?", max_length=70)
    professional_role = forms.CharField(
        label="What are they?", max_length=70, help_text="For example, GP, consultant or midwife."
    )
    decided_on = DayField(label="On which day?", example="3 12 2026", error_messages={"required": "Enter the day."})
    note = forms.CharField(label="Note (optional)", required=False, max_length=500)


class RecordClearancePage(ActionPage):
    """Record what a health professional decided."""

    action = "record_clearance"
    form_class = ClearanceForm
    is_the_teams = False

    def do(self, said: dict[str, Any]) -> str:
        row = record_clearance(**self.common(), given=ClearanceDetails(**said))
        return "Recorded: they may start." if row.is_cleared else "Recorded: they may not start."


class ClearanceRequestForm(Form):
    """Who is asked to decide, and by when."""

    code = forms.ChoiceField(
        label="What is to be decided?", choices=BY_NAME, error_messages={"required": "Choose the question."}
    )
    professional_name = forms.CharField(label="Who is asked?", max_length=70)
    professional_role = forms.CharField(
        label="What are they?", max_length=70, help_text="For example, GP, consultant or midwife."
    )
    professional_organization = forms.CharField(label="Where do they work?", max_length=150)
    mechanism = forms.ChoiceField(
        label="How are they asked?", choices=ClearanceMechanism.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"), error_messages={"required": "Choose one."},
    )  # fmt: skip
    due_on = DayField(label="By when is an answer wanted?", example="16 12 2026")


class RequestClearancePage(ActionPage):
    """Write down that a professional was asked. Nothing is sent from here: the team asks by its own means."""

    action = "request_clearance"
    form_class = ClearanceRequestForm
    hint = "Nothing is sent from here: ask them by your own means. We remind you when an answer is due."
    names = {"codes": "code"}

    def initial(self) -> dict[str, Any]:
        return {"due_on": add_working_days(self.today, 10)}

    def do(self, said: dict[str, Any]) -> str:
        asked = ClearanceAsked(
            codes=[said["code"]], professional_name=said["professional_name"],
            professional_role=said["professional_role"], mechanism=ClearanceMechanism(said["mechanism"]),
            professional_organization=said["professional_organization"], due_on=said["due_on"],
        )  # fmt: skip
        request_clearance(**self.common(), asked=asked)
        return f"Written down. An answer is due on {words.day(asked.due_on)}."
