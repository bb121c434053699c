"""The words of this app. A leaf: imports nothing of ours."""

from django.db import models


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", "Email"
    IN_APP = "in_app", "In the service's own inbox, and no other way"


class MessageStatus(models.TextChoices):
    """What has become of a message."""

    PENDING = "pending", "Owed"
    SENT = "sent", "Sent"
    STOPPED = "stopped", "Not to be sent any more"
    FAILED = "failed", "Given up: somebody has to look"


class MessageGroup(models.TextChoices):
    """The kinds of messages among which users and teams choose."""

    NEW_WORK = "new_work", "New work"
    QUESTIONS = "questions", "Questions and answers"
    NEWS = "news", "News of referrals"
    REMINDERS = "reminders", "Reminders and summaries"
    DIRECTORY = "directory", "The directory"


class HowTold(models.TextChoices):
    """How somebody wants to be told of one kind. Whatever they choose, it is in the inbox."""

    AT_ONCE = "at_once", "By email at once"
    DAILY = "daily", "In one email a day"
    IN_APP = "in_app", "In the inbox only"
