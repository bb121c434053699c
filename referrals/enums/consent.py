"""The words of consent: for what, on what ground, how it was given (field notes 2.3 item 6, and 3.9)."""

from django.db import models


class ConsentPurpose(models.TextChoices):
    """What a decision of the person is about. One decision, one purpose: a yes to one is no yes to another.

    Whether a person may be written to or telephoned is no purpose: that is a permission for each channel.
    """

    SHARE_WITH_PROVIDERS = "share_with_providers", "Sharing with services"
    MESSAGE_TO_PRACTICE = "message_to_practice", "A message to the registered practice"
    FULL_MESSAGE_BACK = "full_message_back", "The message back in full, not its codes alone"
    CONTACT_BY_RESEARCH = "contact_by_research", "Being asked by research or evaluation"


class ConsentDecision(models.TextChoices):
    """What the person decided."""

    GIVEN = "given", "Agreed"
    REFUSED = "refused", "Did not agree"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ConsentBasis(models.TextChoices):
    """On what ground something is shared (field notes 2.3, item 6)."""

    CONSENT = "consent", "The person agreed"
    BEST_INTERESTS = "best_interests", "Best-interests decision: the person lacks capacity"


class ConsentMethod(models.TextChoices):
    """How the person said it. A best-interests decision was said by nobody, and has none."""

    IN_PERSON = "in_person", "In person"
    BY_TELEPHONE = "by_telephone", "By telephone"
    IN_WRITING = "in_writing", "In writing"
    BY_REPRESENTATIVE = "by_representative", "By somebody who may speak for the person"
