"""The public door of the directory over HTTP: anybody says that a listing is wrong. Nobody signs in here."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer
from core.public_api import PublicView
from services_directory.enums import ReaderFinding
from services_directory.services.reader_reports import LONGEST_NOTE, report_listing


class ReaderReportInputSerializer(StrictSerializer):
    """What is wrong with a listing. Who says so is not asked."""

    finding = serializers.ChoiceField(choices=ReaderFinding.choices)
    note = serializers.CharField(
        max_length=LONGEST_NOTE, required=False, allow_blank=True, default="",
        help_text="What would be right; needed for other. Nothing about the reader or anybody else.",
    )  # fmt: skip


class ReaderReportSerializer(serializers.Serializer[Any]):
    """That it has been taken."""

    what_happens_next = serializers.ListField(child=serializers.CharField())


class ReaderReportsView(PublicView):
    """What readers say of one listing."""

    throttle_scope = "report-listing"

    @extend_schema(
        request=ReaderReportInputSerializer, responses={202: ReaderReportSerializer}, operation_id="services_report"
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Tell the directory's editors that something is wrong. The listing stays as it is until they have looked."""
        form = ReaderReportInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        report_listing(
            service_id=pk, finding=ReaderFinding(form.validated_data["finding"]), note=form.validated_data["note"],
            at=timezone.now(),
        )  # fmt: skip
        body = {
            "what_happens_next": [
                "The editors of the directory look at it. Until then the listing stays as it is.",
                "We do not know who you are, so we cannot write to you.",
            ]
        }
        return Response(ReaderReportSerializer(body).data, status=status.HTTP_202_ACCEPTED)
