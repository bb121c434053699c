"""Find the person who is meant, or make a row for them. Called inside a use case."""

import datetime as dt
from dataclasses import dataclass, fields

from accounts.selectors import is_known_practice_code
from core.errors import Invalid
from core.identifiers import clean_nhs_number, clean_postcode, clean_practice_code
from referrals.enums import NhsNumberStatus, PreferredContact
from referrals.models import Person

OLDEST_AGE_YEARS = 120


IDENTITY = ("nhs_number", "nhs_number_status", "first_name", "family_name", "date_of_birth")
"""Stands on `Person`, once."""
AS_GIVEN = (
    "first_name", "family_name",
    "gp_practice_code", "address", "postcode", "telephone", "email", "preferred_contact", "communication_needs",
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
    elif cleaned["nhs_number"] and details.nhs_number_status == NhsNumberStatus.NOT_PRESENT_NOT_REQUIRED:
        errors["person.nhs_number_status"] = ["A number is given, so it is present."]
    if errors:
        raise Invalid(errors)
    return PersonDetails(**cleaned)


def find_or_create_person(details: PersonDetails) -> Person:
    """Return the person with this NHS number and date of birth, else a new one. The details are checked ones.

    Matching by name and postcode comes with the merge that can undo it.

    :raises Invalid: if the NHS number is held with another date of birth; it does not say which.
    """
    values = {name: getattr(details, name) for name in IDENTITY}
    if not details.nhs_number:
        return Person.objects.create(**values)
    # Two referrals of a new person may arrive at once: the unique number lets one create and the other find.
    person, _ = Person.objects.get_or_create(nhs_number=details.nhs_number, defaults=values)
    if person.date_of_birth != details.date_of_birth:
        raise Invalid(
            {"person.nhs_number": ["This NHS number and this date of birth do not belong together. Check both."]}
        )
    return person
