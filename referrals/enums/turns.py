"""Whose turn it is."""

from django.db import models


class TurnOf(models.TextChoices):
    """Who must act next, or on whom it waits."""

    TEAM = "team", "The team"
    REFERRER = "referrer", "The referrer"
    PROVIDER = "provider", "The provider"
    PERSON = "person", "The person"
    NOBODY = "nobody", "Nobody for now"
