"""Who the person of a referral is and how they are reached, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import IF_MATCH, StrictSerializer, expected_version
from referrals import selectors
from referrals.api.contact_details import ContactDetailsInputSerializer, contact_values
from referrals.api.outputs import Output, ReferralSerializer
from referrals.enums import AddressKind, NhsNumberStatus, PreferredContact
from referrals.matching import NO_FIXED_ABODE
from referrals.models import AddressRecord
from referrals.services import contact_details, deaths


class DeathUndoneInputSerializer(StrictSerializer):
    """Why the recorded death was a mistake."""

    note = serializers.CharField(max_length=500)


class NhsNumberInputSerializer(StrictSerializer):
    """The NHS number as it is right."""

    nhs_number = serializers.CharField(max_length=14, allow_blank=True)
    nhs_number_status = serializers.ChoiceField(choices=NhsNumberStatus.choices)
    note = serializers.CharField(max_length=500, help_text="How you know.")


class ReachedInputSerializer(ContactDetailsInputSerializer):
    """How the person is reached; only what is sent is changed."""

    telephone = serializers.CharField(max_length=35, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=255, required=False, allow_blank=True)
    preferred_contact = serializers.ChoiceField(choices=PreferredContact.choices, required=False, allow_blank=True)
    communication_needs = serializers.CharField(max_length=500, required=False, allow_blank=True)


class PersonAddressInputSerializer(StrictSerializer):
    """An address of the person."""

    kind = serializers.ChoiceField(choices=AddressKind.choices, default=AddressKind.HOME)
    address = serializers.CharField(max_length=180, required=False, allow_blank=True, default="")
    postcode = serializers.CharField(
        max_length=10, required=False, allow_blank=True, default="", help_text="ZZ99 3VZ: no fixed abode."
    )
    from_on = serializers.DateField(required=False, allow_null=True, default=None)
    until_on = serializers.DateField(required=False, allow_null=True, default=None)


class PersonAddressSerializer(Output):
    """An address of the person."""

    kind = serializers.ChoiceField(choices=AddressKind.choices)
    address = serializers.CharField()
    postcode = serializers.CharField()
    is_no_fixed_abode = serializers.SerializerMethodField()
    from_on = serializers.DateField(allow_null=True)
    until_on = serializers.DateField(allow_null=True)
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()

    def get_is_no_fixed_abode(self, row: AddressRecord) -> bool:
        return row.postcode == NO_FIXED_ABODE


class PersonActions:
    """Actions of a referral's view, in a file of their own: `self` is that view."""

    @extend_schema(request=DeathUndoneInputSerializer, responses=ReferralSerializer)
    @action(detail=True, methods=["post"], url_path="undo-death")
    def undo_death(self: Any, request: Request, reference: str) -> Response:
        """The person is alive: the recorded death was a mistake. What ended stays ended, and may be reopened."""
        referral = self.row(reference)
        form = DeathUndoneInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        deaths.undo_death(referral=referral, actor=self.actor, at=timezone.now(), **form.validated_data)
        return self.answer(self.whole(reference))  # type: ignore[no-any-return]

    @extend_schema(request=NhsNumberInputSerializer, responses=ReferralSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="correct-nhs-number")
    def correct_nhs_number(self: Any, request: Request, reference: str) -> Response:
        """Correct the NHS number and its status. The history keeps what they were."""
        referral = self.row(reference)
        form = NhsNumberInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        contact_details.correct_nhs_number(
            referral=referral, actor=self.actor, at=timezone.now(), expected_version=expected_version(request),
            **form.validated_data,
        )  # fmt: skip
        return self.answer(self.whole(reference))  # type: ignore[no-any-return]

    @extend_schema(request=ReachedInputSerializer, responses=ReferralSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="change-contact")
    def change_contact(self: Any, request: Request, reference: str) -> Response:
        """Correct how the person is reached and spoken with; what is not sent stays as it is."""
        referral = self.row(reference)
        form = ReachedInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        contact_details.change_contact(
            referral=referral, actor=self.actor, at=timezone.now(), values=contact_values(form.validated_data),
            expected_version=expected_version(request),
        )  # fmt: skip
        return self.answer(self.whole(reference))  # type: ignore[no-any-return]

    @extend_schema(methods=["GET"], responses=PersonAddressSerializer(many=True))
    @extend_schema(
        methods=["POST"],
        request=PersonAddressInputSerializer,
        parameters=[IF_MATCH],
        responses={201: PersonAddressSerializer},
    )
    @action(detail=True, methods=["get", "post"], ordering=("-id",), filterset_class=None)
    def addresses(self: Any, request: Request, reference: str) -> Response:
        """Where the person lived, stays or has letters sent, the newest first; empty as long as nothing changed."""
        referral = self.row(reference)
        if request.method == "GET":
            rows: Response = self.paged(selectors.addresses_of(referral), PersonAddressSerializer)
            return rows
        form = PersonAddressInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = contact_details.record_address(
            referral=referral, actor=self.actor, at=timezone.now(), expected_version=expected_version(request),
            **form.validated_data,
        )  # fmt: skip
        body = PersonAddressSerializer(row, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)
