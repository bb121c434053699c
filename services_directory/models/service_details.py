"""When a service happens, for whom, and what it costs."""

from django.db import models
from django.db.models import Q

from services_directory.enums import Frequency
from services_directory.models.base import Described, one_owner, some_owner
from services_directory.models.organizations import Organization
from services_directory.models.places import Location
from services_directory.models.services import Service, ServiceAtLocation


class Schedule(Described):
    """One rule for when a service happens (RRULE parts), everywhere or at one place, or when a place is open. Personal
    data: none.
    """

    service = models.ForeignKey(
        Service,
        on_delete=models.CASCADE,  # part of it
        null=True,
        blank=True,
        related_name="schedules",
    )
    service_at_location = models.ForeignKey(
        ServiceAtLocation,
        on_delete=models.CASCADE,  # part of it
        null=True,
        blank=True,
        related_name="schedules",
    )
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,  # part of it
        null=True,
        blank=True,
        related_name="schedules",
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    dtstart = models.DateField(null=True, blank=True)
    timezone = models.TextField(blank=True)
    until = models.DateField(null=True, blank=True)
    count = models.PositiveIntegerField(null=True, blank=True)
    wkst = models.CharField(max_length=2, blank=True)
    freq = models.CharField(max_length=7, choices=Frequency, blank=True)
    interval = models.PositiveSmallIntegerField(null=True, blank=True)
    byday = models.TextField(blank=True, help_text="Like MO,TH; with the week of the month in front when monthly: 2MO.")
    byweekno = models.TextField(blank=True)
    bymonthday = models.TextField(blank=True)
    byyearday = models.TextField(blank=True)
    description = models.TextField(blank=True)
    opens_at = models.TimeField(null=True, blank=True, help_text="By the clock on the wall there.")
    closes_at = models.TimeField(null=True, blank=True, help_text="By the clock on the wall there.")
    opens_at_offset = models.CharField(max_length=6, blank=True, help_text="As the source wrote it behind the time.")
    closes_at_offset = models.CharField(max_length=6, blank=True, help_text="As the source wrote it behind the time.")
    schedule_link = models.TextField(blank=True)
    attending_type = models.TextField(blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(freq__in=["", *Frequency.values]), name="schedule_freq_known"),
            some_owner("service", "service_at_location", "location", name="schedule_is_of_something"),
        ]


class ServiceArea(Described):
    """One area whose people a service is for. Personal data: none."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="service_areas")  # part of it
    name = models.TextField(blank=True)
    description = models.TextField(blank=True)
    extent = models.TextField(blank=True)
    extent_type = models.TextField(blank=True)
    uri = models.TextField(blank=True)
    service_area = models.TextField(blank=True)


class CostOption(Described):
    """One price of a service, and for whom; an amount of 0 is free. Personal data: none."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="cost_options")  # part of it
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    option = models.TextField(blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    amount_description = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="cost_option_amount_not_negative")]


class Funding(Described):
    """One source of a service's or an organisation's money. Personal data: none."""

    # Each is part of its owner and goes with it.
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="funding")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="funding"
    )
    source = models.TextField(blank=True)

    class Meta:
        constraints = [one_owner("service", "organization", name="funding_is_of_one_thing")]
