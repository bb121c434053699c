"""Record that somebody of the team asked a person how they are, months after they began at a service."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.clocks import local_day
from core.errors import NotVisible
from referrals import policies, selectors
from web.providing.measures import FollowUpPage


class TeamFollowUpPage(FollowUpPage):
    """The provider's form, for the team that supports the person: whoever speaks with them first spares the other."""

    template_name = "web/casework/action.jinja"

    def prepare(self) -> None:
        self.onward = selectors.get_onward_referral(self.user, self.kwargs["reference"].upper())
        actions = policies.available_actions(self.actor, self.onward, on=local_day(timezone.now()))
        if self.action not in actions or not policies.may_work_on(self.actor, self.onward.referral):
            raise NotVisible("There is nothing of the kind for them to record now.")

    def context(self, form: Any) -> dict[str, Any]:
        said = super().context(form)
        return said | {"label": said["title"], "hint": f"At {self.onward.service.name}."}

    def done(self, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect("web:record", self.onward.reference)
