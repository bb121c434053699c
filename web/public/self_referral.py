"""Refer yourself, or somebody in your family: three short pages, and a code (docs/front-doors.md).

Nobody signs in, and no answer depends on whether somebody is known here.
"""

import datetime as dt
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from core.clocks import local_day
from core.errors import Conflict, Invalid, NotVisible, TooOften
from core.throttling import PublicDoorThrottle
from notifications.enums import Channel
from notifications.services import can_send_by
from referrals import selectors
from referrals.services import self_referrals
from referrals.services.people import check_person
from services_directory.selectors import locate, needs
from services_directory.selectors.for_everybody import get_public_listing
from services_directory.selectors.places import UnknownPostcode
from web import words
from web.public.anybody import AnybodysPage
from web.public.asking import BOTH, FAMILY, Asking, asking
from web.public.content import about_in_words, code_goes_to, content_of, person_of, wishes_in_words
from web.public.draft import draft_of, forget, keep
from web.public.self_referral_forms import (
    AboutThemForm,
    AboutYouForm,
    CodeForm,
    SendForm,
    SendForThemForm,
    WishesForm,
)

GONE = "We do not have what you wrote any more. Please begin again."


@login_not_required
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the first page, for oneself or with `?for=family`; a service that was chosen in the directory is kept."""
    draft, whose = draft_of(request), asking(request.GET.get("for", ""))
    if "done" in draft or asking(draft.get("for", "")) is not whose:  # what was typed is of somebody else
        draft = {name: value for name, value in draft.items() if name == "service"}
    draft["for"] = whose.key
    if chosen := request.GET.get("service", ""):
        try:
            document = get_public_listing(UUID(chosen)).document
            draft["service"] = {"id": chosen, "name": document["name"], "provider": document["organization"]["name"]}
            draft.pop("waiting", None)
        except (ValueError, NotVisible):
            draft.pop("service", None)
    keep(request, draft)
    return redirect("web:self-referral-you")


@login_not_required
@require_POST
def start_again(request: HttpRequest) -> HttpResponse:
    """Forget everything that was typed."""
    forget(request)
    return redirect("web:directory")


@method_decorator(login_not_required, name="dispatch")  # said of each `dispatch`
class DoorPage(AnybodysPage):
    """What the pages have in common: what was typed is there, and no page comes before the one it needs."""

    needs_pages: ClassVar[tuple[str, ...]] = ()
    """What must be in the draft before this page makes sense."""
    draft: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.draft = draft_of(request)
        if any(name not in self.draft for name in self.needs_pages):
            return redirect("web:self-referral-you")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except NotVisible:
            self.draft.pop("waiting", None)
            keep(request, self.draft)
            return self.show(self.build(request.POST), problem=Conflict(GONE), status=404)

    @property
    def whose(self) -> Asking:
        return asking(self.draft.get("for", ""))

    def context(self, form: Any) -> dict[str, Any]:
        service = self.draft.get("service")
        return {"service": service, "telephone": settings.CONTACT_TELEPHONE, "whose": self.whose,
                "other": _begins_at(next(each for each in BOTH if each != self.whose.key), service)}  # fmt: skip

    def remember(self, **pages: Any) -> None:
        """Keep what this page was told. Whatever was sent before is then no longer what waits for its code."""
        kept = {name: value for name, value in self.draft.items() if name not in {"waiting", "done"}}
        keep(self.request, kept | pages)


class AboutYouPage(DoorPage):
    """Page 1: who you are, and whether somebody helps where you live."""

    template_name = "web/public/you.jinja"
    throttle_scope = "find-team"
    names = {f"person.{name}": name for name in ("first_name", "family_name", "date_of_birth", "postcode")}

    def build(self, data: Any = None) -> AboutYouForm:
        form = AboutThemForm if self.whose is FAMILY else AboutYouForm
        kept = dict(self.draft.get("you", {}))
        if kept:
            kept["date_of_birth"] = dt.date.fromisoformat(kept["date_of_birth"])
        return form(data, initial=kept, sends_texts=can_send_by(Channel.SMS))

    def act(self, said: dict[str, Any]) -> HttpResponse:
        person = check_person(person_of(said, is_family=self.whose is FAMILY), today=local_day(timezone.now()))
        _check_postcode(person.postcode, whose=self.whose)
        said |= {"postcode": person.postcode, "date_of_birth": said["date_of_birth"].isoformat()}
        self.remember(you=said)
        return redirect("web:self-referral-wishes")


class WishesPage(DoorPage):
    """Page 2: what you would like, and how we get in touch."""

    template_name = "web/public/wishes.jinja"
    needs_pages = ("you",)

    def build(self, data: Any = None) -> WishesForm:
        return WishesForm(
            data, initial=self.draft.get("wishes", {}), whose=self.whose, about=self.draft["you"],
            is_asked="service" in self.draft,
        )  # fmt: skip

    def act(self, said: dict[str, Any]) -> HttpResponse:
        self.remember(wishes=said)
        return redirect("web:self-referral-check")


class CheckPage(DoorPage):
    """Page 3: check what you wrote, agree, and send it. A code goes to the address that was given."""

    template_name = "web/public/check.jinja"
    throttle_scope = "self-referral"
    needs_pages = ("you", "wishes")

    def build(self, data: Any = None) -> SendForm | SendForThemForm:
        initial = {"agreement": self.draft.get("agreement", "")}
        return SendForThemForm(data, initial=initial) if self.whose is FAMILY else SendForm(data)

    def context(self, form: Any) -> dict[str, Any]:
        names = {str(term.pk): term.name for term in needs()}
        return super().context(form) | {
            "about": about_in_words(self.draft["you"], is_family=self.whose is FAMILY),
            "wishes": wishes_in_words(self.draft, names),
        }

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if "waiting" in self.draft:  # pressed twice: the code is on its way
            return redirect("web:self-referral-code")
        return super().post(request, *args, **kwargs)

    def act(self, said: dict[str, Any]) -> HttpResponse:
        row = self_referrals.begin_self_referral(content=content_of(self.draft, said), at=timezone.now())
        keep(self.request, self.draft | {"waiting": str(row.pk), "agreement": said.get("agreement", "")})
        return redirect("web:self-referral-code")


class CodePage(DoorPage):
    """The code that came: with it, what was written becomes a referral."""

    form_class = CodeForm
    template_name = "web/public/code.jinja"
    throttle_scope = "self-referral-code"
    needs_pages = ("you", "waiting")

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {"address": code_goes_to(self.draft["you"])}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if "another" in request.POST:
            return self.another()
        return super().post(request, *args, **kwargs)

    def another(self) -> HttpResponse:
        """Send another code."""
        throttle = PublicDoorThrottle()
        problem: Conflict | TooOften | NotVisible
        try:
            if not throttle.allow_request(self.request, self):
                raise TooOften("Please wait a while before you ask for another code.", wait=60)
            self_referrals.send_another_code(pk=UUID(self.draft["waiting"]), at=timezone.now())
        except (Conflict, TooOften) as refused:
            problem = refused
        except NotVisible:
            problem = Conflict(GONE)
        else:
            return redirect("web:self-referral-code")
        status = 429 if isinstance(problem, TooOften) else 409
        return self.show(self.build(), problem=problem, status=status)

    def act(self, said: dict[str, Any]) -> HttpResponse:
        made = self_referrals.confirm_self_referral(
            pk=UUID(self.draft["waiting"]), code=said["code"], at=timezone.now()
        )
        referral = made.referral
        keep(
            self.request,
            {
                "for": self.whose.key,
                "done": {
                    "reference": referral.reference, "team": referral.owner_team.name,
                    "telephone": referral.owner_team.telephone or settings.CONTACT_TELEPHONE,
                    "by": words.day(referral.next_action_on),
                }
            },
        )  # fmt: skip
        return redirect("web:self-referral-done")


@login_not_required
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Say what happens next, by when, and whom to ring. It can be printed."""
    draft = draft_of(request)
    if "done" not in draft:
        return redirect("web:self-referral-you")
    context = draft["done"] | {"whose": asking(draft.get("for", ""))}
    return render(request, "web/public/done.jinja", context)


def _begins_at(key: str, service: dict[str, str] | None) -> str:
    """Return where one begins to ask for somebody else instead, with the service that was chosen."""
    chosen = {"service": service["id"]} if service else {}
    return f"{reverse('web:self-referral')}?{urlencode({'for': key} | chosen)}"


def _check_postcode(postcode: str, *, whose: Asking) -> None:
    """Say at once where nobody helps, and whom to ask instead.

    :raises Invalid: if we do not know the postcode, or no team covers it.
    """
    ask = f"Ring {settings.CONTACT_TELEPHONE}, or ask" if settings.CONTACT_TELEPHONE else "Ask"
    try:
        locate(postcode)
        selectors.team_for(postcode=postcode, field="postcode")
    except UnknownPostcode:
        raise Invalid({"postcode": ["We do not know this postcode. Check it."]}) from None
    except selectors.NoTeamHere:
        raise Invalid({"postcode": [f"We have no team {whose.near}. {ask} your GP practice who can help."]}) from None
