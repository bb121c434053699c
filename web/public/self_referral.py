"""Refer yourself: three short pages, saved as one goes, and a code that shows that it is you (docs/front-doors.md).

Nobody signs in, and no answer depends on whether somebody is known here.
"""

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from core.clocks import local_day
from core.errors import Conflict, Invalid, NotVisible, TooOften
from core.throttling import PublicDoorThrottle
from notifications.enums import Channel
from notifications.services import can_send_by
from referrals import selectors
from referrals.enums import Permission, PreferredContact, ReferralSource
from referrals.services import self_referrals
from referrals.services.people import PersonDetails, check_person
from services_directory.selectors import locate, needs
from services_directory.selectors.for_everybody import get_public_listing
from services_directory.selectors.places import UnknownPostcode
from web import words
from web.public.anybody import AnybodysPage
from web.public.draft import draft_of, forget, keep
from web.public.self_referral_forms import LISTENS, WAYS, AboutYouForm, CodeForm, SendForm, WishesForm
from web.record.facts import Fact, fact

NO_PRACTICE = "V81999"
"""The code for "practice not known": nobody need know theirs."""
GONE = "We do not have what you wrote any more. Please begin again."


@login_not_required
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the first page; with a service that was chosen in the directory, keep it."""
    draft = draft_of(request)
    if "done" in draft:
        draft = {}
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

    def context(self, form: Any) -> dict[str, Any]:
        return {"service": self.draft.get("service"), "telephone": settings.CONTACT_TELEPHONE}

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
        kept = dict(self.draft.get("you", {}))
        if kept:
            kept["date_of_birth"] = dt.date.fromisoformat(kept["date_of_birth"])
        return AboutYouForm(data, initial=kept, sends_texts=can_send_by(Channel.SMS))

    def act(self, said: dict[str, Any]) -> HttpResponse:
        person = check_person(_person(said), today=local_day(timezone.now()))
        _check_postcode(person.postcode)
        said |= {"postcode": person.postcode, "date_of_birth": said["date_of_birth"].isoformat()}
        self.remember(you=said)
        return redirect("web:self-referral-wishes")


class WishesPage(DoorPage):
    """Page 2: what you would like, and how we get in touch."""

    template_name = "web/public/wishes.jinja"
    needs_pages = ("you",)

    def build(self, data: Any = None) -> WishesForm:
        return WishesForm(
            data, initial=self.draft.get("wishes", {}), about=self.draft["you"], is_asked="service" in self.draft
        )

    def act(self, said: dict[str, Any]) -> HttpResponse:
        self.remember(wishes=said)
        return redirect("web:self-referral-check")


class CheckPage(DoorPage):
    """Page 3: check what you wrote, agree, and send it. A code goes to the address that was given."""

    form_class = SendForm
    template_name = "web/public/check.jinja"
    throttle_scope = "self-referral"
    needs_pages = ("you", "wishes")

    def context(self, form: Any) -> dict[str, Any]:
        you, wishes = self.draft["you"], self.draft["wishes"]
        names = {str(term.pk): term.name for term in needs()}
        born = dt.date.fromisoformat(you["date_of_birth"])
        return super().context(form) | {
            "about": [
                fact("Name", f"{you['first_name']} {you['family_name']}"),
                fact("Date of birth", words.short_day(born)),
                fact("Postcode", you["postcode"]),
                fact("Email", you["email"] or "None"),
                fact("Phone", you["telephone"] or "None"),
            ],
            "wishes": _wishes_in_words(wishes, names),
        }

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if "waiting" in self.draft:  # pressed twice: the code is on its way
            return redirect("web:self-referral-code")
        return super().post(request, *args, **kwargs)

    def act(self, said: dict[str, Any]) -> HttpResponse:
        content = _content(self.draft, agrees_to_sharing=said["agrees_to_sharing"])
        row = self_referrals.begin_self_referral(content=content, at=timezone.now())
        keep(self.request, self.draft | {"waiting": str(row.pk)})
        return redirect("web:self-referral-code")


class CodePage(DoorPage):
    """The code that came: with it, what was written becomes a referral."""

    form_class = CodeForm
    template_name = "web/public/code.jinja"
    throttle_scope = "self-referral-code"
    needs_pages = ("you", "waiting")

    def context(self, form: Any) -> dict[str, Any]:
        you = self.draft["you"]
        return super().context(form) | {"address": you["email"] or you["telephone"]}

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
    return render(request, "web/public/done.jinja", draft["done"])


def _check_postcode(postcode: str) -> None:
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
        raise Invalid({"postcode": [f"We have no team where you live. {ask} your GP practice who can help."]}) from None


def _person(you: dict[str, Any], **more: Any) -> PersonDetails:
    born = you["date_of_birth"]
    return PersonDetails(
        first_name=you["first_name"], family_name=you["family_name"],
        date_of_birth=born if isinstance(born, dt.date) else dt.date.fromisoformat(born),
        postcode=you["postcode"], email=you["email"], telephone=you["telephone"], gp_practice_code=NO_PRACTICE, **more,
    )  # fmt: skip


_MAY = {
    PreferredContact.TELEPHONE: "may_telephone", PreferredContact.SMS: "may_sms", PreferredContact.EMAIL: "may_email"
}  # fmt: skip
"""Who asks to be reached in a way may be."""


def _content(draft: dict[str, Any], *, agrees_to_sharing: bool) -> self_referrals.SelfReferralContent:
    """Return what was written on the pages, as the use case takes it."""
    you, wishes, chosen = draft["you"], draft["wishes"], draft.get("service")
    way = PreferredContact(wishes["preferred_contact"])
    wanted = f"I would like to go to: {chosen['name']} ({chosen['provider']})." if chosen else ""
    helps = [*wishes["communication"], *([f"interpreter: {wishes['language']}"] if wishes["language"] else [])]
    person = _person(
        you, preferred_contact=way.value, communication_needs=", ".join(helps), **{_MAY[way]: Permission.YES.value}
    )
    return self_referrals.SelfReferralContent(
        source=ReferralSource.SELF,
        channel=Channel.EMAIL if you["email"] else Channel.SMS,
        address=you["email"] or you["telephone"],
        person=person,
        reason="\n\n".join(filter(None, (wishes["wish"], wanted))),
        needs=tuple((UUID(term), "") for term in wishes["needs"]),
        risks=(wishes["risk"],) if wishes["risk"] else (),
        no_known_risks=not wishes["risk"],
        agrees_to_sharing=agrees_to_sharing,
    )


def _wishes_in_words(wishes: dict[str, Any], names: dict[str, str]) -> list[Fact]:
    labels = dict(LISTENS)
    return [
        fact("Help with", *[names[term] for term in wishes["needs"] if term in names] or ["Nothing ticked"]),
        fact("In your words", wishes["wish"] or "Nothing written"),
        fact("Get in touch", {way.value: text for way, text in WAYS}[wishes["preferred_contact"]]),
        fact("Easier for you", *[labels[each] for each in wishes["communication"]] or ["Nothing ticked"]),
        fact("To be safe", wishes["risk"] or "Nothing to know"),
        fact("Interpreter", wishes["language"] or "None"),
    ]
