"""The sections about the person: demographics, GP practice, about me, individual requirements."""

import textwrap

from core.identifiers import NO_PRACTICE_CODES
from referrals.dapb4066.guidance import NO_KNOWN_PRACTICE
from referrals.dapb4066.source import Items, Source, coded_entry, concept, cut, day, joined
from referrals.enums import AddressKind, ContactChannel, InformationFormat, Permission, RecordSection
from referrals.models import Referral
from services_directory.suitability.dates import in_words

LINES_OF_AN_ADDRESS = 5
ADDRESS_LINE = 35


def demographics(source: Source) -> Items:
    """Return who the person is and how to reach them. Sex is not held (field notes 2.3, rule 4)."""
    referral = source.referral
    return {
        "Person name": {
            "Person first name": [referral.first_name],
            "Person family name": [referral.family_name],
            "Person preferred name": source.plain("preferred_name"),
            "Title": source.plain("title"),
            "Person name suffix": [source.plain("name_suffix")],
            "Person full name": cut(f"{referral.first_name} {referral.family_name}", 70),
        },
        "Date of birth": day(referral.date_of_birth),
        "Pronoun": source.plain("pronouns"),
        "Gender": source.plain("gender"),
        "Person alias": source.plain("alias"),
        "Ethnicity": source.plain("ethnic_category"),
        "Religion": _concept(source, RecordSection.RELIGION),
        "Carer Status": _concept(source, RecordSection.CARER_STATUS),
        "NHS number": referral.nhs_number,
        "NHS number status indicator": referral.nhs_number_status,
        "Person's address": address(referral),
        "Person's contact details": contact_details(source),
        "Sexual Orientation": _concept(source, RecordSection.SEXUAL_ORIENTATION),
        "Relevant contacts": source.plain("relevant_contacts"),
    }


def address(referral: Referral) -> Items:
    """Return where the person lives: what does not fit into its lines as written is set anew."""
    lines = [line.strip() for line in referral.address.splitlines() if line.strip()]
    if len(lines) > LINES_OF_AN_ADDRESS or any(len(line) > ADDRESS_LINE for line in lines):
        lines = textwrap.wrap(", ".join(lines), width=ADDRESS_LINE, max_lines=LINES_OF_AN_ADDRESS, placeholder=" …")
    return {f"Address line {number}": line for number, line in enumerate(lines, start=1)} | {
        "Postcode": referral.postcode
    }


def contact_details(source: Source) -> Items:
    """Return how to reach the person. What has no item of its own is in the last one: what they allow, where they stay
    for a while, where letters go. The noes come first: they must not be what no longer fits.
    """
    referral = source.referral
    return {
        "Preferred contact method": referral.preferred_contact,
        "Person's telephone number details": [{"Person's telephone number": referral.telephone}],
        "Person's email address details": [{"Person's email address": referral.email}],
        "Other contact information": joined([*_permissions(referral), *_other_addresses(source)], 255),
    }


def _permissions(referral: Referral) -> list[str]:
    said = [referral.get_telephone_rule_display()]
    for answer in (Permission.NO, Permission.YES):
        ways = [way.label.lower() for way in ContactChannel if getattr(referral, f"may_{way}") == answer]
        said += [f"{answer.label}: {', '.join(ways)}"] if ways else []
    return said


def _other_addresses(source: Source) -> list[str]:
    """Return where else the person is, and where letters go: the latest of each kind, until its end."""
    said = []
    for kind in (AddressKind.TEMPORARY, AddressKind.CORRESPONDENCE):
        latest = next((row for row in source.addresses if row.kind == kind), None)
        if latest is None or (latest.until_on is not None and latest.until_on < source.on):
            continue
        where = ", ".join(filter(None, [*(line.strip() for line in latest.address.splitlines()), latest.postcode]))
        days = [("from", latest.from_on), ("until", latest.until_on)]
        when = "".join(f" {word} {in_words(each)}" for word, each in days if each)
        said.append(f"{latest.get_kind_display()}{when}: {where}")
    return said


def practice(source: Source) -> Items:
    """Return the registered practice, or that there is none known (field notes 2.3, rule 2)."""
    code = source.referral.gp_practice_code
    name = NO_KNOWN_PRACTICE if code in NO_PRACTICE_CODES else source.plain("gp_practice_name") or source.practice_name
    entry = {
        "GP name": source.plain("gp_name"), "GP practice details": cut(name, 150), "GP practice identifier": code,
    }  # fmt: skip
    return {"GP practice record entry": [entry]}


_ABOUT_ME = (
    ("What is most important to me", RecordSection.MOST_IMPORTANT),
    ("People who are important to me", RecordSection.IMPORTANT_PEOPLE),
    ("How I communicate and how to communicate with me", RecordSection.COMMUNICATION),
    ("My wellness", RecordSection.WELLNESS),
    ("Please do and please don't", RecordSection.DO_AND_DONT),
    ("How and when to support me", RecordSection.HOW_TO_SUPPORT),
    ("Also worth knowing about me", RecordSection.WORTH_KNOWING),
)


def about_me(source: Source) -> Items:
    """Return what the person says of themself."""
    said = {name: {name: source.words(section)} for name, section in _ABOUT_ME}
    return said | {"Supported to write this by": source.plain("supported_by")}


def requirements(source: Source) -> Items:
    """Return what the person needs to be met rightly. An accessible-information need is a reasonable adjustment."""
    adjustments = source.entries(RecordSection.REASONABLE_ADJUSTMENT, RecordSection.ACCESSIBLE_INFORMATION)
    return {
        "Reasonable adjustment": {
            "Reasonable adjustment record entry": [
                {
                    "Reasonable adjustment flag": True,
                    "Reasonable adjustment": coded_entry(entry),
                    "Reasonable adjustment additional detail": entry.comment,
                }
                for entry in adjustments
            ]
            + [
                {"Reasonable adjustment flag": True, "Reasonable adjustment additional detail": said}
                for said in [*_ways_to_communicate(source.referral), source.referral.communication_needs]
                if said
            ]
        },
        "Impairment": {
            "Impairment record entry": [
                {"Impairment category": coded_entry(entry), "Impairment additional detail": entry.comment}
                for entry in source.entries(RecordSection.IMPAIRMENT)
            ]
        },
        "Mobility": [{"Mobility needs": coded_entry(entry)} for entry in source.entries(RecordSection.MOBILITY)],
        "Other individual requirements": [
            {"Other individual requirement": entry.text} for entry in source.entries(RecordSection.OTHER_REQUIREMENT)
        ],
    }


def _ways_to_communicate(referral: Referral) -> list[str]:
    language = referral.interpreter_language
    said = [f"Interpreter: {language}"] if language else []
    said += ["Interpreter of British Sign Language"] if referral.needs_bsl_interpreter else []
    return said + [InformationFormat(each).label for each in referral.information_formats]


def _concept(source: Source, section: RecordSection) -> Items:
    entry = source.entry(section)
    return concept(entry.code, entry.display) if entry else {}
