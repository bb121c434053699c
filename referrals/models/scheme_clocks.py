"""The clocks of a scheme, where they are its own."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from referrals.models.team_policy import RANGES
from services_directory.models import Service

OF_A_SCHEME: Final = (
    "provider_response_days", "escalate_days_before", "booking_working_days", "waiting_review_days", "reminder_days",
)  # fmt: skip
"""The settings of a team that a scheme may have of its own: those of an onward referral to it."""


class SchemeClocks(models.Model):
    """What a scheme has set from a time on; a number that is empty is left to the team of each referral.

    Append-only, kept so by triggers: the row with the highest version counts, those before are its history.
    Personal data: who set them, at work.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="clock_settings")
    version = models.PositiveIntegerField(help_text="1, 2, 3 … within the scheme.")
    provider_response_days = models.PositiveSmallIntegerField(null=True)
    escalate_days_before = models.PositiveSmallIntegerField(null=True)
    booking_working_days = models.PositiveSmallIntegerField(null=True)
    waiting_review_days = models.PositiveSmallIntegerField(null=True)
    reminder_days = models.PositiveSmallIntegerField(null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "version"], name="scheme_clocks_version_once"),
            models.CheckConstraint(
                condition=Q(
                    *(Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": RANGES[name]}) for name in OF_A_SCHEME)
                ),
                name="scheme_clocks_in_their_ranges",
            ),
            models.CheckConstraint(
                condition=Q(escalate_days_before__isnull=True)
                | Q(provider_response_days__isnull=True)
                | Q(escalate_days_before__lt=F("provider_response_days")),
                name="scheme_clocks_leads_hear_before_the_end",
            ),
        ]

    def __str__(self) -> str:
        return f"Clocks of {self.service_id}, version {self.version}"
