"""A provider's own listings in the directory: is each still right, and what is to be changed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from services_directory import policies, selectors
from services_directory.enums import CheckAnswer
from services_directory.models import Service
from services_directory.selectors.figures import reader_reports_of
from services_directory.services import edit_listing
from services_directory.services.verifications import LONGEST_NOTE, Said, verify_listing
from services_directory.trust import CHECK_AFTER_DAYS
from web import listings, words
from web.forms import Form, FormPage, VersionedForm, look
from web.providing.inbox import own_services
from web.record.facts import fact

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One listing of a provider's, and how it stands with its check."""

    id: UUID
    name: str
    state: str
    is_due: bool


@require_safe
def listings_page(request: HttpRequest) -> HttpResponse:
    """Show what the directory has of the provider, what nobody has looked at for longest first."""
    rows = own_services(signed_in(request.user)).order_by(F("verified_at").asc(nulls_first=True), "name", "id")
    today = local_day(timezone.now())
    context = {"rows": [_listing(service, today=today) for service in rows[:MOST]]}
    return render(request, "web/providing/listings.jinja", context)


def _listing(service: Service, *, today: dt.date) -> Listing:
    said, is_due = standing_of(service, today=today)
    return Listing(id=service.pk, name=service.name, state=said, is_due=is_due)


def standing_of(service: Service, *, today: dt.date) -> tuple[str, bool]:
    """Return in words when somebody last said that a listing is right, and whether it is time to look again."""
    if not service.is_running:
        return "Not in the directory at present", False
    if service.reported:
        reported = words.in_a_sentence(words.label_of(CheckAnswer, service.reported))
        return f"Somebody has said: {reported}. The directory's editor looks at it", False
    if service.verified_at is None:
        return "Nobody has said yet that it is right", True
    said = f"Said to be right on {words.day_of(service.verified_at)}"
    again = local_day(service.verified_at) + dt.timedelta(days=CHECK_AFTER_DAYS)
    return (f"{said}: please look again", True) if again <= today else (said, False)


def kept_listing(user: User, service_id: UUID) -> Service:
    """Return a listing that the user keeps: of a team in which they are a provider, or as a directory editor any.

    :raises NotVisible: if it is not.
    """
    service = selectors.get_listing(user, service_id)
    if policies.side_of(Actor(user), service) is None:
        raise NotVisible("It is not theirs to keep.")
    return service


class AnswerForm(Form):
    """Whether a listing is still right."""

    answer = forms.ChoiceField(
        label="Is this still right?", widget=forms.RadioSelect(), error_messages={"required": "Choose one."},
        choices=[
            (CheckAnswer.STILL_RIGHT, "Yes, it is still right"), (CheckAnswer.CHANGED, "Something has changed"),
            (CheckAnswer.CLOSED, "It has closed"),
        ],
    )  # fmt: skip
    note = forms.CharField(
        label="If it is not: what should the directory's editor know?", required=False, max_length=LONGEST_NOTE,
        help_text="What you can change yourself, change here first. Name no person who comes to you.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ListingPage(FormPage):
    """One listing as it is published, and the three answers."""

    form_class = AnswerForm
    template_name = "web/providing/listing.jinja"
    leads_back: ClassVar[tuple[str, str]] = ("web:providing-listings", "What the directory says about you")
    changes_at: ClassVar[tuple[str, str]] = ("web:providing-listing-change", "web:providing-listing-times")
    service: Service

    def prepare(self) -> None:
        self.service = kept_listing(self.user, self.kwargs["service_id"])

    def context(self, form: Any) -> dict[str, Any]:
        waiting = selectors.waiting_of(self.service)
        said, is_due = standing_of(self.service, today=local_day(timezone.now()))
        return {
            "service": {"id": self.service.pk, "name": self.service.name}, "facts": listings.facts_of(self.service),
            "state": said, "is_due": is_due, "waiting": waiting.reference if waiting else "",
            "is_kept_elsewhere": policies.is_kept_at_source(self.service), "is_running": self.service.is_running,
            "leads_back": self.leads_back, "changes_at": self.changes_at,
        }  # fmt: skip

    def act(self, said: dict[str, Any]) -> HttpResponse:
        answer = Said(answer=CheckAnswer(said["answer"]), note=said["note"])
        verify_listing(service=self.service, actor=self.actor, said=answer, at=timezone.now())
        messages.success(self.request, THANKS[answer.answer])
        return redirect(self.leads_back[0])


THANKS = {
    CheckAnswer.STILL_RIGHT: "Thank you. The directory says so from now on.",
    CheckAnswer.CHANGED: "Thank you. The directory's editors have been told, and put it right.",
    CheckAnswer.CLOSED: "Thank you. Nobody new is sent there from now on, and the directory's editors have been told.",
}


class ChangeForm(VersionedForm):
    """What a provider changes most often; what decides who may be sent waits for the directory's editor."""

    description = forms.CharField(
        label="What is it?", max_length=5000, widget=forms.Textarea(attrs={"rows": 6}), required=False
    )
    fees_description = forms.CharField(label="What does it cost? (optional)", required=False, max_length=500)
    email = forms.EmailField(label="Email (optional)", required=False)
    url = forms.URLField(label="Website (optional)", required=False, assume_scheme="https")
    minimum_age = forms.IntegerField(
        label="From which age? (optional)", required=False, min_value=0, max_value=120,
        widget=look(forms.NumberInput(attrs={"inputmode": "numeric"}), width="2"),
    )  # fmt: skip
    maximum_age = forms.IntegerField(
        label="Up to which age? (optional)", required=False, min_value=0, max_value=120,
        widget=look(forms.NumberInput(attrs={"inputmode": "numeric"}), width="2"),
    )  # fmt: skip
    eligibility_description = forms.CharField(
        label="Who is it for? (optional)", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ages and this wait for the directory's editor: they decide who may be sent to you.",
    )  # fmt: skip


FIELDS = tuple(name for name in ChangeForm.base_fields if name != "version")


class ChangeListing(FormPage):
    """Change what the directory says."""

    form_class = ChangeForm
    template_name = "web/providing/listing_change.jinja"
    leads_back: ClassVar[str] = "web:providing-listing"
    times_at: ClassVar[str] = "web:providing-listing-times"
    service: Service

    def prepare(self) -> None:
        self.service = kept_listing(self.user, self.kwargs["service_id"])

    def initial(self) -> dict[str, Any]:
        return {"version": self.service.version} | {name: _shown(getattr(self.service, name)) for name in FIELDS}

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "service": {"id": self.service.pk, "name": self.service.name}, "leads_back": self.leads_back,
            "times_at": self.times_at,
        }  # fmt: skip

    def act(self, said: dict[str, Any]) -> HttpResponse:
        version = said.pop("version")
        changed = {name: value for name, value in said.items() if value != _shown(getattr(self.service, name))}
        done = edit_listing(
            service_id=self.service.pk, actor=self.actor, at=timezone.now(), sent=changed, expected_version=version
        )
        told = [
            "The directory says so from now on." if done.changed else "",
            "Who it is for waits for the directory's editor." if done.proposal else "",
        ]
        messages.success(self.request, " ".join(filter(None, told)) or "Nothing was changed.")
        return redirect(self.leads_back, self.service.pk)


class EditorsListing(ListingPage):
    """The same for a directory editor, who keeps every listing, and comes from the directory's figures."""

    leads_back = ("web:directory-figures", "Figures of the directory")
    changes_at = ("web:keep-listing-change", "web:keep-listing-times")

    def build(self, data: Any = None) -> AnswerForm:
        form = AnswerForm(data)
        form.fields["note"].label, form.fields["note"].help_text = "If it is not: what is not right?", ""
        return form

    def context(self, form: Any) -> dict[str, Any]:
        said = reader_reports_of(self.user, self.service)[:MOST]
        return super().context(form) | {
            "said_by_readers": [
                fact(words.day_of(each.at), ": ".join(filter(None, (each.get_finding_display(), each.note))))
                for each in said
            ]
        }


class EditorsChange(ChangeListing):
    """The same for a directory editor."""

    leads_back, times_at = "web:keep-listing", "web:keep-listing-times"

    def build(self, data: Any = None) -> ChangeForm:
        form = ChangeForm(data, initial=self.initial())
        form.fields["eligibility_description"].help_text = ""
        return form

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {"is_editors": True}


def _shown(value: Any) -> Any:
    """Return a value as the form has it: whole years, and an empty text for none."""
    return int(value) if isinstance(value, float) else value
