"""What is known of a person's health, over HTTP: two lists that are added to and never changed."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from referrals import selectors
from referrals.api.outputs import NamedSerializer, Output
from referrals.models import Observation
from referrals.services import health
from services_directory.selectors import get_service
from services_directory.suitability.kinds import Answered
from services_directory.suitability.vocabulary import QUESTIONS

CODES = [(code, question.name) for code, question in QUESTIONS.items()]


class ObservationInputSerializer(StrictSerializer):
    """One answer: a yes, a no, a value or a choice, or that it is unknown."""

    code = serializers.ChoiceField(choices=CODES, help_text="The question.")
    answer = serializers.ChoiceField(
        choices=Answered.choices, required=False, allow_blank=True, default="", help_text="Not needed with a value."
    )
    value = serializers.DecimalField(
        max_digits=8, decimal_places=2, required=False, allow_null=True, default=None,
        help_text="In the question's unit; of a blood pressure, the upper value.",
    )  # fmt: skip
    second_value = serializers.DecimalField(
        max_digits=8, decimal_places=2, required=False, allow_null=True, default=None,
        help_text="Of a blood pressure, the lower value.",
    )  # fmt: skip
    choice = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    occurred = serializers.CharField(
        max_length=10, required=False, allow_blank=True, default="",
        help_text="When it happened, as far as known: 2026, 2026-08 or 2026-08-14.",
    )  # fmt: skip
    observed_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="When it was measured or said; else today."
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ObservationsInputSerializer(StrictSerializer):
    """Answers about the person, all or none of which are recorded."""

    observations = serializers.ListField(child=ObservationInputSerializer(), min_length=1, max_length=100)


class ObservationSerializer(Output):
    """One answer about the person."""

    code = serializers.CharField()
    question = serializers.SerializerMethodField()
    answer = serializers.ChoiceField(choices=Answered.choices)
    value = serializers.FloatField(allow_null=True)
    second_value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    choice = serializers.CharField()
    occurred = serializers.CharField()
    observed_on = serializers.DateField()
    note = serializers.CharField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()

    def get_question(self, observation: Observation) -> str:
        """The question in words; empty where it is no longer asked."""
        question = QUESTIONS.get(observation.code)
        return question.text if question else ""


class RecordedObservationsSerializer(Output):
    """What was recorded."""

    observations = ObservationSerializer(many=True)


class ListedObservationSerializer(ObservationSerializer):
    """One answer, and whether it is the one that counts now."""

    counts = serializers.BooleanField()


class ClearanceInputSerializer(StrictSerializer):
    """What a named professional decided."""

    code = serializers.ChoiceField(choices=CODES, help_text="The question that it was decided about.")
    is_cleared = serializers.BooleanField(help_text="True: the person may start. False: not.")
    professional_name = serializers.CharField(max_length=70)
    professional_role = serializers.CharField(max_length=70, help_text="GP, consultant, midwife …")
    decided_on = serializers.DateField()
    service = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="For this service only; null: for all."
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ClearanceSerializer(Output):
    """What a named professional decided about the person."""

    code = serializers.CharField()
    is_cleared = serializers.BooleanField()
    professional_name = serializers.CharField()
    professional_role = serializers.CharField()
    decided_on = serializers.DateField()
    service = NamedSerializer(allow_null=True)
    note = serializers.CharField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()


class HealthActions:
    """Two actions of a referral's view, in a file of their own: `self` is that view."""

    @extend_schema(methods=["GET"], responses=ListedObservationSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=ObservationsInputSerializer, parameters=[IF_MATCH],
        responses={201: RecordedObservationsSerializer},
    )  # fmt: skip
    @action(detail=True, methods=["get", "post"], ordering=("-id",), filterset_class=None)
    def observations(self: Any, request: Request, reference: str) -> Response:
        """What is known of the person's health, the newest first. The latest observed answer to a question counts."""
        referral = self.row(reference)
        if request.method == "GET":
            rows: Response = self.paged(selectors.observations_of(referral), ListedObservationSerializer)
            return rows
        form = ObservationsInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = [health.ObservationDetails(**answer) for answer in form.validated_data["observations"]]
        recorded = health.record_observations(
            referral=referral, actor=self.actor, at=timezone.now(), observations=given,
            expected_version=expected_version(request),
        )  # fmt: skip
        body = RecordedObservationsSerializer({"observations": recorded}, context=self.get_serializer_context()).data
        headers = {"ETag": etag(recorded[0].referral.version)}
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(methods=["GET"], responses=ClearanceSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=ClearanceInputSerializer, parameters=[IF_MATCH], responses={201: ClearanceSerializer}
    )
    @action(detail=True, methods=["get", "post"], ordering=("-id",), filterset_class=None)
    def clearances(self: Any, request: Request, reference: str) -> Response:
        """What professionals decided about the person, the newest first. The latest decision counts."""
        referral = self.row(reference)
        if request.method == "GET":
            rows: Response = self.paged(selectors.clearances_of(referral), ClearanceSerializer)
            return rows
        form = ClearanceInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        if said["service"] is not None:
            said["service"] = get_service(signed_in(request.user), said["service"])
        recorded = health.record_clearance(
            referral=referral, actor=self.actor, at=timezone.now(), given=health.ClearanceDetails(**said),
            expected_version=expected_version(request),
        )  # fmt: skip
        body = ClearanceSerializer(recorded, context=self.get_serializer_context()).data
        return Response(
            body, status=status.HTTP_201_CREATED, headers={"ETag": etag(recorded.referral.version)}
        )  # fmt: skip
