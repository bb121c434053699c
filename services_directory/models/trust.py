"""Who said that a listing is right, who is asked whether it still is, and what is made of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from services_directory.enums import CheckAnswer, ReaderFinding, VerificationSource
from services_directory.models.services import Service


class CheckRequest(models.Model):
    """One email that asks whoever keeps some listings whether they are still right. Personal data: a work address.

    Its link is signed and leads to the listings asked about; nothing secret is kept here (`core.signed_links`).
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    recipient = models.EmailField(max_length=254)
    asked_at = models.DateTimeField()
    due_on = models.DateField(help_text="By when an answer is asked for; a listing without one is stale from then.")
    reminded_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(help_text="When its link stops working.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="check_request_expires_later")
        ]
        indexes = [models.Index(fields=["recipient", "asked_at"], name="check_request_by_recipient")]

    def __str__(self) -> str:
        return self.reference


class ListingCheck(models.Model):
    """One listing that is asked about, answered once. Personal data: none."""

    request = models.ForeignKey(CheckRequest, on_delete=models.PROTECT, related_name="checks")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="checks")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=12, choices=CheckAnswer, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True, help_text="When its link had expired without an answer.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "service"], name="check_once_per_request"),
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(answered_at__isnull=True, lapsed_at__isnull=True),
                name="check_open_once_per_listing",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | Q(answered_at__isnull=False, lapsed_at__isnull=True, answer__in=CheckAnswer.values),
                name="check_answered_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} in {self.request_id}"


class Verification(models.Model):
    """One time that somebody said whether a listing is right. Append-only, kept so by a trigger.

    Personal data: who said it, where they were signed in; `on_behalf_of` names an organisation or a role, never a
    person. A note is free text and may name one: only the directory's editors read it.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="verifications")
    at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=CheckAnswer)
    source = models.CharField(max_length=15, choices=VerificationSource)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True,
        help_text="Empty: whoever had the link.",
    )  # fmt: skip
    on_behalf_of = models.CharField(max_length=255)
    note = models.TextField(max_length=2000, blank=True)
    check_request = models.ForeignKey(
        CheckRequest, on_delete=models.PROTECT, related_name="verifications", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=CheckAnswer.values), name="verification_answer_known"),
            models.CheckConstraint(condition=Q(source__in=VerificationSource.values), name="verification_source_known"),
            models.CheckConstraint(
                condition=Q(source=VerificationSource.PROVIDER_LINK, by__isnull=True, check_request__isnull=False)
                | (~Q(source=VerificationSource.PROVIDER_LINK) & Q(by__isnull=False, check_request__isnull=True)),
                name="verification_by_link_or_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["service", "-at"], name="verification_latest")]

    def __str__(self) -> str:
        return self.reference


class ReaderReport(models.Model):
    """Somebody who read the public directory said that something is wrong with a listing. It vouches for nothing.

    It is for the directory's editors until somebody vouches for the listing, and is deleted after half a year. Personal
    data: none is asked for, but a note is free text and may hold some: only the directory's editors read it.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="reader_reports")
    at = models.DateTimeField()
    finding = models.CharField(max_length=10, choices=ReaderFinding)
    note = models.TextField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(finding__in=ReaderFinding.values), name="reader_report_finding_known")
        ]
        indexes = [
            models.Index(fields=["service", "-at"], name="reader_report_latest"),
            models.Index(fields=["at"], name="reader_report_by_age"),
        ]

    def __str__(self) -> str:
        return self.reference


class ServiceResponsiveness(models.Model):
    """How the referrals to one service were answered in the last twelve months, as the night's count has it.

    Personal data: none by itself, but a count of one is a person: it is shown as shares, from eight referrals on.
    """

    service = models.OneToOneField(
        Service, on_delete=models.CASCADE, primary_key=True, related_name="responsiveness"  # a figure of it
    )  # fmt: skip
    answered = models.PositiveIntegerField(help_text="Accepted, put on the waiting list or declined.")
    declined = models.PositiveIntegerField(help_text="Of those.")
    expired = models.PositiveIntegerField(help_text="Nobody answered in time.")
    median_days = models.FloatField(null=True, help_text="From sending to the first reply, of those answered.")
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(declined__lte=F("answered")), name="responsiveness_declined_answered"),
            models.CheckConstraint(
                condition=Q(answered=0, median_days__isnull=True)
                | Q(answered__gt=0, median_days__isnull=False, median_days__gte=0),
                name="responsiveness_median_of_answers",
            ),
        ]

    def __str__(self) -> str:
        return str(self.service_id)


class ListingTrust(models.Model):
    """The last judgement of one listing in full; the score, the label and whether it is stale are on the service.

    Personal data: none.
    """

    service = models.OneToOneField(
        Service, on_delete=models.CASCADE, primary_key=True, related_name="judgement"  # a figure of it
    )  # fmt: skip
    parts = models.JSONField(
        help_text='What the score is made of: [{"name": …, "points": …, "out_of": …, "words": …}].'
    )
    words = models.TextField()
    judged_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.service_id)


class CheckRound(models.Model):
    """One round over all listings, as it ended. Personal data: none."""

    at = models.DateTimeField()
    judged = models.PositiveIntegerField(help_text="Listings given a score.")
    stale = models.PositiveIntegerField(help_text="Of those, how many are stale.")
    requests = models.PositiveIntegerField(help_text="Emails owed.")
    asked = models.PositiveIntegerField(help_text="Listings asked about in them.")
    reminded = models.PositiveIntegerField(help_text="Reminders owed.")
    lapsed = models.PositiveIntegerField(help_text="Listings whose link expired without an answer.")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
