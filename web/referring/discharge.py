"""A discharge that is still to come: move the planned day, and add to what the team should know."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.errors import NotVisible
from referrals import policies, selectors
from referrals.models import Referral
from referrals.services.discharge import edit_discharge
from referrals.services.drafts import content_of
from web import words
from web.forms import FormPage
from web.referring.content import discharge_from, discharge_typed_in
from web.referring.forms import DischargeFields


class DischargePage(FormPage):
    """Change what is known of a discharge, for the discharge team and the team that waits."""

    form_class = DischargeFields
    template_name = "web/referring/discharge.jinja"
    names = DischargeFields.NAMES
    referral: Referral

    def prepare(self) -> None:
        self.referral = selectors.get_whole_referral(self.user, self.kwargs["reference"].upper())
        if not policies.may_record_health(self.actor, self.referral):
            raise NotVisible("It is for the discharge team and the team that owns the referral.")

    def initial(self) -> dict[str, Any]:
        row = content_of(self.referral).discharge
        return discharge_typed_in(row) | {
            "version": self.referral.version, "planned_discharge_on": self.referral.planned_discharge_on,
        }  # fmt: skip

    def build(self, data: Any = None) -> DischargeFields:
        form: DischargeFields = super().build(data)
        form.fields["planned_discharge_on"].required = True
        form.fields["planned_discharge_on"].error_messages["required"] = "Enter the planned day."
        return form

    def context(self, form: Any) -> dict[str, Any]:
        return {"reference": self.referral.reference, "person": words.full_name(self.referral)}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        edit_discharge(
            referral=self.referral, actor=self.actor, at=timezone.now(), details=discharge_from(said),
            planned_on=said["planned_discharge_on"], expected_version=said["version"],
        )  # fmt: skip
        messages.success(self.request, f"The discharge is planned for {words.day(said['planned_discharge_on'])}.")
        return redirect("web:record", self.referral.reference)
