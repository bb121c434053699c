"""The form of a referral: what must be said stands open, what may be said waits in expanders (docs/referring.md)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from accounts.enums import OrganizationKind
from accounts.models import Team, User
from accounts.selectors import practices_to_name, teams_referred_for, teams_to_refer_to
from core.errors import Invalid
from core.identifiers import NO_PRACTICE_CODES, clean_nhs_number, clean_postcode
from referrals.enums import DischargeDestination, DischargePathway, InformationFormat, TelephoneRule
from referrals.selectors import NoTeamHere
from services_directory.selectors import needs, schemes_to_refer_to
from web import words
from web.forms import DayField, OnceForm, VersionedForm, look

CHANNELS = {
    "telephone": "Telephone", "sms": "Text message", "voicemail": "A message on their telephone", "email": "Email",
    "letter": "Letter",
}  # fmt: skip
AGREED = {
    "given": "Yes, to this referral and to sharing with services that can help",
    "ask": "Yes, to this referral. The link worker asks them about sharing",
    "refused": "Yes, to this referral. They do not want anything shared with services",
    "best_interests": "They cannot decide this: it is in their best interests",
}
NOT_LISTED = {"invalid_choice": "Choose one from the list."}
RISKS = {"none": "No known risks", "some": "Yes, there is something to know"}
NO_TEAM = "We do not know which team this goes to. Check the postcode, or choose where it goes further down."
EMPTY: tuple[Any, ...] = (None, "", [], False, ["", "", ""], [None, None, None])
ASKED_AS_IT_IS_TYPED = (
    "csrfmiddlewaretoken,nhs_number,first_name,family_name,date_of_birth_0,date_of_birth_1,date_of_birth_2,postcode"
)
"""What a page sends while the form is being filled: who is meant, and nothing of why."""


def words_field(label: str, most: int, *, needed: str = "", hint: str = "", **said: Any) -> forms.CharField:
    """Return a field of one line; `needed` is the sentence for who leaves it empty."""
    attrs = {name: said.pop(name) for name in ("inputmode", "autocomplete", "spellcheck") if name in said}
    return forms.CharField(
        label=label, max_length=most, required=bool(needed), help_text=hint, error_messages={"required": needed},
        widget=look(forms.TextInput(attrs={"autocomplete": "off"} | attrs), **said),
    )  # fmt: skip


def lines_field(label: str, most: int, *, hint: str = "", rows: int = 3) -> forms.CharField:
    """Return a field of several lines, never asked for by the field itself."""
    widget = look(forms.Textarea(attrs={"rows": rows}), label_classes="nhsuk-label--s")
    return forms.CharField(label=label, max_length=most, required=False, help_text=hint, widget=widget)


def choice_field(label: str, choices: Iterable[tuple[Any, Any]], *, empty: str = "Not said", hint: str = "") -> Any:
    """Return a list to open, with a first line for nothing."""
    return forms.ChoiceField(
        label=label, choices=[("", empty), *choices], required=False, help_text=hint, widget=look(forms.Select()),
        error_messages=NOT_LISTED,
    )  # fmt: skip


def ticks_field(label: str, choices: Iterable[tuple[Any, Any]], *, hint: str = "", classes: str = "") -> Any:
    """Return boxes to tick."""
    widget = look(forms.CheckboxSelectMultiple(), classes=f"nhsuk-checkboxes--small {classes}")
    return forms.MultipleChoiceField(label=label, choices=list(choices), required=False, help_text=hint, widget=widget)


class DischargeFields(VersionedForm):
    """What a hospital says of a discharge."""

    planned_discharge_on = DayField(
        label="When do they go home?", required=False, example="3 12 2026",
        help_text="The planned day, like 3 12 2026. The team waits until you confirm that they are home.",
    )  # fmt: skip
    ward = words_field("Ward", 100)
    discharge_pathway = choice_field("Discharge pathway", DischargePathway.choices)
    destination = choice_field("Where do they go?", DischargeDestination.choices)
    reason_for_stay = words_field("Why they were in hospital, in a few words", 200)
    package_of_care = words_field("Care that is arranged", 500)
    mobility_and_equipment = words_field("Moving about, and equipment", 500)
    falls_history = words_field("Falls", 500)
    home_access = words_field("Getting into the home", 500, hint="Key safe, stairs, lift, a dog")
    carer = words_field("Who cares for them", 300)
    key_contact = words_field("Whom to ask after discharge", 300, hint="Name and telephone number")
    start_no_earlier_than = DayField(label="Nothing should begin before", required=False, example="3 12 2026")

    DETAILS: ClassVar = (
        "ward", "destination", "reason_for_stay", "package_of_care", "mobility_and_equipment", "falls_history",
        "home_access", "carer", "key_contact", "start_no_earlier_than",
    )  # fmt: skip
    """Those that are called here as the domain calls them."""
    NAMES: ClassVar = {
        "discharge.planned_on": "planned_discharge_on", "discharge.pathway": "discharge_pathway",
        **{f"discharge.{name}": name for name in DETAILS},
    }  # fmt: skip


class ReferralForm(OnceForm, DischargeFields):
    """A referral. What is asked depends on who refers: of a hospital the discharge, of several teams for which."""

    who = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    send_anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)

    nhs_number = words_field(
        "NHS number", 20, hint="10 digits, with or without spaces. Leave it empty if you do not have it.",
        width="10", inputmode="numeric", spellcheck="false", code=True,
    )  # fmt: skip
    first_name = words_field("First name", 35, needed="Enter their first name.")
    family_name = words_field("Family name", 35, needed="Enter their family name.")
    date_of_birth = DayField(label="Date of birth", error_messages={"required": "Enter their date of birth."})
    postcode = words_field("Postcode of their home", 10, hint="No fixed home: ZZ99 3VZ", width="10")
    telephone = words_field("Telephone", 35, width="20", inputmode="tel")
    gp_practice_code = forms.ChoiceField(
        label="GP practice where they are registered", widget=look(forms.Select()),
        error_messages=NOT_LISTED | {"required": "Choose their GP practice, or that it is not known."},
    )  # fmt: skip

    needs = ticks_field("What would help? Tick all that fit", (), classes="app-two-columns")
    reason = lines_field("Why are you referring them?", 4000, hint="A few words are enough, if you tick a box above.")
    risks_known = forms.ChoiceField(
        label="Is there anything that somebody who visits or meets them must know to be safe?",
        choices=list(RISKS.items()), required=False, widget=look(forms.RadioSelect()),
    )  # fmt: skip
    risks = lines_field("What must they know?", 2000, hint="One on each line, like: a dog in the house")
    agreed = forms.ChoiceField(
        label="Has the person agreed?", choices=list(AGREED.items()), required=False, widget=look(forms.RadioSelect())
    )
    agreed_note = words_field("Why is it in their best interests?", 500)

    email = forms.EmailField(
        label="Email", required=False, max_length=255,
        widget=look(forms.EmailInput(attrs={"autocomplete": "off"})),
        error_messages={"invalid": "Enter an email address, like name@example.org."},
    )  # fmt: skip
    address = lines_field("Address", 180)
    preferred_contact = choice_field("How do they like to be reached?", words.WAYS_TO_REACH.items())
    telephone_rule = choice_field("The telephone", TelephoneRule.choices, empty="No rule")
    may_reach_by = ticks_field("They said that we may use", CHANNELS.items(), hint="Tick only what they agreed to.")
    interpreter_language = words_field("Interpreter for which language?", 35, width="20")
    needs_bsl_interpreter = forms.BooleanField(label="They need a British Sign Language interpreter", required=False)
    information_formats = ticks_field("How can they read what we send?", InformationFormat.choices)
    communication_needs = lines_field("Anything else that helps to speak with them?", 500, rows=2)

    target = choice_field("Where does it go?", (), empty="To the team for their postcode or practice")
    referring_team = forms.ChoiceField(
        label="For which team do you refer?", required=False, widget=look(forms.Select()),
        error_messages=NOT_LISTED | {"required": "Choose for which team you refer."},
    )  # fmt: skip
    discharged_on = DayField(
        label="Have they gone home already? When?", required=False, example="27 11 2026",
        help_text="Leave it empty if they are still in hospital.",
    )  # fmt: skip

    SECTIONS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "contact": (
            "email", "address", "preferred_contact", "telephone_rule", "may_reach_by", "interpreter_language",
            "needs_bsl_interpreter", "information_formats", "communication_needs",
        ),
        "discharge": ("discharged_on", "discharge_pathway", *DischargeFields.DETAILS),
        "target": ("target",),
    }  # fmt: skip
    """The expanders: each opens by itself where something is in it, or wrong with it."""

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.is_draft = data is not None and data.get("do") == "draft"
        teams = list(teams_referred_for(user))
        self.is_hospital = any(team.organization.kind == OrganizationKind.NHS_TRUST for team in teams)
        self._choose(user, teams)
        own = {team.organization.ods_code for team in teams if team.organization.kind == OrganizationKind.GP_PRACTICE}
        if len(own) == 1:
            self.fields["gp_practice_code"].initial = own.pop()
        self.fields["nhs_number"].widget.look |= {
            "attributes": {
                "hx-post": reverse("web:refer-known"), "hx-target": "#known", "hx-params": ASKED_AS_IT_IS_TYPED,
                "hx-trigger": "change, change from:#id_date_of_birth-year, change from:#id_postcode",
            }
        }  # fmt: skip

    def _choose(self, user: User, teams: list[Team]) -> None:
        practices = [*practices_to_name(), *NO_PRACTICE_CODES.items()]
        self._set("gp_practice_code", [("", "Choose one"), *practices])
        self._set("needs", [(str(term.pk), term.name) for term in needs()])
        to_teams = [(f"team:{row.pk}", f"{row.name}, {row.organization.name}") for row in teams_to_refer_to(user)]
        schemes = [(f"scheme:{row.pk}", f"Straight to: {row.name}") for row in schemes_to_refer_to()]
        self._set("target", [("", "To the team for their postcode or practice"), *to_teams, *schemes])
        if len(teams) > 1:
            self._set("referring_team", [("", "Choose one"), *((str(row.pk), row.name) for row in teams)])
            self.fields["referring_team"].required = True
        else:
            del self.fields["referring_team"]
        if not self.is_hospital:
            for name in ("planned_discharge_on", *self.SECTIONS["discharge"]):
                del self.fields[name]

    def _set(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def is_open(self, section: str) -> bool:
        """Whether an expander stands open: something in it is said, or wrong."""
        return any(
            self[name].errors or self[name].value() not in EMPTY
            for name in self.SECTIONS[section]
            if name in self.fields
        )

    def fields_of(self, section: str) -> list[Any]:
        """Return the fields of an expander."""
        return [self[name] for name in self.SECTIONS[section] if name in self.fields]

    def retype(self, name: str, value: str) -> None:
        """Let a hidden field say something else than what came, when the form is shown again."""
        typed: Any = self.data
        self.data = typed = typed.copy()
        typed[name] = value

    def clean_nhs_number(self) -> str:
        return _cleaned(clean_nhs_number, self.cleaned_data["nhs_number"])

    def clean_postcode(self) -> str:
        return _cleaned(clean_postcode, self.cleaned_data["postcode"])

    def clean(self) -> dict[str, Any]:
        """Ask for what a referral cannot be sent without. A draft may still lack it."""
        said = self.cleaned_data
        if said.get("risks_known") == "some" and not said.get("risks"):
            self.add_error("risks", "Say what they must know.")
        if said.get("agreed") == "best_interests" and not said.get("agreed_note"):
            self.add_error("agreed_note", "Say why it is in their best interests.")
        if self.is_draft:
            return said
        if not (said.get("nhs_number") or said.get("postcode") or {"nhs_number", "postcode"} & self.errors.keys()):
            self.add_error("nhs_number", "Enter the NHS number or, if you do not have it, the postcode of their home.")
        reaches = ("telephone", "email", "address", "communication_needs")
        if not any(said.get(name) or name in self.errors for name in reaches):
            self.add_error("telephone", "Enter a telephone number, or open “How to reach them” and say another way.")
        if not (said.get("needs") or said.get("reason")):
            self.add_error("reason", "Say in a few words why, or tick what would help.")
        if not said.get("risks_known"):
            self.add_error("risks_known", "Choose “No known risks”, or say what somebody must know.")
        if not said.get("agreed"):
            self.add_error("agreed", "Say whether the person has agreed.")
        return said

    def take_errors(self, refused: Invalid, names: Mapping[str, str] | None = None) -> None:
        """Take over what the domain found wrong, in the words of the page."""
        if isinstance(refused, NoTeamHere):
            return self.add_error("postcode", NO_TEAM)
        if {"person.same_as", "person.is_new"} & refused.extra["errors"].keys():
            self.retype("who", "")  # whom they meant is asked anew
        return super().take_errors(refused, names)


NAMES: Mapping[str, str] = {
    **{f"person.{name}": name for name in (
        "nhs_number", "first_name", "family_name", "date_of_birth", "postcode", "telephone", "gp_practice_code",
        "email", "address", "preferred_contact", "telephone_rule", "interpreter_language", "communication_needs",
    )},
    "discharge.discharged_on": "discharged_on",
    "team": "target", "service": "target", "consent.note": "agreed_note", "consent.basis": "agreed",
    **DischargeFields.NAMES,
}  # fmt: skip
"""From the domain's names to the fields of the page."""


def day_typed(posted: Mapping[str, Any], name: str) -> dt.date | None:
    """Return the day in three boxes that somebody has typed so far; None while it is no day."""
    try:
        day, month, year = (int(posted.get(f"{name}_{place}", "")) for place in range(3))
        return dt.date(year, month, day) if year >= 1000 else None
    except (ValueError, OverflowError):
        return None


def _cleaned(clean: Any, typed: str) -> str:
    try:
        return str(clean(typed)) if typed else ""
    except ValueError as reason:
        raise forms.ValidationError(str(reason)) from None


class AnswerForm(VersionedForm):
    """The answer to a question of the team."""

    note = forms.CharField(
        label="Your answer", max_length=4000, error_messages={"required": "Write your answer."},
        help_text="The team reads it. It stays with the referral.",
        widget=look(forms.Textarea(attrs={"rows": 4}), label_classes="nhsuk-label--s"),
    )  # fmt: skip
