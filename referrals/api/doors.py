"""The public door over HTTP, and which team looks after a place. Nobody signs in here."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer
from core.errors import Invalid
from core.public_api import PublicView
from notifications.enums import Channel
from referrals import selectors
from referrals.api.inputs import FamilyInputSerializer, NeedInputSerializer
from referrals.enums import AreaKind, ReferralSource
from referrals.models import SelfReferral
from referrals.services import self_referrals
from referrals.services.doors import FamilyMember
from referrals.services.people import PersonDetails

SMS = "sms"
"""The channel of a later issue: a telephone is taken as soon as there is a sender for it."""


class PublicPersonInputSerializer(StrictSerializer):
    """The person who wants support. No NHS number is asked for here."""

    first_name = serializers.CharField(max_length=35)
    family_name = serializers.CharField(max_length=35)
    date_of_birth = serializers.DateField()
    postcode = serializers.CharField(max_length=10, help_text="ZZ99 3VZ for no fixed abode.")
    gp_practice_code = serializers.CharField(
        max_length=6, required=False, default="V81999", help_text="V81999, not known, if it is not given."
    )
    address = serializers.CharField(max_length=180, required=False, allow_blank=True, default="")
    telephone = serializers.CharField(max_length=35, required=False, allow_blank=True, default="")
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    communication_needs = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class SelfReferralInputSerializer(StrictSerializer):
    """What somebody writes for themself, or for a member of their family who agrees."""

    email = serializers.EmailField(
        max_length=254, required=False, allow_blank=True,
        help_text="Where the code goes, and later what becomes of it: of whoever writes.",
    )  # fmt: skip
    phone = serializers.CharField(
        max_length=35, required=False, allow_blank=True, default="", help_text="Instead, once texts can be sent here."
    )
    person = PublicPersonInputSerializer()
    family = FamilyInputSerializer(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    needs = serializers.ListField(child=NeedInputSerializer(), required=False, default=list, max_length=10)
    risks = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, default=list, max_length=5,
        help_text="What whoever comes must know.",
    )  # fmt: skip
    no_known_risks = serializers.BooleanField(required=False, default=False)
    agrees_to_referral = serializers.BooleanField(help_text="Without it nothing is done.")
    agrees_to_sharing = serializers.BooleanField(
        required=False, default=False, help_text="That the link worker may share it with services. Only for oneself."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["agrees_to_referral"]:
            raise serializers.ValidationError({"agrees_to_referral": ["We only act with the person's agreement."]})
        attrs.setdefault("email", "")  # no default in the schema: an empty text is no email address
        attrs["person"].setdefault("email", "")
        if bool(attrs["email"]) == bool(attrs["phone"]):
            raise serializers.ValidationError({"email": ["Give an email address to send the code to."]})
        if attrs["family"] and attrs["agrees_to_sharing"]:
            raise serializers.ValidationError(
                {"agrees_to_sharing": ["The link worker asks the person themself about sharing: leave this out."]}
            )
        return attrs

    def content(self) -> self_referrals.SelfReferralContent:
        """Return what was written, as the service takes it."""
        data = self.validated_data
        family = data["family"]
        person = dict(data["person"])
        if not family:
            person["email"] = person["email"] or data["email"]
            person["telephone"] = person["telephone"] or data["phone"]
        return self_referrals.SelfReferralContent(
            source=ReferralSource.FAMILY if family else ReferralSource.SELF,
            channel=Channel.EMAIL if data["email"] else SMS,
            address=data["email"] or data["phone"],
            person=PersonDetails(**person),
            family=FamilyMember(**family) if family else None,
            reason=data["reason"],
            needs=tuple((need["term"], need["note"]) for need in data["needs"]),
            risks=tuple(data["risks"]),
            no_known_risks=data["no_known_risks"],
            agrees_to_sharing=data["agrees_to_sharing"],
        )


class CodeInputSerializer(StrictSerializer):
    """The code that came."""

    code = serializers.CharField(max_length=10)


class WaitingSerializer(serializers.Serializer[Any]):
    """What waits for its code."""

    id = serializers.UUIDField()
    code_expires_at = serializers.DateTimeField()
    what_happens_next = serializers.ListField(child=serializers.CharField())


class ConfirmedSerializer(serializers.Serializer[Any]):
    """The referral that has been made."""

    reference = serializers.CharField()
    team = serializers.CharField()
    telephone = serializers.CharField(help_text="Of the team; empty where it has none.")
    looked_at_by = serializers.DateField(allow_null=True)
    what_happens_next = serializers.ListField(child=serializers.CharField())


class FindTeamQuerySerializer(serializers.Serializer[Any]):
    """Where somebody lives or is registered."""

    postcode = serializers.CharField(max_length=10, required=False, allow_blank=True, default="")
    gp_practice_code = serializers.CharField(max_length=6, required=False, allow_blank=True, default="")


class FoundTeamSerializer(serializers.Serializer[Any]):
    """The team that looks after a place."""

    id = serializers.UUIDField(source="team.id")
    name = serializers.CharField(source="team.name")
    organization = serializers.CharField(source="team.organization.name")
    telephone = serializers.CharField(source="team.telephone")
    found_by = serializers.ChoiceField(choices=AreaKind.choices)


class SelfReferralsView(PublicView):
    """Ask for support for oneself, or for a member of the family."""

    @extend_schema(
        request=SelfReferralInputSerializer, responses={202: WaitingSerializer}, operation_id="self_referrals_create"
    )
    def post(self, request: Request) -> Response:
        """Write to the team that looks after the place. Nothing is done until the code that we send comes back."""
        form = SelfReferralInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = self_referrals.begin_self_referral(content=form.content(), at=timezone.now())
        return _waiting(row)


class SelfReferralCodesView(PublicView):
    """The codes of one self-referral."""

    throttle_scope = "self-referral-code"
    problem_codes = {None: {"409"}}

    @extend_schema(request=None, responses={202: WaitingSerializer}, operation_id="self_referrals_send_another_code")
    def post(self, request: Request, pk: UUID) -> Response:
        """Send another code, and make the one before worth nothing."""
        return _waiting(self_referrals.send_another_code(pk=pk, at=timezone.now()))


class ConfirmSelfReferralView(PublicView):
    """The code coming back."""

    throttle_scope = "self-referral-code"
    problem_codes = {None: {"409"}}

    @extend_schema(
        request=CodeInputSerializer,
        responses={200: ConfirmedSerializer, 201: ConfirmedSerializer},
        operation_id="self_referrals_confirm",
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm with the code: now it is a referral. The same code again answers the same and makes nothing."""
        form = CodeInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = self_referrals.confirm_self_referral(pk=pk, code=form.validated_data["code"], at=timezone.now())
        referral = made.referral
        next_steps = [
            f"Keep this reference: {referral.reference}. Say it when you ring.",
            "A link worker reads what you wrote, and rings or writes to you. You need not do anything until then.",
            "We email you when there is news. The email says the reference, and nothing about you.",
            "If you change your mind, ring the team.",
            "This is not for emergencies: ring 999, or 111 if it is urgent but no emergency.",
        ]
        code = status.HTTP_200_OK if made.is_replay else status.HTTP_201_CREATED
        body = {
            "reference": referral.reference,
            "team": referral.owner_team.name,
            "telephone": referral.owner_team.telephone,
            "looked_at_by": referral.next_action_on,
            "what_happens_next": next_steps,
        }
        return Response(ConfirmedSerializer(body).data, status=code)


class FindTeamView(PublicView):
    """Which team looks after a place."""

    throttle_scope = "find-team"

    @extend_schema(
        parameters=[FindTeamQuerySerializer], responses=FoundTeamSerializer, operation_id="teams_find", auth=[]
    )
    def get(self, request: Request) -> Response:
        """The team for a postcode or a practice, and by what it was found."""
        query = FindTeamQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        if not any(query.validated_data.values()):
            raise Invalid({"postcode": ["Give a postcode, or the code of a GP practice."]})
        return Response(FoundTeamSerializer(selectors.team_for(**query.validated_data, field="postcode")).data)


def _waiting(row: SelfReferral) -> Response:
    body = {
        "id": row.pk,
        "code_expires_at": row.code_expires_at,
        "what_happens_next": [
            "We have sent a code to the address that you gave. Send it to us within 30 minutes.",
            "Until then nobody here sees what you wrote. If the code does not come back, we delete it after a day.",
        ],
    }
    return Response(WaitingSerializer(body).data, status=status.HTTP_202_ACCEPTED)
