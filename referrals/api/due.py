"""What is due, over HTTP: one list for a team, and the tasks that somebody wrote down."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import find_user, signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from core.clocks import local_day
from core.errors import Invalid
from core.filters import YesOrNoFilter
from referrals.api.contacts import UNREACHED, SuggestedStepSerializer
from referrals.api.outputs import Output, OwnerSerializer
from referrals.enums import TaskKind, TurnOf
from referrals.models import DueTask
from referrals.selectors import casework as selectors
from referrals.selectors.clocks import breached, is_breached
from referrals.selectors.due import DueInOrder
from referrals.services import case_tasks
from referrals.turns import NOT_THE_TEAMS


class DueTaskFilterSet(django_filters.FilterSet):
    """Which of what is due."""

    kind = django_filters.MultipleChoiceFilter(choices=TaskKind.choices)
    due_by = django_filters.DateFilter(field_name="due_on", lookup_expr="lte", label="Due on or before")
    mine = YesOrNoFilter(method="filter_mine", label="True: what is yours. False: what is others'.")
    overdue = YesOrNoFilter(method="filter_overdue", label="Whether it was due before today")
    breached = YesOrNoFilter(method="filter_breached", label="Whether it is overdue for too long")
    team = django_filters.UUIDFilter(field_name="owner_team_id", label="One of your teams")

    class Meta:
        model = DueTask
        fields: list[str] = []

    def filter_mine(self, rows: QuerySet[DueTask], name: str, value: bool) -> QuerySet[DueTask]:  # noqa: FBT001
        user = signed_in(self.request.user)
        return rows.filter(assigned_to=user) if value else rows.exclude(assigned_to=user)

    def filter_overdue(self, rows: QuerySet[DueTask], name: str, value: bool) -> QuerySet[DueTask]:  # noqa: FBT001
        today = local_day(timezone.now())
        return rows.filter(due_on__lt=today) if value else rows.filter(due_on__gte=today)

    def filter_breached(self, rows: QuerySet[DueTask], name: str, value: bool) -> QuerySet[DueTask]:  # noqa: FBT001
        condition = breached(due="due_on", team="owner_team", on=local_day(timezone.now()))
        return rows.filter(condition) if value else rows.exclude(condition)


class DueTaskSerializer(Output):
    """One thing that is due."""

    kind = serializers.ChoiceField(choices=TaskKind.choices)
    title = serializers.SerializerMethodField()
    due_on = serializers.DateField()
    turn = serializers.SerializerMethodField()
    is_overdue = serializers.SerializerMethodField()
    is_breached = serializers.SerializerMethodField()
    referral = serializers.CharField(source="reference")
    person = serializers.SerializerMethodField()
    team = serializers.CharField(source="owner_team.name")
    assigned_to = OwnerSerializer(allow_null=True)
    onward_referral = serializers.CharField(
        source="onward_reference", help_text="What a provider asks about or is to review, or empty."
    )
    id = serializers.IntegerField(
        source="source_id",
        allow_null=True,
        help_text="Of the task by hand, the signpost or the request, to say that it is done.",
    )
    suggested_step = serializers.SerializerMethodField()

    def get_title(self, task: DueTask) -> str:
        """What is to be done, in words."""
        return task.title or str(TaskKind(task.kind).label)

    @extend_schema_field(serializers.ChoiceField(choices=TurnOf.choices))
    def get_turn(self, task: DueTask) -> str:
        """Whose turn it is: the team's own, or that of those for whom it waits."""
        return NOT_THE_TEAMS.get(task.kind, TurnOf.TEAM)

    def get_is_overdue(self, task: DueTask) -> bool:
        return task.due_on < local_day(timezone.now())

    def get_is_breached(self, task: DueTask) -> bool:
        """Whether it is overdue for more working days than the team's setting allows."""
        return is_breached(task.due_on, task.owner_team, on=local_day(timezone.now()))

    def get_person(self, task: DueTask) -> str:
        """Family name first, as a list is read."""
        return f"{task.family_name.upper()}, {task.first_name}"

    @extend_schema_field(SuggestedStepSerializer(allow_null=True))
    def get_suggested_step(self, task: DueTask) -> dict[str, str] | None:
        return UNREACHED if task.kind == TaskKind.CLOSE_UNREACHED else None


class DueTaskViewSet(mixins.ListModelMixin, GenericViewSet):
    """What is due for you and your team, the most urgent first."""

    serializer_class = DueTaskSerializer
    filterset_class = DueTaskFilterSet
    ordering = ("due_on", "key")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return DueTask.objects.none()
        return selectors.due_tasks_visible_to(signed_in(self.request.user))

    def paginate_queryset(self, queryset: Any) -> Any:
        return super().paginate_queryset(DueInOrder(signed_in(self.request.user), queryset))  # type: ignore[arg-type]  # paged as a queryset is


class TaskInputSerializer(StrictSerializer):
    """Something to do for a case that nothing else says."""

    title = serializers.CharField(max_length=200)
    due_on = serializers.DateField()
    assigned_to = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Of the team; null: whoever has the case in hand."
    )


class CaseTaskSerializer(Output):
    """A task that somebody wrote down."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    assigned_to = OwnerSerializer(allow_null=True)
    recorded_by = serializers.SerializerMethodField()
    recorded_at = serializers.DateTimeField()
    done_by = serializers.SerializerMethodField()
    done_at = serializers.DateTimeField(allow_null=True)

    def get_recorded_by(self, task: Any) -> str:
        """Who wrote it down: somebody, or the service."""
        return Actor(task.recorded_by).name

    def get_done_by(self, task: Any) -> str:
        """Who did it, or empty."""
        return task.done_by.full_name if task.done_by else ""


class TaskActions:
    """Two actions of a referral's view: `self` is that view."""

    @extend_schema(methods=["GET"], responses=CaseTaskSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=TaskInputSerializer, parameters=[IF_MATCH], responses={201: CaseTaskSerializer}
    )
    @action(detail=True, methods=["get", "post"], ordering=("-id",), filterset_class=None)
    def tasks(self: Any, request: Request, reference: str) -> Response:
        """The tasks of a case that somebody wrote down, done or not. What is due in all is under /tasks/."""
        referral = self.row(reference)
        if request.method == "GET":
            rows: Response = self.paged(selectors.case_tasks_of(signed_in(request.user), referral), CaseTaskSerializer)
            return rows
        form = TaskInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        if said["assigned_to"] is not None:
            said["assigned_to"] = find_user(said["assigned_to"])
            if said["assigned_to"] is None:
                raise Invalid({"assigned_to": ["There is none with this id."]})
        task = case_tasks.add_task(
            referral=referral, actor=self.actor, at=timezone.now(), expected_version=expected_version(request), **said
        )
        body = CaseTaskSerializer(task, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"ETag": etag(task.referral.version)})

    @extend_schema(
        request=None, responses=CaseTaskSerializer,
        parameters=[OpenApiParameter("task_id", int, OpenApiParameter.PATH)],
    )  # fmt: skip
    @action(detail=True, methods=["post"], url_path=r"tasks/(?P<task_id>[0-9]{1,18})/done", url_name="finish-task")
    def finish_task(self: Any, request: Request, reference: str, task_id: str) -> Response:
        """Say that a task is done."""
        task = case_tasks.finish_task(
            referral=self.row(reference), task_id=int(task_id), actor=self.actor, at=timezone.now()
        )
        return Response(CaseTaskSerializer(task, context=self.get_serializer_context()).data)
