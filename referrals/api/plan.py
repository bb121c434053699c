"""The care and support plan, over HTTP: read, written whole, every version kept."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from referrals.api.outputs import Output
from referrals.enums import ActionParty, ActionStatus, GoalStatus, PlanAgreement
from referrals.models import PlanVersion
from referrals.selectors import casework as selectors
from referrals.services import plan as services


def _scale(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, max_value=10, required=False, allow_null=True, default=None, help_text=help_text
    )


def _text(max_length: int, help_text: str = "") -> serializers.CharField:
    return serializers.CharField(
        max_length=max_length, required=False, allow_blank=True, default="", help_text=help_text
    )  # fmt: skip


class PlannedActionSerializer(StrictSerializer):
    """What somebody does towards a goal."""

    what = serializers.CharField(max_length=500)
    who = serializers.ChoiceField(choices=ActionParty.choices)
    who_name = _text(70)
    due_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="By when.")
    status = serializers.ChoiceField(choices=ActionStatus.choices, default=ActionStatus.PLANNED)
    confidence = _scale("How confident the person feels to do it, 1 to 10.")
    strategies = _text(500, "What helps if something comes in the way.")


class GoalSerializer(StrictSerializer):
    """What the person hopes for. An archived goal takes its actions along."""

    in_own_words = serializers.CharField(max_length=1000)
    importance = _scale("How important it is to the person, 1 to 10.")
    confidence = _scale("How confident the person is to reach it, 1 to 10.")
    status = serializers.ChoiceField(choices=GoalStatus.choices, default=GoalStatus.IN_PROGRESS)
    outcome = _text(1000, "What came of it, as the person says.")
    is_archived = serializers.BooleanField(default=False)
    actions = serializers.ListField(child=PlannedActionSerializer(), required=False, default=list, max_length=20)


class PlanNeedSerializer(StrictSerializer):
    """A need, coded or in words or both, with the goals that it led to."""

    term = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="From /needs/.")
    name = serializers.CharField(read_only=True, help_text="What the coded need is called; filled in by the service.")
    words = _text(500)
    goals = serializers.ListField(child=GoalSerializer(), required=False, default=list, max_length=20)


class AgreementSerializer(StrictSerializer):
    """With whom the plan was agreed, or why it was not."""

    with_whom = serializers.ChoiceField(choices=PlanAgreement.choices)
    name = _text(70, "Of the representative.")
    agreed_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="Else today.")
    reason = _text(500, "Why it could not be agreed.")


class PlanDocumentSerializer(StrictSerializer):
    """A plan, whole."""

    strengths = serializers.ListField(
        child=serializers.CharField(max_length=500), required=False, default=list, max_length=20
    )
    needs = serializers.ListField(child=PlanNeedSerializer(), min_length=1, max_length=20)
    agreement = AgreementSerializer()
    review_on = serializers.DateField(required=False, allow_null=True, default=None)

    def plan(self) -> services.Plan:
        """Return what was sent, as the service takes it."""
        data = self.validated_data
        return services.Plan(
            strengths=tuple(data["strengths"]),
            needs=tuple(_need(need) for need in data["needs"]),
            agreement=services.Agreement(**data["agreement"]),
            review_on=data["review_on"],
        )


def _need(data: dict[str, Any]) -> services.PlanNeed:
    return services.PlanNeed(**data | {"goals": tuple(_goal(goal) for goal in data["goals"])})


def _goal(data: dict[str, Any]) -> services.Goal:
    actions = tuple(services.PlannedAction(**given) for given in data["actions"])
    return services.Goal(**data | {"actions": actions})


class PlanVersionSerializer(Output):
    """One version of a plan, whole. Change `plan`, send it back, and the next version is made."""

    version = serializers.IntegerField(source="number")
    plan = PlanDocumentSerializer(source="document")
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()


class PlanActions:
    """Two actions of a referral's view: `self` is that view."""

    @extend_schema(methods=["GET"], responses=PlanVersionSerializer)
    @extend_schema(
        methods=["PUT"], request=PlanDocumentSerializer, parameters=[IF_MATCH], responses=PlanVersionSerializer
    )
    @action(detail=True, methods=["get", "put"], filterset_class=None, pagination_class=None)
    def plan(self: Any, request: Request, reference: str) -> Response:
        """The plan as it is now. To change it send it whole, with its ETag in If-Match; the first needs none."""
        referral = self.row(reference)
        if request.method == "GET":
            return _answer(self, selectors.get_plan(signed_in(request.user), referral))
        form = PlanDocumentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        version = services.save_plan(
            referral=referral, actor=self.actor, at=timezone.now(), plan=form.plan(),
            expected_number=expected_version(request),
        )  # fmt: skip
        return _answer(self, version)

    @extend_schema(responses=PlanVersionSerializer(many=True))
    @action(
        detail=True, url_path="plan/versions", url_name="plan-versions", ordering=("-number",), filterset_class=None
    )
    def plan_versions(self: Any, request: Request, reference: str) -> Response:
        """Every version of the plan, whole, the newest first."""
        rows: Response = self.paged(
            selectors.plan_versions_of(signed_in(request.user), self.row(reference)), PlanVersionSerializer
        )
        return rows


def _answer(view: Any, version: PlanVersion) -> Response:
    body = PlanVersionSerializer(version, context=view.get_serializer_context()).data
    return Response(body, headers={"ETag": etag(version.number)})
