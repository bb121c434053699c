"""Whether a service has room: what its provider says, what is counted, and every time that somebody said it."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from services_directory.enums import Capacity, CapacityReportKind

BY_COUNT = (Capacity.FULL, Capacity.WAITING_LIST)
"""What counting can make of a service that its provider calls open."""


class SaysCapacity(models.Model):
    """The part of a service that says whether it has room. Written by `services.capacity` alone, under a lock.

    `places_taken` and `people_waiting` count the people who were referred here, also where no number of places is
    given; so a provider can begin to count at any time. A trigger lets no place be taken beyond `places` (migration
    `capacity`); a provider may lower `places` under what is taken, and nobody comes in until enough have left.
    """

    capacity = models.CharField(max_length=12, choices=Capacity, blank=True)
    is_full_by_count = models.BooleanField(
        default=False, help_text="Its provider says open; that no place is left was counted, and ends by itself."
    )
    places = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many people referred here it can have at once; empty: not counted."
    )
    places_taken = models.PositiveIntegerField(default=0, help_text="By people accepted here who have not left.")
    people_waiting = models.PositiveIntegerField(default=0, help_text="On its waiting list, by referrals here.")
    keeps_waiting_list = models.BooleanField(
        default=False, help_text="Whether people may be referred to it while it is full."
    )
    waiting_list_length = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many people wait, as the provider says, wherever they came from."
    )
    expected_wait_weeks = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long a person who is referred now will wait, as the provider says."
    )
    paused_until = models.DateField(
        null=True, blank=True, help_text="The day on which it takes people again; empty: not said."
    )
    capacity_confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody last said this, or that it is still so."
    )
    capacity_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Empty where the service itself was told, by a link without a login.",
    )

    class Meta:
        abstract = True

    @property
    def places_left(self) -> int | None:
        """How many more people can be accepted; None where places are not counted."""
        return None if self.places is None else max(0, self.places - self.places_taken)

    @property
    def own_word(self) -> str:
        """The capacity as its provider says it, whatever is counted."""
        return Capacity.OPEN if self.is_full_by_count else self.capacity

    @property
    def takes_people_while_full(self) -> bool:
        """Whether somebody may be referred to it though no place is free: they then wait."""
        return self.keeps_waiting_list or self.capacity == Capacity.WAITING_LIST

    def counted(self, own_word: str) -> str:
        """Return the capacity that a provider's word comes to, when no place is left."""
        if own_word != Capacity.OPEN or self.places_left != 0:
            return own_word
        return Capacity.WAITING_LIST if self.keeps_waiting_list else Capacity.FULL

    def effective_capacity(self, on: dt.date) -> str:
        """Return the capacity on a day: a pause ends by itself on its day, also before the clock has written so."""
        is_over = self.paused_until is not None and self.paused_until <= on
        return self.counted(Capacity.OPEN) if self.capacity == Capacity.PAUSED and is_over else self.capacity


CAPACITY_RULES = [
    models.CheckConstraint(condition=Q(capacity__in=["", *Capacity.values]), name="service_capacity_known"),
    models.CheckConstraint(
        condition=Q(is_full_by_count=False) | Q(capacity__in=BY_COUNT, places__isnull=False),
        name="service_full_by_count_is_counted",
    ),
    models.CheckConstraint(
        condition=Q(waiting_list_length__isnull=True) | Q(keeps_waiting_list=True),
        name="service_waiting_list_length_is_of_a_list",
    ),
    models.CheckConstraint(
        condition=Q(paused_until__isnull=True) | Q(capacity=Capacity.PAUSED), name="service_paused_until_is_of_a_pause"
    ),
    models.CheckConstraint(
        condition=Q(capacity_confirmed_by__isnull=True) | Q(capacity_confirmed_at__isnull=False),
        name="service_capacity_confirmed_at_a_time",
    ),
]


class CapacityReport(models.Model):
    """What was said of a service's capacity at one time, as a whole. Append-only: triggers refuse all else.

    Personal data: who said it.
    """

    service = models.ForeignKey("services_directory.Service", on_delete=models.PROTECT, related_name="capacity_reports")
    kind = models.CharField(max_length=12, choices=CapacityReportKind)
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Empty: the service itself.",
    )
    capacity = models.CharField(max_length=12, choices=Capacity)
    places = models.PositiveSmallIntegerField(null=True)
    places_taken = models.PositiveIntegerField(help_text="As counted at that time.")
    keeps_waiting_list = models.BooleanField()
    waiting_list_length = models.PositiveSmallIntegerField(null=True)
    expected_wait_weeks = models.PositiveSmallIntegerField(null=True)
    paused_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CapacityReportKind.values), name="capacity_report_kind_known"),
            models.CheckConstraint(condition=Q(capacity__in=Capacity.values), name="capacity_report_capacity_known"),
        ]
        indexes = [models.Index(fields=["service", "-id"], name="capacity_report_by_service")]

    def __str__(self) -> str:
        return f"{self.kind} {self.capacity} of {self.service_id}"
