"""Shapes of the directory's answers. Names of HSDS keep their HSDS spelling; what nobody has said is empty or null."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from services_directory.api.capacity_shapes import CapacityDetailsSerializer
from services_directory.api.trust import TrustSerializer
from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    CostOption,
    Feed,
    Language,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    TaxonomyTerm,
)


@extend_schema_field({"type": "number"})
class AgeField(serializers.FloatField):
    """An age in years, written as a whole number where it is one."""

    def to_representation(self, value: Any) -> Any:
        return int(value) if value == int(value) else value


class DirectoryNeedSerializer(serializers.ModelSerializer[TaxonomyTerm]):
    """A need that services are described by."""

    class Meta:
        model = TaxonomyTerm
        fields = ["id", "code", "name", "description"]
        read_only_fields = fields


class ServiceTermSerializer(serializers.ModelSerializer[Attribute]):
    """A term that describes a service. `code` is filled for needs, and where the feed has codes."""

    id = serializers.UUIDField(source="taxonomy_term_id", help_text="Of the term.")
    code = serializers.CharField(source="taxonomy_term.code")
    name = serializers.CharField(source="taxonomy_term.name")

    class Meta:
        model = Attribute
        fields = ["id", "code", "name", "link_type"]
        read_only_fields = fields


class ListedOrganizationSerializer(serializers.ModelSerializer[Organization]):
    """Who runs a service, in a list."""

    class Meta:
        model = Organization
        fields = ["id", "name"]
        read_only_fields = fields


class ReceivingTeamSerializer(serializers.Serializer[Any]):
    """The team here that receives the referrals for a service."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class ListedPlaceSerializer(serializers.ModelSerializer[ServiceAtLocation]):
    """Where a service happens, in a list."""

    name = serializers.CharField(source="location.name")
    latitude = serializers.FloatField(source="location.latitude", allow_null=True)
    longitude = serializers.FloatField(source="location.longitude", allow_null=True)
    postal_code = serializers.SerializerMethodField()

    class Meta:
        model = ServiceAtLocation
        fields = ["id", "name", "postal_code", "latitude", "longitude"]
        read_only_fields = fields

    def get_postal_code(self, at_location: ServiceAtLocation) -> str:
        return next((address.postal_code for address in at_location.location.addresses.all()), "")


class CostOptionSerializer(serializers.ModelSerializer[CostOption]):
    """A price of a service, and for whom; an amount of 0 is free."""

    class Meta:
        model = CostOption
        fields = ["id", "option", "amount", "currency", "amount_description", "valid_from", "valid_to"]
        read_only_fields = fields


class ServiceScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """When a service happens: the parts of an RRULE, and times by the clock on the wall there."""

    freq = serializers.CharField(help_text="WEEKLY or MONTHLY.")

    class Meta:
        model = Schedule
        fields = [
            "id",
            "freq",
            "interval",
            "byday",
            "bymonthday",
            "dtstart",
            "until",
            "valid_from",
            "valid_to",
            "opens_at",
            "closes_at",
            "description",
            "attending_type",
            "schedule_link",
            "notes",
        ]
        read_only_fields = fields


class ListedScheduleSerializer(ServiceScheduleSerializer):
    """When a service happens, and at which of its places."""

    service_at_location_id = serializers.UUIDField(
        allow_null=True, help_text="Of the one of `places` where it happens then; null where at all of them."
    )

    class Meta(ServiceScheduleSerializer.Meta):
        fields = [*ServiceScheduleSerializer.Meta.fields, "service_at_location_id"]
        read_only_fields = fields


SHARED_FIELDS = [
    "id",
    "name",
    "description",
    "organization",
    "referral_route",
    "takes_direct_referrals",
    "receiving_team",
    "capacity",
    "capacity_details",
    "first_contact_by",
    "delivery",
    "life_course_stage",
    "programme_length_weeks",
    "minimum_age",
    "maximum_age",
    "terms",
    "cost_options",
    "trust",
]


class ServicePhoneSerializer(serializers.ModelSerializer[Phone]):
    """A telephone number of a service, its organisation or a contact."""

    class Meta:
        model = Phone
        fields = ["id", "number", "extension", "type", "description"]
        read_only_fields = fields


class ServiceContactSerializer(serializers.ModelSerializer[Contact]):
    """A contact of a service."""

    phones = ServicePhoneSerializer(many=True)

    class Meta:
        model = Contact
        fields = ["id", "name", "title", "department", "email", "phones"]
        read_only_fields = fields


class OrganizationIdentifierSerializer(serializers.ModelSerializer[OrganizationIdentifier]):
    """A registered number of an organisation."""

    class Meta:
        model = OrganizationIdentifier
        fields = ["identifier_scheme", "identifier_type", "identifier"]
        read_only_fields = fields


class DirectoryOrganizationSerializer(serializers.ModelSerializer[Organization]):
    """Who runs a service."""

    organization_identifiers = OrganizationIdentifierSerializer(many=True)
    phones = ServicePhoneSerializer(many=True)

    class Meta:
        model = Organization
        fields = ["id", "name", "description", "email", "website", "logo", "uri", "organization_identifiers", "phones"]
        read_only_fields = fields


class LocationAddressSerializer(serializers.ModelSerializer[Address]):
    """An address of a place."""

    class Meta:
        model = Address
        fields = ["attention", "address_1", "address_2", "city", "region", "state_province", "postal_code", "country"]
        read_only_fields = fields


class AccessibilitySerializer(serializers.ModelSerializer[Accessibility]):
    """What makes a place easier, or hard, to use."""

    class Meta:
        model = Accessibility
        fields = ["description", "details", "url", "accessibility"]
        read_only_fields = fields


class ServiceLocationSerializer(serializers.ModelSerializer[Location]):
    """A place."""

    location_type = serializers.CharField(help_text="physical, postal or virtual.")
    addresses = LocationAddressSerializer(many=True)
    accessibility = AccessibilitySerializer(many=True)

    class Meta:
        model = Location
        fields = [
            "id",
            "location_type",
            "name",
            "description",
            "transportation",
            "latitude",
            "longitude",
            "external_identifier",
            "external_identifier_type",
            "addresses",
            "accessibility",
        ]
        read_only_fields = fields


class ServiceAtLocationSerializer(serializers.ModelSerializer[ServiceAtLocation]):
    """A service at one of its places, and when it happens there."""

    location = ServiceLocationSerializer()
    schedules = ServiceScheduleSerializer(many=True)

    class Meta:
        model = ServiceAtLocation
        fields = ["id", "description", "location", "schedules"]
        read_only_fields = fields


class ServiceAreaSerializer(serializers.ModelSerializer[ServiceArea]):
    """An area whose people a service is for."""

    class Meta:
        model = ServiceArea
        fields = ["id", "name", "description", "extent", "extent_type", "uri"]
        read_only_fields = fields


class ServiceLanguageSerializer(serializers.ModelSerializer[Language]):
    """A language in which a service is given."""

    class Meta:
        model = Language
        fields = ["id", "name", "code", "note"]
        read_only_fields = fields


class ServiceFeedSerializer(serializers.ModelSerializer[Feed]):
    """The feed that a listing was imported from."""

    class Meta:
        model = Feed
        fields = ["name", "licence", "last_imported_at"]
        read_only_fields = fields


class ValueSourceSerializer(serializers.Serializer[Any]):
    """What states the values of some fields."""

    stated = serializers.ListField(child=serializers.CharField(), source="fields", help_text="The fields.")
    stated_by = serializers.CharField(source="source")


class ServiceProvenanceSerializer(serializers.ModelSerializer[Service]):
    """Where a listing comes from, and which of its values nobody has stated."""

    feed = ServiceFeedSerializer(allow_null=True)
    sources = ValueSourceSerializer(many=True)

    class Meta:
        model = Service
        fields = ["feed", "external_id", "last_modified", "assured_date", "sources", "made_up"]
        read_only_fields = fields


class ServiceSerializer(serializers.ModelSerializer[Service]):
    """A service, whole. What nobody has said is empty or null."""

    status = serializers.CharField()
    organization = DirectoryOrganizationSerializer()
    receiving_team = ReceivingTeamSerializer(allow_null=True)
    capacity_details = CapacityDetailsSerializer(source="*")
    minimum_age = AgeField(allow_null=True)
    maximum_age = AgeField(allow_null=True)
    terms = ServiceTermSerializer(source="attributes", many=True)
    cost_options = CostOptionSerializer(many=True)
    service_at_locations = ServiceAtLocationSerializer(many=True)
    schedules = ServiceScheduleSerializer(many=True, help_text="Everywhere; see also each place.")
    service_areas = ServiceAreaSerializer(many=True)
    languages = ServiceLanguageSerializer(many=True)
    contacts = ServiceContactSerializer(many=True)
    phones = ServicePhoneSerializer(many=True)
    funding = serializers.SlugRelatedField[Any](slug_field="source", many=True, read_only=True)
    provenance = ServiceProvenanceSerializer(source="*")
    trust = TrustSerializer(source="*")

    class Meta:
        model = Service
        fields = [
            *SHARED_FIELDS,
            "alternate_name",
            "url",
            "email",
            "status",
            "alert",
            "fees",
            "fees_description",
            "accreditations",
            "licenses",
            "genders",
            "eligibility_description",
            "application_process",
            "interpretation_services",
            "wait_time",
            "review_points_weeks",
            "service_at_locations",
            "schedules",
            "service_areas",
            "languages",
            "contacts",
            "phones",
            "funding",
            "provenance",
        ]
        read_only_fields = fields
