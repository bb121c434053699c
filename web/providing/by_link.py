"""From the link in an email to the provider's pages, by a code that goes to the team's inbox. Nobody signs in here.

Opening a page changes nothing: programs that look for bad links in mail open them all. Only a form that is sent does.
"""

import math
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from core.errors import Conflict, DomainError, Invalid, NotVisible, TooOften
from core.throttling import SignedLinkThrottle
from referrals.selectors.team_links import EXPIRED, get_team_link
from referrals.services.team_links import open_with_code, send_link_again, send_link_code
from web.forms import Form, look
from web.providing.door import begin_visit, end_visit

TOO_OFTEN = "Links were opened from your address too often. Wait a minute, then try again. Nothing was changed."


class CodeForm(Form):
    """The six digits that came by email."""

    code = forms.CharField(
        label="The code", max_length=12, help_text="Six digits, from the email that we have just sent.",
        widget=look(forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}), width="5"),
        error_messages={"required": "Enter the code."},
    )  # fmt: skip


@method_decorator(login_not_required, name="dispatch")
class LinkView(View):
    """What these pages share: not too often from one address, and a page for each end of a link."""

    throttle_scope = "signed-link"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle: Any = SignedLinkThrottle()
        if not throttle.allow_request(request, self):
            return too_often(request, TooOften(TOO_OFTEN, wait=math.ceil(throttle.wait() or 60)))
        try:
            handler: Callable[..., Any] = super().dispatch
            answer: HttpResponse = handler(request, *args, **kwargs)
            return answer
        except TooOften as refused:
            return too_often(request, refused)
        except NotVisible as unseen:
            return self.end("This link does not work", unseen, status=404)
        except Conflict as ended:
            return self.end(
                "This link has expired" if ended.code == EXPIRED else "Not possible now", ended, status=410,
                can_be_sent_again=ended.code == EXPIRED,
            )  # fmt: skip

    def end(self, title: str, why: DomainError, *, status: int, can_be_sent_again: bool = False) -> HttpResponse:
        """Say how a link has ended, and what to do."""
        context = {"title": title, "detail": why.detail, "link": self.kwargs if can_be_sent_again else None}
        return render(self.request, "web/providing/link_end.jinja", context, status=status)


class LinkPage(LinkView):
    """What the link is for, and the button that sends the code."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, reference: str, signature: str) -> HttpResponse:
        link = get_team_link(reference, signature, at=timezone.now())
        team = link.onward.provider_team
        context = {
            "reference": reference,
            "signature": signature,
            "team": team.name,
            "inbox": covered(team.inbox_email),
        }
        return render(request, "web/providing/link.jinja", context)

    def post(self, request: HttpRequest, reference: str, signature: str) -> HttpResponse:
        sent = send_link_code(reference=reference, signature=signature, at=timezone.now())
        return redirect("web:by-link-code", reference, signature, sent.pk)


class CodePage(LinkView):
    """Where the code is entered: then the pages open, for two hours."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, reference: str, signature: str, pk: UUID) -> HttpResponse:
        return self.show(CodeForm())

    def post(self, request: HttpRequest, reference: str, signature: str, pk: UUID) -> HttpResponse:
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            opened, _ = open_with_code(pk=pk, code=form.cleaned_data["code"], at=timezone.now())
        except Invalid as refused:
            form.take_errors(refused)
            return self.show(form, status=400)
        except Conflict as spent:
            return self.show(form, problem=spent, status=409)
        begin_visit(request, team_id=opened.team_id)
        return redirect("web:providing-referral", opened.reference)

    def show(self, form: CodeForm, *, problem: DomainError | None = None, status: int = 200) -> HttpResponse:
        reference, signature = self.kwargs["reference"], self.kwargs["signature"]
        team = get_team_link(reference, signature, at=timezone.now()).onward.provider_team
        context = {
            "form": form, "problem": problem, "reference": reference, "signature": signature,
            "inbox": covered(team.inbox_email),
        }  # fmt: skip
        return render(self.request, "web/providing/link_code.jinja", context, status=status)


class LinkAgain(LinkView):
    """A link that has expired sends another to the same inbox."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, signature: str) -> HttpResponse:
        send_link_again(reference=reference, signature=signature, at=timezone.now())
        return render(request, "web/providing/link_sent.jinja")


@login_not_required
def leave(request: HttpRequest) -> HttpResponse:
    """End the visit."""
    if request.method == "POST":
        end_visit(request)
    return render(request, "web/providing/left.jinja")


def too_often(request: HttpRequest, refused: TooOften) -> HttpResponse:
    """Say that it was too often, and for how long to wait."""
    response = render(request, "web/too_often.jinja", {"detail": refused.detail}, status=429)
    response.headers["Retry-After"] = str(refused.wait)
    return response


def covered(address: str) -> str:
    """Write an address so that whoever reads it there knows it, and nobody else learns it: "b…@inbox.example"."""
    name, _, place = address.partition("@")
    return f"{name[:1]}…@{place}"
