"""The service itself, and where it happens."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Team
from services_directory.enums import (
    CheckAnswer,
    Delivery,
    FirstContact,
    Gender,
    LifeCourseStage,
    ReferralRoute,
    ServiceStatus,
    VerificationSource,
)
from services_directory.models.base import Record
from services_directory.models.capacity import CAPACITY_RULES, SaysCapacity
from services_directory.models.feeds import Feed
from services_directory.models.organizations import Organization
from services_directory.models.places import Location
from services_directory.querysets import ServiceQuerySet


class Service(SaysCapacity, Record):
    """One thing that a person can be referred to, or told about. Personal data: none expected; an email may be a
    named person's.
    """

    # --- Open Referral ---
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=255)
    alternate_name = models.TextField(blank=True)
    description = models.TextField(blank=True)
    url = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    status = models.CharField(max_length=20, choices=ServiceStatus, default=ServiceStatus.ACTIVE)
    fees = models.TextField(blank=True)
    fees_description = models.TextField(blank=True)
    accreditations = models.TextField(blank=True)
    licenses = models.TextField(blank=True)
    minimum_age = models.FloatField(null=True, blank=True)
    maximum_age = models.FloatField(null=True, blank=True)
    eligibility_description = models.TextField(blank=True)
    application_process = models.TextField(blank=True)
    interpretation_services = models.TextField(blank=True)
    wait_time = models.TextField(blank=True)
    assured_date = models.DateField(null=True, blank=True)
    assurer_email = models.EmailField(blank=True)
    alert = models.TextField(blank=True)
    last_modified = models.DateTimeField(null=True, blank=True, help_text="By the source, in its own words.")
    more = models.JSONField(
        default=dict, blank=True, help_text="HSDS fields that have no column, as the feed gave them."
    )

    # --- What a referrer asks; blank where nobody has said ---
    referral_route = models.CharField(max_length=12, choices=ReferralRoute, default=ReferralRoute.SIGNPOSTING)
    takes_direct_referrals = models.BooleanField(
        default=False, help_text="Whether a referrer may send straight to its hub, without a link worker."
    )
    receiving_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="directory_services"
    )
    first_contact_by = models.CharField(max_length=10, choices=FirstContact, blank=True)
    programme_length_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    review_points_weeks = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    delivery = models.CharField(max_length=10, choices=Delivery, blank=True)
    life_course_stage = ArrayField(
        models.CharField(max_length=12, choices=LifeCourseStage.choices), default=list, blank=True
    )
    genders = ArrayField(
        models.CharField(max_length=10, choices=Gender.choices),
        default=list,
        blank=True,
        help_text="For whom it is, where it says so; empty: for everybody.",
    )

    # --- How far it can be believed; worked out from what happened, never typed ---
    trust_score = models.PositiveSmallIntegerField(null=True, blank=True, help_text="0 to 100; empty: not judged yet.")
    is_stale = models.BooleanField(default=False, help_text="Whether nobody has vouched for it for too long.")
    trust_label = models.CharField(max_length=100, blank=True, help_text="The judgement in a few words.")
    # What the last verifications said (models/trust.py has all of them).
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When somebody last said that it is right.")
    verified_how = models.CharField(max_length=15, choices=VerificationSource, blank=True)
    verified_by = models.CharField(
        max_length=255, blank=True, help_text="Which organisation, or what role; nobody's name."
    )
    reported = models.CharField(
        max_length=12, choices=CheckAnswer, blank=True, help_text="What its provider has said is not right, since then."
    )

    version = models.PositiveIntegerField(default=1, help_text="Of what the listing says; each change adds one.")

    # --- Where it comes from ---
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, null=True, blank=True, related_name="services")
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="When its feed no longer had it. It is then shown to nobody who searches."
    )
    source_digest = models.CharField(max_length=64, blank=True, help_text="Of the record that it was last read from.")
    listed_digest = models.CharField(
        max_length=64, blank=True, help_text="Of its entry in its feed's list, which says whether to ask for the rest."
    )
    sources = models.JSONField(default=list, blank=True, help_text='Of single values: [{"fields": …, "source": …}].')
    made_up = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="Fields whose value no source states."
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ServiceStatus.values), name="service_status_known"),
            models.CheckConstraint(condition=Q(minimum_age__gte=0), name="service_minimum_age_not_negative"),
            models.CheckConstraint(condition=Q(maximum_age__gte=0), name="service_maximum_age_not_negative"),
            models.CheckConstraint(condition=Q(minimum_age__lte=F("maximum_age")), name="service_ages_in_order"),
            models.CheckConstraint(condition=Q(referral_route__in=ReferralRoute.values), name="service_route_known"),
            *CAPACITY_RULES,
            models.CheckConstraint(
                condition=Q(first_contact_by__in=["", *FirstContact.values]), name="service_first_contact_known"
            ),
            models.CheckConstraint(condition=Q(delivery__in=["", *Delivery.values]), name="service_delivery_known"),
            models.CheckConstraint(
                condition=Q(life_course_stage__contained_by=LifeCourseStage.values), name="service_life_stages_known"
            ),
            models.CheckConstraint(condition=Q(genders__contained_by=Gender.values), name="service_genders_known"),
            models.CheckConstraint(condition=Q(trust_score__range=(0, 100)), name="service_trust_score_in_range"),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verified_how="", verified_by="")
                | (Q(verified_at__isnull=False, verified_how__in=VerificationSource.values) & ~Q(verified_by="")),
                name="service_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reported__in=["", CheckAnswer.CHANGED, CheckAnswer.CLOSED]), name="service_report_known"
            ),
            models.CheckConstraint(
                condition=~Q(referral_route=ReferralRoute.REFERRAL)
                | (Q(receiving_team__isnull=False) & ~Q(capacity="") & ~Q(first_contact_by="")),
                name="service_with_referrals_has_a_team",
            ),
            models.CheckConstraint(
                condition=Q(takes_direct_referrals=False) | Q(referral_route=ReferralRoute.REFERRAL),
                name="service_direct_referrals_are_referrals",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="service_in_order_of_name"),
            models.Index(fields=["id"], condition=Q(withdrawn_at__isnull=True), name="service_published"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        """Whether it runs, and its feed still has it; of many, `objects.active()`."""
        return self.status == ServiceStatus.ACTIVE and self.withdrawn_at is None


class ServiceAtLocation(Record):
    """One service at one of its places. Personal data: none."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="service_at_locations")  # part of it
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="service_at_locations")
    description = models.TextField(blank=True)
