"""Tell a person of a service without referring them, and write down later what came of it. Nothing is shared."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotPermitted, NotVisible
from referrals.enums import FollowUpResult
from referrals.models import Referral, Signpost
from referrals.selectors.casework import signposts_of
from referrals.services.signposts import SignpostDetails, follow_up_signpost, record_signpost
from services_directory.models import Service
from services_directory.selectors import get_service
from web import words
from web.finding.case import get_case
from web.forms import DayField, Form, FormPage, VersionedForm, look
from web.paging import page_of

ASK_AFTER = dt.timedelta(days=14)
"""When somebody asks what came of it, unless they say otherwise."""


class SignpostForm(VersionedForm):
    """What the person was told. Of a service of the directory its name is known."""

    name = forms.CharField(
        label="What did you tell them of?", max_length=150, widget=look(forms.TextInput(), width="20"),
        error_messages={"required": "Say what you told them of."},
    )  # fmt: skip
    contact_details = forms.CharField(
        label="How do they reach it? (optional)", required=False, max_length=150,
        widget=look(forms.TextInput(), width="20"),
    )  # fmt: skip
    reason = forms.CharField(
        label="Why this one? (optional)", required=False, max_length=150, widget=look(forms.TextInput(), width="20")
    )
    information_given = forms.CharField(
        label="What did you tell or give them? (optional)", required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    follow_up_on = DayField(
        label="When do you ask what came of it? (optional)", required=False, example="3 12 2026",
        help_text="Leave it empty if nobody need ask.",
    )  # fmt: skip


class SignpostPage(FormPage):
    """Record that the person was told of something: of a service, or of anything else by its name."""

    form_class = SignpostForm
    template_name = "web/finding/signpost.jinja"
    referral: Referral
    service: Service | None = None

    def prepare(self) -> None:
        self.referral = get_case(self.user, self.kwargs["reference"])
        if "service_id" in self.kwargs:
            self.service = get_service(self.user, self.kwargs["service_id"])

    def initial(self) -> dict[str, Any]:
        ways = ""
        if self.service is not None:
            phones = [phone.number for phone in self.service.phones.all()]
            ways = ", ".join(way for way in (*phones[:1], self.service.email, self.service.url) if way)
        return {
            "version": self.referral.version, "contact_details": ways if len(ways) <= 150 else "",
            "follow_up_on": local_day(timezone.now()) + ASK_AFTER,
        }  # fmt: skip

    def build(self, data: Any = None) -> Form:
        form = super().build(data)
        if self.service is not None:
            del form.fields["name"]
        return form  # type: ignore[no-any-return]

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "reference": self.referral.reference, "person": words.full_name(self.referral), "service": self.service,
        }  # fmt: skip

    def act(self, said: dict[str, Any]) -> HttpResponse:
        version = said.pop("version")
        given = SignpostDetails(service=self.service, **said)
        signpost = record_signpost(
            referral=self.referral, actor=self.actor, at=timezone.now(), given=given, expected_version=version
        )
        messages.success(self.request, f"Written down: they were told of {signpost.name}.")
        return redirect("web:signposts", self.referral.reference)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One signposting, in words. `result` is empty until somebody has asked."""

    id: int
    name: str
    on: str
    by: str
    said: list[str]
    ask_on: str
    result: str


@require_safe
def signposts(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what the person was told of, and what came of it."""
    user = signed_in(request.user)
    try:
        referral = get_case(user, reference)
        page = page_of(request, signposts_of(user, referral), ordering=("-id",))
    except (NotVisible, NotPermitted) as unseen:
        raise Http404 from unseen
    context = {
        "reference": referral.reference, "person": words.full_name(referral), "page": page,
        "rows": [_told(row) for row in page.rows],
    }  # fmt: skip
    return render(request, "web/finding/signposts.jinja", context)


class FollowUpForm(Form):
    """What was heard."""

    result = forms.ChoiceField(
        label="Did they use it?", choices=FollowUpResult.choices, widget=forms.RadioSelect(),
        error_messages={"required": "Choose one."},
    )  # fmt: skip
    note = forms.CharField(
        label="What did they say? (optional)", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class FollowUpPage(FormPage):
    """Record what was heard after signposting, once."""

    form_class = FollowUpForm
    template_name = "web/finding/follow_up.jinja"
    referral: Referral
    signpost: Signpost

    def prepare(self) -> None:
        self.referral = get_case(self.user, self.kwargs["reference"])
        found = signposts_of(self.user, self.referral).filter(pk=self.kwargs["signpost_id"]).first()
        if found is None:
            raise NotVisible("This referral has no such signposting.")
        self.signpost = found

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "reference": self.referral.reference,
            "person": words.full_name(self.referral),
            "told": _told(self.signpost),
        }

    def act(self, said: dict[str, Any]) -> HttpResponse:
        follow_up_signpost(
            referral=self.referral, signpost_id=self.signpost.pk, actor=self.actor, at=timezone.now(), **said
        )
        messages.success(self.request, f"Written down what came of {self.signpost.name}.")
        return redirect("web:signposts", self.referral.reference)


def _told(row: Signpost) -> Told:
    heard = getattr(row, "follow_up", None)
    result = ""
    if heard is not None:
        result = ". ".join(filter(None, (words.label_of(FollowUpResult, heard.result), heard.note)))
    return Told(
        id=row.pk, name=row.name, on=words.day(row.signposted_on), by=row.recorded_by.full_name,
        said=[text for text in (row.information_given, row.reason, row.contact_details) if text],
        ask_on=words.day(row.follow_up_on), result=result,
    )  # fmt: skip
