"""What the person decided about sharing, and the clock of a consent that ends."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization
from core.statements import SavedByHand
from referrals.enums import ConsentBasis, ConsentDecision, ConsentMethod, ConsentPurpose
from referrals.models.referral import Referral
from services_directory.models import Service

_IS_BEST_INTERESTS = Q(basis=ConsentBasis.BEST_INTERESTS)


class Consent(SavedByHand):
    """One decision of the person: about one purpose, towards everybody or one named recipient, perhaps until a day.

    Which decision counts is `referrals.consents`' to say. Append-only, kept so by a trigger: a change of mind, and a
    renewal, is a new row. Personal data: the person's decision.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(
        max_length=30,
        choices=ConsentPurpose,
        default=ConsentPurpose.SHARE_WITH_PROVIDERS,
        help_text="What it is about.",
    )
    to_service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        help_text="Towards this service alone.",
    )  # fmt: skip
    to_organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        help_text="Towards this organisation alone. Neither this nor a service: towards everybody of the purpose.",
    )  # fmt: skip
    decision = models.CharField(max_length=10, choices=ConsentDecision)
    basis = models.CharField(max_length=20, choices=ConsentBasis, default=ConsentBasis.CONSENT)
    how_given = models.CharField(
        max_length=20, choices=ConsentMethod, blank=True, help_text="Empty: not said, or a best-interests decision."
    )
    note = models.CharField(
        max_length=500, blank=True, help_text="Why best interests applies; who spoke for the person."
    )
    decided_on = models.DateField(help_text="The day on which the person said it: of two decisions the later counts.")
    expires_on = models.DateField(null=True, blank=True, help_text="The last day of a yes. Empty: it has no end.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=ConsentPurpose.values), name="consent_purpose_known"),
            models.CheckConstraint(condition=Q(decision__in=ConsentDecision.values), name="consent_decision_known"),
            models.CheckConstraint(condition=Q(basis__in=ConsentBasis.values), name="consent_basis_known"),
            models.CheckConstraint(
                condition=Q(how_given__in=["", *ConsentMethod.values]), name="consent_how_given_known"
            ),
            models.CheckConstraint(
                condition=Q(to_service__isnull=True)
                | Q(to_organization__isnull=True, purpose=ConsentPurpose.SHARE_WITH_PROVIDERS),
                name="consent_names_one_recipient",
            ),
            models.CheckConstraint(condition=~_IS_BEST_INTERESTS | ~Q(note=""), name="consent_best_interests_says_why"),
            models.CheckConstraint(
                condition=~_IS_BEST_INTERESTS | Q(how_given="") & ~Q(purpose=ConsentPurpose.CONTACT_BY_RESEARCH),
                name="consent_best_interests_is_about_care",
            ),
            models.CheckConstraint(
                condition=~Q(how_given=ConsentMethod.BY_REPRESENTATIVE) | ~Q(note=""),
                name="consent_representative_is_named",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True)
                | Q(decision=ConsentDecision.GIVEN, expires_on__gte=F("decided_on"))
                & ~Q(purpose=ConsentPurpose.FULL_MESSAGE_BACK),
                name="consent_that_ends_is_a_yes",
            ),
        ]
        indexes = [models.Index(fields=["referral", "-id"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.decision} for {self.referral_id}"


class ConsentClock(models.Model):
    """When somebody is to be told next that a consent ends: before, and then when it has. Beside the consent, because
    that can never change. Personal data: none.
    """

    consent = models.OneToOneField(Consent, on_delete=models.CASCADE, related_name="clock", primary_key=True)
    due_on = models.DateField(null=True, help_text="Empty: everybody has been told, or another decision counts now.")

    class Meta:
        indexes = [models.Index(fields=["due_on"], condition=Q(due_on__isnull=False), name="consent_clock_due")]

    def __str__(self) -> str:
        return f"Clock of consent {self.consent_id}"
