"""The figures of clocks over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.selectors import signed_in
from core.clocks import local_day
from core.pagination import CursorPages
from insights.clocks import DEFINITIONS, clocks_for


class ClockFiguresSerializer(serializers.Serializer[Any]):
    """One clock. Null: too small to show, or, of a day, nothing is due."""

    clock = serializers.CharField(help_text="As docs/clocks.md names it.")
    says = serializers.CharField(help_text="What is to be done.")
    turn = serializers.ChoiceField(choices=["team", "referrer", "provider"], help_text="Whose turn it is.")
    running = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["running"])
    due_today = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["due_today"])
    due_soon = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["due_soon"])
    overdue = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["overdue"])
    breached = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["breached"])
    standing_still = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["standing_still"])
    oldest_due_on = serializers.DateField(allow_null=True, help_text=DEFINITIONS["oldest_due_on"])


class TeamClocksFiguresSerializer(serializers.Serializer[Any]):
    """Every clock of one team."""

    team = serializers.UUIDField(help_text=DEFINITIONS["team"])
    name = serializers.CharField()
    clocks = ClockFiguresSerializer(many=True)


class ClocksSerializer(serializers.Serializer[Any]):
    """A page of teams, with what the figures mean, and every clock over all of the teams."""

    on = serializers.DateField(help_text="The day on which it was counted: when you asked.")
    definitions = serializers.DictField(child=serializers.CharField())
    total = ClockFiguresSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TeamClocksFiguresSerializer(many=True)


class ClocksView(APIView):
    """What is due, late and waiting, by clock and team: for leads of their teams, for managers of all."""

    ordering = ("name", "id")

    @extend_schema(responses=ClocksSerializer, operation_id="insights_clocks")
    def get(self, request: Request) -> Response:
        today = local_day(timezone.now())
        read = clocks_for(signed_in(request.user), on=today)
        pages = CursorPages()
        teams = pages.paginate_queryset(read.teams, request, view=self) or []
        body = {
            "on": today,
            "definitions": DEFINITIONS,
            "total": read.total(),
            "next": pages.get_next_link(),
            "previous": pages.get_previous_link(),
            "results": [{"team": team.pk, "name": team.name, "clocks": read.of_team(team)} for team in teams],
        }
        return Response(ClocksSerializer(body).data)
