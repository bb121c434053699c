"""The person who is referred."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.history import kept_history
from core.statements import SavedByHand
from referrals.enums import NhsNumberStatus, PersonChangeKind


@kept_history()
class Person(SavedByHand):
    """One person, once. Personal data: identity.

    How to reach them stands on each referral, as its referrer gave it: one practice must not read there what another
    wrote. Lengths are those of the national standard (field notes 5). Sex is not held (field notes 2.3, rule 4).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    nhs_number = models.CharField(
        max_length=10, blank=True, help_text="Ten digits, or empty: not having one is normal."
    )
    nhs_number_status = models.CharField(max_length=2, choices=NhsNumberStatus)
    first_name = models.CharField(max_length=35)
    family_name = models.CharField(max_length=35)
    date_of_birth = models.DateField()
    is_deceased = models.BooleanField(default=False)
    died_on = models.DateField(null=True, blank=True, help_text="Empty: not known, or alive.")
    is_restricted = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whoever opens the record is asked why (PersonChange: who says so).",
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True,
        help_text="The person that this row was found to be; its referrals are there.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nhs_number"], condition=~Q(nhs_number=""), name="person_nhs_number_once"),
            models.CheckConstraint(
                condition=Q(nhs_number="") | Q(nhs_number__regex=r"^[0-9]{10}$"), name="person_nhs_number_form"
            ),
            models.CheckConstraint(
                condition=Q(nhs_number_status__in=NhsNumberStatus.values), name="person_nhs_number_status_known"
            ),
            models.CheckConstraint(condition=~Q(first_name="") & ~Q(family_name=""), name="person_is_named"),
            models.CheckConstraint(
                condition=Q(died_on__isnull=True) | Q(is_deceased=True), name="person_death_is_of_the_dead"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | (~Q(merged_into=F("id")) & Q(nhs_number="")),
                name="person_merged_elsewhere_and_without_number",
            ),
        ]
        indexes = [models.Index(fields=["family_name", "date_of_birth"], name="person_by_name_and_birth")]

    def __str__(self) -> str:
        return str(self.id)


class PersonMerge(models.Model):
    """Two people found to be one, or that finding undone. Append-only, kept so by a trigger.

    `before` and `moved` are what undoing needs. Personal data: NHS numbers.
    """

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="undone_by", null=True, blank=True,
        help_text="The merge that this row undoes; empty: this row is a merge.",
    )  # fmt: skip
    moved = models.JSONField(help_text="The references of the referrals that it moved.")
    before = models.JSONField(default=dict, help_text="Number and status of both, as they were.")
    note = models.CharField(max_length=500)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="person_merge_of_two"),
            models.CheckConstraint(condition=~Q(note=""), name="person_merge_says_why"),
        ]

    def __str__(self) -> str:
        return f"Merge {self.pk}"


class PersonChange(models.Model):
    """One change of who a person is: number, status, death. Append-only, kept so by a trigger.

    Personal data: NHS numbers, the date of a death.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20, choices=PersonChangeKind)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PersonChangeKind.values), name="person_change_kind_known")
        ]
        indexes = [models.Index(fields=["person", "-id"], name="person_change_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"
