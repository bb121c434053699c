"""The words of screening: how far a question is answered, and what became of a clearance that was asked for."""

from django.db import models


class QuestionState(models.TextChoices):
    """How far a question is answered at the planned start."""

    ANSWERED = "answered", "Answered"
    NEVER_ASKED = "never_asked", "Nobody has asked"
    UNKNOWN = "unknown", "Asked, and not known"
    TOO_OLD = "too_old", "The answer is too old"
    INCOMPLETE = "incomplete", "The answer does not say enough"


class ClearanceMechanism(models.TextChoices):
    """How a professional was asked. The message itself goes by the team's own means."""

    LETTER = "letter", "Letter"
    EMAIL = "email", "Secure email"
    CLINICAL_SYSTEM = "clinical_system", "Task in the clinical system"
    TELEPHONE = "telephone", "Telephone"
    IN_PERSON = "in_person", "In person"


class ClearanceRequestStatus(models.TextChoices):
    """Where a request for a clearance stands."""

    OPEN = "open", "Waits for the decision"
    DECIDED = "decided", "Decided: there is a clearance"
    REFUSED = "refused", "The professional will not decide"
    WITHDRAWN = "withdrawn", "No longer asked for"
