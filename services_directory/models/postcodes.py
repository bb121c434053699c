"""Postcodes and the areas they lie in: where "near home" is."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Postcode(models.Model):
    """One postcode of the ONS Postcode Directory, live or terminated. Personal data: none.

    A terminated postcode stays: people go on giving the one they know. What the directory leaves open (no grid
    reference, as in the Channel Islands) is empty.
    """

    code = models.CharField(primary_key=True, max_length=7, help_text="Upper case, without the space: SK13XE.")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    lsoa = models.CharField(max_length=9, blank=True, help_text="GSS code of the lower-layer super output area.")
    ward = models.CharField(max_length=9, blank=True, help_text="GSS code.")
    local_authority = models.CharField(max_length=9, blank=True, help_text="GSS code.")
    imd_rank = models.PositiveIntegerField(
        null=True, help_text="Of its LSOA in its own country's index of multiple deprivation; 1 is the most deprived."
    )
    terminated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9]{5,7}$"), name="postcode_without_its_space"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="postcode_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Neighbourhood(models.Model):
    """One neighbourhood as a place speaks of it: what a team serves, what a search can be narrowed to.

    It is made of LSOAs, of wards, or of postcode sectors ("SK5 6"); where a postcode would fit two, an LSOA counts
    before a ward, and a ward before a sector. Personal data: none.
    """

    code = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=100, unique=True)
    lsoas = ArrayField(models.CharField(max_length=9), default=list, blank=True)
    wards = ArrayField(models.CharField(max_length=9), default=list, blank=True)
    sectors = ArrayField(models.CharField(max_length=6), default=list, blank=True, help_text="Like SK5 6.")

    def __str__(self) -> str:
        return self.name
