"""Messages back over HTTP: those of a referral, those that came to me, and one of them as JSON, HTML or PDF."""

from typing import Any

import django_filters
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, renderers, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.filters import YesOrNoFilter
from core.renderers import JSONRenderer
from referrals.api.document_schema import schema_of
from referrals.api.outputs import Output
from referrals.enums import MessageBackKind, ReferralStatus
from referrals.messages_back.document import CodesOnly, FullMessage
from referrals.messages_back.html import html_of
from referrals.messages_back.pdf import pdf_of
from referrals.models import MessageBack
from referrals.selectors import messages_back as selectors
from referrals.services.filing import file_message_back

REFERENCE = "M-[2-9A-Z]{5}-[2-9A-Z]{5}"


class _DocumentRenderer(renderers.BaseRenderer):
    """Writes a document in its own form, and as JSON a refusal, or what OPTIONS says of the operation."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        response, request = ((renderer_context or {}).get(name) for name in ("response", "request"))
        if request is not None and request.method == "OPTIONS":
            return JSONRenderer().render(data, accepted_media_type, renderer_context)
        if response is not None and (getattr(response, "is_problem", False) or response.status_code >= 400):
            return JSONRenderer().render(data, accepted_media_type, renderer_context)
        return self.write(data)

    def write(self, document: dict[str, Any]) -> str | bytes:
        raise NotImplementedError


class HTMLDocumentRenderer(_DocumentRenderer):
    """The message as a web page."""

    media_type = "text/html"
    format = "html"

    def write(self, document: dict[str, Any]) -> str:
        return html_of(document, pdf_url="?format=pdf")


class PDFDocumentRenderer(_DocumentRenderer):
    """The message as PDF/UA."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None
    render_style = "binary"

    def write(self, document: dict[str, Any]) -> bytes:
        return pdf_of(document)


class FilingSerializer(Output):
    """Who filed it, and when."""

    filed_by = serializers.CharField(source="filed_by.full_name")
    filed_at = serializers.DateTimeField()


class MessageBackSerializer(Output):
    """A message back in a list."""

    reference = serializers.CharField()
    referral = serializers.CharField(source="referral.reference")
    person = serializers.SerializerMethodField()
    kind = serializers.SerializerMethodField()
    is_in_full = serializers.BooleanField()
    is_in_error = serializers.SerializerMethodField()
    issued_at = serializers.DateTimeField()
    filed = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_person(self, message: MessageBack) -> str:
        """Family name first, as a list is read."""
        return f"{message.referral.family_name.upper()}, {message.referral.first_name}"

    @extend_schema_field(serializers.ChoiceField(choices=MessageBackKind.choices, allow_blank=True))
    def get_kind(self, message: MessageBack) -> str:
        """What it tells; empty where the person holds back all but the codes."""
        return message.kind if message.is_in_full else ""

    def get_is_in_error(self, message: MessageBack) -> bool:
        """Whether its referral was entered in error: it does not belong in the person's record."""
        return bool(message.referral.status == ReferralStatus.ENTERED_IN_ERROR)

    @extend_schema_field(FilingSerializer(allow_null=True))
    def get_filed(self, message: MessageBack) -> Any:
        """By whom of the asker's practice it was filed; null while it was not."""
        filings = message.my_filings  # type: ignore[attr-defined]
        return FilingSerializer(filings[0], context=self.context).data if filings else None

    def get_url(self, message: MessageBack) -> str:
        """Where the message itself is."""
        return reverse("referral-message-back", args=[message.referral.reference, message.reference])


class MessageBackFilterSet(django_filters.FilterSet):
    """Which messages back."""

    filed = YesOrNoFilter(method="by_filing", label="Whether the asker's practice has filed it")

    class Meta:
        model = MessageBack
        fields: list[str] = []

    def by_filing(self, rows: Any, name: str, value: bool) -> Any:  # noqa: FBT001
        return selectors.filed_by(signed_in(self.request.user), rows, is_filed=value)


class MessagesBackActions:
    """Two reads of a referral's view, in a file of their own: `self` is that view."""

    @extend_schema(responses=MessageBackSerializer(many=True))
    @action(detail=True, url_path="messages-back", ordering=("-id",), filterset_class=None)
    def messages_back(self: Any, request: Request, reference: str) -> Response:
        """What was sent back about the referral, the newest first. Nothing of it ever changes."""
        rows = selectors.messages_back_of(signed_in(request.user), reference)
        page: Response = self.paged(rows, MessageBackSerializer)
        return page

    @extend_schema(
        responses={
            (200, "application/json"): {"oneOf": [schema_of(FullMessage), schema_of(CodesOnly)]},
            (200, "text/html"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
        parameters=[OpenApiParameter("message", str, OpenApiParameter.PATH, description="The message's reference.")],
    )
    @action(
        detail=True, url_path=f"messages-back/(?P<message>{REFERENCE})", url_name="message-back",
        filterset_class=None, renderer_classes=[JSONRenderer, HTMLDocumentRenderer, PDFDocumentRenderer],
    )  # fmt: skip
    def message_back(self: Any, request: Request, reference: str, message: str) -> Response:
        """One message as it was issued: JSON, HTML or PDF, as `Accept` asks (or `?format=`, for a link)."""
        row = selectors.get_message_back(signed_in(request.user), message, of=reference)
        response = Response(row.document)
        if isinstance(request.accepted_renderer, PDFDocumentRenderer):
            response.headers["Content-Disposition"] = f'inline; filename="message-back-{row.reference}.pdf"'
        return response


class MessageBackViewSet(mixins.ListModelMixin, GenericViewSet):
    """Messages back that came to your practice or team: read them, and file them."""

    serializer_class = MessageBackSerializer
    filterset_class = MessageBackFilterSet
    lookup_field = "reference"
    lookup_value_regex = REFERENCE
    ordering = ("-id",)
    problem_codes = {"file": {"403"}}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return MessageBack.objects.none()
        return selectors.messages_back_to(signed_in(self.request.user))

    @extend_schema(request=None, responses=FilingSerializer)
    @action(detail=True, methods=["post"])
    def file(self, request: Request, reference: str) -> Response:
        """Say that it is filed in the person's record. Whoever was first stays; sent again it changes nothing."""
        user = signed_in(request.user)
        filing = file_message_back(
            message=selectors.get_message_back(user, reference), actor=Actor(user), at=timezone.now()
        )
        return Response(FilingSerializer(filing, context=self.get_serializer_context()).data)
