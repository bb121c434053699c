"""What could not be told, over HTTP: for the leads whose team it concerns, else for managers."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.selectors import signed_in
from notifications.catalogue import address_shown, for_whom
from notifications.enums import Channel
from notifications.models import OutboxMessage
from referrals.selectors import messages as selectors
from referrals.services.try_again import try_again


class FailedMessageSerializer(serializers.Serializer[Any]):
    """A message that did not arrive, and is not tried any more."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField(source="occurred_at", help_text="When what it tells of happened.")
    reference = serializers.CharField(source="said_reference")
    template = serializers.CharField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    to = serializers.SerializerMethodField()
    recipient = serializers.SerializerMethodField()
    reason = serializers.CharField(source="failure")
    attempts = serializers.IntegerField()

    def get_to(self, message: OutboxMessage) -> str:
        """For whom it was, in words."""
        return for_whom(message.template)

    def get_recipient(self, message: OutboxMessage) -> str:
        """The address of a user or a team. Empty where it was for the person: theirs stands in the referral."""
        return address_shown(message.template, message.recipient)


class MessageViewSet(GenericViewSet[OutboxMessage]):
    """Messages that were given up."""

    serializer_class = FailedMessageSerializer
    ordering = ("occurred_at", "id")
    problem_codes = {"try_again": {"409"}}
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return OutboxMessage.objects.none()
        return selectors.failed_messages_for(signed_in(self.request.user))

    @extend_schema(responses=FailedMessageSerializer(many=True))
    @action(detail=False)
    def failed(self, request: Request) -> Response:
        """Those about referrals of a team that you lead, and those to such a team and its members, oldest first. As a
        manager, those that concern no team with a lead.
        """
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="try-again")
    def try_again(self, request: Request, pk: UUID) -> Response:
        """Send it again. You say with this that the address works: a mark that nothing arrives there is taken away."""
        try_again(message_id=UUID(str(pk)), user=signed_in(request.user), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
