"""What a link-worker team does for a person and writes down: contacts, notes, the plan, signposting, tasks.

All of it is the team's own: no referrer and no provider reads it, but for a note that is shared on purpose.
Append-only, kept so by triggers, but for a task, which is done once.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.actors import THE_PERSON
from core.history import kept_history
from referrals.enums import (
    ConsultationMechanism,
    ContactDirection,
    ContactOutcome,
    ContactParty,
    FollowUpResult,
)
from referrals.models.onward import OnwardReferral
from referrals.models.referral import Referral
from services_directory.models import Service


class Contact(models.Model):
    """One contact about a person, or one try to reach them. What is wrong is replaced by another, and stays.

    Personal data: when and how somebody was in touch, and what was said (`note`, special-category).
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="contacts")
    with_whom = models.CharField(max_length=10, choices=ContactParty)
    with_name = models.CharField(max_length=70, blank=True, help_text="Who, where it was not the person: name or role.")
    mechanism = models.CharField(max_length=2, choices=ConsultationMechanism)
    direction = models.CharField(max_length=3, choices=ContactDirection)
    outcome = models.CharField(max_length=20, choices=ContactOutcome)
    occurred_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    location = models.CharField(max_length=150, blank=True)
    note = models.TextField(max_length=4000, blank=True)
    onward_referral = models.ForeignKey(
        OnwardReferral,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="What it was about.",
    )
    is_warm_handover = models.BooleanField(
        default=False, help_text="The link worker introduced the person to the provider of that onward referral."
    )
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(with_whom__in=ContactParty.values), name="contact_party_known"),
            models.CheckConstraint(
                condition=Q(mechanism__in=ConsultationMechanism.values), name="contact_mechanism_known"
            ),
            models.CheckConstraint(condition=Q(direction__in=ContactDirection.values), name="contact_direction_known"),
            models.CheckConstraint(condition=Q(outcome__in=ContactOutcome.values), name="contact_outcome_known"),
            models.CheckConstraint(
                condition=Q(is_warm_handover=False) | Q(onward_referral__isnull=False, outcome=ContactOutcome.SPOKE),
                name="contact_handover_has_its_onward_referral",
            ),
            models.CheckConstraint(condition=Q(occurred_at__lte=F("recorded_at")), name="contact_has_happened"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="contact_does_not_replace_itself"
            ),
        ]
        indexes = [models.Index(fields=["referral", "-occurred_at", "-id"], name="contact_of_referral")]

    def __str__(self) -> str:
        return f"Contact {self.pk} of {self.referral_id}"


class CaseNote(models.Model):
    """One note of the team on a case. A correction is another note that replaces it.

    Personal data: special-category. Never in a message, an export or an answer to anybody outside the team, unless it
    is shared with the referrer on purpose.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="case_notes")
    text = models.TextField(max_length=8000)
    is_shared = models.BooleanField(default=False, help_text="The referrer reads it too.")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        help_text="Empty: the person themself, on their own page.",
    )  # fmt: skip
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="case_note_says_something"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="case_note_does_not_replace_itself"
            ),
        ]
        indexes = [models.Index(fields=["referral", "-id"], name="case_note_of_referral")]

    def __str__(self) -> str:
        return f"Note {self.pk} of {self.referral_id}"

    @property
    def author(self) -> str:
        """Who wrote it, by name."""
        return self.recorded_by.full_name if self.recorded_by else THE_PERSON


class PlanVersion(models.Model):
    """A care and support plan as it was agreed at one time, whole. The highest number is the plan.

    `document` is what `services.plan.as_document` writes, and nothing else; its shape is in docs/link-worker.md.
    Personal data: special-category, in the person's own words.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="plan_versions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the referral.")
    document = models.JSONField()
    review_on = models.DateField(null=True, blank=True, help_text="A copy of the document's, to find what is due.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "number"], name="plan_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="plan_version_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"Plan {self.number} of {self.referral_id}"


class Signpost(models.Model):
    """A person was told of a service and how to reach it. No referral, nor counted as one (field notes 2.3, rule 14).

    Personal data: what the person was told of, and why.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="signposts")
    signposted_on = models.DateField()
    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where it is in the directory.",
    )
    name = models.CharField(max_length=150, help_text="As it was called on that day.")
    contact_details = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=150, blank=True)
    information_given = models.CharField(max_length=1000, blank=True)
    follow_up_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="signpost_names_its_target"),
            models.CheckConstraint(
                condition=Q(follow_up_on__isnull=True) | Q(follow_up_on__gte=F("signposted_on")),
                name="signpost_is_followed_up_later",
            ),
        ]
        indexes = [models.Index(fields=["referral", "-id"], name="signpost_of_referral")]

    def __str__(self) -> str:
        return f"Signpost {self.pk} of {self.referral_id}"


class SignpostFollowUp(models.Model):
    """What was heard after signposting, once. Personal data: through its signpost, and the note."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    signpost = models.OneToOneField(Signpost, on_delete=models.PROTECT, related_name="follow_up")
    result = models.CharField(max_length=10, choices=FollowUpResult)
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=FollowUpResult.values), name="follow_up_result_known"),
        ]

    def __str__(self) -> str:
        return f"Follow-up of {self.signpost_id}"


@kept_history(but=["title", "due_on"])
class CaseTask(models.Model):
    """Something to do for a case that nothing else says. Done once. Personal data: its title may hold some."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        help_text="Empty: whoever has the case in hand.",
    )  # fmt: skip
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        help_text="Empty: the service itself.",
    )  # fmt: skip
    recorded_at = models.DateTimeField()
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="task_says_what"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="task_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(done_at__isnull=True), name="task_still_to_do"),
            models.Index(
                fields=["referral", "due_on"], condition=Q(done_at__isnull=True), name="task_to_do_of_referral"
            ),
            models.Index(fields=["referral", "-id"], name="task_of_referral"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Task {self.pk} of {self.referral_id}"
