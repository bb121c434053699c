"""Answer what a service's rules ask of a person: the open questions first, each once, and only what is asked."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from core.clocks import local_day
from core.errors import Invalid
from referrals import selectors
from referrals.models import OnwardReferral, Referral
from referrals.selectors.screening import ScreenedQuestion, Screening
from referrals.services.health import ObservationDetails, record_observations
from services_directory.models import Service
from services_directory.selectors import get_service
from services_directory.suitability.kinds import Answered, AnswerKind
from web import words
from web.fields import PartialDateField
from web.finding.cards import suits
from web.finding.case import get_case
from web.finding.service import answer_in_words
from web.forms import DayField, FormPage, VersionedForm, look

YES_NO = [(Answered.YES, "Yes"), (Answered.NO, "No"), (Answered.UNKNOWN, "Asked, and not known")]
_INLINE = "nhsuk-radios--inline nhsuk-radios--small"


class ScreeningForm(VersionedForm):
    """The answers to the questions of one service. What is left open is not recorded."""

    questions: tuple[ScreenedQuestion, ...] = ()
    observed_on = DayField(
        label="When was this asked or measured? (optional)", required=False, example="3 12 2026",
        help_text="Leave it empty if it was today.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = self.fields.pop("observed_on")
        for each in self.questions:
            self.fields |= _fields_of(each)
        self.fields["observed_on"] = day

    def group(self, *, is_open: bool) -> list[Any]:
        """Return the fields of the questions that are open, or of the others."""
        codes = [each.question.code for each in self.questions if each.is_to_be_asked is is_open]
        return [self[name] for code in codes for name in (code, f"{code}_more") if name in self.fields]

    def details(self) -> list[ObservationDetails]:
        """Return what was answered, as the use case takes it."""
        said = self.cleaned_data
        answered = [each.question for each in self.questions if said.get(each.question.code) not in (None, "")]
        return [
            ObservationDetails(
                code=question.code,
                observed_on=said["observed_on"],
                **_details_of(question.kind, said[question.code], said.get(f"{question.code}_more")),
            )
            for question in answered
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for each in self.questions:
            code = each.question.code
            if said.get(f"{code}_more") and not said.get(code):
                self.add_error(code, "Answer this, too.")
        if not self.errors and not any(said.get(each.question.code) for each in self.questions):
            raise forms.ValidationError("Answer at least one of the questions.")
        return said


def _fields_of(each: ScreenedQuestion) -> dict[str, forms.Field]:
    question = each.question
    now = f"Now: {answer_in_words(each.answer)}" if each.answer else ""
    said: dict[str, Any] = {"label": question.text, "required": False, "help_text": now}
    match question.kind:
        case AnswerKind.YES_NO:
            return {question.code: _radios(YES_NO, **said)}
        case AnswerKind.EVENT:
            return {
                question.code: _radios(YES_NO, **said),
                f"{question.code}_more": PartialDateField(label="If yes, when? As far as it is known", required=False),
            }
        case AnswerKind.CHOICE:
            return {question.code: _radios([*question.choices, YES_NO[-1]], inline=False, **said)}
        case AnswerKind.BLOOD_PRESSURE:
            return {
                question.code: _number("upper value", question.unit, **said),
                f"{question.code}_more": _number("", question.unit, label="The lower value", required=False),
            }
    return {question.code: _number("", question.unit, **said)}


def _radios(choices: Any, *, inline: bool = True, **said: Any) -> forms.ChoiceField:
    widget = look(forms.RadioSelect(), classes=_INLINE if inline else "nhsuk-radios--small")
    return forms.ChoiceField(choices=[(str(value), text) for value, text in choices], widget=widget, **said)


def _number(which: str, unit: str, **said: Any) -> forms.DecimalField:
    said["help_text"] = ". ".join(filter(None, (which.capitalize(), said.get("help_text", ""))))
    widget = look(forms.TextInput(attrs={"inputmode": "decimal"}), width="5", suffix=unit)
    wrong = {"invalid": "Enter a number, like 142."}
    return forms.DecimalField(max_digits=8, decimal_places=2, widget=widget, error_messages=wrong, **said)


def _details_of(kind: AnswerKind, answer: Any, more: Any) -> dict[str, Any]:
    match kind:
        case AnswerKind.YES_NO:
            return {"answer": answer}
        case AnswerKind.EVENT:
            return {"answer": answer, "occurred": more or ""}
        case AnswerKind.CHOICE:
            return {"answer": answer} if answer == Answered.UNKNOWN else {"choice": answer}
        case AnswerKind.BLOOD_PRESSURE:
            return {"value": Decimal(answer), "second_value": more}
    return {"value": Decimal(answer)}


class AnswersPage(FormPage):
    """The questions of a service's rules about one person: of whoever asks the person."""

    subject: Referral | OnwardReferral
    screening: Screening

    def record(self, given: list[ObservationDetails], *, expected_version: int | None) -> None:
        """Record what was answered, all or none."""
        raise NotImplementedError

    def done(self) -> str:
        """Return where to go then."""
        raise NotImplementedError

    def build(self, data: Any = None) -> ScreeningForm:
        made: type[ScreeningForm] = type("AnswersForm", (ScreeningForm,), {"questions": self.screening.questions})
        return made(data, initial={"version": self.subject.version})

    def context(self, form: ScreeningForm) -> dict[str, Any]:
        referral = self.subject if isinstance(self.subject, Referral) else self.subject.referral
        return {
            "reference": self.subject.reference, "service": self.screening.service,
            "person": words.full_name(referral), "suits": suits(self.screening.suitability),
            "open_fields": form.group(is_open=True), "other_fields": form.group(is_open=False),
            "notices": self.screening.suitability.notices,
        }  # fmt: skip

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        self.sent = self.build(self.request.POST)
        return super().post(*args, **kwargs)

    def act(self, said: dict[str, Any]) -> HttpResponse:
        self.sent.is_valid()
        given = self.sent.details()
        try:
            self.record(given, expected_version=said["version"])
        except Invalid as wrong:
            raise Invalid(_by_field(wrong, given)) from wrong
        recorded = "1 answer is" if len(given) == 1 else f"{len(given)} answers are"
        messages.success(self.request, f"{recorded} recorded.")
        return redirect(self.done())


class ScreeningPage(AnswersPage):
    """The link worker's: to answer on the phone with the person."""

    template_name = "web/finding/screening.jinja"
    subject: Referral
    service: Service

    def prepare(self) -> None:
        self.subject = get_case(self.user, self.kwargs["reference"])
        self.service = get_service(self.user, self.kwargs["service_id"])
        self.screening = selectors.screening_of(self.subject, self.service, on=local_day(timezone.now()))

    def record(self, given: list[ObservationDetails], *, expected_version: int | None) -> None:
        record_observations(
            referral=self.subject, actor=self.actor, at=timezone.now(), observations=given, asked_by=self.service,
            expected_version=expected_version,
        )  # fmt: skip

    def done(self) -> str:
        return f"{reverse('web:service', args=[self.service.pk])}?for={self.subject.reference}"


def _by_field(wrong: Invalid, given: list[ObservationDetails]) -> dict[str, list[str]]:
    """Lead what the domain found, `observations.3.second_value`, to the field that asked it."""
    found: dict[str, list[str]] = {}
    for path, sentences in wrong.extra["errors"].items():
        place = re.match(r"observations\.(\d+)\.(\w+)$", path)
        name = path
        if place:
            code, part = given[int(place[1])].code, place[2]
            name = part if part == "observed_on" else f"{code}_more" if part in {"second_value", "occurred"} else code
        found.setdefault(name, []).extend(sentences)
    return found
