"""Measures that were taken, the licences to use some, and which of them a scheme or a team uses."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, Team
from referrals.enums import MeasureMode
from referrals.models.onward import OnwardReferral
from referrals.models.referral import Referral
from services_directory.models import Service


class MeasureLicence(models.Model):
    """That an organisation may use a measure. The latest recorded counts, so an end is a new row.

    Append-only, kept so by a trigger. Personal data: who recorded it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="measure_licences")
    measure = models.SlugField(max_length=40, help_text="Of referrals.measures.")
    reference = models.CharField(max_length=200, help_text="The licence's number, or the letter that gives it.")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="The last day; empty: no end is named.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reference=""), name="measure_licence_is_named"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="measure_licence_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["organization", "measure", "-id"], name="measure_licence_that_counts")]

    def __str__(self) -> str:
        return f"{self.measure} for {self.organization_id}"


class MeasureInUse(models.Model):
    """That a scheme (a service) or a team takes a measure. Personal data: none.

    `weeks`: at which weeks after the start. Empty: the review points of the service; of a team, the start only.
    """

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="measures_in_use", null=True, blank=True
    )  # says something of its service or team, and nothing without it
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="measures_in_use", null=True, blank=True)
    measure = models.SlugField(max_length=40)
    weeks = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service__isnull=True, team__isnull=False) | Q(service__isnull=False, team__isnull=True),
                name="measure_in_use_by_a_scheme_or_a_team",
            ),
            models.UniqueConstraint(
                fields=["service", "team", "measure"], nulls_distinct=False, name="measure_in_use_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} in use"


class MeasureResponse(models.Model):
    """One taking of one measure. A correction is a new row that replaces the earlier one.

    Append-only, and a correction stays at its measure and point: kept so by triggers. Personal data: special-category.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="measures")
    onward_referral = models.ForeignKey(
        OnwardReferral, on_delete=models.PROTECT, related_name="measures", null=True, blank=True
    )
    measure = models.SlugField(max_length=40)
    measure_version = models.CharField(max_length=10)
    point = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Weeks since the start, as planned: 0 is the baseline. Empty: at no such point.",
    )
    answers = models.JSONField(default=dict, blank=True, help_text="Empty once it is forgotten.")
    scores = models.JSONField(default=list)
    remarks = models.JSONField(default=list, blank=True)
    taken_on = models.DateField()
    mode = models.CharField(max_length=20, choices=MeasureMode)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=MeasureMode.values), name="measure_mode_known"),
            # Each correction replaces one row, and no row is replaced twice: so one of each point is not corrected.
            models.UniqueConstraint(
                fields=["referral", "onward_referral", "measure", "point"],
                condition=Q(replaces__isnull=True, point__isnull=False),
                nulls_distinct=False,
                name="measure_once_at_each_point",
            ),
        ]
        indexes = [models.Index(fields=["referral", "-recorded_at", "-id"], name="measure_of_referral")]

    def __str__(self) -> str:
        return f"{self.measure} of {self.referral_id}"
