"""What every app needs a row for: a request that must not be carried out twice, and what the timetable did."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class IdempotencyKey(models.Model):
    """One request that carried an Idempotency-Key, and what it made.

    Written in the transaction of the use case itself, so the key and what it made stand or fall together. Holds no
    personal data: the body only as a digest.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    operation = models.CharField(max_length=60)
    key = models.CharField(max_length=128)
    body_digest = models.CharField(max_length=64)
    result = models.CharField(max_length=60, blank=True, help_text="The public reference of what was made.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "operation", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class RunOutcome(models.TextChoices):
    """How a run of the timetable ended."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    INTERRUPTED = "interrupted", "Interrupted: its process was stopped"


class TaskRun(models.Model):
    """One run of one task of the timetable: the proof that it ran, and what it did. Personal data: none."""

    task = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=RunOutcome, default=RunOutcome.RUNNING)
    figures = models.JSONField(default=dict, help_text="What it did: a name and a count for each.")
    failure = models.CharField(max_length=60, blank=True, help_text="The kind of error. Its words are in the log.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=("done", "failed"), ended_at__isnull=False)
                | Q(outcome__in=("running", "interrupted"), ended_at__isnull=True),
                name="run_ended_has_its_time",
            ),
            models.UniqueConstraint(fields=["task"], condition=Q(outcome="running"), name="run_one_at_once"),
        ]
        indexes = [models.Index(fields=["task", "-started_at", "-id"], name="run_latest_idx")]

    def __str__(self) -> str:
        return f"{self.task} {self.started_at:%Y-%m-%d %H:%M}"


class TaskPulse(models.Model):
    """When a task that runs every second last ran; written every ten seconds at most. Personal data: none."""

    task = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.task
