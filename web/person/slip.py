"""What is printed for the person: where their page is, what happens next, and whom they can ring. For a referrer and
for the link-worker team. It names nobody and nothing of health: it lies on a kitchen table.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.selectors import signed_in
from core.errors import NotVisible
from core.qr import svg_of
from referrals import selectors
from referrals.models import Referral
from referrals.selectors.own_page import Slip, get_slip
from referrals.services.own_page_links import issue_link
from web import words
from web.forms import FormPage, VersionedForm

SENT_BY = {"sms": "by text", "email": "by email", "letter": "by letter"}


@dataclass(frozen=True, kw_only=True)
class ShownSlip:
    """A slip in words: parts/slip.jinja prints it, on this page or on another's."""

    reference: str
    address: str
    square_code: str
    """The address for a camera: SVG."""
    why_not: str
    works_until: str
    opened: str
    team: str
    telephone: str
    looked_at_by: str
    may_make_new: bool


def slip(user: User, reference: str, *, at: dt.datetime) -> ShownSlip:
    """Return what a referrer or a link worker prints for the person of a referral.

    :raises NotVisible: if there is no such referral, or none that the user may see.
    """
    return _in_words(get_slip(user, reference, at=at))


@require_safe
def slip_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The slip, on a page that prints as one sheet."""
    try:
        shown = slip(signed_in(request.user), reference.upper(), at=timezone.now())
    except NotVisible as unseen:
        raise Http404 from unseen
    return render(request, "web/person/slip.jinja", {"slip": shown})


class NewLinkForm(VersionedForm):
    """Whether the new link is sent, too."""

    is_sent = forms.BooleanField(label="Send it to them, too, if they allow it", required=False)


class NewLinkPage(FormPage):
    """Make a new link: the one before is lost, too old or locked."""

    form_class = NewLinkForm
    template_name = "web/person/new_link.jinja"
    referral: Referral

    def prepare(self) -> None:
        self.referral = selectors.get_referral(self.user, self.kwargs["reference"].upper())
        if not get_slip(self.user, self.referral.reference, at=timezone.now()).may_make_new:
            raise NotVisible("The team that supports the person makes a new link.")

    def initial(self) -> dict[str, Any]:
        return {"version": self.referral.version}

    def context(self, form: Any) -> dict[str, Any]:
        return {"reference": self.referral.reference}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        _, sent_by = issue_link(
            referral=self.referral, actor=self.actor, at=timezone.now(), is_sent=said["is_sent"],
            expected_version=said["version"],
        )  # fmt: skip
        how = f"It goes to them {SENT_BY[sent_by]}." if sent_by else "Print it, and hand it over."
        if said["is_sent"] and not sent_by:
            how = "They allow no message: print it, and hand it over."
        messages.success(self.request, f"There is a new link. {how}")
        return redirect("web:own-page-slip", reference=self.referral.reference)


def _in_words(facts: Slip) -> ShownSlip:
    return ShownSlip(
        reference=facts.reference, address=facts.address,
        square_code=svg_of(facts.address, label="The same link, for a camera") if facts.address else "",
        why_not=facts.why_not,
        works_until=words.day(facts.expires_on), opened=words.day_of(facts.opened_at), team=facts.team,
        telephone=facts.telephone, looked_at_by=words.day(facts.looked_at_by), may_make_new=facts.may_make_new,
    )  # fmt: skip
