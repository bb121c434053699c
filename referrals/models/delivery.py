"""What a provider does with the people sent to it: sessions with their register, and reviews."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Team
from referrals.enums import AttendanceResult, ReviewResult, SessionCancelReason
from referrals.models.onward import Attendance, OnwardReferral
from services_directory.models import Service


class Session(models.Model):
    """One meeting of a service. Personal data: none; who came is in `Attendance`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="sessions")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="sessions", help_text="Who holds it.")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=150)
    places = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: as many as come.")
    drop_ins = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many came whom nobody had referred; empty until a register is taken."
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    cancel_reason = models.CharField(max_length=20, choices=SessionCancelReason, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="session_lasts"),
            models.CheckConstraint(condition=~Q(place=""), name="session_is_somewhere"),
            models.CheckConstraint(condition=Q(places__isnull=True) | Q(places__gte=1), name="session_has_places"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True, cancel_reason="")
                | Q(
                    cancelled_at__isnull=False,
                    cancelled_by__isnull=False,
                    cancel_reason__in=SessionCancelReason.values,
                ),
                name="session_cancelled_by_somebody_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["service", "team", "starts_at", "place"],
                condition=Q(cancelled_at__isnull=True),
                name="session_once_at_a_time_and_place",
            ),
        ]
        indexes = [models.Index(fields=["team", "starts_at", "id"], name="session_of_team")]

    def __str__(self) -> str:
        return f"Session {self.pk} of {self.service_id}"


class RegisterTaken(models.Model):
    """A register was taken or corrected, by whom and when, and how many had dropped in. Personal data: none."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="registers_taken")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the session.")
    drop_ins = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="register_taken_once")]

    def __str__(self) -> str:
        return f"Register {self.number} of {self.session_id}"


class SupersededAttendance(models.Model):
    """What an entry of the register said before it was corrected. Personal data: yes, as the entry."""

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="superseded")
    result = models.CharField(max_length=10, choices=AttendanceResult)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(help_text="When it had been written down, not when it was corrected.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=AttendanceResult.values), name="superseded_result_known"),
        ]

    def __str__(self) -> str:
        return f"Earlier entry of {self.attendance_id}"


class Review(models.Model):
    """A review that a provider held with a person, or that was missed. Personal data: yes; the note may be special-
    category. Of each of the scheme's points the last row counts: what was recorded wrongly is recorded again.
    """

    onward_referral = models.ForeignKey(OnwardReferral, on_delete=models.PROTECT, related_name="reviews")
    weeks = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The scheme's point, in weeks since the start; empty: between the points."
    )
    result = models.CharField(max_length=6, choices=ReviewResult)
    reviewed_on = models.DateField(help_text="When it was held, or should have been.")
    note = models.TextField(max_length=2000, blank=True, help_text="For the link worker.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=ReviewResult.values), name="review_result_known"),
            models.CheckConstraint(condition=Q(weeks__isnull=True) | Q(weeks__gte=1), name="review_after_the_start"),
            models.CheckConstraint(
                condition=Q(weeks__isnull=False) | Q(result=ReviewResult.HELD), name="review_missed_at_a_point"
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.onward_referral_id} on {self.reviewed_on}"
