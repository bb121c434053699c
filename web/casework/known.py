"""What is known of the person beside who they are and how to reach them."""

from typing import Any

from django import forms

from referrals import selectors
from referrals.enums import (
    ENTRY_RULES,
    EthnicCategory,
    StatedGender,
)
from referrals.services.record import EntryDetails, RecordDetails, write_record
from web.casework.acting import ActionPage
from web.forms import DayField, VersionedForm

WORDS = [
    section for section, rules in ENTRY_RULES.items() if rules.text and not (rules.repeats or rules.is_coded)
]  # fmt: skip
"""The topics that are one text in plain words: written here. What is coded comes from elsewhere, and stays."""
PLAIN = {
    "preferred_name": ("Likes to be called", 70), "title": ("Title", 35), "alias": ("Another name", 70),
    "pronouns": ("Pronouns", 35), "gp_name": ("GP", 70), "gp_practice_name": ("GP practice", 150),
    "supported_by": ("Who helped to write this", 150),
}  # fmt: skip


class RecordForm(VersionedForm):
    """What is known of the person, in plain words."""

    gender = forms.ChoiceField(
        label="Gender, as they state it", required=False, choices=[("", "Not asked"), *StatedGender.choices]
    )
    ethnic_category = forms.ChoiceField(
        label="Ethnic category", required=False, choices=[("", "Not asked"), *EthnicCategory.choices]
    )
    relevant_contacts = forms.CharField(
        label="Carers, next of kin and others, with how to reach them", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    is_pregnant = forms.BooleanField(label="Is pregnant", required=False)
    expected_delivery_on = DayField(label="When is the child expected?", required=False, example="3 3 2027")

    def __init__(self, data: Any = None, *, initial: Any) -> None:
        super().__init__(data, initial=initial)
        plain: dict[str, forms.Field] = {
            name: forms.CharField(label=label, required=False, max_length=most) for name, (label, most) in PLAIN.items()
        }
        about: dict[str, forms.Field] = {
            str(section): forms.CharField(
                label=str(section.label), required=False, max_length=ENTRY_RULES[section].text,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            for section in WORDS
        }  # fmt: skip
        self.fields = {"version": self.fields.pop("version")} | plain | self.fields | about


class WriteRecordPage(ActionPage):
    """Write what is known of the person: a new version; the earlier ones stay readable."""

    action = "write_record"
    form_class = RecordForm
    hint = "Leave empty what you do not know, or need not know."

    def prepare(self) -> None:
        super().prepare()
        self.record = selectors.record_of(self.referral)
        self.entries = list(self.record.entries.all()) if self.record else []

    def initial(self) -> dict[str, Any]:
        if self.record is None:
            return {}
        names = (*PLAIN, "gender", "ethnic_category", "relevant_contacts", "is_pregnant", "expected_delivery_on")
        about = {row.section: row.text for row in self.entries if row.section in WORDS}
        return {name: getattr(self.record, name) for name in names} | about

    def do(self, said: dict[str, Any]) -> str:
        version = said.pop("version")
        written = [EntryDetails(section=section, text=text) for section in WORDS if (text := said.pop(section).strip())]
        kept = [
            EntryDetails(
                section=row.section, code=row.code, display=row.display, text=row.text, comment=row.comment,
                started_on=row.started_on, ended_on=row.ended_on,
            )
            for row in self.entries
            if row.section not in WORDS
        ]  # fmt: skip
        suffix = self.record.name_suffix if self.record else ""
        details = RecordDetails(**said, name_suffix=suffix, entries=(*written, *kept))
        write_record(**self.common(), details=details, expected_version=version)
        return "It is written."
