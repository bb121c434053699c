"""Screening over HTTP: what a service's rules ask of a person, and the professionals who are asked to clear it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from core.clocks import local_day
from core.errors import Invalid, NotPermitted
from referrals import policies, selectors
from referrals.api.health import CODES, ObservationsInputSerializer
from referrals.api.outputs import NamedSerializer, OnwardSerializer, Output
from referrals.enums import ClearanceMechanism, ClearanceRequestStatus, QuestionState
from referrals.models import ClearanceRequest, OnwardReferral, Referral
from referrals.services import clearance_requests, health, screening
from services_directory.api.suitability import SuitabilitySerializer, SuitabilityWriter
from services_directory.models import Service
from services_directory.selectors import get_service
from services_directory.suitability.kinds import Answered, AnswerKind, Verdict


class CountingAnswerSerializer(Output):
    """The answer that counts. A remark beside it is not here: it may say more than was asked."""

    answer = serializers.ChoiceField(choices=Answered.choices)
    value = serializers.FloatField(allow_null=True)
    second_value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    choice = serializers.CharField()
    occurred = serializers.CharField()
    observed_on = serializers.DateField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()


class CountingClearanceSerializer(Output):
    """The decision that counts about a question, at this service."""

    is_cleared = serializers.BooleanField()
    professional_name = serializers.CharField()
    professional_role = serializers.CharField()
    decided_on = serializers.DateField()


class ClearanceRequestInputSerializer(StrictSerializer):
    """What is asked of whom, how, and by when."""

    codes = serializers.ListField(
        child=serializers.ChoiceField(choices=CODES), min_length=1, max_length=20, help_text="The questions."
    )
    professional_name = serializers.CharField(max_length=70)
    professional_role = serializers.CharField(max_length=70, help_text="GP, consultant, midwife …")
    professional_organization = serializers.CharField(max_length=150, help_text="Where they work.")
    mechanism = serializers.ChoiceField(choices=ClearanceMechanism.choices, help_text="How they were asked.")
    due_on = serializers.DateField(help_text="By when the answer is wanted.")


class ClearanceRequestEndSerializer(StrictSerializer):
    """Why no decision will come."""

    status = serializers.ChoiceField(choices=[(end.value, end.label) for end in clearance_requests.ENDS])


class ClearanceRequestSerializer(Output):
    """One question that was put to one professional."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    status = serializers.ChoiceField(choices=ClearanceRequestStatus.choices)
    professional_name = serializers.CharField()
    professional_role = serializers.CharField()
    professional_organization = serializers.CharField()
    mechanism = serializers.ChoiceField(choices=ClearanceMechanism.choices)
    due_on = serializers.DateField()
    requested_by = serializers.CharField(source="requested_by.full_name")
    requested_at = serializers.DateTimeField()
    is_cleared = serializers.SerializerMethodField()
    ended_by = serializers.SerializerMethodField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_is_cleared(self, asked: ClearanceRequest) -> bool | None:
        """What was decided, or null."""
        return asked.clearance.is_cleared if asked.clearance else None

    def get_ended_by(self, asked: ClearanceRequest) -> str:
        """Who recorded its end, or empty."""
        return asked.ended_by.full_name if asked.ended_by else ""


class ClearanceRequestsMadeSerializer(Output):
    """What was asked, one a question."""

    clearance_requests = ClearanceRequestSerializer(many=True)


class ScreenedQuestionSerializer(Output):
    """One question of the service's rules."""

    code = serializers.CharField(source="question.code")
    question = serializers.CharField(source="question.text")
    kind = serializers.ChoiceField(choices=AnswerKind.choices, source="question.kind")
    unit = serializers.CharField(source="question.unit")
    choices = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=QuestionState.choices)
    is_to_be_asked = serializers.BooleanField(help_text="The verdict waits for it.")
    answer = CountingAnswerSerializer(allow_null=True)
    clearance_by = serializers.ListField(child=serializers.CharField(), help_text="Who may clear what it finds.")
    clearance = CountingClearanceSerializer(allow_null=True)
    clearance_request = ClearanceRequestSerializer(
        allow_null=True, help_text="Who has been asked and has not decided; always null for the provider."
    )

    def get_choices(self, asked: Any) -> list[str]:
        """The answers to choose from; empty where it is answered otherwise."""
        return [value for value, _ in asked.question.choices]


class ScreeningSerializer(Output):
    """What a service's rules ask of the person, and what they say if the person started on the planned day."""

    service = NamedSerializer()
    planned_start = serializers.DateField()
    suitability = SuitabilitySerializer()
    questions = ScreenedQuestionSerializer(many=True)


class WarningSerializer(Output):
    """Why a service cannot take the person as things are, in the words of its rules. It refuses nothing."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # Field has a label
    reasons = serializers.ListField(child=serializers.CharField())


class SentOnwardSerializer(OnwardSerializer):
    """An onward referral that was just sent, and what its sender should know of the service's rules."""

    warning = serializers.SerializerMethodField()

    @extend_schema_field(WarningSerializer(allow_null=True))
    def get_warning(self, onward: OnwardReferral) -> Any:
        """Null where nothing stands in the way, or no rules are known."""
        found = self.context["warnings"].get(str(onward.service_id))
        if found is None:
            return None
        reasons = [outcome.words for outcome in found.decided_by]
        return WarningSerializer({"verdict": found.verdict, "label": found.label, "reasons": reasons}).data


def with_warnings(context: Mapping[str, Any], referral: Referral, sent: Iterable[OnwardReferral]) -> dict[str, Any]:
    """Return the context in which what was just sent is written, with the warnings of its services."""
    services = [row.service for row in sent]
    found = selectors.warnings_before_start(referral, services, on=local_day(timezone.now()))
    return {**context, "warnings": found}


SERVICE = OpenApiParameter("service", str, required=True, description="The id of a service: whose rules are looked at.")


def _service_asked_for(request: Request) -> Service:
    try:
        wanted = serializers.UUIDField().to_internal_value(request.query_params.get("service", ""))
    except serializers.ValidationError:
        raise Invalid({"service": ["Say whose rules: the id of a service."]}) from None
    return get_service(signed_in(request.user), wanted)


def _given(request: Request) -> list[health.ObservationDetails]:
    form = ObservationsInputSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    return [health.ObservationDetails(**answer) for answer in form.validated_data["observations"]]


def _written(found: selectors.Screening, context: dict[str, Any]) -> Any:
    body = {
        "service": found.service,
        "planned_start": found.planned_start,
        "suitability": SuitabilityWriter(with_all_rules=True)(found.suitability),
        "questions": found.questions,
    }
    return ScreeningSerializer(body, context=context).data


class ScreeningActions:
    """Three actions of a referral's view: `self` is that view."""

    @extend_schema(methods=["GET"], responses=ScreeningSerializer, parameters=[SERVICE], filters=False)
    @extend_schema(
        methods=["POST"], request=ObservationsInputSerializer, responses={201: ScreeningSerializer},
        parameters=[SERVICE, IF_MATCH],
    )  # fmt: skip
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def screening(self: Any, request: Request, reference: str) -> Response:
        """What a service's rules ask of the person: each question once, the answer that counts, and what is open.
        Answers are recorded all or none, and the screening is told as it then is.
        """
        referral = self.row(reference)
        service, now = _service_asked_for(request), timezone.now()
        if request.method == "POST":
            recorded = health.record_observations(
                referral=referral, actor=self.actor, at=now, observations=_given(request), asked_by=service,
                expected_version=expected_version(request),
            )  # fmt: skip
            referral = recorded[0].referral
        found = selectors.screening_of(referral, service, on=local_day(now))
        code = status.HTTP_201_CREATED if request.method == "POST" else status.HTTP_200_OK
        body = _written(found, self.get_serializer_context())
        return Response(body, status=code, headers={"ETag": etag(referral.version)})

    @extend_schema(methods=["GET"], responses=ClearanceRequestSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=ClearanceRequestInputSerializer, parameters=[IF_MATCH],
        responses={201: ClearanceRequestsMadeSerializer},
    )  # fmt: skip
    @action(
        detail=True, methods=["get", "post"], url_path="clearance-requests", ordering=("-id",), filterset_class=None
    )
    def clearance_requests(self: Any, request: Request, reference: str) -> Response:
        """What professionals were asked to decide, the newest first. A clearance of that question answers it."""
        referral = self.row(reference)
        if request.method == "GET":
            rows: Response = self.paged(selectors.clearance_requests_of(referral), ClearanceRequestSerializer)
            return rows
        form = ClearanceRequestInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = clearance_requests.request_clearance(
            referral=referral, actor=self.actor, at=timezone.now(),
            asked=clearance_requests.ClearanceAsked(**form.validated_data), expected_version=expected_version(request),
        )  # fmt: skip
        body = ClearanceRequestsMadeSerializer({"clearance_requests": made}, context=self.get_serializer_context()).data
        headers = {"ETag": etag(made[0].referral.version)}
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(
        request=ClearanceRequestEndSerializer, responses=ClearanceRequestSerializer,
        parameters=[OpenApiParameter("request_id", int, OpenApiParameter.PATH)],
    )  # fmt: skip
    @action(
        detail=True, methods=["post"], url_path=r"clearance-requests/(?P<request_id>[0-9]{1,18})/end",
        url_name="end-clearance-request",
    )  # fmt: skip
    def end_clearance_request(self: Any, request: Request, reference: str, request_id: str) -> Response:
        """Say that no decision will come: refused, or not asked for any more."""
        referral = self.row(reference)
        form = ClearanceRequestEndSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = clearance_requests.end_request(
            referral=referral, request_id=int(request_id), actor=self.actor, at=timezone.now(),
            status=ClearanceRequestStatus(form.validated_data["status"]),
        )  # fmt: skip
        return Response(ClearanceRequestSerializer(row, context=self.get_serializer_context()).data)


class OnwardScreeningActions:
    """One action of an onward referral's view: `self` is that view."""

    @extend_schema(methods=["GET"], responses=ScreeningSerializer, filters=False)
    @extend_schema(
        methods=["POST"], request=ObservationsInputSerializer, responses={201: ScreeningSerializer},
        parameters=[IF_MATCH],
    )  # fmt: skip
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def screening(self: Any, request: Request, reference: str) -> Response:
        """What the service's rules ask of the person; its provider reads and answers it while it sees the person."""
        row, now = self.row(reference), timezone.now()
        if request.method == "POST":
            screening.answer_screening(
                onward=row, actor=self.actor, at=now, observations=_given(request),
                expected_version=expected_version(request),
            )  # fmt: skip
        elif not policies.sees_person(self.actor, row, on=local_day(now)):
            raise NotPermitted("The screening is read by who may see the person, as long as they agree to it.")
        found = selectors.screening_of(row.referral, row.service, on=local_day(now))
        if not policies.may_record_health(self.actor, row.referral):
            found = selectors.for_the_provider(found)
        code = status.HTTP_201_CREATED if request.method == "POST" else status.HTTP_200_OK
        body = _written(found, self.get_serializer_context())
        return Response(body, status=code, headers={"ETag": etag(row.version)})
