"""The words of who a person is and how they may be reached."""

from django.db import models


class Permission(models.TextChoices):
    """Whether a person may be reached by a channel."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_ASKED = "not_asked", "Not asked"


class ContactChannel(models.TextChoices):
    """How a person can be reached. Each has a column `may_<channel>` on the referral."""

    EMAIL = "email", "Email"
    SMS = "sms", "Text message"
    TELEPHONE = "telephone", "Telephone"
    VOICEMAIL = "voicemail", "A message on the telephone"
    LETTER = "letter", "Letter"


class TelephoneRule(models.TextChoices):
    """What the person said of the telephone; it goes before the permissions."""

    PHONE_ONLY = "phone_only", "By telephone only"
    DO_NOT_PHONE = "do_not_phone", "Do not telephone"


class InformationFormat(models.TextChoices):
    """In which form a person can read or hear what is written for them (Accessible Information Standard)."""

    LARGE_PRINT = "large_print", "Large print"
    BRAILLE = "braille", "Braille"
    EASY_READ = "easy_read", "Easy read"
    AUDIO = "audio", "Audio"
    BSL_VIDEO = "bsl_video", "Video in British Sign Language"
    EMAIL_TEXT = "email_text", "Plain text by email, for a screen reader"


class AddressKind(models.TextChoices):
    """What an address is for."""

    HOME = "home", "Home"
    TEMPORARY = "temporary", "Temporary"
    CORRESPONDENCE = "correspondence", "For letters"


class PersonChangeKind(models.TextChoices):
    """What was changed of who a person is."""

    IDENTITY_CORRECTED = "identity_corrected", "NHS number or its status corrected"
    SAME_AS = "same_as", "A referrer said that it is the same person"
    DEATH_RECORDED = "death_recorded", "Death recorded"
    DEATH_UNDONE = "death_undone", "Recorded death found to be a mistake"
    RESTRICTED = "restricted", "Marked: whoever opens the record is asked why"
    UNRESTRICTED = "unrestricted", "No longer marked"
