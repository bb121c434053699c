"""The clocks of a team."""

from django.db import models

from accounts.models import Team


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

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(contact_tries__gte=1), name="policy_tries_once"),
            models.CheckConstraint(condition=models.Q(assessment_misses__gte=1), name="policy_misses_once"),
        ]

    def __str__(self) -> str:
        return f"Clocks of {self.team_id}"
