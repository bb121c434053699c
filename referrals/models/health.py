"""What is known of a person's health for one referral, and what professionals decided about it. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.models.referral import Referral
from services_directory.models import Service
from services_directory.suitability.kinds import Answered


class Observation(models.Model):
    """One answer to one question of the vocabulary. The latest observed counts; the others stay as history.

    Append-only, kept so by a trigger. Personal data: special-category.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="observations")
    code = models.SlugField(max_length=60, help_text="Of services_directory.suitability.vocabulary.")
    answer = models.CharField(max_length=10, choices=Answered)
    value = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text="Of a blood pressure, the upper value."
    )
    second_value = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text="Of a blood pressure, the lower value."
    )
    unit = models.CharField(max_length=20, blank=True)
    choice = models.CharField(max_length=20, blank=True)
    occurred = models.CharField(
        max_length=10, blank=True, help_text="When it happened, as far as known: 2026, 2026-08 or 2026-08-14."
    )
    observed_on = models.DateField(help_text="When it was measured or said.")
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=Answered.values), name="observation_answer_known"),
            models.CheckConstraint(
                condition=Q(answer=Answered.GIVEN)
                & (Q(value__isnull=False) | Q(second_value__isnull=False) | ~Q(choice=""))
                | ~Q(answer=Answered.GIVEN) & Q(value__isnull=True, second_value__isnull=True, choice=""),
                name="observation_given_has_its_value",
            ),
            models.CheckConstraint(
                condition=Q(occurred="")
                | Q(answer=Answered.YES, occurred__regex=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"),
                name="observation_occurred_is_a_date",
            ),
        ]
        indexes = [models.Index(fields=["referral", "code", "-observed_on", "-id"], name="observation_that_counts")]

    def __str__(self) -> str:
        return f"Observation {self.pk} of {self.referral_id}"


class Clearance(models.Model):
    """What a named professional decided about one question: that the person may start, or may not. The latest counts.

    Append-only, kept so by a trigger. Personal data: special-category; the professional's name.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="clearances")
    code = models.SlugField(max_length=60, help_text="What was decided about: the code of the question.")
    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="For this service only; empty: for all.",
    )
    is_cleared = models.BooleanField()
    professional_name = models.CharField(max_length=70)
    professional_role = models.CharField(max_length=70)
    decided_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(professional_name="") & ~Q(professional_role=""), name="clearance_names_the_professional"
            ),
        ]
        indexes = [models.Index(fields=["referral", "-id"], name="clearance_of_referral")]

    def __str__(self) -> str:
        return f"Clearance {self.pk} of {self.referral_id}"
