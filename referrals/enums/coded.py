"""Value sets of the NHS."""

from django.db import models


class NhsNumberStatus(models.TextChoices):
    """NHS NUMBER STATUS INDICATOR CODE of the NHS Data Dictionary (field notes 5, S120)."""

    PRESENT_VERIFIED = "01", "Number present and verified"
    PRESENT_NOT_TRACED = "02", "Number present but not traced"
    TRACE_REQUIRED = "03", "Trace required"
    TRACE_NO_MATCH = "04", "Trace attempted: no match or several"
    NEEDS_RESOLVING = "05", "Trace needs to be resolved"
    IN_PROGRESS = "06", "Trace in progress"
    NOT_PRESENT_NOT_REQUIRED = "07", "Number not present, trace not required"
    POSTPONED = "08", "Trace postponed (baby under six weeks old)"


class PreferredContact(models.TextChoices):
    """UK Core preferred contact method (field notes 3.6, S119)."""

    LETTER = "1", "Letter"
    VISIT = "2", "Visit"
    TELEPHONE = "3", "Telephone"
    EMAIL = "4", "E-mail"
    MINICOM = "5", "Minicom (textphone)"
    PROXY = "6", "Telephone via proxy"
    SIGN_LANGUAGE = "7", "Sign language"
    NO_TELEPHONE = "8", "No telephone contact"
    SMS = "9", "SMS (text message)"


class SnomedCode(models.TextChoices):
    """The two codes that go back to the record (field notes 2.4, S66 to S69)."""

    REFERRAL_TO_SOCIAL_PRESCRIBING = "871731000000106", "Referral to social prescribing service"
    SOCIAL_PRESCRIBING_DECLINED = "871711000000103", "Social prescribing declined"
