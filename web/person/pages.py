"""The door, and the pages behind it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.clocks import local_day
from core.errors import Invalid
from referrals.selectors.own_page import THINKING_TIME, get_link
from referrals.services import own_page
from referrals.services.own_page_links import open_own_page
from web import words
from web.person import words as said
from web.person.forms import DoorForm, NeedsForm, NothingToFill, ReachedForm, WishForm, ways_now
from web.person.visits import COOKIE, COOKIE_PATH, LinkView, VisitFormPage, VisitView, keep_open, show


class DoorPage(LinkView):
    """What a link opens first. It says nothing of anybody, not even a name, and to open it changes nothing."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._ask(request, token, DoorForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = DoorForm(request.POST)
        if not form.is_valid():
            return self._ask(request, token, form)
        now = timezone.now()
        try:
            opened = open_own_page(token=token, date_of_birth=form.cleaned_data["date_of_birth"], at=now)
        except Invalid as wrong:
            form.take_errors(wrong)
            return self._ask(request, token, form)
        response = redirect("web:own-page")
        keep_open(response, opened.value)
        return response

    def _ask(self, request: HttpRequest, token: str, form: DoorForm) -> HttpResponse:
        link = get_link(token, at=timezone.now())
        telephone = link.referral.owner_team.telephone or settings.CONTACT_TELEPHONE
        status = 400 if form.errors else 200
        return show(request, "web/person/door.jinja", {"form": form, "telephone": telephone}, status=status)


class OwnPageView(VisitView):
    """Who asked, what happens next, and the way to all that the person can say."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest) -> HttpResponse:
        shown = self.shown()
        context = {
            "what_this_is": said.WHAT_THIS_IS,
            "who_asked": said.who_asked(self.page),
            "next": said.what_happens_next(self.page, today=local_day(self.at), telephone=self.page.telephone),
            "places": said.places(self.page),
            "may_change_mind_until": words.day(self.page.may_change_mind_until) if self.page.may_change_mind else "",
            "link_works_until": words.day(self.page.link_expires_on),
        }
        return show(request, "web/person/page.jinja", shown | context)


class WhoSeesView(VisitView):
    """Which organisations see what, by what the person agreed to."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest) -> HttpResponse:
        return show(request, "web/person/who_sees.jinja", self.shown() | {"seers": said.seers(self.page)})


class ReachedPage(VisitFormPage):
    """Confirm or change how to get in touch."""

    form_class = ReachedForm
    template_name = "web/person/reached.jinja"

    def build(self, data: Any = None) -> ReachedForm:
        contact = self.page.contact
        begin = {
            "version": self.page.version, "ways": ways_now(contact), "preferred_contact": contact.preferred_contact,
        }  # fmt: skip
        return ReachedForm(data, initial=begin, contact=contact)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = self.build(request.POST)
        return super().post(request, *args, **kwargs)

    def act(self, given: dict[str, Any]) -> HttpResponse:
        self.form.is_valid()
        values = self.form.values()
        return _done(self, "Thank you. We will get in touch this way.", values=values, version=given["version"])


class NeedsPage(VisitFormPage):
    """Say what helps."""

    form_class = NeedsForm
    template_name = "web/person/needs.jinja"

    def initial(self) -> dict[str, Any]:
        contact = self.page.contact
        return {
            "version": self.page.version, "information_formats": contact.information_formats,
            "interpreter_language": contact.interpreter_language,
            "needs_bsl_interpreter": contact.needs_bsl_interpreter,
        }  # fmt: skip

    def act(self, given: dict[str, Any]) -> HttpResponse:
        values = {
            "information_formats": tuple(sorted(given["information_formats"])),
            "interpreter_language": given["interpreter_language"],
            "needs_bsl_interpreter": given["needs_bsl_interpreter"],
        }
        return _done(
            self, "Thank you. We have written this down.", values=values, version=given["version"],
            in_words=given["in_words"],
        )  # fmt: skip


class WishPage(VisitFormPage):
    """Say what one would like."""

    form_class = WishForm
    template_name = "web/person/wish.jinja"

    def act(self, given: dict[str, Any]) -> HttpResponse:
        own_page.write_to_the_team(key=self.key, at=self.at, text=given["text"])
        messages.success(self.request, "Thank you. Your team will read this.")
        return redirect("web:own-page")


class NoThanksPage(VisitFormPage):
    """Say no. Nobody asks why."""

    form_class = NothingToFill
    template_name = "web/person/no_thanks.jinja"

    def context(self, form: Any) -> dict[str, Any]:
        return {"until": words.day(local_day(self.at) + THINKING_TIME)}

    def act(self, given: dict[str, Any]) -> HttpResponse:
        own_page.say_no_thanks(key=self.key, at=self.at)
        messages.success(self.request, "We have heard you. We will stop.")
        return redirect("web:own-page")


class ChangeMindPage(VisitFormPage):
    """Yes after all."""

    form_class = NothingToFill
    template_name = "web/person/change_mind.jinja"

    def act(self, given: dict[str, Any]) -> HttpResponse:
        own_page.change_mind(key=self.key, at=self.at)
        messages.success(self.request, "Good. Someone from our team will ring you.")
        return redirect("web:own-page")


class LeaveView(VisitView):
    """Close the page, on a computer that others use."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        response = show(
            request, "web/person/end.jinja",
            self.shown() | {"title": "You have closed your page", "detail": "Use your link to open it again."},
        )  # fmt: skip
        response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Lax")
        return response


def _done(
    page: VisitFormPage, thanks: str, *, values: dict[str, Any], version: int | None, in_words: str = ""
) -> HttpResponse:
    """Change how the person is reached, as they say; who confirms what is there already is thanked, too."""
    version = version or 0
    try:
        if in_words:
            own_page.add_need(
                key=page.key, at=page.at, values=values, in_words=in_words, expected_version=version
            )  # fmt: skip
        else:
            own_page.change_how_reached(key=page.key, at=page.at, values=values, expected_version=version)
    except Invalid as refused:
        if "contact" not in refused.extra["errors"]:
            raise
        thanks = "Thank you. We keep it as it is."
    messages.success(page.request, thanks)
    return redirect("web:own-page")
