"""The words of the message back."""

from django.db import models


class MessageBackKind(models.TextChoices):
    """What a message back to the referrer tells (the five moments of the standard's feedback, field notes 2.5)."""

    ACCEPTANCE = "acceptance", "Accepted"
    REJECTION = "rejection", "Not accepted"
    QUESTION = "question", "Question"
    UNABLE_TO_CONTACT = "unable_to_contact", "Could not be contacted"
    CLOSING = "closing", "Ended"
