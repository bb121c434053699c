"""The words of measures that were taken."""

from django.db import models


class MeasureMode(models.TextChoices):
    """How a measure was taken."""

    FACE_TO_FACE = "face_to_face", "Asked face to face"
    TELEPHONE = "telephone", "Asked by telephone"
    SELF_COMPLETED = "self_completed", "Filled in by the person"
    BY_PROXY = "by_proxy", "Answered by somebody for them"
