"""The outbox: what is owed to whom, and what was delivered."""

import uuid

from django.db import models
from django.db.models import Q

from notifications.enums import Channel, MessageStatus


class OutboxMessage(models.Model):
    """One message owed to one address because of one event, written in the transaction of that event.

    Its id travels with the message and never changes, so a receiver can tell a repetition. Personal data: a work or
    team address, and the public reference in `context`; nothing about the person referred.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event_key = models.CharField(max_length=120, help_text="What happened, for example referral-event:123.")
    recipient = models.CharField(max_length=254)
    channel = models.CharField(max_length=10, choices=Channel)
    template = models.CharField(max_length=40)
    context = models.JSONField(help_text="References and dates only: see notifications.templates.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="For auditors; no rule reads it.")
    occurred_at = models.DateTimeField(help_text="When the event happened.")
    available_at = models.DateTimeField(help_text="When it may be claimed next; while it is claimed, the lease's end.")
    attempts = models.PositiveIntegerField(
        default=0, help_text="How often it was claimed. Tells one claim from the next."
    )
    deferrals = models.PositiveSmallIntegerField(default=0, help_text="How often sending it was put off.")
    status = models.CharField(max_length=10, choices=MessageStatus, default=MessageStatus.PENDING)
    sent_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True, help_text="Why it was last put off, or given up.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_key", "recipient", "channel"], name="message_once_per_event"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="message_channel_known"),
            models.CheckConstraint(condition=Q(status__in=MessageStatus.values), name="message_status_known"),
            models.CheckConstraint(
                condition=Q(status=MessageStatus.SENT, sent_at__isnull=False)
                | (~Q(status=MessageStatus.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=MessageStatus.FAILED) | ~Q(failure=""), name="message_failed_has_its_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_at", "id"], condition=Q(status=MessageStatus.PENDING), name="message_due_idx"
            ),
            models.Index(
                fields=["occurred_at", "id"], condition=Q(status=MessageStatus.FAILED), name="message_failed_idx"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Delivery(models.Model):
    """One message recorded as delivered, once. Written in the statement that marks the message as sent.

    Personal data: none.
    """

    message = models.OneToOneField(OutboxMessage, on_delete=models.PROTECT, primary_key=True, related_name="delivery")
    at = models.DateTimeField(help_text="When the other side took it.")
    wire_id = models.CharField(max_length=255, help_text="Its id on the wire; for email the Message-ID.")
    attempts = models.PositiveIntegerField(help_text="How often it was claimed until then.")

    def __str__(self) -> str:
        return str(self.message_id)


class UndeliverableAddress(models.Model):
    """An address at which nothing arrives, found by a message that was refused for good or came back.

    Nothing more is sent there until somebody confirms that it works. The address itself is not kept: only a digest
    of it with our key (`notifications.bounces`), which tells whether an address in hand is this one. Personal data:
    the digest; forgetting a person takes the rows about them.
    """

    channel = models.CharField(max_length=10, choices=Channel)
    digest = models.CharField(max_length=64)
    recipient = models.CharField(
        max_length=254, blank=True, help_text="Whom the message was for, where that is a key and no address."
    )
    reason = models.CharField(max_length=200)
    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="+", help_text="What found it.")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest"], name="undeliverable_address_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="undeliverable_channel_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="undeliverable_says_why"),
        ]
        indexes = [
            models.Index(fields=["recipient"], condition=~Q(recipient=""), name="undeliverable_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"Undeliverable {self.pk}"
