"""The words of this app. A leaf: imports nothing of ours."""

from django.db import models


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", "Email"
    WEBHOOK = "webhook", "Webhook"


class MessageStatus(models.TextChoices):
    """What has become of a message."""

    PENDING = "pending", "Owed"
    SENT = "sent", "Sent"
    STOPPED = "stopped", "Not to be sent any more"
    FAILED = "failed", "Given up: somebody has to look"


class WebhookStatus(models.TextChoices):
    """Whether an endpoint is sent anything."""

    ACTIVE = "active", "In use"
    DISABLED = "disabled", "Switched off, until its keeper enables it"
    ENDED = "ended", "Ended by its keeper"


class DisabledReason(models.TextChoices):
    """Why an endpoint was switched off."""

    GONE = "gone", "It answered 410 Gone"
    FAILING = "failing", "It took nothing for as long as a message is tried"
