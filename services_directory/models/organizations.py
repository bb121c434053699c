"""Who runs a service, as the directory lists them. Tenants that sign in are `accounts.Organization`."""

from django.db import models

from services_directory.models.base import Record, SharedRecord


class Organization(SharedRecord):
    """One organisation that a listing names. Personal data: none expected; an email may be a named person's."""

    name = models.CharField(max_length=255)
    alternate_name = models.TextField(blank=True)
    description = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    website = models.TextField(blank=True)
    logo = models.TextField(blank=True)
    uri = models.TextField(blank=True)
    # Not a foreign key: feeds name parents that they describe nowhere.
    parent_organization_id = models.UUIDField(null=True, blank=True)
    more = models.JSONField(
        default=dict, blank=True, help_text="HSDS fields that have no column, as the feed gave them."
    )

    def __str__(self) -> str:
        return self.name


class OrganizationIdentifier(Record):
    """One registered number of an organisation, such as its charity number. Personal data: none."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,  # part of it
        related_name="organization_identifiers",
    )
    identifier_scheme = models.TextField(blank=True)
    identifier_type = models.TextField(blank=True)
    identifier = models.TextField(blank=True)
