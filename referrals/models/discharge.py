"""What a hospital says when it refers: the stay, the way home, and what waits there."""

from django.db import models
from django.db.models import Q

from referrals.enums import DischargeDestination, DischargePathway
from referrals.models.referral import Referral


class Discharge(models.Model):
    """The discharge of one referral (field notes 3.7). Its two dates stand on the referral, where its clocks are.

    What happened to the person in hospital (a stroke, an operation) is recorded as observations, so that the rules of
    services see it. Personal data: special-category; who cares for the person, and a colleague's telephone.
    """

    referral = models.OneToOneField(
        Referral, on_delete=models.CASCADE, primary_key=True, related_name="discharge"
    )  # part of its referral
    trust_ods_code = models.CharField(max_length=5, blank=True, help_text="ODS code of the trust, 3 to 5 characters.")
    ward = models.CharField(max_length=100, blank=True)
    pathway = models.PositiveSmallIntegerField(choices=DischargePathway, null=True, blank=True)
    destination = models.CharField(max_length=20, choices=DischargeDestination, blank=True)
    reason_for_stay = models.CharField(max_length=200, blank=True, help_text="In a few words.")
    package_of_care = models.CharField(max_length=500, blank=True)
    mobility_and_equipment = models.CharField(max_length=500, blank=True)
    falls_history = models.CharField(max_length=500, blank=True)
    home_access = models.CharField(max_length=500, blank=True, help_text="Key safe, stairs, lift, a dog.")
    carer = models.CharField(max_length=300, blank=True)
    key_contact = models.CharField(max_length=300, blank=True, help_text="Who to ask after discharge: name, number.")
    start_no_earlier_than = models.DateField(null=True, blank=True, help_text="Nothing begins before this day.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pathway__isnull=True) | Q(pathway__in=DischargePathway.values),
                name="discharge_pathway_known",
            ),
            models.CheckConstraint(
                condition=Q(destination="") | Q(destination__in=DischargeDestination.values),
                name="discharge_destination_known",
            ),
            models.CheckConstraint(
                condition=Q(trust_ods_code="") | Q(trust_ods_code__regex=r"^[A-Z0-9]{3,5}$"),
                name="discharge_trust_code_form",
            ),
        ]

    def __str__(self) -> str:
        return f"Discharge of {self.referral_id}"
