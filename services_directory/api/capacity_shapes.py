"""Shapes of a service's capacity: what callers send and receive."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api import StrictSerializer
from services_directory.enums import Capacity
from services_directory.models import CapacityReport, Service
from services_directory.services.capacity import LIMITS


def _number(name: str, help_text: str) -> serializers.IntegerField:
    least, most = LIMITS[name]
    return serializers.IntegerField(
        min_value=least, max_value=most, allow_null=True, required=False, default=None, help_text=help_text
    )


class CapacityInputSerializer(StrictSerializer):
    """What a provider says of its service."""

    capacity = serializers.ChoiceField(
        choices=Capacity.choices, help_text="The provider's own word; open, also where all counted places are taken."
    )
    places = _number("places", "How many people referred here it can have at once; null: not counted.")
    keeps_waiting_list = serializers.BooleanField(
        allow_null=True,
        required=False,
        default=None,
        help_text="Whether people may be referred to it while it is full; null: only if it has a waiting list.",
    )
    waiting_list_length = _number("waiting_list_length", "How many people wait, wherever they came from.")
    expected_wait_weeks = _number("expected_wait_weeks", "How long a person who is referred now will wait.")
    paused_until = serializers.DateField(
        allow_null=True, required=False, default=None, help_text="Of a pause: the day on which it takes people again."
    )


class CapacityDetailsSerializer(serializers.ModelSerializer[Service]):
    """How much room a service has. Null where nobody has said, or nothing is counted."""

    places_left = serializers.IntegerField(allow_null=True, help_text="Null: not counted.")
    confirmed_at = serializers.DateTimeField(source="capacity_confirmed_at", allow_null=True)

    class Meta:
        model = Service
        fields = [
            "places",
            "places_left",
            "is_full_by_count",
            "keeps_waiting_list",
            "waiting_list_length",
            "people_waiting",
            "expected_wait_weeks",
            "paused_until",
            "confirmed_at",
        ]
        read_only_fields = fields


class CapacityReportSerializer(serializers.ModelSerializer[CapacityReport]):
    """What was said at one time. Without a name: the service itself, by counting or when a pause was over."""

    reported_by = serializers.SerializerMethodField()

    class Meta:
        model = CapacityReport
        fields = [
            "kind",
            "reported_at",
            "reported_by",
            "capacity",
            "places",
            "places_taken",
            "keeps_waiting_list",
            "waiting_list_length",
            "expected_wait_weeks",
            "paused_until",
        ]
        read_only_fields = fields

    def get_reported_by(self, report: CapacityReport) -> str:
        return report.reported_by.full_name if report.reported_by else ""


class ServiceCapacitySerializer(CapacityDetailsSerializer):
    """Whether a service has room, and what was last said of it, the newest first."""

    own_word = serializers.CharField(help_text="The capacity as its provider says it, whatever is counted.")
    reports = serializers.SerializerMethodField()

    class Meta:
        model = Service
        fields: list[Any] = [
            "capacity",
            "own_word",
            "places_taken",
            *CapacityDetailsSerializer.Meta.fields,
            "reports",
        ]
        read_only_fields = fields

    @extend_schema_field(CapacityReportSerializer(many=True))
    def get_reports(self, _: Service) -> Any:
        return CapacityReportSerializer(self.context["reports"], many=True).data
