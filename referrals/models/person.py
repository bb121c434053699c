"""The person who is referred."""

import uuid

from django.db import models
from django.db.models import Q

from referrals.enums import NhsNumberStatus


class Person(models.Model):
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
        ]
        indexes = [models.Index(fields=["family_name", "date_of_birth"], name="person_by_name_and_birth")]

    def __str__(self) -> str:
        return str(self.id)
