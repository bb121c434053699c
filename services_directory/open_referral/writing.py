"""Rows of the directory as Open Referral UK records (HSDS 3.0, UK profile). Pure: rows come with their parts.

A list gives each record's own fields with its organisation; everything else gives it whole. Fields that the UK profile
leaves out and HSDS has are written too.
"""

from collections.abc import Iterable

from services_directory.models import Location, Organization, Service, ServiceAtLocation
from services_directory.open_referral import forms
from services_directory.open_referral.forms import kept
from services_directory.open_referral.parts import is_in_the_uk
from services_directory.open_referral.privacy import Named, People
from services_directory.open_referral.written_parts import Document, PartWriter, parts


def people_of(organization: Organization, named: Iterable[Named], *names: str) -> People:
    """Return the people behind a listing of an organisation."""
    return People.of(named, organization.name, organization.alternate_name, *names)


class Writer(PartWriter):
    """Writes the records of one listing, without the people behind it."""

    # --- Whole records and entries of lists ----------------------------------------------------------------

    def service_entry(self, service: Service) -> Document:
        """Return a service's own fields and its organisation's."""
        email = forms.email(service.email)
        assurer = forms.email(service.assurer_email)
        return kept(
            {
                "id": str(service.pk),
                "organization_id": str(service.organization_id),
                "name": service.name,
                **self.texts(service, "alternate_name", "description"),
                "url": forms.uri(service.url),
                "email": "" if self.people.owns_email(email) else email,
                "status": service.status,
                **self.texts(service, "fees", "fees_description", "accreditations", "licenses"),
                **self.texts(service, "interpretation_services", "application_process", "wait_time"),
                **self.texts(service, "eligibility_description"),
                "minimum_age": forms.number(service.minimum_age),
                "maximum_age": forms.number(service.maximum_age),
                "assured_date": forms.date(service.assured_date),
                "assurer_email": "" if self.people.owns_email(assurer, strictly=True) else assurer,
                **self.texts(service, "alert"),
                "last_modified": forms.moment(service.last_modified),
                "organization": self.organization_entry(service.organization),
            }
        )

    def service(self, service: Service) -> Document:
        """Return a whole service."""
        places = parts(service, "service_at_locations")
        return self.service_without_places(service) | kept({"service_at_locations": [self.place(at) for at in places]})

    def service_without_places(self, service: Service, at: ServiceAtLocation | None = None) -> Document:
        """Return a service without its places; as it is at one of them, if that is given."""
        schedules = parts(service, "schedules")
        here = [row for row in schedules if at is None or row.service_at_location_id in (None, at.pk)]
        owner = {"service_id": str(service.pk)}
        return (
            self.service_entry(service)
            | {"organization": self.organization(service.organization)}
            | kept(
                {
                    "schedules": list(filter(None, (self.schedule(row, owner) for row in here))),
                    "service_areas": [self.area(row) for row in parts(service, "service_areas")],
                    "languages": [self.language(row, owner) for row in parts(service, "languages")],
                    "funding": [self.funding(row) for row in parts(service, "funding")],
                    "cost_options": [self.cost(row) for row in parts(service, "cost_options")],
                    **self.contacts_and_phones(service, owner),
                    "attributes": [self.attribute(row, str(service.pk)) for row in parts(service, "attributes")],
                    **self.more(service.more),
                }
            )
        )

    def at_location_entry(self, at: ServiceAtLocation) -> Document:
        """Return one service at one place: own fields, the place's and the service's."""
        return self._at_location(at) | {
            "location": self.location_entry(at.location),
            "service": self.service_entry(at.service),
        }

    def at_location(self, at: ServiceAtLocation) -> Document:
        """Return one whole service at one place."""
        return self.place(at) | self._at_location(at) | {"service": self.service_without_places(at.service, at)}

    def _at_location(self, at: ServiceAtLocation) -> Document:
        # Not of this object, but the published OpenAPI documents disagree about its schema: with these it fits both.
        own = {"id": str(at.pk), "service_id": str(at.service_id), "location_id": str(at.location_id)}
        return own | {"name": at.service.name, "status": at.service.status} | kept(self.texts(at, "description"))

    def organization_entry(self, organization: Organization) -> Document:
        """Return an organisation's own fields."""
        email = forms.email(organization.email)
        return kept(
            {
                "id": str(organization.pk),
                "name": organization.name,
                **self.texts(organization, "alternate_name"),
                "description": self.people.without(organization.description) or organization.name,
                "email": "" if self.people.owns_email(email) else email,
                "website": forms.uri(organization.website),
                "logo": forms.uri(organization.logo),
                "uri": forms.uri(organization.uri),
                "parent_organization_id": str(organization.parent_organization_id or ""),
            }
        )

    def organization(self, organization: Organization) -> Document:
        """Return a whole organisation, without its services."""
        owner = {"organization_id": str(organization.pk)}
        identifiers = parts(organization, "organization_identifiers")
        return self.organization_entry(organization) | kept(
            {
                "organization_identifiers": [self.identifier(row) for row in identifiers if row.identifier],
                "funding": [self.funding(row) for row in parts(organization, "funding")],
                **self.contacts_and_phones(organization, owner),
                "attributes": [self.attribute(row, str(organization.pk)) for row in parts(organization, "attributes")],
                **self.more(organization.more),
            }
        )

    # --- Places -------------------------------------------------------------------------------------------

    def place(self, at: ServiceAtLocation) -> Document:
        """Return where a service happens, whole, without the service."""
        owner = {"service_at_location_id": str(at.pk)}
        schedules = (self.schedule(row, {"service_id": str(at.service_id)}) for row in parts(at, "schedules"))
        return kept(
            {
                "id": str(at.pk),
                "service_id": str(at.service_id),
                "location_id": str(at.location_id),
                **self.texts(at, "description"),
                "location": self.location(at.location),
                "schedules": list(filter(None, schedules)),
                **self.contacts_and_phones(at, owner),
                "attributes": [self.attribute(row, str(at.pk)) for row in parts(at, "attributes")],
            }
        )

    def location_entry(self, location: Location) -> Document:
        """Return a place's own fields; its coordinates only where they lie in the United Kingdom."""
        latitude, longitude = location.latitude, location.longitude
        if latitude is None or longitude is None or not is_in_the_uk(latitude, longitude):
            latitude = longitude = None
        return kept(
            {
                "id": str(location.pk),
                "location_type": location.location_type,
                "organization_id": str(location.organization_id or ""),
                **self.texts(location, "name", "alternate_name", "description", "transportation"),
                "latitude": latitude,
                "longitude": longitude,
                "url": forms.uri(location.url),
                "external_identifier": location.external_identifier,
                "external_identifier_type": location.external_identifier_type,
            }
        )

    def location(self, location: Location) -> Document:
        """Return a whole place."""
        owner = {"location_id": str(location.pk)}
        return self.location_entry(location) | kept(
            {
                "addresses": list(filter(None, (self.address(row, location) for row in parts(location, "addresses")))),
                "accessibility": [self.accessibility(row) for row in parts(location, "accessibility")],
                "schedules": list(filter(None, (self.schedule(row, owner) for row in parts(location, "schedules")))),
                "languages": [self.language(row, owner) for row in parts(location, "languages")],
                **self.contacts_and_phones(location, owner),
                "attributes": [self.attribute(row, str(location.pk)) for row in parts(location, "attributes")],
            }
        )
