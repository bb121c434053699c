"""The clocks of a scheme over HTTP: read by who works with it, set by its team's lead or a directory editor."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from referrals.models import SchemeClocks
from referrals.models.scheme_clocks import OF_A_SCHEME
from referrals.models.team_policy import RANGES
from referrals.services import scheme_clocks
from services_directory.models import Service
from services_directory.selectors import get_service


class SchemeClocksInputSerializer(StrictSerializer):
    """Those to change: null leaves one to the team of each referral, and what is left out stays."""

    def get_fields(self) -> dict[str, Any]:
        numbers = {
            name: serializers.IntegerField(
                required=False, allow_null=True, min_value=RANGES[name][0], max_value=RANGES[name][1]
            )
            for name in OF_A_SCHEME
        }
        return {**numbers, **super().get_fields()}


class SchemeClocksChangeSerializer(serializers.ModelSerializer):
    """What a scheme had from a time on. Null: the team of each referral says."""

    changed_by = serializers.SerializerMethodField()
    changed_at = serializers.DateTimeField(source="set_at", allow_null=True, read_only=True)

    class Meta:
        model = SchemeClocks
        fields: tuple[str, ...] = (*OF_A_SCHEME, "changed_by", "changed_at")

    def get_changed_by(self, clocks: SchemeClocks) -> str:
        """Who set it, or empty where nobody has set any."""
        return clocks.set_by.full_name if clocks.version else ""


class SchemeClocksSerializer(SchemeClocksChangeSerializer):
    """What a scheme has set of its own, in days or working days as the names say. Null: the team of each referral."""

    history = serializers.SerializerMethodField(help_text="The last changes, the newest first.")

    class Meta(SchemeClocksChangeSerializer.Meta):
        fields = (*SchemeClocksChangeSerializer.Meta.fields, "history")

    @extend_schema_field(SchemeClocksChangeSerializer(many=True))
    def get_history(self, clocks: SchemeClocks) -> Any:
        return SchemeClocksChangeSerializer(self.context["history"], many=True).data


class SchemeClocksView(APIView):
    """What a scheme has set of its own."""

    problem_codes = {None: {"403"}}

    @extend_schema(operation_id="services_clocks", responses=SchemeClocksSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """The clocks of the scheme, each null where it is left to the team of a referral; and who set what when."""
        return self._answer(self._service(pk))

    @extend_schema(
        operation_id="services_set_clocks", request=SchemeClocksInputSerializer, responses=SchemeClocksSerializer,
        parameters=[IF_MATCH],
    )  # fmt: skip
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change some of them. A day that is set already stays: a change counts for the next."""
        service = self._service(pk)
        form = SchemeClocksInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        scheme_clocks.set_scheme_clocks(
            service=service, changes=form.validated_data, actor=self._actor, at=timezone.now(),
            expected_version=expected_version(request),
        )  # fmt: skip
        return self._answer(service)

    @property
    def _actor(self) -> Actor:
        return Actor(signed_in(self.request.user))

    def _service(self, pk: UUID) -> Service:
        return get_service(signed_in(self.request.user), pk)

    def _answer(self, service: Service) -> Response:
        clocks, history = scheme_clocks.read_scheme_clocks(service=service, actor=self._actor)
        body = SchemeClocksSerializer(clocks, context={"history": history}).data
        return Response(body, headers={"ETag": etag(clocks.version)})
