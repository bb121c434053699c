"""The clocks of a team."""

from typing import Final

from django.conf import settings
from django.db import models

from accounts.models import Team
from core.history import kept_history

RANGES: Final[dict[str, tuple[int, int]]] = {
    "triage_working_days": (1, 20),
    "answer_working_days": (1, 40),
    "first_contact_working_days": (1, 40),
    "review_working_days": (1, 120),
    "provider_response_days": (2, 90),
    "escalate_days_before": (1, 30),
    "booking_working_days": (1, 60),
    "waiting_review_days": (7, 180),
    "breach_working_days": (0, 60),
    "discharge_contact_working_days": (1, 20),
    "reopening_days": (0, 366),
    "contact_tries": (1, 10),
    "next_try_working_days": (1, 20),
    "closing_wait_working_days": (1, 40),
    "assessment_misses": (1, 10),
    "reminder_days": (0, 14),
}
"""The least and the most of each number (custom): so wide that no team is kept from its own ways, and that a slip of
the keyboard, a clock of nought days or of years, is refused."""


@kept_history(from_the_start=True)
class TeamPolicy(models.Model):
    """How long a team gives itself and others. A team without a row uses the defaults. Personal data: none.

    The sourced clock is the provider's 14 days (field notes 3.6, S15); the others are custom, to be set per team.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="policy")  # nothing without its team
    triage_working_days = models.PositiveSmallIntegerField(default=2)
    answer_working_days = models.PositiveSmallIntegerField(default=5)
    first_contact_working_days = models.PositiveSmallIntegerField(default=5)
    review_working_days = models.PositiveSmallIntegerField(default=20)
    provider_response_days = models.PositiveSmallIntegerField(default=14)
    escalate_days_before = models.PositiveSmallIntegerField(
        default=3, help_text="Before an unanswered onward referral expires, the leads are told."
    )
    booking_working_days = models.PositiveSmallIntegerField(
        default=10, help_text="By when a provider that has accepted should have booked the first assessment."
    )
    waiting_review_days = models.PositiveSmallIntegerField(
        default=28, help_text="When somebody looks again at a person on a waiting list."
    )
    breach_working_days = models.PositiveSmallIntegerField(
        default=5, help_text="How long a thing may be overdue before it is a breach, and the leads are told."
    )
    discharge_contact_working_days = models.PositiveSmallIntegerField(
        default=2, help_text="To the first contact after the person came home."
    )
    reopening_days = models.PositiveSmallIntegerField(default=28)

    # How often somebody is tried before the case asks to be closed (field notes 3.6: custom, no source has numbers).
    contact_tries = models.PositiveSmallIntegerField(default=3, help_text="Days on which a try must have failed.")
    next_try_working_days = models.PositiveSmallIntegerField(default=2)
    tries_need_another_way = models.BooleanField(
        default=True, help_text="One try at least by another way: a text or a letter after calls."
    )
    closing_wait_working_days = models.PositiveSmallIntegerField(
        default=2, help_text="How long the person has to answer the last try."
    )

    # Field notes 3.4: a missed one is booked again "up to a set number"; no source has the number.
    assessment_misses = models.PositiveSmallIntegerField(
        default=2, help_text="First assessments a person may miss before the provider is told to end it."
    )

    # Field notes 3.6 has no source for reminders of a first assessment: custom.
    reminder_days = models.PositiveSmallIntegerField(
        default=2, help_text="How long before a first assessment the person is reminded of it; 0: not at all."
    )

    version = models.PositiveIntegerField(default=0, help_text="How often it was changed.")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(contact_tries__gte=1), name="policy_tries_once"),
            models.CheckConstraint(condition=models.Q(assessment_misses__gte=1), name="policy_misses_once"),
            models.CheckConstraint(
                condition=models.Q(*((f"{name}__range", ends) for name, ends in RANGES.items())),
                name="policy_in_its_ranges",
            ),
            models.CheckConstraint(
                condition=models.Q(escalate_days_before__lt=models.F("provider_response_days")),
                name="policy_leads_hear_before_the_end",
            ),
        ]

    def __str__(self) -> str:
        return f"Clocks of {self.team_id}"
