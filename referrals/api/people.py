"""People, over HTTP: whether one may be known, and what a lead does about one who is there twice."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.selectors import signed_in
from core.api import StrictSerializer
from core.clocks import local_day
from core.errors import NotPermitted
from core.pagination import page_of
from core.throttling import PersonMatchThrottle
from referrals import selectors
from referrals.api.outputs import Output
from referrals.matching import Strength
from referrals.models import PersonMerge
from referrals.selectors.duplicates import Duplicate
from referrals.services import merging
from referrals.services.people import PersonDetails, check_person


class DescriptionInputSerializer(StrictSerializer):
    """What a person is told apart by."""

    first_name = serializers.CharField(max_length=35)
    family_name = serializers.CharField(max_length=35)
    date_of_birth = serializers.DateField()
    nhs_number = serializers.CharField(max_length=14, required=False, allow_blank=True, default="")
    postcode = serializers.CharField(max_length=10, required=False, allow_blank=True, default="")


class OfferSerializer(Output):
    """One likely match: nothing but what the asker sent, and references that they see anyway."""

    token = serializers.CharField(help_text="Send it as person.same_as with the referral.")
    agrees_on = serializers.ListField(child=serializers.CharField())
    references = serializers.ListField(child=serializers.CharField())


class MatchSerializer(Output):
    """Whether the person is known."""

    is_certain = serializers.BooleanField(help_text="NHS number and date of birth are those of a known person.")
    count = serializers.IntegerField(help_text="How many people are likely, and not certain, to be the one.")
    matches = OfferSerializer(many=True)


class DescribedSerializer(Output):
    """One of two people, as a referral of the lead's team describes them."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    first_name = serializers.CharField(source="identity.first_name")
    family_name = serializers.CharField(source="identity.family_name")
    date_of_birth = serializers.DateField(source="identity.date_of_birth")
    postcode = serializers.CharField(source="identity.postcode")
    nhs_number = serializers.CharField(source="identity.nhs_number")


class DuplicateSerializer(Output):
    """Two people who may be one."""

    strength = serializers.ChoiceField(choices=[each.value for each in Strength], source="comparison.strength")
    reasons = serializers.ListField(child=serializers.CharField(), source="comparison.reasons")
    people = serializers.SerializerMethodField()

    @extend_schema_field(DescribedSerializer(many=True))
    def get_people(self, pair: Duplicate) -> Any:
        return DescribedSerializer([pair.one, pair.other], many=True, context=self.context).data


class DuplicatesSerializer(Output):
    """A page of the pairs, likely ones first."""

    count = serializers.IntegerField(help_text="On all pages.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = DuplicateSerializer(many=True)


class MergeInputSerializer(StrictSerializer):
    """The person who is the same."""

    other = serializers.UUIDField(help_text="The person whose referrals move to this one.")
    note = serializers.CharField(max_length=500, help_text="How you know.")


class UndoMergeInputSerializer(StrictSerializer):
    """The merge that was wrong."""

    merge = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    note = serializers.CharField(max_length=500, help_text="How you know.")


class MergeSerializer(Output):
    """Two people found to be one, or that undone."""

    id = serializers.IntegerField()
    kept = serializers.UUIDField(source="kept_id")
    merged = serializers.UUIDField(source="merged_id")
    undoes = serializers.IntegerField(source="undoes_id", allow_null=True)
    is_undone = serializers.SerializerMethodField()
    referrals_moved = serializers.SerializerMethodField()
    note = serializers.CharField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()

    def get_is_undone(self, merge: PersonMerge) -> bool:
        return hasattr(merge, "undone_by")

    def get_referrals_moved(self, merge: PersonMerge) -> int:
        """How many: some may be other teams'."""
        return len(merge.moved)


class PeopleViewSet(GenericViewSet):
    """People of whom your teams own referrals."""

    lookup_field = "person_id"
    lookup_value_regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    serializer_class = MergeSerializer
    ordering = ("-id",)
    filterset_class = None
    throttle_scope = ""
    queryset = PersonMerge.objects.none()
    problem_codes = {
        "match": {"403", "429"}, "duplicates": {"403"}, "merge": {"403", "409"}, "undo_merge": {"403", "409"},
    }  # fmt: skip

    @property
    def actor(self) -> Actor:
        return Actor(signed_in(self.request.user))

    @extend_schema(request=DescriptionInputSerializer, responses=MatchSerializer)
    @action(detail=False, methods=["post"], throttle_classes=[PersonMatchThrottle], throttle_scope="person-match")
    def match(self, request: Request) -> Response:
        """Whether a person is known already, before you refer them. It says nothing that you do not say."""
        user = signed_in(request.user)
        if not user.roles() & {Role.REFERRER, Role.LINK_WORKER, Role.LEAD}:
            raise NotPermitted("This is for those who refer and support people.")
        form = DescriptionInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        described = PersonDetails(**form.validated_data, gp_practice_code="V81999")
        identity = check_person(described, today=local_day(timezone.now())).identity
        is_certain = selectors.is_certainly_known(identity)
        likely = [] if is_certain else selectors.likely_people(identity)
        found = {"is_certain": is_certain, "count": len(likely), "matches": selectors.offers_to(user, identity, likely)}
        return Response(MatchSerializer(found, context=self.get_serializer_context()).data)

    @extend_schema(
        responses=DuplicatesSerializer,
        parameters=[
            OpenApiParameter("cursor", str, description="Of `next` or `previous` of a page."),
            OpenApiParameter("page_size", int, description="Pairs on a page: 25, at most 100."),
        ],
    )
    @action(detail=False, pagination_class=None)
    def duplicates(self, request: Request) -> Response:
        """People of your teams who may be there twice, with the reasons; likely ones first."""
        user = signed_in(request.user)
        if Role.LEAD not in user.roles():
            raise NotPermitted("A lead looks after people who are there twice.")
        found = page_of(selectors.duplicates_of(user), key=lambda pair: pair.key, request=request)
        return Response(DuplicatesSerializer(found, context=self.get_serializer_context()).data)

    @extend_schema(request=MergeInputSerializer, responses={201: MergeSerializer})
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, person_id: str) -> Response:
        """Say that another person is this one: every referral of the other moves here. It can be undone."""
        user = signed_in(request.user)
        kept = selectors.get_led_person(user, UUID(person_id))
        form = MergeInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        merged = selectors.get_led_person(user, form.validated_data["other"])
        row = merging.merge_people(
            kept=kept, merged=merged, actor=self.actor, at=timezone.now(), note=form.validated_data["note"]
        )
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=MergeSerializer(many=True))
    @action(detail=True)
    def merges(self, request: Request, person_id: str) -> Response:
        """What was merged into this person and what was undone, the newest first."""
        person = selectors.get_led_person(signed_in(request.user), UUID(person_id))
        page = self.paginate_queryset(selectors.merges_of(person))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=UndoMergeInputSerializer, responses={201: MergeSerializer})
    @action(detail=True, methods=["post"], url_path="undo-merge")
    def undo_merge(self, request: Request, person_id: str) -> Response:
        """Undo a merge: what it moved moves back."""
        user = signed_in(request.user)
        person = selectors.get_led_person(user, UUID(person_id))
        form = UndoMergeInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        merge = selectors.get_merge(person, form.validated_data["merge"])
        row = merging.undo_merge(
            merge=merge, actor=self.actor, at=timezone.now(), note=form.validated_data["note"]
        )  # fmt: skip
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)
