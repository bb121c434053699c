"""The directory's services, each with what its rules say of the person of a referral.

The directory knows no referral, so this view stands here, and the URL table names it before the directory's own
(docs/adr/0013).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import signed_in
from core.clocks import is_plannable, local_day
from core.errors import Invalid
from referrals import selectors
from services_directory.api.kept import KeptServiceSerializer
from services_directory.api.search import SEARCH_PARAMETERS, ServicePageSerializer, ServiceSummarySerializer
from services_directory.api.suitability import SuitabilitySerializer, SuitabilityWriter
from services_directory.api.views import ServiceViewSet
from services_directory.selectors import suitability_of

FOR_REFERRAL = OpenApiParameter(
    "for_referral",
    str,
    description="A referral that you may see: each service then says whether it suits the person, and why.",
)
PLANNED_START = OpenApiParameter(
    "planned_start",
    dt.date,
    description=(
        "With for_referral: the day on which the person would start. Else today, or the day before which the hospital "
        "wants nothing to begin."
    ),
)


@extend_schema_serializer(component_name="ServiceSummary")
class MatchedServiceSummarySerializer(ServiceSummarySerializer):
    """A service, in a list. `suitability` is there when `for_referral` is given."""

    suitability = SuitabilitySerializer(required=False)


@extend_schema_serializer(many=False)
class MatchedServicePageSerializer(ServicePageSerializer):
    """A page of the list."""

    results = MatchedServiceSummarySerializer(many=True)


@extend_schema_serializer(component_name="Service")
class MatchedServiceSerializer(KeptServiceSerializer):
    """A service, whole. `suitability` is there when `for_referral` is given."""

    suitability = SuitabilitySerializer(required=False)

    class Meta(KeptServiceSerializer.Meta):
        fields = [*KeptServiceSerializer.Meta.fields, "suitability"]
        read_only_fields = fields


class MatchingServiceViewSet(ServiceViewSet):
    """Services that run; for a referral, each with whether it suits the person."""

    @extend_schema(parameters=[*SEARCH_PARAMETERS, FOR_REFERRAL, PLANNED_START], responses=MatchedServicePageSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Search. Every parameter narrows the list; the page says how the words were read (`searched_for`)."""
        return super().list(request, *args, **kwargs)

    def extra_for(self, service_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
        return self.suitability_for(service_ids, with_all_rules=False)

    @extend_schema(parameters=[FOR_REFERRAL, PLANNED_START], responses=MatchedServiceSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().retrieve(request, *args, **kwargs)
        found = self.suitability_for([UUID(str(response.data["id"]))], with_all_rules=True)
        response.data = response.data | next(iter(found.values()), {})
        return response

    def suitability_for(self, service_ids: Iterable[UUID], *, with_all_rules: bool) -> Mapping[UUID, dict[str, Any]]:
        """Return what to add to each of the services; nothing where no referral was named.

        :raises NotVisible: if the referral is none that the asker may see.
        :raises Invalid: if the planned start is no day on which somebody can start.
        """
        query = self.request.query_params
        reference, start = query.get("for_referral", ""), query.get("planned_start", "")
        if not reference and not start:
            return {}
        today = local_day(timezone.now())
        planned_start = _planned_start(start, today=today)
        if not reference:
            raise Invalid({"planned_start": ["Say for whom: give for_referral too."]})
        facts = selectors.facts_for(signed_in(self.request.user), reference)
        soonest = max(today, facts.start_no_earlier_than or today)
        found = suitability_of(service_ids, facts=facts, planned_start=planned_start or soonest, on=today)
        written = SuitabilityWriter(with_all_rules=with_all_rules)
        return {service_id: {"suitability": written(suitability)} for service_id, suitability in found.items()}


def _planned_start(text: str, *, today: dt.date) -> dt.date | None:
    if not text:
        return None
    try:
        day: dt.date = serializers.DateField().to_internal_value(text)
    except serializers.ValidationError:
        raise Invalid({"planned_start": ["Give a day like 2026-11-26."]}) from None
    if not is_plannable(day, today=today):
        raise Invalid({"planned_start": ["Give a day from today until two years ahead."]})
    return day
