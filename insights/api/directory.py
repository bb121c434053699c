"""The directory keeper's figures over HTTP: how many, which, and where nothing is near home."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.selectors import signed_in
from insights import gaps
from insights.models import NeedGap
from services_directory.api.serializers import DirectoryNeedSerializer, ListedOrganizationSerializer
from services_directory.api.trust import ListedTrustSerializer
from services_directory.models import CheckRound, Service
from services_directory.selectors import figures


class FigureSerializer(serializers.Serializer[Any]):
    """How many listings, and of which."""

    name = serializers.CharField()
    value = serializers.IntegerField()
    definition = serializers.CharField()


class FeedAgeSerializer(serializers.Serializer[Any]):
    """One feed: when it was last read, and how many of its listings run and are stale."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    last_imported_at = serializers.DateTimeField(allow_null=True)
    listings = serializers.IntegerField()
    stale = serializers.IntegerField()


class CheckRoundSerializer(serializers.ModelSerializer[CheckRound]):
    """How the last weekly round ended."""

    class Meta:
        model = CheckRound
        fields = ["at", "judged", "stale", "requests", "asked", "reminded", "lapsed"]
        read_only_fields = fields


class DirectoryFiguresSerializer(serializers.Serializer[Any]):
    """The figures, each with what it counts."""

    figures = FigureSerializer(many=True)
    feeds = FeedAgeSerializer(many=True)
    last_round = CheckRoundSerializer(allow_null=True)
    gaps_counted_at = serializers.DateTimeField(allow_null=True)


class ListingOfAFigureQuerySerializer(serializers.Serializer[Any]):
    """Which list."""

    figure = serializers.ChoiceField(choices=list(figures.DEFINITIONS))


class ListingOfAFigureSerializer(serializers.ModelSerializer[Service]):
    """A listing that a figure counts."""

    organization = ListedOrganizationSerializer()
    receiving_team = serializers.CharField(source="receiving_team.name", default="")
    feed = serializers.CharField(source="feed.name", default="")
    status = serializers.CharField()
    capacity = serializers.CharField()
    reported = serializers.CharField(help_text="changed or closed; else empty.")
    trust = ListedTrustSerializer(source="*")
    report_reference = serializers.CharField(
        allow_null=True, help_text="Of its provider's last report; in the list `readers`, of a reader's."
    )
    report_at = serializers.DateTimeField(allow_null=True)
    report_note = serializers.CharField(
        allow_null=True,
        help_text="For directory editors only; else null. In the list `readers` all that wait, a line each.",
    )

    class Meta:
        model = Service
        fields = [
            "id", "name", "organization", "receiving_team", "feed", "status", "capacity", "trust", "verified_at",
            "verified_by", "reported", "report_reference", "report_at", "report_note",
        ]  # fmt: skip
        read_only_fields = fields


class GapSerializer(serializers.Serializer[Any]):
    """A need that people of a neighbourhood were referred with, and had nothing for near home."""

    need = DirectoryNeedSerializer()
    neighbourhood = serializers.CharField(help_text="Empty: a home outside all of our neighbourhoods.")
    asked = serializers.IntegerField(allow_null=True, help_text=gaps.DEFINITIONS["asked"])
    nothing_near = serializers.IntegerField(allow_null=True, help_text=gaps.DEFINITIONS["nothing_near"])
    comes_to_people = serializers.BooleanField(help_text=gaps.DEFINITIONS["comes_to_people"])


class DirectoryFiguresView(APIView):
    """How well the directory is kept: for its editors and for managers."""

    @extend_schema(responses=DirectoryFiguresSerializer, operation_id="directory_figures")
    def get(self, request: Request) -> Response:
        user = signed_in(request.user)
        body = {
            "figures": figures.directory_figures(user, at=timezone.now()),
            "feeds": figures.feeds_by_age(user),
            "last_round": figures.last_round(user),
            "gaps_counted_at": gaps.counted_at(),
        }
        return Response(DirectoryFiguresSerializer(body).data)


class ListingsOfAFigureView(GenericAPIView[Service]):
    """The listings that one of the figures counts."""

    serializer_class = ListingOfAFigureSerializer
    ordering = ("name", "id")

    @extend_schema(
        parameters=[ListingOfAFigureQuerySerializer], operation_id="directory_figures_listings", filters=False,
        responses=ListingOfAFigureSerializer(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        query = ListingOfAFigureQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        listings = figures.listings_to_look_at(
            signed_in(request.user), query.validated_data["figure"], at=timezone.now()
        )
        page = self.paginate_queryset(listings)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class GapsView(GenericAPIView[NeedGap]):
    """Needs that people were referred with, and that the directory has nothing for within 2 miles of their home."""

    serializer_class = GapSerializer
    ordering = ("need_name", "neighbourhood", "id")

    @extend_schema(operation_id="directory_figures_gaps", filters=False, responses=GapSerializer(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(gaps.gaps(signed_in(request.user))) or []
        return self.get_paginated_response(self.get_serializer([gaps.presented(gap) for gap in page], many=True).data)
