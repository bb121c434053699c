"""The words of this app. A leaf: imports nothing of ours."""

from django.db import models


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", "Email"
    SMS = "sms", "Text message"
    LETTER = "letter", "Letter"


class MessageStatus(models.TextChoices):
    """What has become of a message."""

    PENDING = "pending", "Owed"
    SENT = "sent", "Sent"
    STOPPED = "stopped", "Not to be sent any more"
    FAILED = "failed", "Given up: somebody has to look"
