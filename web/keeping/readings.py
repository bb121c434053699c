"""Where the records and privacy officer begins who is asked "who looked at my record?": they name the person."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from core.errors import NotVisible
from referrals import policies
from referrals.selectors.access import find_record
from web.forms import FormPage
from web.keeping.who import WhoForm, the_one_meant


class FindPage(FormPage):
    """Lead to who opened the record of a person."""

    form_class = WhoForm
    template_name = "web/keeping/find_readings.jinja"

    def prepare(self) -> None:
        if not policies.may_take_out(self.actor):
            raise NotVisible("The records and privacy officer looks here.")

    def act(self, said: dict[str, Any]) -> HttpResponse:
        return redirect("web:who-looked", the_one_meant(find_record, self.user, said))
