"""Postcodes and the areas they lie in: where "near home" is."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value


class PostcodeEdition(models.Model):
    """One edition of the ONS Postcode Directory that was loaded, or that is being loaded. Personal data: none.

    While it is being loaded its rows lie in a table of their own, and `offset` says how far the file has been read: a
    load that was killed goes on there.
    """

    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="Which file it is: of its size, its beginning and its end.")
    columns = models.JSONField(default=dict, help_text="Which column of the file gave each field, as lsoa21cd.")
    started_at = models.DateTimeField()
    loaded_at = models.DateTimeField(null=True, help_text="When its postcodes became those that count.")
    rows = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, help_text="Rows that could not stand.")
    remarks = models.JSONField(default=list, help_text="The first of them: line and reason.")
    lines = models.PositiveIntegerField(default=0, help_text="Lines read, the header among them.")
    offset = models.PositiveBigIntegerField(default=0, help_text="Bytes of the CSV read.")

    class Meta:
        constraints = [
            models.UniqueConstraint(Value(1), condition=Q(loaded_at__isnull=True), name="one_edition_is_being_loaded"),
        ]

    def __str__(self) -> str:
        return self.file_name


class Postcode(models.Model):
    """One postcode of the ONS Postcode Directory, live or terminated. Personal data: none.

    A terminated postcode stays: people go on giving the one they know. What the directory leaves open (no grid
    reference, as in the Channel Islands) is empty.

    A new edition comes as a new table that takes the place of this one (`services.postcodes`): nothing may refer to
    it by a foreign key, and it has no trigger.
    """

    code = models.CharField(
        primary_key=True, max_length=7, db_collation="C", help_text="Upper case, without the space: SK13XE."
    )
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
