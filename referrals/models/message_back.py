"""What was sent back to the referrer, as it was sent, and that a practice has filed it. Append-only."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from referrals.enums import MessageBackKind
from referrals.models.event import ReferralEvent
from referrals.models.referral import Referral


class MessageBack(models.Model):
    """One message back, issued with the event that it tells of. A trigger refuses every change.

    Personal data: special-category; who the person is, and what was done with them.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="messages_back")
    event = models.OneToOneField(ReferralEvent, on_delete=models.PROTECT, related_name="message_back")
    kind = models.CharField(max_length=20, choices=MessageBackKind)
    is_in_full = models.BooleanField(help_text="False: the person asked that only the codes be shared.")
    registered_practice = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        help_text="To whom it also went: the person's practice, with their consent, where it did not refer.",
    )  # fmt: skip
    text = models.TextField(help_text="The document as issued: JSON, its members in the order of the message.")
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MessageBackKind.values), name="message_back_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="message_back_says_something"),
        ]
        indexes = [
            models.Index(fields=["referral", "-id"], name="message_back_of_referral"),
            models.Index(fields=["registered_practice", "-id"], name="message_back_of_practice"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def document(self) -> dict[str, Any]:
        """The document as issued, its members in order."""
        read: dict[str, Any] = json.loads(self.text)
        return read


class MessageBackFiling(models.Model):
    """That an organisation has filed a message back in the person's record. The first counts. Personal data: who."""

    message = models.ForeignKey(MessageBack, on_delete=models.PROTECT, related_name="filings")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "organization"], name="message_back_filed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} filed by {self.organization_id}"
