"""Figures over HTTP."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.selectors import signed_in
from core.clocks import local_day
from core.pagination import CursorPages
from insights import selectors
from insights.api.serializers import UptakeQuerySerializer, UptakeSerializer


class UptakeView(APIView):
    """Referred, accepted, started, completed and left early, by programme, referring organisation or source."""

    ordering = ("name", "key")

    @extend_schema(parameters=[UptakeQuerySerializer], responses=UptakeSerializer, operation_id="insights_uptake")
    def get(self, request: Request) -> Response:
        query = UptakeQuerySerializer(data=request.query_params, context={"today": local_day(timezone.now())})
        query.is_valid(raise_exception=True)
        user = signed_in(request.user)
        since, until = query.validated_data["since"], query.validated_data["until"]
        source = query.validated_data["source"]
        total = selectors.uptake_total(user, since=since, until=until, source=source)
        pages = CursorPages()
        rows = selectors.uptake(user, since=since, until=until, by=query.validated_data["by"], source=source)
        page = pages.paginate_queryset(rows, request, view=self) or []
        body = {
            "since": since.replace(day=1),
            "until": until,
            "counted_at": total["counted_at"],
            "definitions": selectors.DEFINITIONS,
            "total": selectors.presented(user, total),
            "next": pages.get_next_link(),
            "previous": pages.get_previous_link(),
            "results": [selectors.presented(user, dict(row)) for row in page],
        }
        return Response(UptakeSerializer(body).data)
