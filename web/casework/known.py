"""What is known of the person beside, and what a hospital said of a discharge."""

from typing import Any

from django import forms

from referrals import selectors
from referrals.enums import (
    ENTRY_RULES,
    DischargeDestination,
    DischargePathway,
    EthnicCategory,
    StatedGender,
)
from referrals.services.discharge import DischargeDetails, edit_discharge
from referrals.services.record import EntryDetails, RecordDetails, write_record
from web import words
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

    def save(self, said: dict[str, Any]) -> str:
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


class DischargeForm(VersionedForm):
    """What the hospital says."""

    planned_on = DayField(
        label="When is the discharge planned?", example="9 12 2026", error_messages={"required": "Enter the day."}
    )
    ward = forms.CharField(label="Ward (optional)", required=False, max_length=100)
    pathway = forms.TypedChoiceField(
        label="Discharge pathway (optional)", required=False, coerce=int, empty_value=None,
        choices=[("", "Not said"), *DischargePathway.choices],
    )  # fmt: skip
    destination = forms.ChoiceField(
        label="Where to (optional)", required=False, choices=[("", "Not said"), *DischargeDestination.choices]
    )
    reason_for_stay = forms.CharField(label="Why they were in hospital (optional)", required=False, max_length=200)
    package_of_care = forms.CharField(label="Care that is arranged (optional)", required=False, max_length=500)
    mobility_and_equipment = forms.CharField(label="Mobility and equipment (optional)", required=False, max_length=500)
    falls_history = forms.CharField(label="Falls (optional)", required=False, max_length=500)
    home_access = forms.CharField(label="How to get into the home (optional)", required=False, max_length=500)
    carer = forms.CharField(label="Carer (optional)", required=False, max_length=300)
    key_contact = forms.CharField(label="Who to ask at the hospital (optional)", required=False, max_length=300)
    start_no_earlier_than = DayField(label="Start no earlier than (optional)", required=False, example="9 12 2026")


class EditDischargePage(ActionPage):
    """Change what is known of a discharge, while the person waits for it."""

    action = "edit_discharge"
    form_class = DischargeForm
    is_the_teams = False
    names = {"discharge.planned_on": "planned_on"}

    def prepare(self) -> None:
        super().prepare()
        self.known = getattr(selectors.get_whole_referral(self.user, self.referral.reference), "discharge", None)

    def initial(self) -> dict[str, Any]:
        names = [name for name in self.form_class.base_fields if name not in ("version", "planned_on")]
        known = {name: getattr(self.known, name) for name in names} if self.known else {}
        return known | {"planned_on": self.referral.planned_discharge_on}

    def save(self, said: dict[str, Any]) -> str:
        version, planned_on = said.pop("version"), said.pop("planned_on")
        code = self.known.trust_ods_code if self.known else ""
        details = DischargeDetails(**said, trust_ods_code=code)
        edit_discharge(**self.common(), details=details, planned_on=planned_on, expected_version=version)
        return f"It is changed. The discharge is planned for {words.day(planned_on)}."
