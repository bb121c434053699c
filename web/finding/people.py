"""Find a person among those of one's own teams. What is typed is sent, and stands in no address."""

import math
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.identifiers import clean_nhs_number
from core.throttling import SignInThrottle
from referrals.matching import Identity
from referrals.models import Referral
from referrals.selectors.people import MOST_FOUND, referrals_of_person_called
from web import words
from web.forms import DateBoxes, DayField, Form, look
from web.states import Tag, tag_of

MISSING = {
    "first_name": "Enter the first name, too.",
    "family_name": "Enter the family name, too.",
    "date_of_birth": "Enter the date of birth, too.",
}
"""What is said of each that is left out: three are needed where there is no NHS number."""


class PeopleForm(Form):
    """An NHS number; or a name and a date of birth."""

    nhs_number = forms.CharField(
        label="NHS number", required=False, max_length=14, help_text="10 digits, like 999 123 4567",
        widget=look(forms.TextInput(attrs={"inputmode": "numeric", "spellcheck": "false"}), width="10", code=True),
    )  # fmt: skip
    first_name = forms.CharField(
        label="First name", required=False, max_length=35, widget=look(forms.TextInput(), width="20")
    )
    family_name = forms.CharField(
        label="Family name", required=False, max_length=35, widget=look(forms.TextInput(), width="20")
    )
    date_of_birth = DayField(label="Date of birth", required=False, widget=DateBoxes())

    def clean_nhs_number(self) -> str:
        written: str = self.cleaned_data["nhs_number"]
        try:
            return clean_nhs_number(written) if written else ""
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.errors or said.get("nhs_number"):
            return said
        described = [name for name in MISSING if said.get(name)]
        if not described:
            self.add_error("nhs_number", "Enter an NHS number, or a name and a date of birth.")
        for name, missing in MISSING.items():
            if described and name not in described:
                self.add_error(name, missing)
        return said

    def identity(self) -> Identity | None:
        """Return who is described; None where an NHS number says it."""
        said = self.cleaned_data
        if said["nhs_number"]:
            return None
        return Identity(
            first_name=said["first_name"], family_name=said["family_name"], date_of_birth=said["date_of_birth"],
            postcode="", nhs_number="",
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Found:
    """One referral of somebody who was found."""

    reference: str
    name: str
    born: str
    nhs_number: str
    where: str
    tag: Tag
    holder: str
    sent: str


class PeoplePage(View):
    """Search, and the referrals that were found. A search is counted, as the API's is (`person-match`)."""

    throttle_scope = "person-match"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.user: User = signed_in(request.user)
        if not self.user.roles() & {Role.LINK_WORKER, Role.LEAD}:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(PeopleForm())

    def post(self, request: Any) -> HttpResponse:
        throttle = SignInThrottle()
        if not throttle.allow_request(request, self):
            wait = math.ceil(throttle.wait() or 60)
            response = self.show(PeopleForm(request.POST), too_often=True, status=429)
            response.headers["Retry-After"] = str(wait)
            return response
        form = PeopleForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        rows = referrals_of_person_called(
            self.user, nhs_number=form.cleaned_data["nhs_number"], identity=form.identity()
        )
        return self.show(form, found=[_found(row) for row in rows])

    def show(
        self, form: PeopleForm, *, found: list[Found] | None = None, too_often: bool = False, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form, "found": found, "too_often": too_often, "most": MOST_FOUND,
            "leads": Role.LEAD in self.user.roles(),
        }  # fmt: skip
        return render(self.request, "web/finding/people.jinja", context, status=status)


def _found(referral: Referral) -> Found:
    return Found(
        reference=referral.reference, name=words.name_in_a_list(referral), born=words.short_day(referral.date_of_birth),
        where=referral.postcode,
        nhs_number=words.numbered(referral.nhs_number),
        tag=tag_of("referral", referral.status), holder=words.holder(referral),
        sent=words.short_day(local_day(referral.sent_at)) if referral.sent_at else "",
    )  # fmt: skip
