"""The search index: what a search asks of a service, worked out beforehand. Written by the database alone (ADR 0012).

Every row here can be made anew from the rows of the directory: `manage.py reindex_directory`.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from services_directory.models.services import Service, ServiceAtLocation


class ServiceEntry(models.Model):
    """One service that runs, as a search sees it. What is withdrawn or does not run has no row. Personal data: none."""

    service = models.OneToOneField(
        Service,
        on_delete=models.CASCADE,  # made from it
        primary_key=True,
        related_name="entry",
    )
    name_key = models.TextField(help_text="The name, without case and accents: what a list is sorted by.")
    document = SearchVectorField(help_text="Names A, organisation and terms B, description and places C, the rest D.")
    keys = ArrayField(models.TextField(), help_text='What can be chosen, one facet and value each, like "day=MO".')
    terms = ArrayField(models.UUIDField(), help_text="The ids of its terms, of any taxonomy.")
    areas = ArrayField(
        models.TextField(),
        help_text="Squares of the map with its places; if it has none and comes to the person, areas that it serves, "
        '"*" for not said.',
    )
    days = ArrayField(models.SmallIntegerField(), help_text="Of its sessions: 0 is Monday.")
    starts = ArrayField(
        models.SmallIntegerField(null=True),
        help_text="Of the same sessions, in minutes since Monday 00:00; empty where not said.",
    )
    ends = ArrayField(models.SmallIntegerField(null=True), help_text="Of the same sessions; empty where not said.")
    latitudes = ArrayField(
        models.FloatField(null=True), help_text="Of the same sessions; empty where at all places, or on no map."
    )
    longitudes = ArrayField(models.FloatField(null=True), help_text="Likewise.")
    access_read = ArrayField(models.TextField(), help_text="Codes of access that free text states.")
    access_said = ArrayField(models.TextField(), help_text="Codes of access that a term states.")
    minimum_age = models.FloatField(null=True, help_text="In years.")
    maximum_age = models.FloatField(null=True, help_text="In years.")
    lowest_cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, help_text="Of its prices.")
    is_stale = models.BooleanField()
    trust_score = models.SmallIntegerField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["document"], name="service_entry_words"),
            GinIndex(fields=["keys"], name="service_entry_keys"),
            GinIndex(fields=["terms"], name="service_entry_terms"),
            GinIndex(fields=["areas"], name="service_entry_areas"),
            GinIndex(fields=["name_key"], opclasses=["gin_trgm_ops"], name="service_entry_part_of_name"),
            models.Index(fields=["is_stale", "name_key", "service"], name="service_entry_in_order"),
        ]

    def __str__(self) -> str:
        return self.name_key


class ServiceCard(models.Model):
    """What a list shows of one service, as JSON text. Apart from the entry, which is read by the thousand."""

    service = models.OneToOneField(
        Service,
        on_delete=models.CASCADE,  # made from it
        primary_key=True,
        related_name="card",
    )
    card = models.TextField()

    def __str__(self) -> str:
        return str(self.pk)


class PlaceEntry(models.Model):
    """One place on the map at which a service of the index happens. Personal data: none."""

    service_at_location = models.OneToOneField(
        ServiceAtLocation,
        on_delete=models.CASCADE,  # made from it
        primary_key=True,
        related_name="+",
    )
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="place_entries")  # made from it
    latitude = models.FloatField()
    longitude = models.FloatField()
    localities = ArrayField(models.TextField(), help_text="What its addresses call the town and the county, folded.")

    def __str__(self) -> str:
        return str(self.pk)


class SearchWord(models.Model):
    """One word that stands in the index, as it is written, and its stem: where a misspelt word finds the right one."""

    word = models.TextField(primary_key=True)
    lexeme = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["lexeme"], name="search_word_stem")]

    def __str__(self) -> str:
        return self.word
