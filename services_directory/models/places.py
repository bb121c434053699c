"""Where services happen."""

from django.db import models
from django.db.models import Q

from services_directory.enums import LocationType
from services_directory.models.base import Record, SharedRecord


class Location(SharedRecord):
    """One place, on the map where its coordinates are known. Personal data: none."""

    location_type = models.CharField(max_length=10, choices=LocationType, default=LocationType.PHYSICAL)
    name = models.CharField(max_length=255, blank=True)
    # Not a foreign key: feeds name organisations that they describe nowhere.
    organization_id = models.UUIDField(null=True, blank=True, help_text="Whose place it is, where its feed says so.")
    alternate_name = models.TextField(blank=True)
    description = models.TextField(blank=True)
    transportation = models.TextField(blank=True)
    url = models.TextField(blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    external_identifier = models.TextField(blank=True, help_text="Of the place itself, such as its UPRN.")
    external_identifier_type = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(location_type__in=LocationType.values), name="location_type_known"),
            models.CheckConstraint(condition=Q(latitude__range=(-90, 90)), name="location_latitude_on_earth"),
            models.CheckConstraint(condition=Q(longitude__range=(-180, 180)), name="location_longitude_on_earth"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="location_coordinates_in_pairs",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Address(Record):
    """One address of a place. Personal data: `attention` may name a person at work."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="addresses")  # part of it
    attention = models.TextField(blank=True)
    address_1 = models.TextField(blank=True)
    address_2 = models.TextField(blank=True)
    city = models.TextField(blank=True)
    region = models.TextField(blank=True)
    state_province = models.TextField(blank=True)
    postal_code = models.TextField(blank=True)
    country = models.TextField(blank=True)
    address_type = models.CharField(max_length=10, choices=LocationType, default=LocationType.PHYSICAL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(address_type__in=LocationType.values), name="address_type_known"),
        ]


class Accessibility(Record):
    """One thing that makes a place easier, or hard, to use. Personal data: none."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="accessibility")  # part of it
    description = models.TextField(blank=True)
    details = models.TextField(blank=True)
    url = models.TextField(blank=True)
    accessibility = models.TextField(blank=True)
