"""How to reach a service, an organisation or a place."""

from django.db import models
from django.db.models import Q

from services_directory.models.base import Described, Record, one_owner, some_owner
from services_directory.models.organizations import Organization
from services_directory.models.places import Location
from services_directory.models.services import Service, ServiceAtLocation


class Contact(Record):
    """One contact of a service, an organisation or a place. Personal data: the name, title and email of a person at
    work, as their organisation publishes them.
    """

    # Each is part of its owner and goes with it.
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts"
    )
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts")
    name = models.TextField(blank=True)
    title = models.TextField(blank=True)
    department = models.TextField(blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        constraints = [
            one_owner("service", "service_at_location", "organization", "location", name="contact_is_of_one_thing")
        ]
        # Whether an email is a named person's is asked for every one that is published.
        indexes = [models.Index(fields=["email"], condition=~Q(email=""), name="contact_by_email")]


class Phone(Described):
    """One telephone number of a service, an organisation, a place or a contact. Personal data: a contact's number may
    be a named person's.
    """

    # Each is part of its owner and goes with it.
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="phones")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, blank=True, related_name="phones"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="phones"
    )
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="phones")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="phones")
    number = models.TextField()
    extension = models.TextField(blank=True)
    type = models.TextField(blank=True)
    description = models.TextField(blank=True)

    class Meta:
        constraints = [
            some_owner(
                "service",
                "service_at_location",
                "organization",
                "location",
                "contact",
                name="phone_is_of_something",
            )
        ]


class Language(Described):
    """One language in which a service, a place or a telephone is answered. Personal data: none."""

    # Each is part of its owner and goes with it.
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="languages")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="languages")
    phone = models.ForeignKey(Phone, on_delete=models.CASCADE, null=True, blank=True, related_name="languages")
    name = models.TextField(blank=True)
    code = models.TextField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [some_owner("service", "location", "phone", name="language_is_of_something")]
