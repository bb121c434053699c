"""This is wrong: anybody tells the directory's editors what is not right with a listing (docs/trust.md)."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.errors import NotVisible
from services_directory.enums import ReaderFinding
from services_directory.selectors.for_everybody import PublicListing, get_public_listing
from services_directory.services.reader_reports import LONGEST_NOTE, report_listing
from web.forms import Form
from web.public.anybody import AnybodysPage


class WrongForm(Form):
    """What is wrong. Who says so is not asked."""

    finding = forms.ChoiceField(
        label="What is wrong?", choices=ReaderFinding.choices, widget=forms.RadioSelect(),
        error_messages={"required": "Choose what is wrong."},
    )  # fmt: skip
    note = forms.CharField(
        label="What would be right? (if you know)", required=False, max_length=LONGEST_NOTE,
        help_text="A few words. Please write nothing about yourself or anybody else.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ReportPage(AnybodysPage):
    """Say what is wrong with a listing."""

    form_class = WrongForm
    template_name = "web/public/wrong.jinja"
    throttle_scope = "report-listing"
    listing: PublicListing

    def prepare(self) -> None:
        self.listing = get_public_listing(self.kwargs["service_id"])

    def context(self, form: Any) -> dict[str, Any]:
        return _named(self.listing)

    def act(self, said: dict[str, Any]) -> HttpResponse:
        report_listing(
            service_id=self.listing.id, finding=ReaderFinding(said["finding"]), note=said["note"], at=timezone.now()
        )
        return redirect("web:directory-wrong-thanks", self.listing.id)


@login_not_required
@require_safe
def reported(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Thank whoever said so, and say what becomes of it."""
    try:
        return render(request, "web/public/wrong_thanks.jinja", _named(get_public_listing(service_id)))
    except NotVisible as unseen:
        raise Http404 from unseen


def _named(listing: PublicListing) -> dict[str, Any]:
    document = listing.document
    return {"service_id": listing.id, "name": document["name"], "provider": document["organization"]["name"]}
