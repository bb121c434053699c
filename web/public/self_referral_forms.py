"""What is asked of somebody who refers themself, or somebody in their family, on three short pages."""

from typing import Any, ClassVar

from django import forms

from referrals.enums import PreferredContact
from services_directory.selectors import needs
from web.forms import DateBoxes, DayField, Form, look
from web.public.asking import Asking

MOST_NEEDS = 10


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

    rung_at: ClassVar[str] = "telephone"
    """The number of whoever writes this: where a code may go, too."""

    def __init__(self, *args: Any, sends_texts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sends_texts = sends_texts
        email, telephone = self.fields["email"], self.fields[self.rung_at]
        if not sends_texts:
            email.required = True
            email.error_messages["required"] = "Enter your email address: we send you a code."
            telephone.label = f"{telephone.label} (optional)"
        else:
            email.help_text = "We send you a code by email. No email? Leave this empty."
            telephone.help_text = "A mobile, if you have no email: we then text you the code."

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.sends_texts and not self.errors and not (said["email"] or said[self.rung_at]):
            self.add_error("email", "Enter an email address or a mobile number: we send you a code.")
        return said


class AboutThemForm(AboutYouForm):
    """Who asks, for whom, and where the code goes: to whoever asks."""

    rung_at = "own_telephone"
    name = _line("Your name", "Enter your name.", complete="name", most=70)
    relationship = _line(
        "Who are you to them?", "Enter who you are to them, for example daughter.", complete="off", most=35,
        help_text="For example, daughter, husband, neighbour, carer.",
    )  # fmt: skip
    own_telephone = _line(
        "Your phone", "", complete="tel", most=35, required=False, help_text="So that we can ring you."
    )
    field_order = ("name", "relationship", "email", "own_telephone", "first_name", "family_name", "date_of_birth",
                   "postcode", "telephone")  # fmt: skip
    _OF_THEM = {
        "first_name": ("Their first name", "Enter their first name."),
        "family_name": ("Their last name", "Enter their last name."),
        "date_of_birth": ("Their date of birth", "Enter their date of birth."),
        "postcode": ("Their home postcode", "Enter their postcode, so that we know who can help near them."),
        "telephone": ("Their phone (optional)", ""),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Your email"
        self.fields["telephone"].help_text = "So that we can ring them."
        self.fields[
            "postcode"
        ].help_text = "For example, SK1 3XE. No fixed home? Enter one of a place where they often are."
        self.fields["date_of_birth"].widget.look = {}
        for name, (label, missing) in self._OF_THEM.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs["autocomplete"] = "off"  # what a browser knows is of whoever asks
            self.fields[name].error_messages["required"] = missing


_OF_WHOM = {"telephone": " of theirs", "own_telephone": " of yours"}


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
        label="How should we get in touch?", widget=look(forms.RadioSelect()),
        error_messages={"required": "Choose how we should get in touch."},
    )  # fmt: skip
    communication = forms.MultipleChoiceField(
        label="What would make it easier for you? (optional)", required=False,
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

    def __init__(self, *args: Any, whose: Asking, about: dict[str, Any], is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about, self.is_asked = about, is_asked
        self.fields["preferred_contact"].choices = whose.ways  # type: ignore[attr-defined]
        self.fields["communication"].choices = whose.listens  # type: ignore[attr-defined]
        for name, label in whose.labels.items():
            self.fields[name].label = label
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
        number = "own_telephone" if way == PreferredContact.PROXY else "telephone"
        if way and way != PreferredContact.EMAIL and not self.about.get(number):
            none = "You gave no phone number" + (_OF_WHOM[number] if "own_telephone" in self.about else "")
            self.add_error("preferred_contact", f"{none}. Go back and add one, or choose another way.")
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


class SendForThemForm(Form):
    """How the person agreed. Whether services may be told, the link worker asks them."""

    agreement = forms.CharField(
        label="How did they agree to this?", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: we filled this in together on Sunday. If they cannot decide this themself, ring us.",
        error_messages={"required": "Write in a few words how they agreed."},
    )  # fmt: skip
    agrees_to_referral = forms.BooleanField(
        label="They know that I ask. They want a link worker to get in touch, and to keep what I wrote",
        error_messages={"required": "Tick this, or we cannot do anything."},
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
