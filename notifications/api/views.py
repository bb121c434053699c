"""The inbox over HTTP, and how a user or a team chooses to be told."""

from typing import Any
from uuid import UUID

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.models import Team
from accounts.selectors import find_team, signed_in
from core.api import IF_MATCH, etag, expected_version
from core.errors import NotVisible
from core.filters import YesOrNoFilter
from notifications import inbox, inbox_services
from notifications.api.serializers import (
    ChoicesInputSerializer,
    ChoicesSerializer,
    InboxEntrySerializer,
    MarkedSerializer,
    MarkReadInputSerializer,
    UnreadSerializer,
)
from notifications.catalogue import templates_of
from notifications.enums import MessageGroup
from notifications.models import OutboxMessage, Preference
from notifications.preferences import preference_of


class InboxFilterSet(django_filters.FilterSet):
    """Which messages."""

    unread = YesOrNoFilter(field_name="read_at", lookup_expr="isnull", label="Not read yet, or read")
    group = django_filters.MultipleChoiceFilter(
        choices=MessageGroup.choices, method="of_groups", label="Of these kinds"
    )

    class Meta:
        model = OutboxMessage
        fields: list[str] = []

    def of_groups(self, messages: Any, name: str, groups: list[str]) -> Any:
        return messages.filter(template__in=templates_of(*map(MessageGroup, groups))) if groups else messages


class InboxViewSet(mixins.ListModelMixin, GenericViewSet[OutboxMessage]):
    """What the signed-in user was told: at their own address, and at those of their teams."""

    serializer_class = InboxEntrySerializer
    filterset_class = InboxFilterSet
    ordering = ("-occurred_at", "-id")
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return OutboxMessage.objects.none()
        return inbox.inbox_of(signed_in(self.request.user), at=timezone.now())

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Messages of the last 180 days, newest first."""
        user = signed_in(request.user)
        rows: Any = inbox.in_order(user, self.filter_queryset(self.get_queryset()))
        entries = inbox.entries_of(user, self.paginate_queryset(rows) or [])
        return self.get_paginated_response(self.get_serializer(entries, many=True).data)

    @extend_schema(responses=UnreadSerializer, filters=False)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def unread(self, request: Request) -> Response:
        """How many messages the user has not read."""
        count = inbox.count_unread(signed_in(request.user), at=timezone.now())
        return Response(UnreadSerializer({"unread": count}).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: UUID) -> Response:
        """Mark one message as read, for this user."""
        inbox_services.mark_read(message_id=pk, user=signed_in(request.user), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=MarkReadInputSerializer, responses=MarkedSerializer, operation_id="inbox_read_all_create")
    @action(detail=False, methods=["post"], url_path="read")
    def read_all(self, request: Request) -> Response:
        """Mark everything until a moment as read, for this user."""
        form = MarkReadInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        marked = inbox_services.mark_all_read(
            user=signed_in(request.user), until=form.validated_data["until"], at=timezone.now()
        )
        return Response(MarkedSerializer({"marked": marked}).data)


@extend_schema(responses=ChoicesSerializer)
class MyChoicesView(APIView):
    """How the signed-in user wants to be told."""

    @extend_schema(operation_id="me_notifications_retrieve")
    def get(self, request: Request) -> Response:
        """What the user chose."""
        return _answer(preference_of(signed_in(request.user)))

    @extend_schema(operation_id="me_notifications_update", request=ChoicesInputSerializer, parameters=[IF_MATCH])
    def put(self, request: Request) -> Response:
        """Choose. It holds for what happens from now on."""
        chosen = inbox_services.choose_for_oneself(
            choices=_choices(request), user=signed_in(request.user), at=timezone.now(),
            expected_version=expected_version(request),
        )  # fmt: skip
        return _answer(chosen)


@extend_schema(responses=ChoicesSerializer)
class TeamChoicesView(APIView):
    """How a team is told at its inbox address: read by its members, chosen by its lead."""

    problem_codes = {None: {"403"}}

    @extend_schema(operation_id="teams_notifications_retrieve")
    def get(self, request: Request, pk: UUID) -> Response:
        """What was chosen for the team."""
        team = _team(pk)
        inbox_services.check_may_see_choices(team, Actor(signed_in(request.user)))
        return _answer(preference_of(team))

    @extend_schema(operation_id="teams_notifications_update", request=ChoicesInputSerializer, parameters=[IF_MATCH])
    def put(self, request: Request, pk: UUID) -> Response:
        """Choose for the team. It holds for what happens from now on."""
        chosen = inbox_services.choose_for_team(
            choices=_choices(request), team=_team(pk), actor=Actor(signed_in(request.user)), at=timezone.now(),
            expected_version=expected_version(request),
        )  # fmt: skip
        return _answer(chosen)


def _team(pk: UUID) -> Team:
    team = find_team(pk)
    if team is None:
        raise NotVisible("There is no such team among yours.")
    return team


def _choices(request: Request) -> inbox_services.Choices:
    form = ChoicesInputSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    return inbox_services.Choices(**form.validated_data)


def _answer(chosen: Preference) -> Response:
    return Response(ChoicesSerializer(chosen).data, headers={"ETag": etag(chosen.version)})
