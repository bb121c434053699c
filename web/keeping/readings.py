"""Where the records and privacy officer begins who is asked "who looked at my record?": they name the person."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.enums import Role
from core.errors import Invalid, NotVisible
from referrals.selectors.access import find_record
from web.forms import FormPage
from web.keeping.who import WhoForm, who_of


class FindPage(FormPage):
    """Lead to who opened the record of a person."""

    form_class = WhoForm
    template_name = "web/keeping/find_readings.jinja"

    def prepare(self) -> None:
        if Role.PRIVACY_OFFICER not in self.user.roles():
            raise NotVisible("The records and privacy officer looks here.")

    def act(self, said: dict[str, Any]) -> HttpResponse:
        try:
            return redirect("web:who-looked", find_record(self.user, **who_of(said)))
        except NotVisible as nobody:
            raise Invalid({"reference": [nobody.detail]}) from nobody
