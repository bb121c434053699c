"""Keeping and forgetting, and what is held on one person, over HTTP."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import StrictSerializer
from core.identifiers import clean_nhs_number
from core.renderers import JSONRenderer
from referrals import selectors
from referrals.access_log import opened
from referrals.api.outputs import Output
from referrals.enums import AccessReason, KeepingReason, RecordKind, RetentionDecision
from referrals.holdings.page import file_as_page
from referrals.models import RetentionProposal, SubjectAccess
from referrals.services import retention, subject_access
from referrals.services.access import Subject


class RetentionProposalSerializer(Output):
    """An ended referral whose time is over. It names nobody: who it was, the referral says, while it can be read."""

    id = serializers.UUIDField()
    referral = serializers.CharField(source="referral.reference")
    owner_team = serializers.CharField(source="referral.owner_team.name")
    kind = serializers.ChoiceField(choices=RecordKind.choices)
    ended_at = serializers.DateTimeField(source="referral.ended_at", allow_null=True)
    due_on = serializers.DateField()
    decision = serializers.ChoiceField(choices=RetentionDecision.choices, allow_blank=True)
    reason = serializers.ChoiceField(choices=KeepingReason.choices, allow_blank=True)
    keep_until = serializers.DateField(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.full_name", default="")
    decided_at = serializers.DateTimeField(allow_null=True)


class KeepInputSerializer(StrictSerializer):
    """Why it is kept, and until when."""

    reason = serializers.ChoiceField(choices=KeepingReason.choices)
    keep_until = serializers.DateField()


class NothingSerializer(StrictSerializer):
    """Nothing need be said."""


class RetentionProposalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[RetentionProposal]):
    """Referrals whose time is over: for leads those of their team, for the records and privacy officer all."""

    serializer_class = RetentionProposalSerializer
    lookup_value_regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    ordering = ("due_on", "id")
    filterset_fields = ("decision", "kind")
    problem_codes = {"forget": {"403", "404", "409"}, "keep": {"400", "403", "404", "409"}}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return RetentionProposal.objects.none()
        return selectors.retention_proposals_visible_to(signed_in(self.request.user))

    def row(self) -> RetentionProposal:
        return selectors.get_retention_proposal(signed_in(self.request.user), self.kwargs["pk"])

    @extend_schema(request=NothingSerializer, responses=RetentionProposalSerializer)
    @action(detail=True, methods=["post"])
    def forget(self, request: Request, pk: str) -> Response:
        """Take out for good what names or describes the person. What was counted, and that it happened, stays."""
        proposal = self.row()
        NothingSerializer(data=request.data).is_valid(raise_exception=True)
        retention.forget(proposal=proposal, actor=Actor(signed_in(request.user)), at=timezone.now())
        return Response(self.get_serializer(self.row()).data)

    @extend_schema(request=KeepInputSerializer, responses=RetentionProposalSerializer)
    @action(detail=True, methods=["post"])
    def keep(self, request: Request, pk: str) -> Response:
        """Keep it until a day, for a reason; then it is proposed again."""
        proposal = self.row()
        form = KeepInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        retention.keep_longer(
            proposal=proposal, actor=Actor(signed_in(request.user)), at=timezone.now(), **form.validated_data
        )
        return Response(self.get_serializer(self.row()).data)


class SubjectAccessInputSerializer(StrictSerializer):
    """Who asks: by the reference of a referral, or by NHS number and date of birth."""

    reference = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    nhs_number = serializers.CharField(max_length=14, required=False, allow_blank=True, default="")
    date_of_birth = serializers.DateField(required=False, allow_null=True, default=None)
    request = serializers.CharField(
        max_length=subject_access.REQUEST_LENGTH, help_text="How the person asked, and how you know that it is they."
    )

    def validate_nhs_number(self, value: str) -> str:
        """The stored form of the number."""
        try:
            return clean_nhs_number(value) if value else ""
        except ValueError as reason:
            raise serializers.ValidationError(str(reason)) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way of saying who."""
        by_number = bool(attrs["nhs_number"]) and attrs["date_of_birth"] is not None
        if bool(attrs["reference"]) == by_number:
            raise serializers.ValidationError(
                {"reference": ["Give the reference of a referral, or an NHS number with the date of birth."]}
            )
        return attrs


class SubjectAccessSerializer(Output):
    """That a file was taken out. It does not say for whom: that stands in the database, for an inquiry."""

    id = serializers.UUIDField()
    made_by = serializers.CharField(source="made_by.full_name")
    made_at = serializers.DateTimeField()
    request = serializers.CharField()
    digest = serializers.CharField()


class SubjectAccessFileSerializer(Output):
    """Everything held on one person."""

    made_at = serializers.DateTimeField()
    made_by = serializers.CharField()
    person = serializers.DictField()
    sections = serializers.ListField(child=serializers.DictField())
    withheld = serializers.ListField(child=serializers.DictField())


class PageRenderer(BaseRenderer):
    """The file as a page that can be read, printed and saved by itself."""

    media_type = "text/html"
    format = "html"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        response = (renderer_context or {}).get("response")
        if response is not None and getattr(response, "is_problem", False):
            return render_to_string("referrals/problem.html", {"problem": data})
        return file_as_page(data)


class SubjectAccessViewSet(mixins.ListModelMixin, GenericViewSet[SubjectAccess]):
    """Everything held on one person, as one file; and who has taken out such files."""

    serializer_class = SubjectAccessSerializer
    ordering = ("-made_at", "-id")
    filterset_class = None
    problem_codes = {"create": {"403", "404"}}
    problem_pages = ("create",)

    def get_renderers(self) -> list[Any]:
        # Named by the method, not by `action`: that is not set yet where the method is not allowed.
        if self.request is not None and self.request.method != "POST":
            return [JSONRenderer()]
        return [JSONRenderer(), PageRenderer()]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return SubjectAccess.objects.none()
        return selectors.subject_accesses_visible_to(signed_in(self.request.user))

    @extend_schema(
        request=SubjectAccessInputSerializer,
        responses={(201, "application/json"): SubjectAccessFileSerializer, (201, "text/html"): OpenApiTypes.STR},
    )
    def create(self, request: Request) -> Response:
        """Take out everything held on a person, as JSON or (Accept: text/html) as a page. That it was done is kept."""
        form = SubjectAccessInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        why = said.pop("request")
        user = signed_in(request.user)
        person = selectors.person_who_asks(user, **said)
        made = subject_access.take_out(person=person, actor=Actor(user), at=timezone.now(), why=why)
        opened(request, Subject(people=(person.pk,)), reason=AccessReason.ASKED, words=why)
        headers = {
            "Content-Disposition": f'attachment; filename="everything-held-{made.record.id}"',
            "Cache-Control": "no-store",
        }
        return Response(made.content, status=status.HTTP_201_CREATED, headers=headers)
