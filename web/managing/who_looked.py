"""Who opened the record of a person: for a lead of the team, and for the records and privacy officer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.errors import NotVisible
from referrals.enums import AccessPurpose, AccessReason, Unusual, Visitor
from referrals.models import RecordAccess
from referrals.selectors.access import WhoLooked, get_who_looked
from referrals.services.access import restrict
from web import words
from web.forms import Form, FormPage, look
from web.paging import page_of

UNUSUAL = {
    Unusual.RESTRICTED: "Looked after closely",
    Unusual.COLLEAGUE: "A colleague's name or address",
    Unusual.SELF: "Their own record",
}
"""Why a reader was asked, in a line of the list."""


@require_safe
def list_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Name who opened it, the latest first."""
    try:
        found = get_who_looked(signed_in(request.user), reference)
    except NotVisible as unseen:
        raise Http404 from unseen
    page = page_of(request, found.rows, ordering=("-id",), size=50)
    context = {
        "reference": reference,
        "is_of_all": found.is_of_all,
        "may_open": found.may_open,
        "is_restricted": found.is_restricted,
        "rows": [_line(row) for row in page.rows],
        "page": page,
    }
    return render(request, "web/managing/who_looked.jinja", context)


class RestrictForm(Form):
    """Why the record is marked, or is not any more."""

    why = forms.CharField(
        label="Why?", widget=look(forms.Textarea(attrs={"rows": 3})), max_length=500,
        error_messages={"required": "Say why"},
    )  # fmt: skip


class RestrictPage(FormPage):
    """Mark the record, so that everybody is asked why they open it; or take the mark away."""

    form_class = RestrictForm
    template_name = "web/managing/restrict.jinja"
    found: WhoLooked

    def prepare(self) -> None:
        self.found = get_who_looked(self.user, self.kwargs["reference"])

    def context(self, form: Any) -> dict[str, Any]:
        return {"reference": self.kwargs["reference"], "is_restricted": self.found.is_restricted}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        person = restrict(
            referral=self.found.referral, actor=self.actor, at=timezone.now(),
            is_restricted=not self.found.is_restricted, why=said["why"],
        )  # fmt: skip
        messages.success(
            self.request, "Everybody is asked why now." if person.is_restricted else "Nobody is asked why any more."
        )
        return redirect("web:who-looked", self.kwargs["reference"])


def _line(row: RecordAccess) -> dict[str, Any]:
    visitor = str(Visitor(row.visitor).label) if row.visitor else ""
    return {
        "when": words.moment(row.at),
        "who": row.reader.full_name if row.reader else visitor,
        "how": visitor if row.reader else "",
        "job": row.reader.job_title if row.reader else "",
        "what": _what(row),
        "reference": row.referral.reference if row.referral else "",
        "unusual": UNUSUAL.get(Unusual(row.unusual), "") if row.unusual else "",
        "reason": AccessReason(row.reason).label if row.reason else "",
        "words": row.words,
    }


def _what(row: RecordAccess) -> str:
    """Say what was done. That safeguarding was read is for its lead to know: it is told as any other opening."""
    if row.purpose == AccessPurpose.SAFEGUARDING:
        return str(AccessPurpose.CARE.label)
    acted = not row.route.startswith(("get ", "head "))
    return "Worked on it" if acted and row.purpose == AccessPurpose.CARE else str(AccessPurpose(row.purpose).label)
