"""Postcodes and neighbourhoods over REST: where somebody lives, and how the place divides itself."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from core.errors import NotVisible
from services_directory import selectors
from services_directory.models import Neighbourhood
from services_directory.selectors import UnknownPostcode


class NeighbourhoodSerializer(serializers.ModelSerializer[Neighbourhood]):
    """A neighbourhood of the place."""

    class Meta:
        model = Neighbourhood
        fields = ["code", "name"]
        read_only_fields = fields


class PostcodeSerializer(serializers.Serializer[Any]):
    """Where a postcode is. GSS codes; empty or null is what the directory does not say."""

    postcode = serializers.CharField(help_text="As published: SK1 3XE.")
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    lsoa = serializers.CharField()
    ward = serializers.CharField()
    local_authority = serializers.CharField()
    imd_rank = serializers.IntegerField(
        allow_null=True, help_text="Of its LSOA in its country's index of multiple deprivation; 1 is most deprived."
    )
    neighbourhood = serializers.SerializerMethodField()
    terminated = serializers.BooleanField(help_text="No longer in use by the post.")

    @extend_schema_field(NeighbourhoodSerializer(allow_null=True))
    def get_neighbourhood(self, located: selectors.Located) -> Any:
        if not located.neighbourhood:
            return None
        return {"code": located.neighbourhood, "name": located.neighbourhood_name}


class PostcodeViewSet(ViewSet):
    """Postcodes of the ONS Postcode Directory."""

    lookup_field = "postcode"
    lookup_value_regex = "[^/]+"
    problem_codes = {"retrieve": {"400"}}

    @extend_schema(
        parameters=[OpenApiParameter("postcode", str, OpenApiParameter.PATH, description="With or without its space.")],
        responses=PostcodeSerializer,
    )
    def retrieve(self, request: Request, postcode: str) -> Response:
        """Say where a postcode is. One that is unknown, or stands for no place (ZZ99), is a 404 that says so."""
        try:
            located = selectors.locate(postcode)
        except UnknownPostcode as unknown:
            raise NotVisible(" ".join(unknown.extra["errors"]["postcode"])) from unknown
        return Response(PostcodeSerializer(located).data)


class NeighbourhoodViewSet(mixins.ListModelMixin, GenericViewSet[Neighbourhood]):
    """The neighbourhoods of the place."""

    serializer_class = NeighbourhoodSerializer
    ordering = ("name", "code")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Neighbourhood.objects.none()
        return selectors.neighbourhoods()
