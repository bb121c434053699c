"""Shapes of webhook endpoints and of what was sent to them."""

from typing import Any

from rest_framework import serializers

from core.api import StrictSerializer
from notifications.enums import DisabledReason, MessageStatus, WebhookStatus
from notifications.models import OutboxMessage
from notifications.webhooks.endpoints import LONGEST_OVERLAP, USUAL_OVERLAP
from notifications.webhooks.payload import EVENT_TYPES, PING

CAN_BE_CHOSEN = [(name, says) for name, says in EVENT_TYPES.items() if name != PING]
HOUR = 3600


class WebhookTeamSerializer(serializers.Serializer[Any]):
    """The team whose system it is."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class WebhookEndpointSerializer(serializers.Serializer[Any]):
    """An endpoint. Its secret is not part of it: that is shown once."""

    reference = serializers.CharField()
    team = WebhookTeamSerializer()
    url = serializers.CharField()
    description = serializers.CharField()
    event_types = serializers.ListField(child=serializers.CharField(), help_text="Empty: every type.")
    status = serializers.ChoiceField(choices=WebhookStatus.choices)
    disabled_reason = serializers.ChoiceField(choices=DisabledReason.choices, allow_blank=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True, help_text="Since when it has taken nothing.")
    previous_secret_until = serializers.DateTimeField(
        source="previous_until", allow_null=True, help_text="Until when the secret before also signs."
    )
    created_at = serializers.DateTimeField()


class WebhookEndpointWithSecretSerializer(WebhookEndpointSerializer):
    """An endpoint with its secret: keep it now, it is not shown again."""

    secret = serializers.CharField(help_text="whsec_ and 32 bytes in base64.")


class WebhookEndpointInputSerializer(StrictSerializer):
    """A new endpoint."""

    team = serializers.UUIDField(source="team_id", help_text="One that you lead or manage.")
    url = serializers.CharField(max_length=500, help_text="https, and an address of the public internet.")
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=CAN_BE_CHOSEN), required=False, help_text="Left out or empty: every type."
    )


class WebhookEndpointChangeSerializer(StrictSerializer):
    """What changes; what is left out stays."""

    url = serializers.CharField(max_length=500, required=False)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    event_types = serializers.ListField(child=serializers.ChoiceField(choices=CAN_BE_CHOSEN), required=False)


class RotateSecretInputSerializer(StrictSerializer):
    """For how long the secret before also signs."""

    overlap_hours = serializers.IntegerField(
        min_value=0,
        max_value=int(LONGEST_OVERLAP.total_seconds()) // HOUR,
        default=int(USUAL_OVERLAP.total_seconds()) // HOUR,
        help_text="0: from now on only the new one signs, for a secret that has become known.",
    )


class ReplayInputSerializer(StrictSerializer):
    """From when."""

    since = serializers.DateTimeField(help_text="What happened from then on and was given up is sent again.")


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many messages are owed again."""

    replayed = serializers.IntegerField()


class WebhookDeliverySerializer(serializers.Serializer[Any]):
    """One message to an endpoint, and what became of it."""

    id = serializers.UUIDField(help_text="The webhook-id: the same at every try, and after a replay.")
    type = serializers.CharField(source="template")
    reference = serializers.CharField(source="context.reference", help_text="What it is about.")
    occurred_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=MessageStatus.choices)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.SerializerMethodField()
    sent_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(help_text="Why it was not taken, the last time that it was not.")

    def get_next_attempt_at(self, message: OutboxMessage) -> str | None:
        return message.available_at.isoformat() if message.status == MessageStatus.PENDING else None
