"""The words of keeping and forgetting."""

from django.db import models


class RecordKind(models.TextChoices):
    """What is kept for a time of its own, counted from its end; of a draft, from when it was last touched."""

    SUPPORTED = "supported", "Referral of a person who was supported"
    NOT_TAKEN_ON = "not_taken_on", "Referral that was never taken on"
    NEVER_SENT = "never_sent", "Draft that was thrown away"
    STALE_DRAFT = "stale_draft", "Draft that nobody has touched for long"


class RetentionDecision(models.TextChoices):
    """What became of a proposal to forget."""

    FORGOTTEN = "forgotten", "Forgotten"
    KEPT = "kept", "Kept for longer"


class KeepingReason(models.TextChoices):
    """Why a record is kept beyond its time."""

    PERSON_ASKED = "person_asked", "The person asked for it"
    COMPLAINT = "complaint", "A complaint or claim is open"
    SAFEGUARDING = "safeguarding", "A safeguarding matter is open"
    INQUIRY = "inquiry", "A court or an inquiry asked for it"
    STILL_SUPPORTED = "still_supported", "The person is still supported"
