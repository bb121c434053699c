"""The directory as a spreadsheet over HTTP: out for those who keep listings, in for directory editors."""

from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.renderers import JSONRenderer
from services_directory import selectors, services
from services_directory.api.kept import ImportReportSerializer

CSV = "text/csv"


class CSVParser(BaseParser):
    """Takes a CSV file as it is: which letters and separators it has, the spreadsheet's reader finds out."""

    media_type = CSV

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream.read()


class CSVRenderer(JSONRenderer):
    """Says that CSV can be had here. The file itself is streamed; what this writes are refusals, as problems."""

    media_type = CSV
    format = "csv"


class DryRunSerializer(serializers.Serializer[Any]):
    """Whether to write nothing."""

    dry_run = serializers.BooleanField(default=False)


class SpreadsheetView(APIView):
    """The listings that you keep, one row for each."""

    parser_classes = (CSVParser,)
    problem_codes = {None: {"403"}}

    def get_renderers(self) -> list[Any]:
        return [CSVRenderer(), JSONRenderer()] if self.request.method == "GET" else [JSONRenderer()]

    @extend_schema(responses={(200, CSV): OpenApiTypes.STR}, operation_id="services_spreadsheet_export")
    def get(self, request: Request) -> StreamingHttpResponse:
        """The listings as CSV: an editor's all, a provider's those of their teams."""
        return StreamingHttpResponse(
            selectors.spreadsheet_of(signed_in(request.user)),
            content_type=f"{CSV}; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="services.csv"'},
        )

    @extend_schema(
        request={CSV: OpenApiTypes.STR},
        responses=ImportReportSerializer,
        parameters=[OpenApiParameter("dry_run", bool, description="true: report the same, and write nothing.")],
        operation_id="services_spreadsheet_import",
    )
    def post(self, request: Request) -> Response:
        """Change the directory to what the rows say: each as a whole or not at all. What is not in the file stays."""
        asked = DryRunSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        content: Any = request.data
        report = services.import_spreadsheet(
            content=content or b"",  # a request without a body has empty data of another kind
            actor=Actor(signed_in(request.user)),
            at=timezone.now(),
            is_dry_run=asked.validated_data["dry_run"],
        )
        return Response(ImportReportSerializer(report).data)
