"""The last audit over HTTP: whether every rule of the pathway holds."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.selectors import signed_in
from core.errors import NotVisible
from insights.integrity import latest_findings


class IntegrityRuleSerializer(serializers.Serializer[Any]):
    """One rule, and what breaks it."""

    rule = serializers.CharField()
    says = serializers.CharField()
    broken = serializers.IntegerField()
    references = serializers.ListField(
        child=serializers.CharField(), help_text="For leads: those of the first hundred that they may see."
    )


class IntegritySerializer(serializers.Serializer[Any]):
    """When the last audit was, how much it read, and what it found."""

    begun_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    referrals = serializers.IntegerField()
    events = serializers.IntegerField()
    messages_failed = serializers.IntegerField(help_text="Given up and shown as such: this breaks no rule.")
    is_whole = serializers.BooleanField(help_text="Whether no rule is broken.")
    rules = IntegrityRuleSerializer(many=True)


class IntegrityView(APIView):
    """What the last audit of the whole database found: for managers and leads."""

    problem_codes: ClassVar[dict[None, set[str]]] = {None: {"404"}}

    @extend_schema(responses=IntegritySerializer, operation_id="insights_integrity")
    def get(self, request: Request) -> Response:
        found = latest_findings(signed_in(request.user))
        if found is None:
            raise NotVisible("There has been no audit yet.")
        return Response(IntegritySerializer(found).data)
