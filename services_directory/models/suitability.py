"""Rules of eligibility as versioned data: who a service is for, and who should not start, or not yet."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from services_directory.models.services import Service
from services_directory.suitability.kinds import Operator, PeriodUnit, RuleBasis, RuleKind, Severity


class RuleSet(models.Model):
    """One set of rules, through all its versions. Personal data: none."""

    key = models.SlugField(primary_key=True, max_length=60)

    def __str__(self) -> str:
        return self.key


class RuleSetVersion(models.Model):
    """One version of a set. Once published neither it nor its rules can change: triggers keep it so.

    The version in force on a day is the highest of those whose `valid_from` is not after it: what is published last
    counts, also over a version that was to begin later. Personal data: who published it, at work.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    basis = models.CharField(max_length=10, choices=RuleBasis)
    source = models.TextField(help_text="What states these rules, and where it is to be found.")
    valid_from = models.DateField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the service itself.",
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of the rules, their basis and their source.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "number"], name="rule_set_version_number_once"),
            models.CheckConstraint(condition=Q(basis__in=RuleBasis.values), name="rule_set_basis_known"),
            models.CheckConstraint(condition=~Q(source=""), name="rule_set_names_its_source"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set_id}, version {self.number}"


class EligibilityRule(models.Model):
    """One rule of one version; `services_directory.suitability.rules.Rule` says what its parts mean and judges them.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(RuleSetVersion, on_delete=models.PROTECT, related_name="rules")
    position = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=RuleKind)
    subject = models.SlugField(max_length=60, help_text="The question, or the part of the referral, that it looks at.")
    severity = models.CharField(max_length=20, choices=Severity)
    operator = models.CharField(max_length=10, choices=Operator, blank=True)
    thresholds = ArrayField(models.DecimalField(max_digits=8, decimal_places=2), default=list, blank=True)
    period = models.PositiveSmallIntegerField(null=True, blank=True)
    period_unit = models.CharField(max_length=10, choices=PeriodUnit, blank=True)
    values = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    clearance_by = models.CharField(max_length=60, blank=True)
    group = models.SlugField(max_length=60, blank=True, help_text="Requirements of one group are alternatives.")
    valid_for_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How old an answer may be at the planned start; empty: however old."
    )
    source = models.CharField(max_length=200, help_text="Who says so, with its number in the field notes.")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="rule_code_once_per_version"),
            models.UniqueConstraint(fields=["version", "position"], name="rule_position_once_per_version"),
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="rule_kind_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="rule_severity_known"),
            models.CheckConstraint(condition=Q(operator__in=["", *Operator.values]), name="rule_operator_known"),
            models.CheckConstraint(condition=~Q(source=""), name="rule_names_its_source"),
            models.CheckConstraint(
                condition=Q(kind=RuleKind.SINCE_EVENT, period__gt=0, period_unit__in=PeriodUnit.values)
                | (~Q(kind=RuleKind.SINCE_EVENT) & Q(period__isnull=True, period_unit="")),
                name="rule_period_where_time_counts",
            ),
            models.CheckConstraint(
                condition=~Q(severity=Severity.REQUIREMENT) | Q(clearance_by=""), name="rule_requirement_is_not_cleared"
            ),
            models.CheckConstraint(
                condition=~Q(severity=Severity.REFER_TO_CLINICIAN) | ~Q(clearance_by=""),
                name="rule_says_whose_clearance",
            ),
            models.CheckConstraint(
                condition=Q(group="") | Q(severity=Severity.REQUIREMENT), name="rule_alternatives_are_requirements"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.version_id}"


class ServiceRuleSet(models.Model):
    """That a set of rules applies to a service; the version in force does. Personal data: who applied it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="rule_sets")  # part of it
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="services")
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the service itself.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "rule_set"], name="rule_set_applied_once")]

    def __str__(self) -> str:
        return f"{self.rule_set_id} for {self.service_id}"
