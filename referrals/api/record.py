"""What is known of the person and what may harm, over HTTP: the record in versions, and the risks."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from referrals import selectors
from referrals.api.outputs import Output, RiskSerializer
from referrals.enums import EthnicCategory, RecordSection, StatedGender
from referrals.services import record as services
from referrals.services import risks
from referrals.services.record import MOST_ENTRIES, EntryDetails, RecordDetails
from referrals.services.risks import RiskDetails


def _text(most: int, said: str = "") -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, allow_blank=True, default="", help_text=said or None)


def _day(said: str = "") -> serializers.DateField:
    return serializers.DateField(required=False, allow_null=True, default=None, help_text=said or None)


class EntryInputSerializer(StrictSerializer):
    """One entry: a SNOMED CT code, words, or both. Which of these, and how many entries, the topic says."""

    section = serializers.ChoiceField(choices=RecordSection.choices, help_text="The topic.")
    code = _text(18, "SNOMED CT.")
    display = _text(255, "The name of the code.")
    text = _text(4000, "150 characters at most, but where the person speaks of themself.")
    comment = _text(150)
    started_on = _day()
    ended_on = _day("Of smoking: when the person stopped.")


class RecordInputSerializer(StrictSerializer):
    """What is known of the person, all of it: what is left out is not in the new version."""

    preferred_name = _text(70)
    title = _text(35)
    name_suffix = _text(35, "OBE, MBE, BSc …")
    alias = _text(70, "Another name by which the person is known.")
    pronouns = _text(35)
    gender = serializers.ChoiceField(
        choices=StatedGender.choices, required=False, allow_blank=True, default="", help_text="As the person states it."
    )
    ethnic_category = serializers.ChoiceField(
        choices=EthnicCategory.choices, required=False, allow_blank=True, default=""
    )
    relevant_contacts = _text(2000, "Carers, next of kin and others, with how to reach them.")
    gp_name = _text(70)
    gp_practice_name = _text(150)
    supported_by = _text(150, "Who helped to write “About me”.")
    is_pregnant = serializers.BooleanField(required=False, default=False)
    expected_delivery_on = _day()
    entries = serializers.ListField(child=EntryInputSerializer(), required=False, default=list, max_length=MOST_ENTRIES)

    @staticmethod
    def details(data: dict[str, Any]) -> RecordDetails:
        """Return what was sent, as the service takes it."""
        entries = tuple(EntryDetails(**entry) for entry in data["entries"])
        return RecordDetails(**{**data, "entries": entries})


class RiskInputSerializer(StrictSerializer):
    """One risk, in words or by its code."""

    description = _text(500, "What whoever meets the person must know.")
    code = _text(18, "SNOMED CT, a finding of being at risk.")
    display = _text(255, "The name of the code.")
    comment = _text(150)
    started_on = _day()


class RecordOfReferralInputSerializer(RecordInputSerializer):
    """What a referrer knows of the person, beside who they are and how to reach them."""

    risks = serializers.ListField(
        child=RiskInputSerializer(), required=False, default=list, max_length=20,
        help_text="Risks with a code, a day or a comment; the plain ones stand in the referral's own `risks`.",
    )  # fmt: skip


class EntrySerializer(Output):
    """One entry."""

    section = serializers.ChoiceField(choices=RecordSection.choices)
    code = serializers.CharField()
    display = serializers.CharField()
    text = serializers.CharField()
    comment = serializers.CharField()
    started_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)


class RecordSerializer(Output):
    """One version of what is known of the person; number 0 where nothing is written yet."""

    number = serializers.IntegerField(default=0)
    preferred_name = serializers.CharField()
    title = serializers.CharField()
    name_suffix = serializers.CharField()
    alias = serializers.CharField()
    pronouns = serializers.CharField()
    gender = serializers.ChoiceField(choices=StatedGender.choices, allow_blank=True)
    ethnic_category = serializers.ChoiceField(choices=EthnicCategory.choices, allow_blank=True)
    relevant_contacts = serializers.CharField()
    gp_name = serializers.CharField()
    gp_practice_name = serializers.CharField()
    supported_by = serializers.CharField()
    is_pregnant = serializers.BooleanField()
    expected_delivery_on = serializers.DateField(allow_null=True)
    entries = EntrySerializer(many=True)
    recorded_by = serializers.CharField(source="recorded_by.full_name", default="")
    recorded_at = serializers.DateTimeField(allow_null=True, default=None)


class RecordedRiskSerializer(RiskSerializer):
    """One risk, whether it has ended or not."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    display = serializers.CharField()
    comment = serializers.CharField()
    started_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)


class EndInputSerializer(StrictSerializer):
    """When something ended."""

    ended_on = _day("Today, if left out.")


class RecordActions:
    """Actions of a referral's view, in a file of their own: `self` is that view."""

    @extend_schema(methods=["GET"], responses=RecordSerializer)
    @extend_schema(methods=["PUT"], request=RecordInputSerializer, responses=RecordSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["get", "put"], filterset_class=None)
    def record(self: Any, request: Request, reference: str) -> Response:
        """What is known of the person beside who they are and how to reach them; the version that counts."""
        referral = self.row(reference)
        if request.method == "PUT":
            form = RecordInputSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            services.write_record(
                referral=referral, actor=self.actor, at=timezone.now(), details=form.details(form.validated_data),
                expected_version=expected_version(request),
            )  # fmt: skip
            referral = self.row(reference)
        found = selectors.record_of(referral) or RecordDetails()
        body = RecordSerializer(found, context=self.get_serializer_context()).data
        return Response(body, headers={"ETag": etag(referral.version)})

    @extend_schema(responses=RecordSerializer(many=True))
    @action(detail=True, url_path="record/versions", ordering=("-number",), filterset_class=None)
    def record_versions(self: Any, request: Request, reference: str) -> Response:
        """Every version of the record, the newest first."""
        rows: Response = self.paged(selectors.record_versions_of(self.row(reference)), RecordSerializer)
        return rows

    @extend_schema(methods=["GET"], responses=RecordedRiskSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=RiskInputSerializer, responses={201: RecordedRiskSerializer}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["get", "post"], ordering=("id",), filterset_class=None)
    def risks(self: Any, request: Request, reference: str) -> Response:
        """Every risk, the ended ones too. A statement that none is known ends with the first that is recorded."""
        referral = self.row(reference)
        if request.method == "GET":
            rows: Response = self.paged(selectors.risks_of(referral), RecordedRiskSerializer)
            return rows
        form = RiskInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        risk = risks.record_risk(
            referral=referral, actor=self.actor, at=timezone.now(), details=RiskDetails(**form.validated_data),
            expected_version=expected_version(request),
        )  # fmt: skip
        body = RecordedRiskSerializer(risk, context=self.get_serializer_context()).data
        headers = {"ETag": etag(self.row(reference).version)}
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(request=EndInputSerializer, responses=RecordedRiskSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="risks/(?P<number>[0-9]{1,18})/end")
    def end_risk(self: Any, request: Request, reference: str, number: str) -> Response:
        """End a risk. Its history stays."""
        referral = self.row(reference)
        form = EndInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        risk = risks.end_risk(
            referral=referral, risk_id=int(number), actor=self.actor, at=timezone.now(),
            expected_version=expected_version(request), **form.validated_data,
        )  # fmt: skip
        body = RecordedRiskSerializer(risk, context=self.get_serializer_context()).data
        return Response(body, headers={"ETag": etag(self.row(reference).version)})
