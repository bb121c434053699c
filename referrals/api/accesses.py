"""Who opened a record, over HTTP: for a lead of the team that owns it, and for the records and privacy officer."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.selectors import signed_in
from referrals.api.outputs import Output
from referrals.enums import AccessPurpose, AccessReason, Unusual, Visitor
from referrals.models import RecordAccess
from referrals.selectors.access import get_who_looked


class AccessSerializer(Output):
    """One time that somebody opened the record. That safeguarding was read is told as any other opening."""

    at = serializers.DateTimeField()
    reader = serializers.CharField(source="reader.full_name", default="", help_text="Empty: whoever `visitor` says.")
    visitor = serializers.ChoiceField(choices=Visitor.choices, allow_blank=True)
    reference = serializers.CharField(source="referral.reference", default="")
    purpose = serializers.SerializerMethodField()
    unusual = serializers.ChoiceField(choices=Unusual.choices, allow_blank=True)
    reason = serializers.ChoiceField(choices=AccessReason.choices, allow_blank=True)
    words = serializers.CharField()
    request_id = serializers.CharField()

    def get_purpose(self, row: RecordAccess) -> str:
        return AccessPurpose.CARE if row.purpose == AccessPurpose.SAFEGUARDING else row.purpose


class AccessViewSet(mixins.ListModelMixin, GenericViewSet[RecordAccess]):
    """Who opened the record of a referral's person, the latest first."""

    serializer_class = AccessSerializer
    ordering = ("-id",)
    filterset_class = None
    problem_codes = {"list": {"403", "404"}}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return RecordAccess.objects.none()
        return get_who_looked(signed_in(self.request.user), self.kwargs["reference"]).rows

    @extend_schema(
        operation_id="referrals_who_looked_list",
        parameters=[OpenApiParameter("reference", str, OpenApiParameter.PATH)],
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Name who opened it, when, and why where that was unusual."""
        return super().list(request, *args, **kwargs)
