"""What every app needs a row for: a request that must not be carried out twice."""

from django.conf import settings
from django.db import models


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
