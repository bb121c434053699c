"""What the pages of a visit share: who may look, for how long, and what no page of a link may give away.

A visit is a cookie of its own, signed, for one link and half an hour since the last page. It has nothing to do with the
session of staff. The secret of the link stands in one address, that of the door, and in none after it; no page sends a
path in a Referer. (`no-referrer` would send `Origin: null`, and no form would pass the check against forgery.)
"""

import datetime as dt
import math
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from core.doing import THE_PERSON, visits
from core.errors import Conflict, DomainError, NotVisible
from core.links import opened_by, pass_of
from core.throttling import SignedLinkThrottle
from notifications.templates import PERSONS_PAGE
from referrals.access_log import opened
from referrals.selectors.own_page import EXPIRED, LOCKED, MOVED, OwnPage, get_own_page
from referrals.services.access import Subject
from referrals.services.own_page_links import VISIT
from web.forms import FormPage

COOKIE, COOKIE_PATH = "own_page", "/your-page/"
LETTERS = "letters"
"""The cookie, and the question in an address, that ask for larger letters. It is about nobody."""
A_YEAR = dt.timedelta(days=365)
ENDS = {
    EXPIRED: "This link is too old",
    LOCKED: "This page is locked",
    MOVED: "You have another team now",
    "visit_over": "This page has closed",
}


class VisitOver(Conflict):
    """Half an hour has passed since the last page."""

    code = "visit_over"


@method_decorator(login_not_required, name="dispatch")
class LinkView(View):
    """A page that a link leads to: not too often from one address, and a page for each end of a link."""

    throttle_scope = "signed-link"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        throttle: Any = SignedLinkThrottle()
        if not throttle.allow_request(request, self):
            response = show(request, "web/person/too_often.jinja", {}, status=429)
            response.headers["Retry-After"] = str(math.ceil(throttle.wait() or 60))
            return kept_private(request, response)
        try:
            return kept_private(request, self.answer(request, *args, **kwargs))
        except NotVisible as unseen:
            return kept_private(request, _end(request, unseen, status=404))
        except Conflict as ended:
            return kept_private(request, _end(request, ended, status=410))

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        handler: Any = View.dispatch  # past that of a page for staff
        answer: HttpResponse = handler(self, request, *args, **kwargs)
        return answer


class VisitView(LinkView):
    """A page of a visit: `self.page` is what the person may read, `self.key` names their link."""

    key: str
    page: OwnPage
    at: dt.datetime

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.at = timezone.now()
        self.key = opened_by(request.COOKIES.get(COOKIE, ""), purpose=PERSONS_PAGE, at=self.at)
        if not self.key:
            raise VisitOver("To keep it safe, your page closes after a while. Please open your link again.")
        visits(request, THE_PERSON)
        self.page = get_own_page(self.key, at=self.at)
        opened(request, Subject(reference=self.page.reference))
        response = super().answer(request, *args, **kwargs)
        if COOKIE not in response.cookies:  # else the page has just closed the visit
            keep_open(response, pass_of(self.key, purpose=PERSONS_PAGE, until=self.at + VISIT))
        return response

    def shown(self) -> dict[str, Any]:
        """Return what the frame of each of these pages shows."""
        return {"page": self.page, "telephone": self.page.telephone or settings.CONTACT_TELEPHONE}


class VisitFormPage(VisitView, FormPage):
    """A page of a visit with one form."""

    def show(self, form: Any, *, problem: DomainError | None = None, status: int = 200) -> HttpResponse:
        context = {"form": form, "problem": problem} | self.shown() | self.context(form)
        self.request.__dict__["is_shown"] = True
        return show(self.request, self.template_name, context, status=status)


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Show a page, in large letters for whoever asked for them."""
    asked = request.GET.get(LETTERS) or request.COOKIES.get(LETTERS)
    shown = {"is_large": asked == "large", "telephone": settings.CONTACT_TELEPHONE} | context
    return render(request, template, shown, status=status)


def keep_open(response: HttpResponse, value: str) -> None:
    """Let the browser hold the pass of a visit, for the pages of the visit alone."""
    response.set_cookie(
        COOKIE, value, max_age=VISIT, path=COOKIE_PATH, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def kept_private(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Send no path to anybody in a Referer, keep the page in no cache, and remember the letters that were asked for."""
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["Cache-Control"] = "no-store"
    if request.GET.get(LETTERS) in {"large", "usual"}:
        response.set_cookie(
            LETTERS, request.GET[LETTERS], max_age=A_YEAR, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return response


def _end(request: HttpRequest, why: DomainError, *, status: int) -> HttpResponse:
    context = {
        "title": ENDS.get(why.code, "This link does not work" if status == 404 else "This cannot be done now"),
        "detail": why.detail,
    }
    if why.extra.get("telephone"):
        context["telephone"] = why.extra["telephone"]
    return show(request, "web/person/end.jinja", context, status=status)
