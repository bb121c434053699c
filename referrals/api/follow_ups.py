"""Follow-ups over HTTP: the scheme's points for a person, what became of each, and at which months a scheme asks."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from core.clocks import local_day
from core.errors import NotPermitted
from referrals import policies
from referrals.api.outputs import Output
from referrals.enums import AskedResult, ConsultationMechanism, PointState, SinceTheStart, StillActive
from referrals.models import FollowUp, FollowUpPlan, OnwardReferral
from referrals.models.follow_ups import MONTHS, USUAL_WINDOW_DAYS, WINDOW_DAYS
from referrals.selectors.follow_ups import follow_up_points, follow_ups_of, plan_of
from referrals.services.follow_up_plans import choose_follow_ups
from referrals.services.follow_ups import Asked, record_follow_up
from services_directory.models import Service
from services_directory.selectors import get_service


class AskedInputSerializer(StrictSerializer):
    """What became of asking somebody. The two answers are of who was reached, and needed then."""

    months = serializers.IntegerField(
        min_value=MONTHS[0], max_value=MONTHS[1], help_text="The scheme's point, in months since the start."
    )
    result = serializers.ChoiceField(choices=[each for each in AskedResult.choices if each[0] != AskedResult.MISSED])
    mechanism = serializers.ChoiceField(choices=ConsultationMechanism.choices)
    asked_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="Null: today.")
    still_active = serializers.ChoiceField(choices=StillActive.choices, required=False, allow_blank=True, default="")
    since_the_start = serializers.ChoiceField(
        choices=SinceTheStart.choices, required=False, allow_blank=True, default=""
    )


class AskedSerializer(Output):
    """What became of asking somebody, or of one try."""

    months = serializers.IntegerField()
    result = serializers.ChoiceField(choices=AskedResult.choices)
    asked_on = serializers.DateField(help_text="Where it was given up, the last day of its window.")
    mechanism = serializers.ChoiceField(choices=ConsultationMechanism.choices, allow_blank=True)
    still_active = serializers.ChoiceField(choices=StillActive.choices, allow_blank=True)
    since_the_start = serializers.ChoiceField(choices=SinceTheStart.choices, allow_blank=True)
    recorded_by = serializers.SerializerMethodField()
    recorded_at = serializers.DateTimeField()

    def get_recorded_by(self, row: FollowUp) -> str:
        """Who wrote it down: somebody, or the service."""
        return Actor(row.recorded_by).name


class FollowUpPointSerializer(Output):
    """One of the scheme's points for a person. `follow_up`: what was recorded of it last, or null."""

    months = serializers.IntegerField()
    due_on = serializers.DateField()
    closes_on = serializers.DateField(help_text="The last day on which somebody is tried.")
    state = serializers.ChoiceField(choices=PointState.choices)
    is_overdue = serializers.BooleanField()
    follow_up = AskedSerializer(allow_null=True)
    measures = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_measures(self, point: Any) -> list[str]:
        """Which measures were taken at this point, by the week that it falls in."""
        return list(point.measures)


class FollowUpPointsSerializer(Output):
    """All of the scheme's points for a person; before the start, as if it were today."""

    points = FollowUpPointSerializer(many=True)


class FollowUpActions:
    """Two actions of the onward referrals' view: `self` is that view."""

    def asked_row(self: Any, reference: str) -> OnwardReferral:
        """Return the row, for who reads what was measured of the person."""
        row: OnwardReferral = self.row(reference)
        if not policies.may_read_measures(self.actor, row, on=local_day(timezone.now())):
            raise NotPermitted("Follow-ups are read by who supports the person, as long as they agree to it.")
        return row

    @extend_schema(methods=["GET"], responses=AskedSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=AskedInputSerializer, parameters=[IF_MATCH], responses={201: AskedSerializer}
    )
    @action(detail=True, methods=["get", "post"], url_path="follow-ups", ordering=("-id",), filterset_class=None)
    def follow_ups(self: Any, request: Request, reference: str) -> Response:
        """What became of asking the person, the newest first; record one more, also after the end. Of a point, the last
        counts.
        """
        row = self.asked_row(reference)
        if request.method == "GET":
            page: Response = self.paged(follow_ups_of(row), AskedSerializer)
            return page
        form = AskedInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        recorded = record_follow_up(
            onward=row, actor=self.actor, at=timezone.now(), asked=Asked(**form.validated_data),
            expected_version=expected_version(request),
        )  # fmt: skip
        body = AskedSerializer(recorded, context=self.get_serializer_context()).data
        version = etag(recorded.onward_referral.version)
        return Response(body, status=status.HTTP_201_CREATED, headers={"ETag": version})

    @extend_schema(responses=FollowUpPointsSerializer, filters=False)
    @action(detail=True, url_path="follow-ups/points", filterset_class=None, pagination_class=None)
    def follow_up_points(self: Any, request: Request, reference: str) -> Response:
        """At which months the person is asked: when each is due, and what became of it."""
        points = follow_up_points(self.asked_row(reference), on=local_day(timezone.now()))
        return Response(FollowUpPointsSerializer({"points": points}, context=self.get_serializer_context()).data)


# --- When a scheme asks ---------------------------------------------------------------------------------------------


class FollowUpPlanInputSerializer(StrictSerializer):
    """At which months a scheme asks."""

    months = serializers.ListField(
        child=serializers.IntegerField(min_value=MONTHS[0], max_value=MONTHS[1]), allow_empty=True, max_length=10,
        help_text="After the start. None: nobody is asked.",
    )  # fmt: skip
    window_days = serializers.IntegerField(
        min_value=WINDOW_DAYS[0], max_value=WINDOW_DAYS[1], required=False, default=USUAL_WINDOW_DAYS,
        help_text="How long after a point somebody is still tried.",
    )  # fmt: skip


class FollowUpPlanSerializer(serializers.Serializer[Any]):
    """At which months a scheme asks, as it has said itself or as is usual."""

    months = serializers.ListField(child=serializers.IntegerField())
    window_days = serializers.IntegerField()
    changed_by = serializers.CharField(source="changed_by.full_name", default="")
    changed_at = serializers.DateTimeField(allow_null=True)


class ServiceFollowUpsView(APIView):
    """At which months a scheme asks people how they are."""

    problem_codes = {None: {"403"}}

    @extend_schema(operation_id="services_follow_ups", responses=FollowUpPlanSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """At which months after the start the scheme asks. A programme with review points: 3, 6 and 12, unless it says
        otherwise; others: none.
        """
        return self._answer(plan_of(self._service(pk)))

    @extend_schema(
        operation_id="services_choose_follow_ups", request=FollowUpPlanInputSerializer, parameters=[IF_MATCH],
        responses=FollowUpPlanSerializer,
    )  # fmt: skip
    def put(self, request: Request, pk: UUID) -> Response:
        """Choose them: the scheme's provider does, or a lead of its team. A day that is set already stays."""
        service = self._service(pk)
        form = FollowUpPlanInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        plan = choose_follow_ups(
            service=service, actor=Actor(signed_in(request.user)), at=timezone.now(),
            expected_version=expected_version(request), **form.validated_data,
        )  # fmt: skip
        return self._answer(plan)

    def _service(self, pk: UUID) -> Service:
        return get_service(signed_in(self.request.user), pk)

    def _answer(self, plan: FollowUpPlan) -> Response:
        return Response(FollowUpPlanSerializer(plan).data, headers={"ETag": etag(plan.version)})
