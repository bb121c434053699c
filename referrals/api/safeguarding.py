"""Safeguarding over HTTP: an address of its own, and none of it at any other but the standard's document."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer
from referrals.api.outputs import Output
from referrals.api.record import EndInputSerializer
from referrals.enums import SafeguardingKind
from referrals.services import safeguarding
from referrals.services.safeguarding import ConcernDetails


class ConcernInputSerializer(StrictSerializer):
    """A concern, that there is none, or an unborn child protection plan."""

    kind = serializers.ChoiceField(choices=SafeguardingKind.choices, default=SafeguardingKind.CONCERN)
    code = serializers.CharField(
        max_length=18, required=False, allow_blank=True, default="", help_text="SNOMED CT, of the safeguarding issues."
    )
    display = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    comment = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    local_authority = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    started_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="Today, if left out.")


class ConcernReceiptSerializer(Output):
    """That it was recorded, and nothing of it: to record is not to read."""

    recorded_at = serializers.DateTimeField()


class ConcernSerializer(Output):
    """What was recorded about safeguarding."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SafeguardingKind.choices)
    code = serializers.CharField()
    display = serializers.CharField()
    text = serializers.CharField()
    comment = serializers.CharField()
    local_authority = serializers.CharField()
    started_on = serializers.DateField(allow_null=True)
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()
    ended_on = serializers.DateField(allow_null=True)
    ended_by = serializers.CharField(source="ended_by.full_name", allow_null=True, default=None)


class ConcernsSerializer(Output):
    """All that was recorded about safeguarding, the oldest first."""

    concerns = ConcernSerializer(many=True)


class SafeguardingReadSerializer(Output):
    """One reading."""

    reader = serializers.CharField(source="reader.full_name")
    read_at = serializers.DateTimeField()
    way = serializers.CharField()
    concerns = serializers.ListField(child=serializers.IntegerField(), help_text="The ids of those that were shown.")


class SafeguardingActions:
    """Actions of a referral's view, in a file of their own: `self` is that view."""

    @extend_schema(methods=["GET"], responses=ConcernsSerializer)
    @extend_schema(methods=["POST"], request=ConcernInputSerializer, responses={201: ConcernReceiptSerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None)
    def safeguarding(self: Any, request: Request, reference: str) -> Response:
        """Whoever speaks with the person records a concern; a safeguarding lead reads them, which is kept."""
        referral = self.row(reference)
        context = self.get_serializer_context()
        if request.method == "GET":
            concerns = safeguarding.read_concerns(
                referral=referral, actor=self.actor, at=timezone.now(), way="safeguarding"
            )
            return Response(ConcernsSerializer({"concerns": concerns}, context=context).data)
        form = ConcernInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        concern = safeguarding.record_concern(
            referral=referral, actor=self.actor, at=timezone.now(), details=ConcernDetails(**form.validated_data)
        )
        body = ConcernReceiptSerializer(concern, context=context).data
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(request=EndInputSerializer, responses=ConcernReceiptSerializer)
    @action(detail=True, methods=["post"], url_path="safeguarding/(?P<number>[0-9]{1,18})/end")
    def end_safeguarding(self: Any, request: Request, reference: str, number: str) -> Response:
        """End a concern. Its history stays."""
        referral = self.row(reference)
        form = EndInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        concern = safeguarding.end_concern(
            referral=referral, concern_id=int(number), actor=self.actor, at=timezone.now(), **form.validated_data
        )
        return Response(ConcernReceiptSerializer(concern, context=self.get_serializer_context()).data)

    @extend_schema(responses=SafeguardingReadSerializer(many=True))
    @action(detail=True, url_path="safeguarding/reads", ordering=("-id",), filterset_class=None)
    def safeguarding_reads(self: Any, request: Request, reference: str) -> Response:
        """Who has read what about safeguarding, the latest first. For safeguarding leads."""
        reads = safeguarding.reads_of(referral=self.row(reference), actor=self.actor)
        rows: Response = self.paged(reads, SafeguardingReadSerializer)
        return rows
