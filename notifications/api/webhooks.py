"""Webhook endpoints over HTTP: kept by the leads and managers of the team whose system is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import IF_MATCH, etag, expected_version
from notifications.api.webhook_shapes import (
    ReplayedSerializer,
    ReplayInputSerializer,
    RotateSecretInputSerializer,
    WebhookDeliverySerializer,
    WebhookEndpointChangeSerializer,
    WebhookEndpointInputSerializer,
    WebhookEndpointSerializer,
    WebhookEndpointWithSecretSerializer,
)
from notifications.enums import MessageStatus
from notifications.models import OutboxMessage, WebhookEndpoint
from notifications.webhooks import endpoints, selectors


class DeliveryFilterSet(django_filters.FilterSet):
    """Which of an endpoint's messages."""

    status = django_filters.ChoiceFilter(choices=MessageStatus.choices)

    class Meta:
        model = OutboxMessage
        fields: list[str] = []


class WebhookViewSet(mixins.ListModelMixin, GenericViewSet[WebhookEndpoint]):
    """Where the systems of your teams are told what has happened."""

    serializer_class = WebhookEndpointSerializer
    lookup_field = "reference"
    filterset_class: Any = None
    ordering: tuple[str, ...] = ("-id",)
    problem_codes = {
        "create": {"403", "409"}, "partial_update": {"409"}, "destroy": {"409"}, "rotate_secret": {"409"},
        "deliveries": {"400"}, "enable": {"409"}, "ping": {"409"}, "replay": {"409"}, "replay_one": {"409"},
    }  # fmt: skip

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return (OutboxMessage if self.action == "deliveries" else WebhookEndpoint).objects.none()
        return selectors.endpoints_kept_by(signed_in(self.request.user))

    @property
    def actor(self) -> Actor:
        return Actor(signed_in(self.request.user))

    def row(self, reference: str) -> WebhookEndpoint:
        return selectors.get_endpoint(signed_in(self.request.user), reference)

    def retrieve(self, request: Request, reference: str) -> Response:
        """One endpoint."""
        return _shown(self.row(reference))

    @extend_schema(request=WebhookEndpointInputSerializer, responses={201: WebhookEndpointWithSecretSerializer})
    def create(self, request: Request) -> Response:
        """Register an endpoint. Its secret is in this answer and in no other."""
        said = _said(WebhookEndpointInputSerializer, request)
        made = endpoints.register_endpoint(actor=self.actor, at=timezone.now(), **said)
        return _with_secret(*made, status=status.HTTP_201_CREATED)

    @extend_schema(request=WebhookEndpointChangeSerializer, responses=WebhookEndpointSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, reference: str) -> Response:
        """Change the address, what it hears of, or what it is called. What waits goes to the new address."""
        endpoint = self.row(reference)
        said = _said(WebhookEndpointChangeSerializer, request)
        changed = endpoints.change_endpoint(
            endpoint=endpoint, actor=self.actor, expected_version=expected_version(request), **said
        )
        return _shown(changed)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, reference: str) -> Response:
        """End an endpoint for good. What still waits for it is not sent."""
        endpoints.end_endpoint(endpoint=self.row(reference), actor=self.actor, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=RotateSecretInputSerializer, responses=WebhookEndpointWithSecretSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, reference: str) -> Response:
        """Give it a new secret. The one before also signs until the overlap has passed: change yours in that time."""
        endpoint = self.row(reference)
        hours = _said(RotateSecretInputSerializer, request)["overlap_hours"]
        return _with_secret(
            *endpoints.rotate_secret(
                endpoint=endpoint, actor=self.actor, at=timezone.now(), overlap=timedelta(hours=hours)
            )
        )

    @extend_schema(request=None, responses=WebhookEndpointSerializer)
    @action(detail=True, methods=["post"])
    def enable(self, request: Request, reference: str) -> Response:
        """Use a disabled endpoint again. What was given up meanwhile is not sent by itself: replay it."""
        endpoint = endpoints.enable_endpoint(endpoint=self.row(reference), actor=self.actor, at=timezone.now())
        return _shown(endpoint)

    @extend_schema(request=None, responses={201: WebhookDeliverySerializer})
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, reference: str) -> Response:
        """Send it a message of type webhook.ping, whatever types it hears of; it goes within a second or two."""
        message = endpoints.ping(endpoint=self.row(reference), actor=self.actor, at=timezone.now())
        return Response(WebhookDeliverySerializer(message).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=WebhookDeliverySerializer(many=True))
    @action(detail=True, filterset_class=DeliveryFilterSet, ordering=("-occurred_at", "-id"))
    def deliveries(self, request: Request, reference: str) -> Response:
        """What was owed to it, and what became of it, the newest first."""
        messages = selectors.deliveries_to(self.row(reference))
        page = self.paginate_queryset(self.filter_queryset(messages))  # type: ignore[arg-type]
        return self.get_paginated_response(WebhookDeliverySerializer(page, many=True).data)

    @extend_schema(request=None, responses=WebhookDeliverySerializer)
    @action(detail=True, methods=["post"], url_path="deliveries/<uuid:message_id>/replay")
    def replay_one(self, request: Request, reference: str, message_id: UUID) -> Response:
        """Send now what was given up, or what waits for its next try. 409 `already_taken` if it was taken."""
        endpoint = self.row(reference)
        message = endpoints.replay_one(
            endpoint=endpoint, message=selectors.get_delivery(endpoint, message_id), actor=self.actor, at=timezone.now()
        )
        return Response(WebhookDeliverySerializer(message).data)

    @extend_schema(request=ReplayInputSerializer, responses=ReplayedSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, reference: str) -> Response:
        """Send again everything that happened since a moment and was given up."""
        endpoint = self.row(reference)
        since = _said(ReplayInputSerializer, request)["since"]
        count = endpoints.replay_failed(endpoint=endpoint, since=since, actor=self.actor, at=timezone.now())
        return Response(ReplayedSerializer({"replayed": count}).data)


def _said(form: Callable[..., Serializer[Any]], request: Request) -> dict[str, Any]:
    given = form(data=request.data)
    given.is_valid(raise_exception=True)
    said: dict[str, Any] = given.validated_data
    return said


def _shown(endpoint: WebhookEndpoint) -> Response:
    return Response(WebhookEndpointSerializer(endpoint).data, headers={"ETag": etag(endpoint.version)})


def _with_secret(endpoint: WebhookEndpoint, secret: str, status: int = 200) -> Response:
    shown = {**WebhookEndpointSerializer(endpoint).data, "secret": secret}
    return Response(shown, status=status, headers={"ETag": etag(endpoint.version)})
