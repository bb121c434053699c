"""The onward referral to a service, and who came."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Team
from core.history import kept_history
from core.statements import SavedByHand
from referrals.enums import AttendanceResult, OnwardStatus, ProgrammeOutcome, ReferralStatus
from referrals.models.referral import Referral
from referrals.pathway import OnwardPathway
from referrals.querysets import BREACH_NOT_TOLD, CAN_BE_BREACHED, OnwardReferralQuerySet
from services_directory.enums import Delivery
from services_directory.models import Service

NO_HISTORY_OF_ONWARD = (
    "version", "status", "outcome", "ended_at", "next_action_on", "chase_on", "breach_told_of", "assessment_at",
    "next_review_on",
)  # fmt: skip
"""What the events say, and what is worked out from them."""


@kept_history(but=NO_HISTORY_OF_ONWARD)
class OnwardReferral(SavedByHand, OnwardPathway):
    """One offer of one person to one service. Personal data: through its referral, and the handover note."""

    reference = models.CharField(max_length=20, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="onward_referrals")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="onward_referrals")
    provider_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="onward_referrals")
    handover_note = models.TextField(
        max_length=2000, blank=True, help_text="What the provider needs to know, and no more."
    )
    sent_at = models.DateTimeField()
    next_action_on = models.DateField(
        null=True, blank=True, help_text="When an answer, an assessment or a review is due."
    )
    chase_on = models.DateField(
        null=True, blank=True, help_text="When the provider is next reminded of its answer, or the leads are told."
    )
    breach_told_of = models.DateField(
        null=True, blank=True, help_text="The due day of which the leads were told that it was breached."
    )
    assessment_at = models.DateTimeField(null=True, blank=True)
    next_review_on = models.DateField(
        null=True, blank=True, help_text="The scheme's first review point of which nothing is recorded yet."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=ProgrammeOutcome, blank=True)
    rerouted_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="rerouted_to", null=True, blank=True
    )

    objects: ClassVar = OnwardReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OnwardStatus.values), name="onward_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=OnwardStatus.ENDED, ended_at__isnull=False)
                | Q(status__in=OnwardStatus.OPEN, ended_at__isnull=True, next_action_on__isnull=False),
                name="onward_open_has_a_next_action",
            ),
            models.CheckConstraint(
                condition=~Q(status=OnwardStatus.COMPLETED) | ~Q(outcome=""), name="onward_completed_has_an_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=ProgrammeOutcome.values), name="onward_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(rerouted_from__isnull=True) | ~Q(rerouted_from=F("id")),
                name="onward_not_rerouted_to_itself",
            ),
            # Two open offers of the same person to the same service would be one too many.
            models.UniqueConstraint(
                fields=["referral", "service"],
                condition=Q(status__in=OnwardStatus.OPEN),
                name="onward_open_once_per_service",
            ),
        ]
        indexes = [
            models.Index(fields=["provider_team", "-id"], name="onward_by_provider_team"),
            models.Index(
                fields=["provider_team", "status", "next_action_on", "id"],
                condition=Q(status__in=OnwardStatus.OPEN),
                name="onward_open_of_provider",
            ),
            models.Index(
                fields=["next_action_on", "id"], condition=Q(status=OnwardStatus.SENT), name="onward_unanswered"
            ),
            models.Index(
                fields=["next_action_on"], condition=Q(status=OnwardStatus.INFORMATION_REQUESTED),
                name="onward_question_due",
            ),
            models.Index(
                fields=["chase_on", "id"],
                condition=Q(status=OnwardStatus.SENT, chase_on__isnull=False),
                name="onward_to_chase",
            ),
            models.Index(
                fields=["next_action_on", "id"],
                condition=CAN_BE_BREACHED & BREACH_NOT_TOLD,
                name="onward_breach_not_told",
            ),
            models.Index(
                fields=["next_action_on"], condition=Q(status=OnwardStatus.WAITLISTED), name="onward_waiting_review"
            ),
            models.Index(fields=["sent_at"], name="onward_by_sending"),
            models.Index(
                fields=["assessment_at", "id"],
                condition=Q(status=OnwardStatus.ASSESSMENT_BOOKED),
                name="onward_to_be_reminded",
            ),
            models.Index(
                fields=["next_review_on"],
                condition=Q(status__in=OnwardStatus.TAKING_PART, next_review_on__isnull=False),
                name="onward_review_due",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def is_sent_out(self) -> bool:
        """Whether it is a pack that is sent and followed up: nobody attends, and nothing is booked."""
        return bool(self.service.delivery == Delivery.POSTED)

    @property
    def is_person_away(self) -> bool:
        """Whether the person pauses, or the referral is on hold: nobody asks how they are until they are back."""
        return bool(self.status == OnwardStatus.PAUSED or self.referral.status == ReferralStatus.ON_HOLD)

    @property
    def can_be_rerouted(self) -> bool:
        """Whether it ended without being taken up by the provider, and nothing has taken its place yet."""
        return self.status in OnwardStatus.REROUTABLE and not hasattr(self, "rerouted_to")


@kept_history()
class Attendance(models.Model):
    """Whether one person came to one session. Personal data: yes.

    The one truth of it, whichever way it came in: by the session's register, or for one person and a day (then without
    a session, where the provider keeps none). A correction replaces the entry, whose earlier words are kept
    (`SupersededAttendance`).
    """

    onward_referral = models.ForeignKey(OnwardReferral, on_delete=models.PROTECT, related_name="attendances")
    session = models.ForeignKey(
        "referrals.Session", on_delete=models.PROTECT, related_name="attendances", null=True, blank=True
    )
    session_on = models.DateField(help_text="The day in England.")
    result = models.CharField(max_length=10, choices=AttendanceResult)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["onward_referral", "session_on", "session"],
                nulls_distinct=False,
                name="attendance_once_a_session",
            ),
            models.CheckConstraint(condition=Q(result__in=AttendanceResult.values), name="attendance_result_known"),
        ]

    def __str__(self) -> str:
        return f"{self.session_on} of {self.onward_referral_id}"
