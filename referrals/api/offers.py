"""Offers to several services at once, and signposting, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from referrals import selectors
from referrals.api.outputs import NamedSerializer, Output
from referrals.api.screening import SentOnwardSerializer, with_warnings
from referrals.enums import FollowUpResult
from referrals.models import Signpost
from referrals.selectors import casework
from referrals.services import onward, signposts
from services_directory.selectors import get_service


class OfferInputSerializer(StrictSerializer):
    """One service, and what its provider needs to know."""

    service = serializers.UUIDField()
    handover_note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class OffersInputSerializer(StrictSerializer):
    """Services to send the person to: to all of them or to none."""

    offers = serializers.ListField(child=OfferInputSerializer(), min_length=1, max_length=10)


class SentOffersSerializer(Output):
    """What was sent, in the order of asking."""

    onward_referrals = SentOnwardSerializer(many=True)


class SignpostInputSerializer(StrictSerializer):
    """To what the person was signposted: a service of the directory, or a name."""

    service = serializers.UUIDField(required=False, allow_null=True, default=None)
    name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    contact_details = serializers.CharField(max_length=150, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=150, required=False, allow_blank=True)
    information_given = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    signposted_on = serializers.DateField(required=False, allow_null=True, help_text="Else today.")
    follow_up_on = serializers.DateField(required=False, allow_null=True, help_text="When to ask what came of it.")


class FollowUpInputSerializer(StrictSerializer):
    """What was heard after signposting."""

    result = serializers.ChoiceField(choices=FollowUpResult.choices)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class FollowUpSerializer(Output):
    """What was heard after signposting."""

    result = serializers.ChoiceField(choices=FollowUpResult.choices)
    note = serializers.CharField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()


class SignpostSerializer(Output):
    """One signposting. No referral, and counted nowhere as one."""

    id = serializers.IntegerField()
    signposted_on = serializers.DateField()
    service = NamedSerializer(allow_null=True)
    name = serializers.CharField()
    contact_details = serializers.CharField()
    reason = serializers.CharField()
    information_given = serializers.CharField()
    follow_up_on = serializers.DateField(allow_null=True)
    follow_up = serializers.SerializerMethodField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()

    @extend_schema_field(FollowUpSerializer(allow_null=True))
    def get_follow_up(self, signpost: Signpost) -> Any:
        heard = getattr(signpost, "follow_up", None)
        return FollowUpSerializer(heard, context=self.context).data if heard else None


class OfferActions:
    """Three actions of a referral's view: `self` is that view."""

    @extend_schema(request=OffersInputSerializer, responses={201: SentOffersSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def offers(self: Any, request: Request, reference: str) -> Response:
        """Send the person to several services at once: to all, or to none with the reason of each."""
        referral, user = self.row(reference), signed_in(request.user)
        form = OffersInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = [
            onward.Offer(service_id=offer["service"], handover_note=offer["handover_note"])
            for offer in form.validated_data["offers"]
        ]
        sent = onward.send_offers(
            referral=referral, offers=asked, actor=self.actor, at=timezone.now(),
            expected_version=expected_version(request),
        )  # fmt: skip
        rows = selectors.onward_referrals_visible_to(user).filter(pk__in=[row.pk for row in sent]).order_by("id")
        context = with_warnings(self.get_serializer_context(), sent[-1].referral, rows)
        body = SentOffersSerializer({"onward_referrals": rows}, context=context).data
        headers = {"ETag": etag(sent[-1].referral.version)}
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(methods=["GET"], responses=SignpostSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=SignpostInputSerializer, parameters=[IF_MATCH], responses={201: SignpostSerializer}
    )
    @action(detail=True, methods=["get", "post"], ordering=("-id",), filterset_class=None)
    def signposts(self: Any, request: Request, reference: str) -> Response:
        """What the person was told of, and how to reach it. No referral, and counted nowhere as one."""
        referral, user = self.row(reference), signed_in(request.user)
        if request.method == "GET":
            rows: Response = self.paged(casework.signposts_of(user, referral), SignpostSerializer)
            return rows
        form = SignpostInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        said["service"] = get_service(user, said["service"]) if said["service"] is not None else None
        signpost = signposts.record_signpost(
            referral=referral, actor=self.actor, at=timezone.now(), given=signposts.SignpostDetails(**said),
            expected_version=expected_version(request),
        )  # fmt: skip
        body = SignpostSerializer(signpost, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"ETag": etag(signpost.referral.version)})

    @extend_schema(
        request=FollowUpInputSerializer, responses={201: SignpostSerializer},
        parameters=[OpenApiParameter("signpost_id", int, OpenApiParameter.PATH)],
    )  # fmt: skip
    @action(
        detail=True, methods=["post"], url_path=r"signposts/(?P<signpost_id>[0-9]{1,18})/follow-up",
        url_name="follow-up-signpost",
    )  # fmt: skip
    def follow_up_signpost(self: Any, request: Request, reference: str, signpost_id: str) -> Response:
        """Record what was heard after signposting, once."""
        referral = self.row(reference)
        form = FollowUpInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        signpost = signposts.follow_up_signpost(
            referral=referral, signpost_id=int(signpost_id), actor=self.actor, at=timezone.now(),
            **form.validated_data,
        )  # fmt: skip
        row = casework.signposts_of(signed_in(request.user), referral).get(pk=signpost.pk)
        body = SignpostSerializer(row, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)
