"""The pages behind a signed link: "is it still right?". Nobody signs in here.

Opening a page changes nothing: programs that look for bad links in mail open them all. Only a form that is sent does.
"""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from core.clocks import local_day
from core.errors import Conflict, DomainError, Invalid, NotVisible
from core.throttling import SignedLinkThrottle
from services_directory.enums import CheckAnswer
from services_directory.models import CheckRequest, ListingCheck
from services_directory.selectors.checks import EXPIRED, GONE, get_check_request, get_listing_check, listings_left
from services_directory.services.verifications import LONGEST_NOTE, Said, answer_by_link
from web import listings, words
from web.forms import Form

TOO_OFTEN = (
    "Links have been opened from your address too often. Wait a minute, then try again. Nothing has been changed."
)


class NoteForm(Form):
    """What is not right; the answer itself is the button that is pressed."""

    note = forms.CharField(
        label="What should we know?", required=False, max_length=LONGEST_NOTE,
        help_text="Tell us what has changed, or since when it has closed. The directory's editor reads it. Name no "
        "person who comes to you.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


@method_decorator(login_not_required, name="dispatch")
class SignedLinkView(View):
    """What the pages of a link share: not too often from one address, and a page for each end of a link."""

    http_method_names = ["get", "head"]
    throttle_scope = "signed-link"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle: Any = SignedLinkThrottle()
        if not throttle.allow_request(request, self):
            response = render(request, "web/too_often.jinja", {"detail": TOO_OFTEN}, status=429)
            response.headers["Retry-After"] = str(math.ceil(throttle.wait() or 60))
            return response
        try:
            handler: Callable[..., Any] = super().dispatch
            answer: HttpResponse = handler(request, *args, **kwargs)
            return answer
        except NotVisible as unseen:
            return _end(request, unseen, status=404)
        except Conflict as ended:
            return _end(request, ended, status=410)


class CheckRequestView(SignedLinkView):
    """What an email asks about: the listing itself, or the list of them."""

    def get(self, request: HttpRequest, reference: str, signature: str) -> HttpResponse:
        now = timezone.now()
        asked = get_check_request(reference, signature, at=now)
        if len(checks := asked.checks.all()) == 1:
            return _listing_page(request, reference, signature, checks[0].service_id, at=now)
        rows = [_row(check) for check in checks]
        context = {"checks": rows, "reference": reference, "signature": signature} | _due(asked, at=now)
        return render(request, "web/providing/check_request.jinja", context)


class ListingCheckView(SignedLinkView):
    """One listing as it is published, and the three answers."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, reference: str, signature: str, service_id: UUID) -> HttpResponse:
        return _listing_page(request, reference, signature, service_id, at=timezone.now())

    def post(self, request: HttpRequest, reference: str, signature: str, service_id: UUID) -> HttpResponse:
        now = timezone.now()
        answer, note = request.POST.get("answer", ""), request.POST.get("note", "")
        try:
            if answer not in CheckAnswer.values:
                raise Invalid({"answer": ["Choose one of the three answers."]})
            said = Said(answer=CheckAnswer(answer), note=note)
            verification = answer_by_link(
                reference=reference, signature=signature, service_id=service_id, said=said, at=now
            )
        except Invalid as problem:
            return _listing_page(request, reference, signature, service_id, at=now, problem=problem, note=note)
        context = {
            "service": verification.service,
            "answer": answer,
            "takes_referrals": verification.service.receiving_team_id is not None,
            "left": listings_left(reference),
            "reference": reference,
            "signature": signature,
        }
        return render(request, "web/providing/check_thanks.jinja", context)


def _listing_page(
    request: HttpRequest,
    reference: str,
    signature: str,
    service_id: UUID,
    *,
    at: dt.datetime,
    problem: Invalid | None = None,
    note: str = "",
) -> HttpResponse:
    check = get_listing_check(reference, signature, service_id, at=at)
    form = NoteForm({"note": note}) if problem else NoteForm()
    if problem:
        form.take_errors(problem)
    context = {
        "reference": reference, "signature": signature, "service": check.service, "form": form,
        "facts": listings.facts_of(check.service),
    } | _due(check.request, at=at)  # fmt: skip
    return render(request, "web/providing/check_listing.jinja", context, status=400 if problem else 200)


def _row(check: ListingCheck) -> dict[str, Any]:
    """Return one listing of a request: whether it is still to be answered for, or what became of it."""
    if check.answered_at:
        state = f"Answered: {check.get_answer_display()}"
    elif check.lapsed_at:
        state = "Asked of somebody else by now: there is nothing to answer"
    elif not check.service.is_running:
        state = "Not in the directory at present: there is nothing to answer"
    else:
        state = ""
    return {
        "id": check.service_id, "name": check.service.name, "state": state or "Not answered yet", "is_open": not state,
    }  # fmt: skip


def _due(asked: CheckRequest, *, at: dt.datetime) -> dict[str, object]:
    return {"due": words.day(asked.due_on), "is_late": local_day(at) > asked.due_on}


def _end(request: HttpRequest, why: DomainError, *, status: int) -> HttpResponse:
    title = {404: "This link does not work", 410: "This has been answered already"}[status]
    title = {EXPIRED: "This link has expired", GONE: "There is nothing to answer"}.get(why.code, title)
    context = {"title": title, "detail": why.detail, "is_expired": why.code == EXPIRED, "is_gone": why.code == GONE}
    return render(request, "web/providing/check_end.jinja", context, status=status)
