"""The list of services over REST: its parameters, its page, and their description. The results come from the database
as JSON; the serializers here describe them and are never run (a test holds the answers to them).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from core.pagination import CursorPages
from services_directory.access import ACCESS
from services_directory.api.capacity_shapes import CapacityDetailsSerializer
from services_directory.api.serializers import (
    AgeField,
    CostOptionSerializer,
    ListedOrganizationSerializer,
    ListedPlaceSerializer,
    ListedScheduleSerializer,
    ReceivingTeamSerializer,
    ServiceTermSerializer,
)
from services_directory.api.trust import ListedTrustSerializer
from services_directory.filters import PARAMETERS
from services_directory.search.asked import Found

_TYPES: dict[type, Any] = {str: str, float: float, bool: bool, UUID: OpenApiTypes.UUID}
SEARCH_PARAMETERS = [
    *(
        OpenApiParameter(
            name,
            _TYPES[parameter.kind],
            description=parameter.help,
            enum=parameter.choices or None,
            many=parameter.is_several,
        )
        for name, parameter in PARAMETERS.items()
    ),
    OpenApiParameter("cursor", str, description="From next or previous of a page."),
    OpenApiParameter("page_size", int, description=f"At most {CursorPages.max_page_size}."),
]


class ServiceAccessSerializer(serializers.Serializer[Any]):
    """What makes a place of a service easier to use."""

    code = serializers.CharField(help_text=f"One of: {', '.join(ACCESS)}.")
    read_from_text = serializers.BooleanField(
        help_text="Whether only a description says so, in its own words: read by a program, not by a person."
    )


class ServiceSummarySerializer(serializers.Serializer[Any]):
    """A service, in a list. What nobody has said is empty or null."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    organization = ListedOrganizationSerializer()
    referral_route = serializers.CharField(help_text="referral or signposting.")
    takes_direct_referrals = serializers.BooleanField()
    receiving_team = ReceivingTeamSerializer(allow_null=True)
    capacity = serializers.CharField(help_text="open, waiting_list, full or paused.", allow_blank=True)
    capacity_details = CapacityDetailsSerializer()
    first_contact_by = serializers.CharField(help_text="service or person.", allow_blank=True)
    delivery = serializers.CharField(help_text="in_place, at_home, online or posted.", allow_blank=True)
    life_course_stage = serializers.ListField(child=serializers.CharField())
    programme_length_weeks = serializers.IntegerField(allow_null=True)
    minimum_age = AgeField(allow_null=True)
    maximum_age = AgeField(allow_null=True)
    genders = serializers.ListField(child=serializers.CharField(), help_text="Empty: for everybody.")
    terms = ServiceTermSerializer(many=True)
    cost_options = CostOptionSerializer(many=True)
    places = ListedPlaceSerializer(many=True)
    schedules = ListedScheduleSerializer(many=True, help_text="Everywhere, and at each place.")
    access = ServiceAccessSerializer(many=True)
    distance_km = serializers.FloatField(
        allow_null=True, help_text="To its nearest place, when a place was asked and it has one on the map."
    )
    trust = ListedTrustSerializer()


class FacetValueSerializer(serializers.Serializer[Any]):
    """A value that can be chosen."""

    value = serializers.CharField()
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="Of the results if it were chosen.")


class ReadAsSerializer(serializers.Serializer[Any]):
    """A word that no service bears, and what it was taken for."""

    typed = serializers.CharField()
    read_as = serializers.CharField()


class SearchedForSerializer(serializers.Serializer[Any]):
    """How the words were read."""

    text = serializers.CharField(allow_blank=True, help_text="What was searched for, after corrections.")
    corrected = ReadAsSerializer(many=True)
    also = serializers.ListField(child=serializers.CharField(), help_text="Synonyms that were searched for too.")
    unknown = serializers.ListField(
        child=serializers.CharField(),
        help_text="Words that no service bears, nor any like them: left out, if any others are left.",
    )
    near = serializers.CharField(
        allow_blank=True, help_text="The postcode that stood among the words: the nearest come first."
    )


@extend_schema_field({"type": "string", "format": "uri"})
class LinkField(serializers.CharField):
    """A whole URL."""


@extend_schema_serializer(many=False)
class ServicePageSerializer(serializers.Serializer[Any]):
    """A page of the list."""

    next = LinkField(allow_null=True)
    previous = LinkField(allow_null=True)
    count = serializers.IntegerField(help_text="Of all results, up to 1,000.")
    count_is_at_least = serializers.BooleanField(help_text="Whether there are more than count.")
    searched_for = SearchedForSerializer(allow_null=True)
    facets = serializers.DictField(
        child=FacetValueSerializer(many=True), allow_null=True, help_text="By parameter, if facets=true was asked."
    )
    results = ServiceSummarySerializer(many=True)


def page_size_of(request: Request) -> int:
    """Return how many results a page of this request has; what means nothing is the usual number."""
    try:
        asked = int(request.query_params["page_size"])
    except (KeyError, ValueError):
        return CursorPages.page_size
    return min(asked, CursorPages.max_page_size) if asked > 0 else CursorPages.page_size


def page_of(request: Request, found: Found, *, extra: Mapping[UUID, Mapping[str, Any]]) -> HttpResponse:
    """Return the page as JSON. The results are written already: what is extra is put in front of each."""
    head = json.dumps(
        {
            "next": _link(request, found.next_cursor),
            "previous": _link(request, found.previous_cursor),
            "count": found.count,
            "count_is_at_least": found.count_is_at_least,
            "searched_for": found.searched_for,
            "facets": None
            if found.facets is None
            else {facet: [vars(value) for value in values] for facet, values in found.facets.items()},
        }
    )
    results: Sequence[str] = found.results
    if extra:
        results = [
            f"{json.dumps(dict(extra[key]), cls=JSONEncoder)[:-1]}, {result[1:]}" if extra.get(key) else result
            for key, result in zip(found.ids, found.results, strict=True)
        ]
    return HttpResponse(f'{head[:-1]}, "results": [{", ".join(results)}]}}', content_type="application/json")


def _link(request: Request, cursor: str | None) -> str | None:
    """Return the address of another page of the same search; facets do not change from page to page."""
    if cursor is None:
        return None
    kept = [(name, value) for name, values in request.query_params.lists() for value in values]
    query = urlencode(
        [*((name, value) for name, value in kept if name not in {"cursor", "facets"}), ("cursor", cursor)]
    )
    return f"{request.build_absolute_uri(request.path)}?{query}"
