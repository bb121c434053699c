"""Which measures a scheme or a team takes, over HTTP: read by everybody, set by a lead or the scheme's provider."""

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
from core.api import StrictSerializer
from core.errors import Invalid, NotVisible
from referrals import selectors
from referrals.services import measures
from services_directory.models import Service
from services_directory.selectors import get_service


class ChosenMeasureInputSerializer(StrictSerializer):
    """One measure that is taken."""

    measure = serializers.CharField(max_length=40, help_text="A code of /measures/.")
    weeks = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=measures.LATEST_POINT),
        required=False, default=list, max_length=20,
        help_text="Since the start; 0 is the start. None: the scheme's review points, or a team's start.",
    )  # fmt: skip


class ChosenMeasuresInputSerializer(StrictSerializer):
    """All that are taken: what is left out is not taken any more."""

    measures = serializers.ListField(child=ChosenMeasureInputSerializer(), allow_empty=True, max_length=20)


class ChosenMeasureSerializer(serializers.Serializer[Any]):
    """One measure that is taken."""

    measure = serializers.CharField()
    weeks = serializers.ListField(child=serializers.IntegerField())


class ChosenMeasuresSerializer(serializers.Serializer[Any]):
    """All that are taken: a handful, on one page."""

    measures = ChosenMeasureSerializer(many=True)


class ChosenMeasuresView(APIView):
    """What one scheme or one team measures."""

    problem_codes = {None: {"403", "409"}}

    def chooser(self, pk: UUID) -> Service | Team:
        """Return the scheme or team of the address.

        :raises NotVisible: if there is none for the asker.
        """
        raise NotImplementedError

    def get(self, request: Request, pk: UUID) -> Response:
        """Which measures are taken, and in which weeks after the start."""
        return self._answer(self.chooser(pk))

    def put(self, request: Request, pk: UUID) -> Response:
        """Choose which measures are taken. What was taken stays; one that needs a licence is refused without."""
        chooser = self.chooser(pk)
        form = ChosenMeasuresInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows = form.validated_data["measures"]
        chosen = {row["measure"]: row["weeks"] for row in rows}
        if len(chosen) < len(rows):
            raise Invalid({"measures": ["Name each measure once."]})
        measures.choose_measures(
            user_of=chooser, measures=chosen, actor=Actor(signed_in(request.user)), at=timezone.now()
        )
        return self._answer(chooser)

    def _answer(self, chooser: Service | Team) -> Response:
        return Response(ChosenMeasuresSerializer({"measures": selectors.measures_in_use_by(chooser)}).data)


_SHAPES: dict[str, Any] = {"responses": ChosenMeasuresSerializer}


class ServiceMeasuresView(ChosenMeasuresView):
    """What a scheme measures."""

    def chooser(self, pk: UUID) -> Service:
        return get_service(signed_in(self.request.user), pk)

    @extend_schema(operation_id="services_measures", **_SHAPES)
    def get(self, request: Request, pk: UUID) -> Response:
        """Which measures the scheme takes, and in which weeks after the start."""
        return super().get(request, pk)

    @extend_schema(operation_id="services_choose_measures", request=ChosenMeasuresInputSerializer, **_SHAPES)
    def put(self, request: Request, pk: UUID) -> Response:
        """Choose what the scheme measures: its provider does, or a lead of its team."""
        return super().put(request, pk)


class TeamMeasuresView(ChosenMeasuresView):
    """What a team measures, of everybody whom it supports."""

    def chooser(self, pk: UUID) -> Team:
        team = find_team(pk)
        if team is None:
            raise NotVisible("There is no such team.")
        return team

    @extend_schema(operation_id="teams_measures", **_SHAPES)
    def get(self, request: Request, pk: UUID) -> Response:
        """Which measures the team takes, and in which weeks after support began."""
        return super().get(request, pk)

    @extend_schema(operation_id="teams_choose_measures", request=ChosenMeasuresInputSerializer, **_SHAPES)
    def put(self, request: Request, pk: UUID) -> Response:
        """Choose what the team measures: its lead does."""
        return super().put(request, pk)
