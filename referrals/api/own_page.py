"""The link to a person's own page over HTTP: read by whoever refers them and by their team, which makes another."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import IF_MATCH, StrictSerializer, expected_version
from notifications.enums import Channel
from referrals.selectors.own_page import get_slip
from referrals.services.own_page_links import issue_link


class OwnPageLinkSerializer(serializers.Serializer[Any]):
    """What is printed for the person: where their page is, until when, and whom they can ring. It names nobody."""

    address = serializers.CharField(help_text="Of their page: for the person alone. Empty where no link works.")
    why_not = serializers.CharField(help_text="Why none does; else empty.")
    expires_on = serializers.DateField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True, help_text="When the person last opened it.")
    team = serializers.CharField()
    telephone = serializers.CharField()
    looked_at_by = serializers.DateField(allow_null=True, help_text="By when the team decides; null once it has.")
    may_make_new = serializers.BooleanField()


class NewOwnPageLinkInputSerializer(StrictSerializer):
    """Whether the new link is sent, too."""

    is_sent = serializers.BooleanField(required=False, default=False, help_text="To the person, if they allow it.")


class NewOwnPageLinkSerializer(OwnPageLinkSerializer):
    """The new link, and how it went to the person."""

    channel = serializers.ChoiceField(
        choices=Channel.choices,
        allow_null=True,
        help_text="By which it went; null: it was not to be sent, or they allow none.",
    )


class OwnPageActions:
    """One action of a referral's view: `self` is that view."""

    @extend_schema(methods=["GET"], responses=OwnPageLinkSerializer, filters=False)
    @extend_schema(
        methods=["POST"], request=NewOwnPageLinkInputSerializer, responses={201: NewOwnPageLinkSerializer},
        parameters=[IF_MATCH],
    )  # fmt: skip
    @action(detail=True, methods=["get", "post"], url_path="own-page-link", filterset_class=None, pagination_class=None)
    def own_page_link(self: Any, request: Request, reference: str) -> Response:
        """The link to the person's own page. POST makes another, for 90 days: the one before, lost or locked, opens
        nothing from then on.
        """
        now = timezone.now()
        if request.method == "GET":
            return Response(OwnPageLinkSerializer(get_slip(self.actor.user, reference, at=now)).data)
        referral = self.row(reference)
        form = NewOwnPageLinkInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        _, sent_by = issue_link(
            referral=referral, actor=self.actor, at=now, expected_version=expected_version(request),
            **form.validated_data,
        )  # fmt: skip
        made = vars(get_slip(self.actor.user, reference, at=now)) | {"channel": sent_by}
        return Response(NewOwnPageLinkSerializer(made).data, status=status.HTTP_201_CREATED)
