"""Through which door a referral came, and what is said of a discharge."""

from enum import nonmember

from django.db import models


class ReferralSource(models.TextChoices):
    """Who refers. Of a professional it is worked out from their organisation; of the others it is stated."""

    GP_PRACTICE = "gp_practice", "GP practice"
    HOSPITAL = "hospital", "Hospital"
    OTHER_PROFESSIONAL = "other_professional", "Another professional"
    CHARITY = "charity", "Charity"
    FAMILY = "family", "A family member, with the person's agreement"
    SELF = "self", "The person themself"

    STATED = nonmember(("family", "self"))


class ReferralMethod(models.TextChoices):
    """DAPB4066's closed list of how a referral came (field notes 2.3, rule 8)."""

    FAX = "fax", "Fax"
    PHONE = "phone", "Phone"
    SECURE_MESSAGING = "secure_messaging", "Secure Messaging"
    SECURE_EMAIL = "secure_email", "Secure Email"
    LETTER = "letter", "Letter"
    E_REFERRAL = "e_referral", "NHS E-Referral Service"
    SELF_REFERRAL = "self_referral", "Self referral"


class AreaKind(models.TextChoices):
    """What of a place or of a registration says which team is meant, the narrowest first."""

    GP_PRACTICE = "gp_practice", "Registered practice (ODS code)"
    LSOA = "lsoa", "Lower-layer super output area (GSS code)"
    WARD = "ward", "Ward (GSS code)"
    NEIGHBOURHOOD = "neighbourhood", "Neighbourhood (our own code)"
    LOCAL_AUTHORITY = "local_authority", "Local authority (GSS code)"


class DischargePathway(models.IntegerChoices):
    """Discharge to Assess, by what the person needs afterwards (field notes 3.7, S86; 3 is general knowledge)."""

    NO_NEW_NEEDS = 0, "0: home, no new or additional needs"
    HOME_WITH_NEEDS = 1, "1: home, with new or additional needs"
    COMMUNITY_BED = 2, "2: a community bed with recovery support"
    LONG_TERM_BED = 3, "3: bed-based care, likely for long"


class DischargeDestination(models.TextChoices):
    """Where the person goes (custom list: field notes 3.7 name the field and no value set)."""

    OWN_HOME = "own_home", "Their own home"
    FAMILY_HOME = "family_home", "With family or friends"
    SHELTERED = "sheltered", "Sheltered or supported housing"
    COMMUNITY_BED = "community_bed", "A community bed"
    CARE_HOME = "care_home", "A care home"
    TEMPORARY = "temporary", "Temporary accommodation, or no fixed abode"
    OTHER = "other", "Somewhere else"
