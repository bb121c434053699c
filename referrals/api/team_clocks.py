"""The clocks of a team over HTTP: read by who works there, set by its leads."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.models import Team
from accounts.selectors import find_team, signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from core.errors import NotVisible
from referrals.models import TeamPolicy
from referrals.models.team_policy import RANGES
from referrals.services import team_clocks


class TeamClocksInputSerializer(StrictSerializer):
    """Those to change; what is left out stays."""

    tries_need_another_way = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, Any]:
        numbers = {
            name: serializers.IntegerField(required=False, min_value=least, max_value=most)
            for name, (least, most) in RANGES.items()
        }
        return {**numbers, **super().get_fields()}


class TeamClocksSerializer(serializers.ModelSerializer):
    """How long a team gives itself and others, in days or working days as the names say."""

    changed_by = serializers.CharField(source="changed_by.full_name", default="", read_only=True)

    class Meta:
        model = TeamPolicy
        fields = (*RANGES, "tries_need_another_way", "changed_by", "changed_at")


class TeamClocksView(APIView):
    """How long a team gives itself and others."""

    problem_codes = {None: {"403"}}

    @extend_schema(operation_id="teams_clocks", responses=TeamClocksSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """The clocks of the team, or the usual ones where it has set none."""
        return self._answer(team_clocks.read_clocks(team=self._team(pk), actor=self._actor))

    @extend_schema(
        operation_id="teams_set_clocks", request=TeamClocksInputSerializer, responses=TeamClocksSerializer,
        parameters=[IF_MATCH],
    )  # fmt: skip
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change some of them. A day that is set already stays: a change counts for the next."""
        team = self._team(pk)
        form = TeamClocksInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        policy = team_clocks.set_clocks(
            team=team, changes=form.validated_data, actor=self._actor, at=timezone.now(),
            expected_version=expected_version(request),
        )  # fmt: skip
        return self._answer(policy)

    @property
    def _actor(self) -> Actor:
        return Actor(signed_in(self.request.user))

    def _team(self, pk: UUID) -> Team:
        team = find_team(pk)
        if team is None:
            raise NotVisible("There is no such team.")
        return team

    def _answer(self, policy: TeamPolicy) -> Response:
        return Response(TeamClocksSerializer(policy).data, headers={"ETag": etag(policy.version)})
