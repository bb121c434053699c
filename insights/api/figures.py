"""The tables of figures over HTTP, as JSON and as CSV: each figure with its definition."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import Invalid
from core.renderers import JSONRenderer
from insights import journeys, outcomes, waits
from insights.figures import PERIODS, Table, period_of
from insights.journeys import funnel
from insights.periods import Period

CSV = "text/csv"


class FigureColumnSerializer(serializers.Serializer[Any]):
    """One figure: what it is called, what it counts, and in what."""

    key = serializers.CharField()
    title = serializers.CharField()
    definition = serializers.CharField()
    unit = serializers.ChoiceField(choices=["count", "share", "days", "score"])


class FigureRowSerializer(serializers.Serializer[Any]):
    """One group. Null: not shown, or nothing to make it of."""

    key = serializers.CharField(help_text="A code or an id. Empty: all of them, or what is not known.")
    name = serializers.CharField()
    values = serializers.DictField(child=serializers.FloatField(allow_null=True), help_text="By the key of the figure.")


class FigureTableSerializer(serializers.Serializer[Any]):
    """A table of figures; the first row is the total, where it has one."""

    title = serializers.CharField()
    since = serializers.DateField(source="period.starts_on")
    until = serializers.DateField(source="period.ends_on")
    about = serializers.CharField(help_text="Of whom or what it tells.")
    of = serializers.CharField(help_text="What its rows are.")
    notes = serializers.ListField(child=serializers.CharField())
    counted_at = serializers.DateTimeField(
        allow_null=True, help_text="When the night's count made it. Null: counted when you asked."
    )
    figures = FigureColumnSerializer(many=True)
    definitions = serializers.DictField(child=serializers.CharField(), help_text="By the key of the figure.")
    rows = FigureRowSerializer(many=True)


class PeriodQuerySerializer(serializers.Serializer[Any]):
    """Of which time."""

    period = serializers.ChoiceField(choices=list(PERIODS.items()), default="twelve_months", help_text="Whole months.")


class FunnelQuerySerializer(PeriodQuerySerializer):
    """And by what."""

    by = serializers.ChoiceField(choices=journeys.BY, default="total")


class OutcomesQuerySerializer(PeriodQuerySerializer):
    """And whether of all together, or of each programme."""

    by = serializers.ChoiceField(choices=outcomes.BY, default="total")


class WaitsQuerySerializer(PeriodQuerySerializer):
    """And by what, and which wait."""

    by = serializers.ChoiceField(
        choices=waits.BY, default="total", help_text="By programme: the waits `answer` and `start` only."
    )
    wait = serializers.ChoiceField(
        choices=list(waits.WAITS.items()), default="start", help_text="Which wait, where it is by anything; else all."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["by"] == "programme" and attrs["wait"] not in waits.OF_SERVICES:
            raise Invalid({"wait": ["By programme, choose answer or start."]})
        return attrs


class CSVRenderer(JSONRenderer):
    """Says that CSV can be had here. The file itself is streamed; what this writes are refusals, as problems."""

    media_type = CSV
    format = "csv"


class FiguresView(APIView):
    """One table of figures."""

    query: ClassVar[type[PeriodQuerySerializer]] = PeriodQuerySerializer
    name: ClassVar[str]
    problem_codes: ClassVar = {None: {"409"}}

    def get_renderers(self) -> list[Any]:
        return [JSONRenderer(), CSVRenderer()]

    def answer(self, request: Request) -> Response | StreamingHttpResponse:
        """Return the table as the asker wants it."""
        query = self.query(data=request.query_params)
        query.is_valid(raise_exception=True)
        said = dict(query.validated_data)
        now = timezone.now()
        period = period_of(said.pop("period"), today=local_day(now))
        table = self.table(signed_in(request.user), period=period, said=said, at=now)
        if request.accepted_renderer.format == "csv":
            return csv_of(table, name=self.name)
        return Response(FigureTableSerializer(table).data)

    def table(self, user: User, *, period: Period, said: Mapping[str, Any], at: dt.datetime) -> Table:
        raise NotImplementedError


def csv_of(table: Table, *, name: str) -> StreamingHttpResponse:
    """Return a table as a file to be saved."""
    return StreamingHttpResponse(
        table.csv(),
        content_type=f"{CSV}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


_ANSWERS = {(200, "application/json"): FigureTableSerializer, (200, CSV): OpenApiTypes.STR}


class FunnelView(FiguresView):
    """Referred, reached, agreed, offered, started, 12 weeks, finished: for leads their teams, for managers all."""

    query, name = FunnelQuerySerializer, "funnel"

    @extend_schema(parameters=[FunnelQuerySerializer], responses=_ANSWERS, operation_id="insights_funnel")
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        return self.answer(request)

    def table(self, user: User, *, period: Period, said: Mapping[str, Any], at: dt.datetime) -> Table:
        return funnel(user, period=period, by=said["by"], at=at)


class WaitsView(FiguresView):
    """How long people waited, in working days: for leads of their teams, for managers of all."""

    query, name = WaitsQuerySerializer, "waits"

    @extend_schema(parameters=[WaitsQuerySerializer], responses=_ANSWERS, operation_id="insights_waits")
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        return self.answer(request)

    def table(self, user: User, *, period: Period, said: Mapping[str, Any], at: dt.datetime) -> Table:
        return waits.waits(user, period=period, wait=said["wait"], by=said["by"])


class ResponsesView(FiguresView):
    """How each service answered what was sent to it: for leads of their teams, for managers of all."""

    name = "responses"

    @extend_schema(parameters=[PeriodQuerySerializer], responses=_ANSWERS, operation_id="insights_responses")
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        return self.answer(request)

    def table(self, user: User, *, period: Period, said: Mapping[str, Any], at: dt.datetime) -> Table:
        return waits.responses(user, period=period)


class OutcomesView(FiguresView):
    """What changed for people, the first taking beside the last: for leads of their teams, for managers of all."""

    query, name = OutcomesQuerySerializer, "outcomes"

    @extend_schema(parameters=[OutcomesQuerySerializer], responses=_ANSWERS, operation_id="insights_outcomes")
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        return self.answer(request)

    def table(self, user: User, *, period: Period, said: Mapping[str, Any], at: dt.datetime) -> Table:
        return outcomes.outcomes(user, period=period, by=said["by"])
