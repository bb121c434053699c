"""What happened: append-only, chained, and the one source of the timeline, the clocks and every statistic."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from core.statements import SavedByHand
from referrals.enums import SnomedCode
from referrals.models.onward import OnwardReferral
from referrals.models.referral import Referral


class ReferralEvent(SavedByHand):
    """One thing that happened to a referral or to one of its onward referrals.

    Triggers refuse every change and removal, and a row whose sequence or hash does not follow the one before it
    (migration 0002). `hashed_text` is the exact text that was hashed, so that anyone can check the chain. It holds
    the seal of the note, not the note: what was said can be forgotten one day, and the chain still holds.
    Personal data: who acted, and what was said (`note`).
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="events")
    onward_referral = models.ForeignKey(
        OnwardReferral, on_delete=models.PROTECT, related_name="events", null=True, blank=True
    )
    sequence = models.PositiveIntegerField(help_text="1, 2, 3 … within the referral, without a gap.")
    kind = models.CharField(max_length=40, help_text="The step's name, or an EventKind.")
    from_status = models.CharField(max_length=30, blank=True)
    to_status = models.CharField(max_length=30, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Empty: the service itself.",
    )
    actor_name = models.CharField(max_length=70)
    occurred_at = models.DateTimeField()
    reason = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    note = models.TextField(max_length=4000, blank=True)
    note_salt = models.CharField(max_length=32, blank=True, help_text="Goes with the note.")
    note_seal = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the salt and the note.")
    details = models.JSONField(default=dict)
    snomed_code = models.CharField(max_length=18, blank=True, choices=SnomedCode)
    previous_hash = models.CharField(max_length=64, blank=True)
    hashed_text = models.TextField()
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True, help_text="For auditors; never used in logic.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "sequence"], name="event_sequence_once"),
            # The national rule: each of the two codes at most once per referral (field notes 2.4, S67).
            models.UniqueConstraint(
                fields=["referral", "snomed_code"], condition=~Q(snomed_code=""), name="event_snomed_code_once"
            ),
        ]
        indexes = [
            models.Index(fields=["onward_referral", "kind"], name="event_by_onward_referral"),
            # They are written in the order of time: a few pages say where a week lies among the years.
            BrinIndex(fields=["occurred_at"], autosummarize=True, name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.sequence} of {self.referral_id}"
