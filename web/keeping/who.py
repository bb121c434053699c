"""The part of a form that says which person is meant: by a reference, or by NHS number and date of birth."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms

from accounts.models import User
from core.errors import Invalid, NotVisible
from core.identifiers import clean_nhs_number
from web.forms import DateBoxes, DayField, Form, look

T = TypeVar("T")


class WhoForm(Form):
    """Which person is meant. What is typed is in no address, and so in no log and no browser's history."""

    reference = forms.CharField(
        label="Reference of a referral", required=False, max_length=20,
        help_text="For example, R-7KQ2M-4XW9C. Or else:", widget=look(forms.TextInput(), width=20, code=True),
    )  # fmt: skip
    nhs_number = forms.CharField(
        label="NHS number", required=False, max_length=14, widget=look(forms.TextInput(), width=10, code=True)
    )
    date_of_birth = DayField(label="Date of birth", required=False, widget=DateBoxes(is_birthday=False))

    def clean_reference(self) -> str:
        """As it is written down."""
        return str(self.cleaned_data["reference"]).strip().upper()

    def clean_nhs_number(self) -> str:
        """The stored form of the number."""
        typed = self.cleaned_data["nhs_number"]
        try:
            return clean_nhs_number(typed) if typed else ""
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None

    def clean(self) -> dict[str, Any]:
        """Exactly one way of saying who."""
        said = super().clean() or self.cleaned_data
        if not self.errors:
            number, born = said["nhs_number"], said["date_of_birth"]
            if bool(said["reference"]) == bool(number or born):
                self.add_error("reference", "Enter a reference, or else an NHS number with the date of birth")
            elif bool(number) != bool(born):
                missing = "date_of_birth" if number else "nhs_number"
                self.add_error(missing, "Enter both the NHS number and the date of birth")
        return said


def the_one_meant(find: Callable[..., T], user: User, said: Mapping[str, Any]) -> T:
    """Return what a selector finds of the person whom a form names.

    :raises Invalid: if there is nobody like that: the form says so, and keeps what was typed.
    """
    try:
        return find(user, **{name: said[name] for name in ("reference", "nhs_number", "date_of_birth")})
    except NotVisible as nobody:
        raise Invalid({"reference": [nobody.detail]}) from nobody
