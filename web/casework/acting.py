"""The page of an action beside the steps: its form, and what is done with it. A new one is a form and a `save`."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.clocks import local_day
from core.errors import NotVisible
from referrals import policies, selectors
from referrals.models import Referral
from web import words
from web.account import typed
from web.forms import FormPage, VersionedForm


class ActionPage(FormPage):
    """Do one thing with a referral that `policies.available_actions` names. What the domain refuses is shown there."""

    template_name = "web/casework/action.jinja"
    action: ClassVar[str]
    is_the_teams: ClassVar[bool] = True
    """Whether it is for the team that supports the person alone; else the referrer does it, too."""
    hint: ClassVar[str] = ""
    """What somebody should know before they begin."""
    label: ClassVar[str] = ""
    """The heading, where it is not what the button to this page says."""
    button: ClassVar[str] = "Save"
    referral: Referral

    def prepare(self) -> None:
        self.referral = selectors.get_referral(self.user, self.kwargs["reference"].upper())
        if self.is_the_teams and not policies.may_work_on(self.actor, self.referral):
            raise NotVisible("This is for the team that supports the person.")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_late = self.action not in policies.referral_actions(self.actor, self.referral)
        if is_late and not typed.waits_here(request):
            what = words.action(self.referral, self.action)
            messages.info(request, f"“{what}” cannot be done now. This is where it stands.")
            return redirect("web:record", self.referral.reference)
        return super().get(request, *args, **kwargs)

    def build(self, data: Any = None) -> Any:
        initial = self.initial()
        if issubclass(self.form_class, VersionedForm):
            initial = {"version": self.referral.version} | initial
        return self.form_class(data, initial=initial, **self.form_arguments())

    def form_arguments(self) -> dict[str, Any]:
        """Return what the form needs beside, to offer its choices."""
        return {}

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "reference": self.referral.reference,
            "person": words.full_name(self.referral),
            "label": self.label or words.action(self.referral, self.action),
            "hint": self.hint,
            "button_text": self.button,
        }

    def act(self, said: dict[str, Any]) -> HttpResponse:
        messages.success(self.request, self.do(said))
        return redirect("web:record", self.referral.reference)

    def do(self, said: dict[str, Any]) -> str:
        """Do it, and return what to tell whoever did it."""
        raise NotImplementedError

    def common(self) -> dict[str, Any]:
        """What every service of a referral takes: about what, by whom, when."""
        return {"referral": self.referral, "actor": self.actor, "at": timezone.now()}

    @property
    def today(self) -> Any:
        return local_day(timezone.now())
