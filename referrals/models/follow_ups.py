"""Follow-ups: at which months a scheme asks, when somebody is to be asked next, and what became of it."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from referrals.enums import AskedResult, ConsultationMechanism, SinceTheStart, StillActive
from referrals.models.onward import OnwardReferral
from services_directory.models import Service

USUAL_MONTHS = (3, 6, 12)
"""Of a programme, where it has not said otherwise: field notes 3.8 (at 6 and 12 months, after its middle and end; the
evaluation framework wants three points or more, over a year where it can be: S90)."""
USUAL_WINDOW_DAYS = 28
"""How long after a point somebody is still tried (custom: field notes 3.8 ask for a window, and name none)."""
OPENS = dt.timedelta(days=14)
"""How long before a point somebody may be asked, as with a review (custom)."""
MONTHS = (1, 60)
WINDOW_DAYS = (7, 90)
"""The least and the most that can be set."""


class FollowUpPlan(models.Model):
    """At which months after the start a scheme asks, as it has said itself. Personal data: who changed it."""

    service = models.OneToOneField(
        Service, on_delete=models.CASCADE, related_name="follow_up_plan", primary_key=True
    )  # says something of its service, and nothing without it
    months = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(MONTHS[0]), MaxValueValidator(MONTHS[1])]),
        default=list, blank=True, help_text="After the start, in order. Empty: nobody is asked.",
    )  # fmt: skip
    window_days = models.PositiveSmallIntegerField(
        default=USUAL_WINDOW_DAYS, help_text="How long after a point somebody is still tried."
    )
    version = models.PositiveIntegerField(default=0, help_text="How often it was changed.")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(window_days__range=WINDOW_DAYS), name="follow_up_window_in_its_range"),
        ]

    def __str__(self) -> str:
        return f"Follow-ups of {self.service_id}"


class FollowUpClock(models.Model):
    """When a person is to be asked next; there is no row where nobody is to be. Personal data: none.

    A row of its own, because it goes on when the onward referral and its referral have ended.
    """

    onward_referral = models.OneToOneField(
        OnwardReferral, on_delete=models.CASCADE, related_name="follow_up_clock", primary_key=True
    )
    months = models.PositiveSmallIntegerField(help_text="The scheme's point, in months since the start.")
    due_on = models.DateField()
    closes_on = models.DateField(help_text="The last day on which somebody is tried.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("due_on")), name="follow_up_closes_after_it_is_due"),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="follow_up_due"),
            models.Index(fields=["closes_on", "onward_referral"], name="follow_up_to_give_up"),
        ]

    def __str__(self) -> str:
        return f"Follow-up clock of {self.onward_referral_id}"

    def has_opened(self, *, on: dt.date) -> bool:
        """Whether the person may be asked by a day; whether the clock stands still is not looked at."""
        return self.due_on - OPENS <= on


class FollowUp(models.Model):
    """What became of asking a person at one of the scheme's points, or of one try. Of a point the last row counts.

    Append-only, kept so by a trigger. Personal data: yes; no free text.
    """

    onward_referral = models.ForeignKey(OnwardReferral, on_delete=models.PROTECT, related_name="follow_ups")
    months = models.PositiveSmallIntegerField(help_text="The scheme's point, in months since the start.")
    result = models.CharField(max_length=12, choices=AskedResult)
    asked_on = models.DateField()
    mechanism = models.CharField(
        max_length=2, choices=ConsultationMechanism, blank=True, help_text="How they were asked."
    )
    still_active = models.CharField(max_length=10, choices=StillActive, blank=True)
    since_the_start = models.CharField(max_length=10, choices=SinceTheStart, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, help_text="Empty: the clock."
    )
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(months__range=MONTHS), name="follow_up_months_in_their_range"),
            models.CheckConstraint(condition=Q(result__in=AskedResult.values), name="follow_up_asked_result_known"),
            models.CheckConstraint(
                condition=Q(result=AskedResult.MISSED, recorded_by__isnull=True, mechanism="")
                | Q(
                    result__in=AskedResult.BY_SOMEBODY,
                    recorded_by__isnull=False,
                    mechanism__in=ConsultationMechanism.values,
                ),
                name="follow_up_by_somebody_or_given_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    result=AskedResult.REACHED,
                    still_active__in=StillActive.values,
                    since_the_start__in=SinceTheStart.values,
                )
                | Q(~Q(result=AskedResult.REACHED), still_active="", since_the_start=""),
                name="follow_up_answers_of_who_answered",
            ),
        ]
        indexes = [models.Index(fields=["onward_referral", "-id"], name="follow_up_of_onward")]

    def __str__(self) -> str:
        return f"Follow-up of {self.onward_referral_id} at {self.months} months"
