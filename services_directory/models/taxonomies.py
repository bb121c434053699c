"""Taxonomies, their terms, and what the terms are said of."""

from django.db import models
from django.db.models import Q

from services_directory.models.base import Record, SharedRecord, one_owner
from services_directory.models.contacts import Contact
from services_directory.models.organizations import Organization, OrganizationIdentifier
from services_directory.models.places import Accessibility, Address, Location
from services_directory.models.services import Service, ServiceAtLocation


class Taxonomy(SharedRecord):
    """One list of terms: a feed's own, a public one, or our needs. Personal data: none."""

    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    uri = models.TextField(blank=True)
    version = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class TaxonomyTerm(SharedRecord):
    """One term of a taxonomy. Personal data: none."""

    taxonomy = models.ForeignKey(
        Taxonomy, on_delete=models.PROTECT, null=True, blank=True, related_name="taxonomy_terms"
    )
    code = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    # Not a foreign key: feeds name parents that they describe nowhere.
    parent_id = models.UUIDField(null=True, blank=True)
    language = models.TextField(blank=True)
    term_uri = models.TextField(blank=True)
    term = models.TextField(blank=True)

    class Meta:
        constraints = [
            # Only of our own: what feeds repeat is theirs to know.
            models.UniqueConstraint(
                fields=["taxonomy", "code"],
                condition=Q(feed__isnull=True) & ~Q(code=""),
                name="taxonomy_term_code_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Attribute(Record):
    """One term said of one thing in the directory. Personal data: none."""

    taxonomy_term = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, related_name="attributes")
    link_type = models.TextField(blank=True, help_text="What the term describes, in the feed's words.")
    link_entity = models.TextField(blank=True, help_text="The kind of thing that it is said of, in the feed's words.")
    label = models.TextField(blank=True)
    value = models.TextField(blank=True)
    # Each is part of its owner and goes with it.
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    organization_identifier = models.ForeignKey(
        OrganizationIdentifier, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes")
    address = models.ForeignKey(Address, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes")
    accessibility = models.ForeignKey(
        Accessibility, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes")

    class Meta:
        constraints = [
            one_owner(
                "service",
                "service_at_location",
                "organization",
                "organization_identifier",
                "location",
                "address",
                "accessibility",
                "contact",
                name="attribute_is_of_one_thing",
            )
        ]
