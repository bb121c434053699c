"""How the timetable is kept, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.selectors import signed_in
from core.models import RunOutcome, TaskRun
from insights.timetable import timetable_for


class LatestRunSerializer(serializers.ModelSerializer[TaskRun]):
    """The latest run, however it ended."""

    outcome = serializers.ChoiceField(choices=RunOutcome.choices)
    failure = serializers.CharField(help_text="The kind of error; its words are in the log. Empty: none.")

    class Meta:
        model = TaskRun
        fields = ["started_at", "ended_at", "outcome", "failure"]
        read_only_fields = fields


class TaskStateSerializer(serializers.Serializer[Any]):
    """One task of the timetable, and whether it is late."""

    task = serializers.CharField()
    says = serializers.CharField(help_text="What it does, in words.")
    runs = serializers.CharField(help_text="When it runs, in words; by the clocks of England.")
    is_late = serializers.BooleanField(
        help_text="Half an hour after a time of the timetable nothing was done of it, or it never ran."
    )
    expected_at = serializers.DateTimeField(allow_null=True, help_text="That time. Null: not late, or it never ran.")
    done_at = serializers.DateTimeField(
        allow_null=True, help_text="When it last ended well; of one that runs every second, when it was last seen."
    )
    figures = serializers.DictField(child=serializers.IntegerField(), help_text="What that run did, in counts.")
    latest = LatestRunSerializer(allow_null=True, help_text="Of one that runs every second none is on record.")
    failed_lately = serializers.IntegerField(help_text="Runs of the last seven days that failed or were stopped.")


class RunsSerializer(serializers.Serializer[Any]):
    """The whole timetable."""

    at = serializers.DateTimeField()
    late = serializers.IntegerField(help_text="How many of them are late.")
    tasks = TaskStateSerializer(many=True)


class RunsView(APIView):
    """Each task of the timetable, the late ones first: for managers and leads."""

    @extend_schema(responses=RunsSerializer, operation_id="insights_runs")
    def get(self, request: Request) -> Response:
        now = timezone.now()
        tasks = timetable_for(signed_in(request.user), at=now)
        body = {"at": now, "late": sum(task.is_late for task in tasks), "tasks": tasks}
        return Response(RunsSerializer(body).data)
