"""Shapes of what keepers send about a listing. They check form; whether it can be right is the services' to judge.

Names and shapes are those of the answer of `GET /services/{id}/`, so that a part of it can be sent back as it was read.
What is not sent stays. A list that is sent replaces the list; a part in it that names its id keeps what was not sent.
"""

from typing import Any

from rest_framework import serializers

from core.api import StrictSerializer
from services_directory.enums import (
    Capacity,
    Delivery,
    FirstContact,
    Frequency,
    Gender,
    LifeCourseStage,
    LocationType,
    ReferralRoute,
    ServiceStatus,
)
from services_directory.limits import MOST_LINK, MOST_SHAPE, MOST_TEXT

MOST_PARTS = 200
"""A person's list is shorter than a feed's may be (`limits`): nobody types more, and each is compared with each."""


def _text(most: int = MOST_TEXT, **more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, allow_blank=True, **more)


def _date() -> serializers.DateField:
    return serializers.DateField(required=False, allow_null=True)


def _number(**more: Any) -> serializers.FloatField:
    return serializers.FloatField(required=False, allow_null=True, **more)


def _parts(part: type[serializers.Serializer[Any]], most: int, **more: Any) -> serializers.ListSerializer[Any]:
    return serializers.ListSerializer(child=part(), max_length=most, required=False, **more)


class PartInputSerializer(StrictSerializer):
    """A part of a listing."""

    id = serializers.UUIDField(required=False, help_text="Of the part that this is; none for a new one.")


class PhoneInputSerializer(PartInputSerializer):
    """A telephone number."""

    number = serializers.CharField(max_length=35, required=False)
    extension = _text(20)
    type = _text(50)
    description = _text()


class ScheduleInputSerializer(PartInputSerializer):
    """When it happens: the parts of an RRULE, and times by the clock on the wall there."""

    freq = serializers.ChoiceField(choices=Frequency.choices, required=False, allow_blank=True)
    interval = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1000)
    byday = _text(60, help_text="Like MO,TH; with the week of the month in front when monthly: 2MO.")
    bymonthday = _text(100)
    dtstart = _date()
    until = _date()
    valid_from = _date()
    valid_to = _date()
    opens_at = serializers.TimeField(required=False, allow_null=True)
    closes_at = serializers.TimeField(required=False, allow_null=True)
    description = _text()
    attending_type = _text(100)
    schedule_link = _text(MOST_LINK)
    notes = _text()


class CostOptionInputSerializer(PartInputSerializer):
    """A price, and for whom; an amount of 0 is free."""

    option = _text()
    amount = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0, required=False, allow_null=True)
    currency = _text(3)
    amount_description = _text()
    valid_from = _date()
    valid_to = _date()


class ServiceAreaInputSerializer(PartInputSerializer):
    """An area whose people it is for."""

    name = _text()
    description = _text()
    extent = _text(MOST_SHAPE)
    extent_type = _text(100)
    uri = _text(MOST_LINK)


class LanguageInputSerializer(PartInputSerializer):
    """A language in which it is given."""

    name = _text(100)
    code = _text(20)
    note = _text()


class AddressInputSerializer(PartInputSerializer):
    """An address of a place."""

    attention = _text(255)
    address_1 = _text(255)
    address_2 = _text(255)
    city = _text(255)
    region = _text(255)
    state_province = _text(255)
    postal_code = _text(20)
    country = _text(100)


class AccessibilityInputSerializer(PartInputSerializer):
    """What makes a place easier, or hard, to use."""

    description = _text()
    details = _text()
    url = _text(MOST_LINK)
    accessibility = _text()


class LocationInputSerializer(PartInputSerializer):
    """A place. One that other listings use too is not changed for them: this listing gets one of its own.

    Without a point, a place is put where its postcode is.
    """

    location_type = serializers.ChoiceField(choices=LocationType.choices, required=False)
    name = _text(255)
    description = _text()
    transportation = _text()
    latitude = _number(min_value=-90, max_value=90)
    longitude = _number(min_value=-180, max_value=180)
    external_identifier = _text(255)
    external_identifier_type = _text(255)
    addresses = _parts(AddressInputSerializer, 10)
    accessibility = _parts(AccessibilityInputSerializer, 50)


class AtLocationInputSerializer(PartInputSerializer):
    """The service at one of its places, and when it happens there."""

    description = _text()
    location = LocationInputSerializer(required=False)
    schedules = _parts(ScheduleInputSerializer, MOST_PARTS)


class IdentifierInputSerializer(PartInputSerializer):
    """A registered number of an organisation."""

    identifier_scheme = _text(255)
    identifier_type = _text(255)
    identifier = _text(255)


class OrganizationInputSerializer(PartInputSerializer):
    """Who runs it. What is said of an organisation is part of each of its listings."""

    name = serializers.CharField(max_length=255, required=False)
    description = _text()
    email = serializers.EmailField(required=False, allow_blank=True)
    website = _text(MOST_LINK)
    logo = _text(MOST_LINK)
    uri = _text(MOST_LINK)
    organization_identifiers = _parts(IdentifierInputSerializer, 20)
    phones = _parts(PhoneInputSerializer, 50)


class ListingInputSerializer(StrictSerializer):
    """What a listing says. What is not sent stays as it is, and is empty in a new listing."""

    name = serializers.CharField(max_length=255)
    organization = OrganizationInputSerializer()
    description = serializers.CharField(max_length=MOST_TEXT)
    alternate_name = _text(255)
    url = _text(MOST_LINK)
    email = serializers.EmailField(required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=ServiceStatus.choices, required=False)
    alert = _text()
    fees = _text()
    fees_description = _text()
    accreditations = _text()
    licenses = _text()
    minimum_age = _number(min_value=0, max_value=120)
    maximum_age = _number(min_value=0, max_value=120)
    eligibility_description = _text()
    application_process = _text()
    interpretation_services = _text()
    wait_time = _text()
    referral_route = serializers.ChoiceField(choices=ReferralRoute.choices, required=False)
    takes_direct_referrals = serializers.BooleanField(required=False)
    receiving_team = serializers.UUIDField(required=False, allow_null=True, help_text="The team's id.")
    capacity = serializers.ChoiceField(choices=Capacity.choices, required=False, allow_blank=True)
    first_contact_by = serializers.ChoiceField(choices=FirstContact.choices, required=False, allow_blank=True)
    programme_length_weeks = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=520)
    review_points_weeks = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=520), required=False, max_length=50
    )
    delivery = serializers.ChoiceField(choices=Delivery.choices, required=False, allow_blank=True)
    life_course_stage = serializers.ListField(
        child=serializers.ChoiceField(choices=LifeCourseStage.choices), required=False, max_length=10
    )
    genders = serializers.ListField(
        child=serializers.ChoiceField(choices=Gender.choices), required=False, max_length=10
    )
    needs = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        max_length=50,
        help_text="Codes of needs: see /needs/.",
    )
    rule_sets = serializers.ListField(
        child=serializers.SlugField(max_length=60),
        required=False,
        max_length=20,
        help_text="Keys of the rule sets that say whom it is for: see /directory/rule-sets/.",
    )
    funding = serializers.ListField(child=serializers.CharField(max_length=500), required=False, max_length=50)
    service_at_locations = _parts(AtLocationInputSerializer, MOST_PARTS)
    schedules = _parts(ScheduleInputSerializer, MOST_PARTS, help_text="Everywhere; see also each place.")
    cost_options = _parts(CostOptionInputSerializer, 50)
    service_areas = _parts(ServiceAreaInputSerializer, 50)
    languages = _parts(LanguageInputSerializer, 50)
    phones = _parts(PhoneInputSerializer, 50)


class DeclineInputSerializer(StrictSerializer):
    """Why a proposal is declined."""

    reason = serializers.CharField(max_length=2000)
