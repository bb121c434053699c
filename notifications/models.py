"""The outbox: what is owed to whom, and what was delivered."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Team
from notifications.enums import Channel, HowTold, MessageStatus


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
    request_id = models.CharField(
        max_length=36,
        blank=True,
        db_default="",
        help_text="Of the request which owed it, for the log; no rule reads it.",
    )
    occurred_at = models.DateTimeField(help_text="When the event happened.")
    available_at = models.DateTimeField(help_text="When it may be claimed next; while it is claimed, the lease's end.")
    held_until = models.DateTimeField(
        null=True, blank=True, help_text="Until when it waits because its recipient chose so; null: for nothing."
    )
    in_digest = models.BooleanField(
        default=False, db_default=False, help_text="Whether it goes out with others of its recipient, as one email."
    )
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
            models.CheckConstraint(
                condition=~Q(channel=Channel.IN_APP) | Q(status=MessageStatus.SENT),
                name="message_in_app_is_there_at_once",
            ),
            models.CheckConstraint(
                condition=Q(in_digest=False) | Q(channel=Channel.EMAIL, held_until__isnull=False),
                name="message_in_digest_is_a_held_email",
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_at", "id"], condition=Q(status=MessageStatus.PENDING), name="message_due_idx"
            ),
            models.Index(
                fields=["occurred_at", "id"], condition=Q(status=MessageStatus.FAILED), name="message_failed_idx"
            ),
            models.Index(fields=["recipient", "-occurred_at", "-id"], name="message_inbox_idx"),
            models.Index(
                fields=["available_at", "id"],
                condition=Q(status=MessageStatus.PENDING, in_digest=True),
                name="message_digest_due_idx",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(status=MessageStatus.PENDING, in_digest=True),
                name="message_digest_of_idx",
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


class Reading(models.Model):
    """That one user has read one message of their inbox. Personal data: what a user has read, for as long as the
    inbox shows it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")  # nothing without
    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="readings")  # either of them
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="reading_once")]

    def __str__(self) -> str:
        return f"{self.message_id} by {self.user_id}"


class Preference(models.Model):
    """How a user, or a team at its inbox address, wants to be told. Without a row: by email, at once, at any hour.

    Personal data: the habits of a user.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )  # nothing without its user
    team = models.OneToOneField(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")  # nor its team
    new_work = models.CharField(max_length=10, choices=HowTold, default=HowTold.AT_ONCE)
    questions = models.CharField(max_length=10, choices=HowTold, default=HowTold.AT_ONCE)
    news = models.CharField(max_length=10, choices=HowTold, default=HowTold.AT_ONCE)
    reminders = models.CharField(max_length=10, choices=HowTold, default=HowTold.AT_ONCE)
    directory = models.CharField(max_length=10, choices=HowTold, default=HowTold.AT_ONCE)
    quiet_from = models.TimeField(null=True, blank=True, help_text="By the clock in England; may be after quiet_until.")
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_on_days_off = models.BooleanField(default=False, help_text="Whether weekends and bank holidays are quiet.")
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(team__isnull=True), name="preference_is_a_users_or_a_teams"
            ),
            models.CheckConstraint(
                condition=Q(
                    new_work__in=HowTold.values,
                    questions__in=HowTold.values,
                    news__in=HowTold.values,
                    reminders__in=HowTold.values,
                    directory__in=HowTold.values,
                ),
                name="preference_choices_known",
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=True) | ~Q(new_work=HowTold.IN_APP),
                name="preference_of_team_has_new_work_by_email",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True, quiet_on_days_off=False)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="preference_quiet_hours_have_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id or self.team_id}"
