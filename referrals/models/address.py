"""Where a person lived, stayed or had letters sent, as it was told for one referral."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.enums import AddressKind
from referrals.models.referral import Referral


class AddressRecord(models.Model):
    """One address from a day on. The latest of its kind counts; of a home it also stands on the referral's row.

    Append-only, kept so by a trigger. No fixed abode has the postcode ZZ99 3VZ and may have no address.
    Personal data: the address.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=15, choices=AddressKind)
    address = models.TextField(max_length=180, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    from_on = models.DateField(null=True, blank=True, help_text="Empty: as first given.")
    until_on = models.DateField(null=True, blank=True, help_text="Of a temporary address, when it is known.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AddressKind.values), name="address_kind_known"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__isnull=True) | Q(until_on__gte=models.F("from_on")),
                name="address_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["referral", "-id"], name="address_of_referral")]

    def __str__(self) -> str:
        return f"Address {self.pk} of {self.referral_id}"
