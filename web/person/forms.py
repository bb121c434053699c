"""What a person is asked on their own page: few questions, and what is known is there already."""

from typing import Any

from django import forms

from core.identifiers import clean_mobile
from referrals.enums import ContactChannel, InformationFormat, Permission, PreferredContact, TelephoneRule
from referrals.selectors.own_page import ContactFacts
from referrals.services.own_page import LONGEST_WISH
from web.forms import DateBoxes, DayField, Form, VersionedForm, look

WAYS = {
    ContactChannel.TELEPHONE: "Ring me",
    ContactChannel.VOICEMAIL: "Leave me a message if I do not pick up",
    ContactChannel.SMS: "Send me a text",
    ContactChannel.EMAIL: "Send me an email",
    ContactChannel.LETTER: "Send me a letter",
}
BEST = {
    "": "I do not mind",
    PreferredContact.TELEPHONE: "Ring me",
    PreferredContact.SMS: "Text me",
    PreferredContact.EMAIL: "Email me",
    PreferredContact.LETTER: "Write to me",
}
FORMATS = {
    InformationFormat.LARGE_PRINT: "Large print",
    InformationFormat.EASY_READ: "Easy read, with pictures",
    InformationFormat.BRAILLE: "Braille",
    InformationFormat.AUDIO: "Something to listen to",
    InformationFormat.BSL_VIDEO: "A video in sign language (BSL)",
    InformationFormat.EMAIL_TEXT: "Plain text by email, for my screen reader",
}


class DoorForm(Form):
    """The date of birth."""

    date_of_birth = DayField(
        label="What is your date of birth?",
        widget=DateBoxes(is_birthday=True, label_classes="nhsuk-fieldset__legend--m"),
        error_messages={"required": "Enter your date of birth."},
    )  # fmt: skip


class ReachedForm(VersionedForm):
    """How the person is reached. What is left empty stays as it is."""

    ways = forms.MultipleChoiceField(
        label="How may we get in touch?", choices=list(WAYS.items()), widget=forms.CheckboxSelectMultiple,
        help_text="Tick all that are fine.", error_messages={"required": "Tick at least one. Or say no thanks."},
    )  # fmt: skip
    preferred_contact = forms.ChoiceField(
        label="Which is best for you?", choices=list(BEST.items()), widget=forms.RadioSelect, required=False
    )
    telephone = forms.CharField(
        label="A new phone number", max_length=35, required=False, widget=look(forms.TextInput(), width="20")
    )
    email = forms.EmailField(
        label="A new email address", max_length=255, required=False,
        error_messages={"invalid": "Enter an email address, like name@example.com."},
    )  # fmt: skip

    def __init__(self, *args: Any, contact: ContactFacts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact = contact
        number, address = contact.telephone_ends, contact.email_hint
        self.fields["telephone"].help_text = _what_we_have(number and f"ends in {number}")
        self.fields["email"].help_text = _what_we_have(address and f"is {address}")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        ways, number = set(said.get("ways", ())), said.get("telephone", "")
        by_telephone = {ContactChannel.TELEPHONE, ContactChannel.VOICEMAIL, ContactChannel.SMS}
        if ways & by_telephone and not (number or self.contact.telephone_ends):
            self.add_error("telephone", "Tell us your phone number.")
        if ContactChannel.EMAIL in ways and not (said.get("email") or self.contact.email_hint):
            self.add_error("email", "Tell us your email address.")
        if number and ContactChannel.SMS in ways:
            try:
                clean_mobile(number)
            except ValueError as reason:
                self.add_error("telephone", str(reason))
        return said

    def values(self) -> dict[str, Any]:
        """Return what was said, by the names of the domain."""
        ways = set(self.cleaned_data["ways"])
        values: dict[str, Any] = {
            f"may_{way}": Permission.YES if way in ways else Permission.NO for way in ContactChannel.values
        }
        values["telephone_rule"] = self.contact.telephone_rule if self._still_holds(ways) else ""
        if self.cleaned_data["preferred_contact"] or self.contact.preferred_contact in BEST:
            values["preferred_contact"] = self.cleaned_data["preferred_contact"]
        return values | {name: self.cleaned_data[name] for name in ("telephone", "email") if self.cleaned_data[name]}

    def _still_holds(self, ways: set[str]) -> bool:
        """Whether what was said of the telephone before is still so, by what is ticked now."""
        if self.contact.telephone_rule == TelephoneRule.PHONE_ONLY:
            return ways == {ContactChannel.TELEPHONE}
        return not ways & {ContactChannel.TELEPHONE, ContactChannel.VOICEMAIL}


def ways_now(contact: ContactFacts) -> list[str]:
    """Return by which ways the person may be reached as things are."""
    allowed = [way for way, said in contact.permissions.items() if said == Permission.YES]
    if contact.telephone_rule == TelephoneRule.PHONE_ONLY:
        return [ContactChannel.TELEPHONE]
    if contact.telephone_rule == TelephoneRule.DO_NOT_PHONE:
        return [way for way in allowed if way not in {ContactChannel.TELEPHONE, ContactChannel.VOICEMAIL}]
    return allowed


class NeedsForm(VersionedForm):
    """What helps the person to speak, to read and to come."""

    information_formats = forms.MultipleChoiceField(
        label="What can you read or hear best?", choices=list(FORMATS.items()), required=False,
        widget=forms.CheckboxSelectMultiple, help_text="Tick all that help.",
    )  # fmt: skip
    interpreter_language = forms.CharField(
        label="Do you need someone who speaks your language?", max_length=35, required=False,
        help_text="Which one? Leave it empty if you do not.", widget=look(forms.TextInput(), width="20"),
    )  # fmt: skip
    needs_bsl_interpreter = forms.BooleanField(label="I need someone who signs (BSL)", required=False)
    in_words = forms.CharField(
        label="What else would help?", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: I use a wheelchair. Please speak slowly.",
    )  # fmt: skip


class WishForm(Form):
    """What the person would like."""

    text = forms.CharField(
        label="What would you like?", max_length=LONGEST_WISH, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="For example: I would like to meet people. I like to walk.",
        error_messages={"required": "Write what you would like."},
    )  # fmt: skip


class NothingToFill(Form):
    """A form of one button."""


def _what_we_have(has: str) -> str:
    return f"The one we have {has}. Leave this empty to keep it." if has else "We do not have one yet."
