"""Take a measure with a person, and say how a review or a follow-up went."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from referrals import policies, selectors
from referrals.enums import AskedResult, ConsultationMechanism, MeasureMode, PointState, SinceTheStart, StillActive
from referrals.measures import MEASURES, Measure
from referrals.models import MeasureResponse, OnwardReferral
from referrals.selectors.delivery import review_points
from referrals.selectors.follow_ups import follow_up_points
from referrals.selectors.measures import due_measures, measures_of
from referrals.selectors.programmes import get_received
from referrals.services.follow_ups import Asked, record_follow_up
from referrals.services.measures import LATEST_POINT, TakenMeasure, record_measure
from referrals.services.reviews import ReviewDetails, record_review
from web import words
from web.forms import DayField, FormPage, VersionedForm, look
from web.measures import MeasureForm, answers_of
from web.providing.referral import due_in_words, measure_address
from web.record.facts import Fact

MOST_SHOWN = 30


class OfOnePerson(FormPage):
    """A form about one person who was sent to the provider."""

    onward: OnwardReferral
    action: ClassVar[str]

    def prepare(self) -> None:
        self.onward = get_received(self.user, self.kwargs["reference"].upper())
        if self.action not in policies.available_actions(self.actor, self.onward, on=local_day(timezone.now())):
            raise NotVisible("There is nothing of the kind to record of this person now.")

    def initial(self) -> dict[str, Any]:
        return {"version": self.onward.version}

    def context(self, form: Any) -> dict[str, Any]:
        return {"reference": self.onward.reference, "person": words.full_name(self.onward.referral)}

    def done(self, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect("web:providing-referral", self.onward.reference)


# --- Measures -------------------------------------------------------------------------------------------------------


@require_safe
def measures_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what was measured, what is due, and everything that can be taken."""
    user, today = signed_in(request.user), local_day(timezone.now())
    try:
        onward = get_received(user, reference.upper())
    except NotVisible as unseen:
        raise Http404 from unseen
    if not policies.sees_person(Actor(user), onward, on=today):
        raise Http404
    due = due_measures(onward, today=today)
    context = {
        "reference": onward.reference,
        "person": words.full_name(onward.referral),
        "due": [
            (due_in_words(each), measure_address(onward, each.measure, each.point)) for each in due if each.is_usable
        ],
        "others": [
            (measure.name, measure_address(onward, measure.code, None))
            for measure, is_usable in selectors.catalogue_for(user, on=today)
            if is_usable
        ],
        "taken": [_taken(row) for row in measures_of(onward)[:MOST_SHOWN] if not hasattr(row, "replaced_by")],
        "may_record": "record_measure" in policies.available_actions(Actor(user), onward, on=today),
    }
    return render(request, "web/providing/measures.jinja", context)


def _taken(row: MeasureResponse) -> Fact:
    measure = MEASURES.get(row.measure)
    when = "at the start" if row.point == 0 else f"at {row.point} weeks" if row.point is not None else ""
    name = ", ".join(filter(None, [measure.name if measure else row.measure, when, words.day(row.taken_on)]))
    return Fact(name=name, values=[_score(each) for each in row.scores])


def _score(score: dict[str, Any]) -> str:
    value = "" if score["value"] is None else f"{score['value']:g} {score.get('unit', '')}".strip()
    return f"{score.get('name', score['code'])}: {value or score.get('band_name') or score.get('reason') or 'no score'}"


class ProviderMeasureForm(MeasureForm):
    """With the week: a provider may write down later what was asked at any of the scheme's points."""

    point = forms.IntegerField(
        label="Week since the start (empty: between the planned points)", required=False, min_value=0,
        max_value=LATEST_POINT, widget=look(forms.TextInput(attrs={"inputmode": "numeric"}), width="3"),
    )  # fmt: skip


class MeasurePage(OfOnePerson):
    """The questions of one measure. What was not answered is left empty, and is no answer."""

    action = "record_measure"
    template_name = "web/providing/measure.jinja"
    measure: Measure

    def prepare(self) -> None:
        super().prepare()
        usable = {
            each.code: each
            for each, is_usable in selectors.catalogue_for(self.user, on=local_day(timezone.now()))
            if is_usable
        }
        if self.kwargs["measure"] not in usable:
            raise NotVisible("There is no such measure, or your organisation has no licence for it.")
        self.measure = usable[self.kwargs["measure"]]

    def initial(self) -> dict[str, Any]:
        point = self.request.GET.get("point", "")
        return super().initial() | {
            "point": point if point.isdigit() else "", "mode": MeasureMode.FACE_TO_FACE,
        }  # fmt: skip

    def build(self, data: Any = None) -> Any:
        return ProviderMeasureForm(data, initial=self.initial(), measure=self.measure)

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {"measure": self.measure.name, "about": self.measure.about}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        recorded = record_measure(
            subject=self.onward, actor=self.actor, at=timezone.now(), expected_version=said["version"],
            taken=TakenMeasure(
                measure=self.measure.code, mode=said["mode"], point=said["point"], taken_on=said["taken_on"],
                answers=answers_of(self.measure, said),
            ),
        )  # fmt: skip
        return self.done(" ".join([f"{self.measure.name}: recorded.", *recorded.warnings]))


# --- Reviews and follow-ups -------------------------------------------------------------------------------------------


class ReviewForm(VersionedForm):
    """What became of a review."""

    weeks = forms.TypedChoiceField(
        label="Which review?", required=False, coerce=int, empty_value=None, widget=forms.RadioSelect()
    )
    result = forms.ChoiceField(
        label="Was it held?", choices=[("held", "Yes, it was held"), ("missed", "No, it was missed")],
        widget=forms.RadioSelect(), error_messages={"required": "Choose one."},
    )  # fmt: skip
    reviewed_on = DayField(
        label="When was it, or should it have been?", example="16 11 2026",
        error_messages={"required": "Enter the day."},
    )  # fmt: skip
    note = forms.CharField(
        label="What should the link worker know? (optional)", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class ReviewPage(OfOnePerson):
    """Record a review that was held with the person, or missed."""

    action = "record_review"
    template_name = "web/providing/short_form.jinja"

    def build(self, data: Any = None) -> Any:
        today = local_day(timezone.now())
        points = review_points(self.onward, today=today)
        waiting = [point for point in points if point.review is None or point.review.result == "missed"]
        form = ReviewForm(
            data,
            initial=super().initial() | {"reviewed_on": today, "weeks": waiting[0].weeks if waiting else ""},
        )
        choices = [(point.weeks, f"At {point.weeks} weeks, due {words.day(point.due_on)}") for point in points]
        form.fields["weeks"].choices = [*choices, ("", "Another one, between these")]  # type: ignore[attr-defined]
        return form

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {"title": "Record a review", "button_text": "Save the review"}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        version = said.pop("version")
        record_review(
            onward=self.onward, actor=self.actor, at=timezone.now(), given=ReviewDetails(**said),
            expected_version=version,
        )  # fmt: skip
        return self.done("The review is recorded.")


class FollowUpForm(VersionedForm):
    """What became of asking somebody, months after they began."""

    months = forms.TypedChoiceField(
        label="Which time?", coerce=int, widget=forms.RadioSelect(), error_messages={"required": "Choose one."}
    )
    result = forms.ChoiceField(
        label="Did you reach them?", widget=forms.RadioSelect(), error_messages={"required": "Choose one."},
        choices=[(key, label) for key, label in AskedResult.choices if key in AskedResult.BY_SOMEBODY],
    )  # fmt: skip
    mechanism = forms.ChoiceField(
        label="How?", choices=ConsultationMechanism.choices, widget=forms.RadioSelect(),
        error_messages={"required": "Choose one."},
    )  # fmt: skip
    still_active = forms.ChoiceField(
        label="What do they still do? (if they answered)", required=False, choices=StillActive.choices,
        widget=forms.RadioSelect(),
    )  # fmt: skip
    since_the_start = forms.ChoiceField(
        label="How are they, compared with when they began? (if they answered)", required=False,
        choices=SinceTheStart.choices, widget=forms.RadioSelect(),
    )  # fmt: skip
    asked_on = DayField(label="When?", example="16 11 2026", error_messages={"required": "Enter the day."})


class FollowUpPage(OfOnePerson):
    """Record that a person was asked how they are."""

    action = "record_follow_up"
    template_name = "web/providing/short_form.jinja"

    def build(self, data: Any = None) -> Any:
        today = local_day(timezone.now())
        open_now = [point for point in follow_up_points(self.onward, on=today) if point.state == PointState.OPEN]
        form = FollowUpForm(
            data,
            initial=super().initial()
            | {"asked_on": today, "months": open_now[0].months if open_now else "", "mechanism": "02"},
        )
        form.fields["months"].choices = [  # type: ignore[attr-defined]
            (point.months, f"{point.months} months after they began, until {words.day(point.closes_on)}")
            for point in open_now
        ]
        return form

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {"title": "Ask how they are", "button_text": "Save"}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        version = said.pop("version")
        record_follow_up(
            onward=self.onward, actor=self.actor, at=timezone.now(), asked=Asked(**said), expected_version=version
        )
        return self.done("It is recorded.")
