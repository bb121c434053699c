"""The words of follow-ups: what became of asking a person, some months after they began, how they are."""

from enum import nonmember

from django.db import models


class AskedResult(models.TextChoices):
    """What became of asking somebody at one of the scheme's points."""

    REACHED = "reached", "They answered"
    NOT_REACHED = "not_reached", "Not reached"
    DECLINED = "declined", "They do not want to be asked any more"
    MISSED = "missed", "Given up: its time was over"

    BY_SOMEBODY = nonmember(("reached", "not_reached", "declined"))  # the last is said by the clock alone
    SETTLES = nonmember(("reached", "declined", "missed"))  # who was not reached is tried again


class StillActive(models.TextChoices):
    """What the person still does of what they were sent for."""

    HERE = "here", "Still takes part here"
    ELSEWHERE = "elsewhere", "Goes on elsewhere, or by themselves"
    NO = "no", "Not any more"
    NOT_SAID = "not_said", "Did not say"


class SinceTheStart(models.TextChoices):
    """How the person says they are, beside when they began."""

    BETTER = "better", "Better"
    SAME = "same", "The same"
    WORSE = "worse", "Worse"
    NOT_SAID = "not_said", "Did not say"


class PointState(models.TextChoices):
    """Where one of the scheme's points stands for a person."""

    TO_COME = "to_come", "To come"
    OPEN = "open", "Can be asked now"
    WAITS = "waits", "Waits while the person is away"
    REVIEWED = "reviewed", "The scheme's own review is held then"
    REACHED = "reached", "They answered"
    DECLINED = "declined", "They do not want to be asked any more"
    MISSED = "missed", "Given up: its time was over"
    NOT_ASKED = "not_asked", "Nobody asks"
