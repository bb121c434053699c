"""Clearances that are asked for and have not come yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.enums import ClearanceMechanism, ClearanceRequestStatus
from referrals.models.health import Clearance
from referrals.models.referral import Referral

_ENDED = Q(ended_at__isnull=False, ended_by__isnull=False)
_DECIDED = ClearanceRequestStatus.DECIDED


class ClearanceRequest(models.Model):
    """One question, put to one named professional: may the person start? It ends once: by a clearance, or without.

    Nothing but its end is ever changed, kept so by a trigger. Personal data: special-category; the professional's name.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="clearance_requests")
    code = models.SlugField(max_length=60, help_text="What is to be decided about: the code of the question.")
    professional_name = models.CharField(max_length=70)
    professional_role = models.CharField(max_length=70)
    professional_organization = models.CharField(max_length=150)
    mechanism = models.CharField(max_length=20, choices=ClearanceMechanism, help_text="How they were asked.")
    due_on = models.DateField(help_text="By when the answer is wanted: then the team asks again.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    status = models.CharField(
        max_length=20, choices=ClearanceRequestStatus, default=ClearanceRequestStatus.OPEN
    )  # fmt: skip
    clearance = models.ForeignKey(
        Clearance, on_delete=models.PROTECT, null=True, blank=True, related_name="requests", help_text="What came."
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "code"], condition=Q(status="open"), name="clearance_request_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(professional_name="") & ~Q(professional_role="") & ~Q(professional_organization=""),
                name="clearance_request_names_the_professional",
            ),
            models.CheckConstraint(
                condition=Q(mechanism__in=ClearanceMechanism.values), name="clearance_request_mechanism_known"
            ),
            models.CheckConstraint(
                condition=Q(status="open", clearance__isnull=True, ended_by__isnull=True, ended_at__isnull=True)
                | _ENDED & Q(status=_DECIDED, clearance__isnull=False)
                | _ENDED & Q(status__in=["refused", "withdrawn"], clearance__isnull=True),
                name="clearance_request_ends_one_way",
            ),
        ]
        indexes = [
            models.Index(fields=["referral", "-id"], name="clearance_request_of_referral"),
            models.Index(fields=["due_on"], condition=Q(status="open"), name="clearance_request_open"),
        ]

    def __str__(self) -> str:
        return f"Clearance request {self.pk} of {self.referral_id}"
