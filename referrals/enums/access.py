"""The words of the access log."""

from django.db import models


class AccessPurpose(models.TextChoices):
    """For what a record was opened, as the page or route says by itself."""

    CARE = "care", "Opened"
    LISTED = "listed", "Seen in a list that says more than names"
    TAKEN_OUT = "taken_out", "Taken out as a document"
    FOR_THE_PERSON = "for_the_person", "Taken out for the person"
    SAFEGUARDING = "safeguarding", "Opened at safeguarding"
    OWN = "own", "Opened by the person"


class Unusual(models.TextChoices):
    """Why it is unusual that this reader opens this record: they are asked for a reason first."""

    RESTRICTED = "restricted", "The record is marked as one that is looked after closely"
    COLLEAGUE = "colleague", "The person has the name or the email address of a colleague"
    SELF = "self", "The person has the reader's own name or email address"


class AccessReason(models.TextChoices):
    """What a reader may say when they are asked why; words go with it."""

    I_SUPPORT = "i_support", "I refer or support this person"
    COVERING = "covering", "I cover for a colleague who is away"
    ASKED = "asked", "The person asked me to"
    COMPLAINT = "complaint", "I look into a complaint or a mistake"
    AT_RISK = "at_risk", "Somebody may be at risk"
    OTHER = "other", "Another reason"


class Visitor(models.TextChoices):
    """Who came by a link, and not with an account's own sign-in."""

    PERSON = "person", "The person, by the link to their page"
    TEAM_LINK = "team-link", "Somebody of the team, by its email link"
