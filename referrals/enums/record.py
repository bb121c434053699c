"""What a record of a person says, topic by topic, and what an entry of each topic may hold (DAPB4066 v1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


class RecordSection(models.TextChoices):
    """The topic of one entry: an item of the standard that is coded, may repeat, or is free text."""

    RELIGION = "religion", "Religion"
    CARER_STATUS = "carer_status", "Carer status"
    SEXUAL_ORIENTATION = "sexual_orientation", "Sexual orientation, as stated"
    MOST_IMPORTANT = "most_important", "What is most important to me"
    IMPORTANT_PEOPLE = "important_people", "People who are important to me"
    COMMUNICATION = "communication", "How I communicate and how to communicate with me"
    WELLNESS = "wellness", "My wellness"
    DO_AND_DONT = "do_and_dont", "Please do and please don't"
    HOW_TO_SUPPORT = "how_to_support", "How and when to support me"
    WORTH_KNOWING = "worth_knowing", "Also worth knowing about me"
    REASONABLE_ADJUSTMENT = "reasonable_adjustment", "Reasonable adjustment"
    ACCESSIBLE_INFORMATION = "accessible_information", "Accessible-information need"
    IMPAIRMENT = "impairment", "Impairment"
    MOBILITY = "mobility", "Mobility need"
    OTHER_REQUIREMENT = "other_requirement", "Other individual requirement"
    COMPLAINT = "complaint", "Presenting complaint, issue or need"
    REPORTED_COMPLAINT = "reported_complaint", "What the person themself reports"
    PROBLEM = "problem", "Problem or condition"
    HOUSEHOLD = "household", "Household composition"
    OCCUPATION = "occupation", "Occupation"
    EDUCATION = "education", "Educational history"
    LIFESTYLE = "lifestyle", "Lifestyle choices"
    SMOKING = "smoking", "Smoking status"
    ALCOHOL = "alcohol", "Alcohol intake"
    DRUGS = "drugs", "Drug or substance use"
    CIRCUMSTANCES = "circumstances", "Social circumstances"
    ACCESS = "access", "Access to the home"
    DEPENDANTS = "dependants", "Dependants"
    ACCOMMODATION = "accommodation", "Accommodation status"
    HOUSEHOLD_ENVIRONMENT = "household_environment", "Household environment"
    CARE = "care", "Service or care that the person has"


@dataclass(frozen=True, kw_only=True)
class EntryRules:
    """What an entry may hold. `text` and `comment`: the most characters, 0 where there is none."""

    repeats: bool = False
    is_coded: bool = False
    text: int = 150
    comment: int = 0
    starts: bool = False
    ends: bool = False


_ABOUT_ME = EntryRules(text=4000)
_SHORT_TEXT = EntryRules()
_CODE = EntryRules(is_coded=True, text=0)
_CODED = EntryRules(is_coded=True)
_REQUIREMENT = EntryRules(is_coded=True, repeats=True, comment=150)

ENTRY_RULES: Mapping[RecordSection, EntryRules] = {
    RecordSection.RELIGION: _CODE,
    RecordSection.CARER_STATUS: _CODE,
    RecordSection.SEXUAL_ORIENTATION: _CODE,
    RecordSection.MOST_IMPORTANT: _ABOUT_ME,
    RecordSection.IMPORTANT_PEOPLE: _ABOUT_ME,
    RecordSection.COMMUNICATION: _ABOUT_ME,
    RecordSection.WELLNESS: _ABOUT_ME,
    RecordSection.DO_AND_DONT: _ABOUT_ME,
    RecordSection.HOW_TO_SUPPORT: _ABOUT_ME,
    RecordSection.WORTH_KNOWING: _ABOUT_ME,
    RecordSection.REASONABLE_ADJUSTMENT: _REQUIREMENT,
    RecordSection.ACCESSIBLE_INFORMATION: _REQUIREMENT,
    RecordSection.IMPAIRMENT: _REQUIREMENT,
    RecordSection.MOBILITY: EntryRules(is_coded=True, repeats=True),
    RecordSection.OTHER_REQUIREMENT: EntryRules(repeats=True),
    RecordSection.COMPLAINT: EntryRules(is_coded=True, repeats=True),
    RecordSection.REPORTED_COMPLAINT: EntryRules(repeats=True),
    RecordSection.PROBLEM: EntryRules(is_coded=True, repeats=True, comment=150, starts=True, ends=True),
    RecordSection.HOUSEHOLD: _CODED,
    RecordSection.OCCUPATION: _CODED,
    RecordSection.EDUCATION: _SHORT_TEXT,
    RecordSection.LIFESTYLE: _SHORT_TEXT,
    RecordSection.SMOKING: EntryRules(is_coded=True, comment=150, ends=True),  # ends: the day they stopped
    RecordSection.ALCOHOL: _CODED,
    RecordSection.DRUGS: _CODED,
    RecordSection.CIRCUMSTANCES: _SHORT_TEXT,
    RecordSection.ACCESS: _SHORT_TEXT,
    RecordSection.DEPENDANTS: _SHORT_TEXT,
    RecordSection.ACCOMMODATION: _SHORT_TEXT,
    RecordSection.HOUSEHOLD_ENVIRONMENT: _SHORT_TEXT,
    RecordSection.CARE: EntryRules(repeats=True, comment=150, starts=True, ends=True),  # comment: its type
}


class SafeguardingKind(models.TextChoices):
    """What is recorded about safeguarding. Children are not referred (field notes 2.3, rule 5)."""

    CONCERN = "concern", "A concern"
    NO_CONCERN = "no_concern", "Asked, and there is no concern"
    UNBORN_CHILD_PLAN = "unborn_child_plan", "Unborn child protection plan"
