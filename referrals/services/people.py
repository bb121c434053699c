"""What a referrer says of a person, judged and put into the form that is stored."""

import datetime as dt
from dataclasses import dataclass, fields

from accounts.selectors import is_known_practice_code
from core.errors import Invalid
from core.identifiers import clean_nhs_number, clean_postcode, clean_practice_code
from referrals.enums import NhsNumberStatus, Permission, PreferredContact
from referrals.matching import Identity, birth_key, name_keys

OLDEST_AGE_YEARS = 120


IDENTITY = ("nhs_number", "nhs_number_status", "first_name", "family_name", "date_of_birth")
"""Stands on `Person`, once."""
CONTACT = (
    "may_email", "may_sms", "may_telephone", "may_voicemail", "may_letter", "telephone_rule",
    "interpreter_language", "needs_bsl_interpreter", "information_formats",
)  # fmt: skip
"""How the person may be reached and spoken with; the link worker corrects it (`services.contact_details`)."""
AS_GIVEN = (
    *IDENTITY, "birth_key", "name_keys",
    "gp_practice_code", "address", "postcode", "telephone", "email", "preferred_contact", "communication_needs",
    *CONTACT,
)  # fmt: skip
"""Stands on each `Referral`, as its referrer gave it."""


@dataclass(frozen=True, kw_only=True)
class PersonDetails:
    """What a referrer says of a person: who they are (IDENTITY) and what stands on the referral (AS_GIVEN)."""

    first_name: str
    family_name: str
    date_of_birth: dt.date
    gp_practice_code: str
    nhs_number: str = ""
    nhs_number_status: str = ""
    address: str = ""
    postcode: str = ""
    telephone: str = ""
    email: str = ""
    preferred_contact: str = ""
    communication_needs: str = ""
    may_email: str = Permission.NOT_ASKED
    may_sms: str = Permission.NOT_ASKED
    may_telephone: str = Permission.NOT_ASKED
    may_voicemail: str = Permission.NOT_ASKED
    may_letter: str = Permission.NOT_ASKED
    telephone_rule: str = ""
    interpreter_language: str = ""
    needs_bsl_interpreter: bool = False
    information_formats: tuple[str, ...] = ()
    same_as: str = ""
    """The token of the match that the referrer says is the same person."""
    is_new: bool = False
    """The referrer says that no match is the person."""

    @property
    def identity(self) -> Identity:
        """What the person is told apart by."""
        return Identity(
            first_name=self.first_name, family_name=self.family_name, date_of_birth=self.date_of_birth,
            postcode=self.postcode, nhs_number=self.nhs_number,
        )  # fmt: skip

    @property
    def birth_key(self) -> str:
        return birth_key(self.date_of_birth)

    @property
    def name_keys(self) -> list[str]:
        return name_keys(self.first_name, self.family_name)


def status_problem(nhs_number: str, status: str) -> str:
    """Return why a status cannot be that of the number, or of its absence; empty where it can (field notes 5, S120)."""
    if nhs_number and status in {NhsNumberStatus.NOT_PRESENT_NOT_REQUIRED, NhsNumberStatus.POSTPONED}:
        return "A number is given, so it is present."
    if not nhs_number and status in {NhsNumberStatus.PRESENT_VERIFIED, NhsNumberStatus.PRESENT_NOT_TRACED}:
        return "No number is given, so none is present."
    return ""


def check_person(details: PersonDetails, *, today: dt.date) -> PersonDetails:
    """Return the details in the form in which they are stored.

    :raises Invalid: with a sentence for each field that cannot be right, named `person.<field>`.
    """
    errors: dict[str, list[str]] = {}
    cleaned = {each.name: getattr(details, each.name) for each in fields(details)}
    for name, clean in (
        ("nhs_number", clean_nhs_number),
        ("postcode", clean_postcode),
        ("gp_practice_code", clean_practice_code),
    ):
        if cleaned[name]:
            try:
                cleaned[name] = clean(cleaned[name])
            except ValueError as reason:
                errors[f"person.{name}"] = [str(reason)]
    for name in ("first_name", "family_name", "gp_practice_code"):
        cleaned[name] = cleaned[name].strip()
        if not cleaned[name]:
            errors[f"person.{name}"] = ["This is needed."]
    if details.date_of_birth > today:
        errors["person.date_of_birth"] = ["The date of birth is in the future."]
    elif today.year - details.date_of_birth.year > OLDEST_AGE_YEARS:
        errors["person.date_of_birth"] = [f"The date of birth is more than {OLDEST_AGE_YEARS} years ago."]
    if "person.gp_practice_code" not in errors and not is_known_practice_code(cleaned["gp_practice_code"]):
        errors["person.gp_practice_code"] = [
            "No GP practice with this code is known here. Check the code, or use V81999 if the practice is not known."
        ]
    if details.preferred_contact and details.preferred_contact not in PreferredContact.values:
        errors["person.preferred_contact"] = [f"Choose one of: {', '.join(PreferredContact.values)}."]
    if not details.nhs_number_status:
        cleaned["nhs_number_status"] = (
            NhsNumberStatus.PRESENT_NOT_TRACED if cleaned["nhs_number"] else NhsNumberStatus.TRACE_REQUIRED
        )
    elif details.nhs_number_status not in NhsNumberStatus.values:
        errors["person.nhs_number_status"] = [f"Choose one of: {', '.join(NhsNumberStatus.values)}."]
    elif problem := status_problem(cleaned["nhs_number"], details.nhs_number_status):
        errors["person.nhs_number_status"] = [problem]
    if details.same_as and details.is_new:
        errors["person.is_new"] = ["Either it is somebody who is known, or somebody new."]
    if errors:
        raise Invalid(errors)
    return PersonDetails(**cleaned)
