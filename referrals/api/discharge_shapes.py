"""Shapes of what a hospital says of a discharge."""

from typing import Any

from rest_framework import serializers

from core.api import StrictSerializer
from referrals.enums import DischargeDestination, DischargePathway
from referrals.services.discharge import DISCHARGE_EVENTS, DischargeDetails, HospitalEvent


class HospitalEventInputSerializer(StrictSerializer):
    """One thing that happened: it is recorded as an answer, so that the rules of services see it."""

    code = serializers.CharField(max_length=60, help_text=f"One of: {', '.join(DISCHARGE_EVENTS)}.")
    occurred = serializers.CharField(max_length=10, help_text="As far as known: 2026, 2026-08 or 2026-08-14.")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


def _text(length: int, **more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=length, required=False, allow_blank=True, default="", **more)


class DischargeContentSerializer(StrictSerializer):
    """What the hospital says, but for the dates."""

    trust_ods_code = _text(5, help_text="Empty: the referrer's own trust, if it has a code.")
    ward = _text(100)
    pathway = serializers.ChoiceField(
        choices=DischargePathway.choices, required=False, allow_null=True, default=None,
        help_text="Discharge to Assess, 0 to 3.",
    )  # fmt: skip
    destination = serializers.ChoiceField(
        choices=DischargeDestination.choices, required=False, allow_blank=True, default=""
    )
    reason_for_stay = _text(200)
    package_of_care = _text(500)
    mobility_and_equipment = _text(500)
    falls_history = _text(500)
    home_access = _text(500)
    carer = _text(300)
    key_contact = _text(300, help_text="Who to ask after discharge: name and number.")
    start_no_earlier_than = serializers.DateField(required=False, allow_null=True, default=None)
    events = serializers.ListField(child=HospitalEventInputSerializer(), required=False, default=list, max_length=20)


DATES = ("planned_on", "discharged_on")


class DischargeInputSerializer(DischargeContentSerializer):
    """A referral from hospital: until the actual discharge it waits, and no clock runs."""

    planned_on = serializers.DateField(required=False, allow_null=True, default=None)
    discharged_on = serializers.DateField(required=False, allow_null=True, default=None)


class DischargeEditSerializer(DischargeContentSerializer):
    """The discharge of a person who waits for it: all of it, and the planned day."""

    planned_on = serializers.DateField()


def details_of(data: dict[str, Any]) -> DischargeDetails:
    """Return what the hospital said, as the service takes it."""
    said = {name: value for name, value in data.items() if name not in DATES}
    return DischargeDetails(**said | {"events": tuple(HospitalEvent(**event) for event in said["events"])})


class DischargeSerializer(serializers.Serializer[Any]):
    """What the hospital said. What happened there is among the observations."""

    trust_ods_code = serializers.CharField()
    ward = serializers.CharField()
    pathway = serializers.ChoiceField(choices=DischargePathway.choices, allow_null=True)
    destination = serializers.ChoiceField(choices=DischargeDestination.choices, allow_blank=True)
    reason_for_stay = serializers.CharField()
    package_of_care = serializers.CharField()
    mobility_and_equipment = serializers.CharField()
    falls_history = serializers.CharField()
    home_access = serializers.CharField()
    carer = serializers.CharField()
    key_contact = serializers.CharField()
    start_no_earlier_than = serializers.DateField(allow_null=True)
