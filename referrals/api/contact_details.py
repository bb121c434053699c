"""How a person may be reached, over HTTP: what the referrer gives, and what the link worker corrects."""

from typing import Any

from rest_framework import serializers

from core.api import StrictSerializer
from referrals.enums import InformationFormat, Permission, TelephoneRule
from referrals.services.people import PersonDetails


class PermissionsInputSerializer(StrictSerializer):
    """Whether the person may be reached by each channel."""

    email = serializers.ChoiceField(choices=Permission.choices, required=False)
    sms = serializers.ChoiceField(choices=Permission.choices, required=False)
    telephone = serializers.ChoiceField(choices=Permission.choices, required=False)
    voicemail = serializers.ChoiceField(choices=Permission.choices, required=False)
    letter = serializers.ChoiceField(choices=Permission.choices, required=False)


class ContactDetailsInputSerializer(StrictSerializer):
    """How the person may be reached, spoken with and written to."""

    permissions = PermissionsInputSerializer(required=False)
    telephone_rule = serializers.ChoiceField(choices=TelephoneRule.choices, required=False, allow_blank=True)
    interpreter_language = serializers.CharField(max_length=35, required=False, allow_blank=True)
    needs_bsl_interpreter = serializers.BooleanField(required=False)
    information_formats = serializers.MultipleChoiceField(choices=InformationFormat.choices, required=False)


def contact_values(data: dict[str, Any]) -> dict[str, Any]:
    """Return what was sent of the contact, by the names of the columns; only what was sent."""
    values = {f"may_{channel}": value for channel, value in data.get("permissions", {}).items()}
    values |= {name: value for name, value in data.items() if name != "permissions"}
    if "information_formats" in values:
        values["information_formats"] = tuple(sorted(values["information_formats"]))
    return values


def person_details(data: dict[str, Any]) -> PersonDetails:
    """Return what was sent of a person, as the services take it."""
    given = {name: value for name, value in data.items() if name != "contact"}
    return PersonDetails(**given, **contact_values(data.get("contact", {})))


class ContactPermissionsSerializer(serializers.Serializer[Any]):
    """Whether the person may be reached by each channel."""

    email = serializers.ChoiceField(choices=Permission.choices, source="may_email")
    sms = serializers.ChoiceField(choices=Permission.choices, source="may_sms")
    telephone = serializers.ChoiceField(choices=Permission.choices, source="may_telephone")
    voicemail = serializers.ChoiceField(choices=Permission.choices, source="may_voicemail")
    letter = serializers.ChoiceField(choices=Permission.choices, source="may_letter")


class ContactDetailsSerializer(serializers.Serializer[Any]):
    """How the person may be reached, spoken with and written to."""

    permissions = ContactPermissionsSerializer(source="*")
    telephone_rule = serializers.ChoiceField(choices=TelephoneRule.choices, allow_blank=True)
    interpreter_language = serializers.CharField()
    needs_bsl_interpreter = serializers.BooleanField()
    information_formats = serializers.ListField(child=serializers.ChoiceField(choices=InformationFormat.choices))
