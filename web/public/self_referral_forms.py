"""What is asked of somebody who refers themself, on three short pages."""

from typing import Any

from django import forms

from referrals.enums import PreferredContact
from services_directory.selectors import needs
from web.forms import DateBoxes, DayField, Form, look

MOST_NEEDS = 10
WAYS = [
    (PreferredContact.TELEPHONE, "Ring me"),
    (PreferredContact.SMS, "Text me"),
    (PreferredContact.EMAIL, "Email me"),
]
LISTENS = [
    ("large print", "Large print"),
    ("easy read", "Easy read"),
    ("British Sign Language", "British Sign Language"),
    ("help to hear", "Speak up, or face me: I do not hear well"),
    ("step-free places", "Places without steps"),
    ("somebody with me", "Somebody comes with me"),
]


def _line(label: str, wrong: str, *, complete: str, most: int, width: str = "20", **more: Any) -> forms.CharField:
    widget = look(forms.TextInput(attrs={"autocomplete": complete, "spellcheck": "false"}), width=width)
    return forms.CharField(label=label, max_length=most, widget=widget, error_messages={"required": wrong}, **more)


class AboutYouForm(Form):
    """Who it is, where they live, and where the code goes."""

    first_name = _line("First name", "Enter your first name.", complete="given-name", most=35)
    family_name = _line("Last name", "Enter your last name.", complete="family-name", most=35)
    date_of_birth = DayField(
        label="Date of birth", widget=DateBoxes(is_birthday=True),
        error_messages={"required": "Enter your date of birth."},
    )  # fmt: skip
    postcode = _line(
        "Home postcode", "Enter your postcode, so that we know who can help near you.",
        complete="postal-code", most=10, width="10",
        help_text="For example, SK1 3XE. No fixed home? Enter one of a place where you often are.",
    )  # fmt: skip
    email = forms.EmailField(
        label="Email", max_length=254, required=False, help_text="We send you a code, to be sure that it is you.",
        widget=look(forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}), width="20"),
        error_messages={"invalid": "Enter an email address, like name@example.com."},
    )  # fmt: skip
    telephone = _line(
        "Phone", "", complete="tel", most=35, width="20", required=False, help_text="So that we can ring you."
    )

    def __init__(self, *args: Any, sends_texts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sends_texts = sends_texts
        if not sends_texts:
            self.fields["email"].required = True
            self.fields["email"].error_messages["required"] = "Enter your email address: we send you a code."
            self.fields["telephone"].label = "Phone (optional)"
        else:
            self.fields["email"].help_text = "We send you a code by email. No email? Leave this empty."
            self.fields["telephone"].help_text = "A mobile, if you have no email: we then text you the code."

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.sends_texts and not self.errors and not (said["email"] or said["telephone"]):
            self.add_error("email", "Enter an email address or a mobile number: we send you a code.")
        return said


class WishesForm(Form):
    """What they would like, how to reach them, and what makes it easier."""

    needs = forms.MultipleChoiceField(
        label="What would you like help with?", required=False, help_text="Tick all that fit, or none.",
        widget=look(forms.CheckboxSelectMultiple(), classes="nhsuk-checkboxes--small"),
    )  # fmt: skip
    wish = forms.CharField(
        label="What would you like to do, or to be different?", required=False, max_length=800,
        help_text="In your own words. A few words are enough. You need not write about your health.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    preferred_contact = forms.ChoiceField(
        label="How should we get in touch?", choices=WAYS, widget=look(forms.RadioSelect()),
        error_messages={"required": "Choose how we should get in touch."},
    )  # fmt: skip
    communication = forms.MultipleChoiceField(
        label="What would make it easier for you? (optional)", required=False, choices=LISTENS,
        widget=look(forms.CheckboxSelectMultiple(), classes="nhsuk-checkboxes--small"),
    )  # fmt: skip
    risk = forms.CharField(
        label="Is there anything that whoever visits you must know to be safe?", required=False, max_length=200,
        help_text="For example, a big dog. Leave it empty if there is nothing.",
        widget=look(forms.TextInput(), width="20"),
    )  # fmt: skip
    language = forms.CharField(
        label="Do you need an interpreter? Which language? (optional)", required=False, max_length=60,
        widget=look(forms.TextInput(), width="20"),
    )  # fmt: skip

    def __init__(self, *args: Any, about: dict[str, Any], is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about, self.is_asked = about, is_asked
        terms = [(str(term.pk), term.name, term.description) for term in needs()]
        self.fields["needs"].choices = [(key, name) for key, name, _ in terms]  # type: ignore[attr-defined]
        self.fields["needs"].widget.look |= {"hints": {key: text for key, _, text in terms}}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if len(said.get("needs", ())) > MOST_NEEDS:
            self.add_error("needs", f"Tick at most {MOST_NEEDS}: the most important ones.")
        if not self.is_asked and not said.get("needs") and not said.get("wish") and "needs" not in self.errors:
            self.add_error("wish", "Tick something above, or write a few words here.")
        way = said.get("preferred_contact")
        if way in {PreferredContact.TELEPHONE, PreferredContact.SMS} and not self.about.get("telephone"):
            self.add_error("preferred_contact", "You gave no phone number. Go back and add one, or choose another way.")
        if way == PreferredContact.EMAIL and not self.about.get("email"):
            self.add_error("preferred_contact", "You gave no email. Go back and add one, or choose another way.")
        return said


class SendForm(Form):
    """What they agree to."""

    agrees_to_referral = forms.BooleanField(
        label="I want a link worker to get in touch with me, and to keep what I wrote",
        error_messages={"required": "Tick this, or we cannot do anything."},
    )  # fmt: skip
    agrees_to_sharing = forms.BooleanField(
        label="The link worker may tell groups and services about me, so that they can help",
        required=False, help_text="You can leave this out. The link worker will ask you.",
    )  # fmt: skip


class CodeForm(Form):
    """The code that came."""

    code = forms.CharField(
        label="What is the code?", max_length=10, help_text="6 numbers. It works for 30 minutes.",
        widget=look(
            forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}), width="5", code=True
        ),
        error_messages={"required": "Enter the code."},
    )  # fmt: skip
