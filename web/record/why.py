"""Where a reader is asked why they open a record that is unusual for them to open. The page says nothing of anybody."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from referrals.access_log import SAID_WHY
from referrals.enums import AccessReason
from referrals.models.access import WORDS_LENGTH
from referrals.services.access import OPEN_FOR, checked_reason
from web.forms import Form, FormPage, look


class WhyForm(Form):
    """A reason, and some words of it."""

    reason = forms.ChoiceField(
        label="Your reason", choices=AccessReason.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose why you open this record", "invalid_choice": "Choose one of the reasons"},
    )  # fmt: skip
    words = forms.CharField(
        label="Say it in a few words", widget=look(forms.Textarea(attrs={"rows": 3})), max_length=WORDS_LENGTH,
        error_messages={"required": "Say in a few words why you open it"},
    )  # fmt: skip


class WhyPage(FormPage):
    """Asks, and leads on to the record; what was said is kept with the row that says who read it."""

    form_class = WhyForm
    template_name = "web/record/why.jinja"

    def prepare(self) -> None:
        self.next = _on_this_site(self.request)

    def context(self, form: Any) -> dict[str, Any]:
        return {"next": self.next, "minutes": int(OPEN_FOR.total_seconds() // 60)}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        reason, words = checked_reason(said["reason"], said["words"])
        self.request.session[SAID_WHY] = {"of": self.next, "reason": reason, "words": words}
        return redirect(self.next)


def _on_this_site(request: HttpRequest) -> str:
    """Return where somebody wanted to go: a path of ours, else the page of a reference."""
    asked, reference = request.GET.get("next", ""), request.GET.get("of", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    try:
        return reverse("web:record", kwargs={"reference": reference})
    except NoReverseMatch:
        return reverse("web:home")
