"""The outbox: what is owed to whom, and what was delivered."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Team
from core.history import kept_history
from notifications.enums import Channel, DisabledReason, HowTold, MessageStatus, WebhookStatus


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
            # Two queues: however much waits for an endpoint that does not answer, nobody else looks through it.
            models.Index(
                fields=["available_at", "id"],
                condition=Q(status=MessageStatus.PENDING) & ~Q(channel=Channel.WEBHOOK),
                name="message_due_idx",
            ),
            models.Index(
                fields=["recipient", "available_at"],
                condition=Q(status=MessageStatus.PENDING, channel=Channel.WEBHOOK),
                name="webhook_due_idx",
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


class UndeliverableAddress(models.Model):
    """An address at which nothing arrives, found by a message that was refused for good or came back.

    Nothing more is sent there until somebody who knows that it works says so (`services.clear_bounce`). The address
    itself is not kept: only a digest of it with our key (`notifications.bounces`), which tells whether an address in
    hand is this one. Personal data: the digest; forgetting a person takes what was found by a message about them.
    """

    channel = models.CharField(max_length=10, choices=Channel)
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="+", help_text="What found it.")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest"], name="undeliverable_address_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="undeliverable_channel_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="undeliverable_says_why"),
        ]

    def __str__(self) -> str:
        return f"Undeliverable {self.pk}"


class Receipt(models.Model):
    """What the other side told us of a message after it had taken it, once: a repetition of it changes nothing.

    Personal data: none.
    """

    key = models.CharField(max_length=300, unique=True, help_text="What tells one telling from another.")
    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=40, help_text="In their words, for example permanent-failure, or 5.1.1.")
    at = models.DateTimeField(help_text="When we were told.")

    def __str__(self) -> str:
        return f"Receipt {self.pk}"


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


@kept_history(but=["free_at", "failing_since"], unsaid=["secret_salt", "previous_salt"], from_the_start=True)
class WebhookEndpoint(models.Model):
    """Where a team's own system is told, by a signed request, that something has happened to a referral of the team's.

    The row holds no secret: what is signed with is worked out from a salt and the deployment's secret key
    (docs/adr/0036). Personal data: who made it.
    """

    reference = models.CharField(max_length=20, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="webhook_endpoints")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    event_types = ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text="Empty: all.")
    secret_salt = models.CharField(max_length=64)
    previous_salt = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True, help_text="Until when the secret before also signs.")
    status = models.CharField(max_length=10, choices=WebhookStatus, default=WebhookStatus.ACTIVE)
    disabled_reason = models.CharField(max_length=10, choices=DisabledReason, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True, help_text="Since when it has taken nothing.")
    free_at = models.DateTimeField(help_text="When it may be sent to next; while it is sent to, the lease's end.")
    version = models.PositiveIntegerField(default=0, help_text="How often a keeper has changed it.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WebhookStatus.values), name="webhook_status_known"),
            models.CheckConstraint(
                condition=Q(
                    status=WebhookStatus.DISABLED, disabled_reason__in=DisabledReason.values, disabled_at__isnull=False
                )
                | (~Q(status=WebhookStatus.DISABLED) & Q(disabled_reason="", disabled_at__isnull=True)),
                name="webhook_disabled_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=WebhookStatus.ENDED, ended_at__isnull=False)
                | (~Q(status=WebhookStatus.ENDED) & Q(ended_at__isnull=True)),
                name="webhook_ended_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(previous_salt="", previous_until__isnull=True)
                | (~Q(previous_salt="") & Q(previous_until__isnull=False)),
                name="webhook_previous_secret_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "status"], name="webhook_by_team_idx"),
            models.Index(fields=["free_at", "id"], condition=Q(status=WebhookStatus.ACTIVE), name="webhook_free_idx"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def recipient(self) -> str:
        """How the outbox names it."""
        return f"{Channel.WEBHOOK}:{self.reference}"
