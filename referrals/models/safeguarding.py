"""Safeguarding: apart from everything else, read by few, and each read on record."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from referrals.enums import SafeguardingKind
from referrals.models.referral import Referral


class SafeguardingConcern(models.Model):
    """One concern, or that there is none. It is ended, once, and never deleted: kept so by a trigger.

    Only `services.safeguarding` reads it, and writes down who did (field notes 2.3, rule 5). It has no event: the
    timeline is seen by all who see the referral, and that a concern exists is itself confidential.
    Personal data: special-category, and of others than the person.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="safeguarding_concerns")
    kind = models.CharField(max_length=20, choices=SafeguardingKind)
    code = models.CharField(max_length=18, blank=True, help_text="SNOMED CT, of the safeguarding issues.")
    display = models.CharField(max_length=255, blank=True)
    text = models.TextField(max_length=4000, blank=True)
    comment = models.CharField(max_length=150, blank=True)
    local_authority = models.CharField(max_length=150, blank=True, help_text="Of an unborn child protection plan.")
    started_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SafeguardingKind.values), name="safeguarding_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=SafeguardingKind.CONCERN) | ~Q(code="") | ~Q(text=""),
                name="safeguarding_concern_says_something",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_by__isnull=True)
                | Q(ended_on__isnull=False, ended_by__isnull=False),
                name="safeguarding_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="safeguarding_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["referral", "id"], name="safeguarding_of_referral")]

    def __str__(self) -> str:
        return f"Safeguarding {self.pk}"


class SafeguardingRead(models.Model):
    """Who read what about safeguarding, when and by which way. Append-only, kept so by a trigger.

    Personal data: who works with whom.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="safeguarding_reads")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    way = models.CharField(max_length=20, help_text="safeguarding, or dapb4066: what was asked for.")
    concerns = models.JSONField(help_text="The ids of the concerns that were shown, in order.")

    class Meta:
        indexes = [models.Index(fields=["referral", "-id"], name="safeguarding_reads_latest")]

    def __str__(self) -> str:
        return f"Read of {self.referral_id} by {self.reader_id}"
