"""How long records are kept, what has been proposed to be forgotten, and who took out what is held on a person."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.history import kept_history
from referrals.enums import KeepingReason, RecordKind, RetentionDecision
from referrals.models.person import Person
from referrals.models.referral import Referral


@kept_history(from_the_start=True)
class RetentionRule(models.Model):
    """How long one kind of record is kept; a kind without a row is kept as `DEFAULT_RULES` say. Personal data: none."""

    kind = models.CharField(max_length=20, choices=RecordKind, primary_key=True)
    keep_days = models.PositiveIntegerField(help_text="From the end of the referral.")
    source = models.CharField(max_length=300, help_text="Who says so.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RecordKind.values), name="retention_kind_known"),
            models.CheckConstraint(condition=Q(keep_days__gte=28), name="retention_outlasts_reopening"),
        ]

    def __str__(self) -> str:
        return self.kind


DEFAULT_RULES: dict[str, tuple[int, str]] = {
    RecordKind.SUPPORTED: (
        2922,
        "Eight years, as adult health records are kept. To be checked against the NHS Records Management Code of "
        "Practice and the organisation's own schedule.",
    ),
    RecordKind.NOT_TAKEN_ON: (730, "Two years: custom, to be set by the organisation."),
    RecordKind.NEVER_SENT: (90, "Ninety days: custom, to be set by the organisation."),
    RecordKind.STALE_DRAFT: (180, "Half a year: custom, to be set by the organisation."),
}
"""By kind, how many days it is kept, and who says so."""


class RetentionProposal(models.Model):
    """One ended referral whose time is over, and what a lead decided about it. Personal data: who decided."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="retention_proposals")
    kind = models.CharField(max_length=20, choices=RecordKind)
    due_on = models.DateField(help_text="When its time was over.")
    proposed_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=RetentionDecision, blank=True)
    reason = models.CharField(max_length=20, choices=KeepingReason, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    is_done = models.BooleanField(default=False, help_text="False only inside the transaction that forgets.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral"], condition=Q(decision=""), name="retention_proposed_once"),
            models.CheckConstraint(condition=Q(kind__in=RecordKind.values), name="retention_proposal_kind_known"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decision__in=RetentionDecision.values, decided_by__isnull=False, decided_at__isnull=False),
                name="retention_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decision=RetentionDecision.KEPT, keep_until__isnull=False)
                & Q(reason__in=KeepingReason.values)
                | ~Q(decision=RetentionDecision.KEPT) & Q(keep_until__isnull=True, reason=""),
                name="retention_kept_says_why_and_until_when",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(decision=""), name="retention_waiting"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SubjectAccess(models.Model):
    """That everything held on a person was taken out as one file: who did it, when, and why. The file is not kept.

    Append-only, kept so by a trigger. Personal data: who asked for whom.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="subject_accesses")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    request = models.CharField(max_length=300, help_text="How the person asked, and how it was seen that it is they.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file as JSON, to tell it again.")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(request=""), name="subject_access_says_why")]
        indexes = [models.Index(fields=["-made_at", "-id"], name="subject_access_by_time")]

    def __str__(self) -> str:
        return str(self.id)
