"""How far a listing can be believed, over REST: what a reader is shown, and how somebody vouches for one."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import StrictSerializer
from services_directory import selectors
from services_directory.enums import CheckAnswer
from services_directory.models import Service
from services_directory.services.verifications import LONGEST_NOTE, Said, verify_listing


class ListedTrustSerializer(serializers.ModelSerializer[Service]):
    """How far a listing can be believed, in short."""

    score = serializers.IntegerField(source="trust_score", allow_null=True, help_text="0 to 100; null: not judged yet.")
    label = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes it for a field
        source="trust_label", help_text="In a few words; empty: not judged yet."
    )

    class Meta:
        model = Service
        fields = ["score", "label", "is_stale"]
        read_only_fields = fields


class TrustPartSerializer(serializers.Serializer[Any]):
    """One part of a score."""

    name = serializers.CharField(help_text="checked, answers, reached or capacity.")
    points = serializers.IntegerField(
        allow_null=True, help_text="null: too little is known; it counts neither for nor against."
    )
    out_of = serializers.IntegerField()
    words = serializers.CharField()


class TrustSerializer(ListedTrustSerializer):
    """How far a listing can be believed, and why. `score` is the share of the points that could be had."""

    words = serializers.SerializerMethodField(help_text="Why, in sentences; empty: not judged yet.")
    parts = serializers.SerializerMethodField()
    judged_at = serializers.DateTimeField(source="judgement.judged_at", allow_null=True)
    verified_by = serializers.CharField(help_text="The organisation or the role that last said that it is right.")
    reported = serializers.CharField(
        help_text="changed or closed, where somebody who keeps it has said so since; else empty."
    )

    class Meta:
        model = Service
        fields = ["score", "label", "is_stale", "words", "parts", "judged_at", "verified_at", "verified_by", "reported"]
        read_only_fields = fields

    def get_words(self, service: Service) -> str:
        return service.judgement.words if hasattr(service, "judgement") else ""

    @extend_schema_field(TrustPartSerializer(many=True))
    def get_parts(self, service: Service) -> Any:
        return service.judgement.parts if hasattr(service, "judgement") else []


class VerificationInputSerializer(StrictSerializer):
    """What somebody says of a listing."""

    answer = serializers.ChoiceField(choices=CheckAnswer.choices, default=CheckAnswer.STILL_RIGHT)
    note = serializers.CharField(
        max_length=LONGEST_NOTE, required=False, allow_blank=True, default="",
        help_text="For the directory's editors. Needed where something has changed: what?",
    )  # fmt: skip


class VerifyMixin:
    """Adds `POST /services/{id}/verify/` to the view of services."""

    @extend_schema(
        request=VerificationInputSerializer, responses=TrustSerializer, operation_id="services_verify", filters=False
    )
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def verify(self, request: Request, pk: str) -> Response:
        """Say whether a listing is right: as the team that receives its referrals, or as a directory editor."""
        user = signed_in(request.user)
        service = selectors.get_service(user, pk)
        form = VerificationInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = Said(answer=CheckAnswer(form.validated_data["answer"]), note=form.validated_data["note"])
        said_of = verify_listing(service=service, actor=Actor(user), said=said, at=timezone.now()).service
        return Response(TrustSerializer(said_of).data)
