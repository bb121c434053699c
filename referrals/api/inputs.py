"""Shapes of what callers send. They check form; whether it can be right is the services' to judge."""

from typing import Any

from rest_framework import serializers

from core.api import StrictSerializer
from referrals.api.contact_details import ContactDetailsInputSerializer, person_details
from referrals.api.discharge_shapes import DischargeInputSerializer, details_of
from referrals.api.record import RecordInputSerializer, RecordOfReferralInputSerializer
from referrals.enums import (
    AttendanceResult,
    ConsentBasis,
    ConsentDecision,
    ConsentMethod,
    ConsentPurpose,
    NhsNumberStatus,
    PreferredContact,
    ReferralMethod,
    ReferralSource,
)
from referrals.pathway import Step
from referrals.services.content import ConsentDetails, ReferralContent
from referrals.services.doors import FamilyMember
from referrals.services.risks import RiskDetails


class PersonInputSerializer(StrictSerializer):
    """The person who is referred."""

    first_name = serializers.CharField(max_length=35)
    family_name = serializers.CharField(max_length=35)
    date_of_birth = serializers.DateField()
    gp_practice_code = serializers.CharField(
        max_length=6,
        help_text="ODS code of the registered practice; V81997 none, V81998 not applicable, V81999 not known.",
    )
    nhs_number = serializers.CharField(
        max_length=14,
        required=False,
        allow_blank=True,
        help_text="Ten digits, spaces allowed. Not having one is normal.",
    )
    nhs_number_status = serializers.ChoiceField(choices=NhsNumberStatus.choices, required=False, allow_blank=True)
    address = serializers.CharField(max_length=180, required=False, allow_blank=True)
    postcode = serializers.CharField(max_length=10, required=False, allow_blank=True)
    telephone = serializers.CharField(max_length=35, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=255, required=False, allow_blank=True)
    preferred_contact = serializers.ChoiceField(choices=PreferredContact.choices, required=False, allow_blank=True)
    communication_needs = serializers.CharField(max_length=500, required=False, allow_blank=True)
    contact = ContactDetailsInputSerializer(required=False)
    same_as = serializers.CharField(
        max_length=100, required=False, allow_blank=True, help_text="The token of the match that is this person."
    )
    is_new = serializers.BooleanField(required=False, help_text="No match that you were told of is this person.")


class NeedInputSerializer(StrictSerializer):
    """One need: a term of the needs taxonomy, and the words used."""

    term = serializers.UUIDField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    code = serializers.CharField(
        max_length=18, required=False, allow_blank=True, default="", help_text="SNOMED CT, where your system has it."
    )
    display = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")


class ConsentInputSerializer(StrictSerializer):
    """What the person decided: about sharing with every service, unless another purpose or a recipient is named."""

    decision = serializers.ChoiceField(choices=ConsentDecision.choices)
    purpose = serializers.ChoiceField(choices=ConsentPurpose.choices, default=ConsentPurpose.SHARE_WITH_PROVIDERS)
    to_service = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="About this service of the directory alone."
    )
    to_organization = serializers.UUIDField(
        required=False, allow_null=True, default=None,
        help_text="About this organisation alone. With neither it is about everybody of the purpose.",
    )  # fmt: skip
    basis = serializers.ChoiceField(choices=ConsentBasis.choices, default=ConsentBasis.CONSENT)
    how_given = serializers.ChoiceField(choices=ConsentMethod.choices, required=False, allow_blank=True, default="")
    decided_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="When the person said it; else today."
    )
    expires_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The last day of an agreement; null: it has no end."
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


def consent_details(data: dict[str, Any]) -> dict[str, Any]:
    """Return a decision that was sent, as the service takes it."""
    said = dict(data)
    named = {"to_service_id": said.pop("to_service"), "to_organization_id": said.pop("to_organization")}
    return said | named


class FamilyInputSerializer(StrictSerializer):
    """A family member who asks, and how the person agreed to it."""

    name = serializers.CharField(max_length=70)
    relationship = serializers.CharField(max_length=35, help_text="Daughter, neighbour, carer.")
    contact = serializers.CharField(max_length=300)
    agreement = serializers.CharField(max_length=500, help_text="How the person agreed: when, and in what words.")


class ReferralInputSerializer(StrictSerializer):
    """A referral, to a team or straight to a scheme that takes direct referrals."""

    person = PersonInputSerializer()
    team = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="From /teams/; without it the team is found."
    )
    service = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="A service with takes_direct_referrals, instead of a team.",
    )
    referring_team = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Only needed by somebody who refers for several teams."
    )
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    needs = serializers.ListField(child=NeedInputSerializer(), required=False, default=list, max_length=20)
    risks = serializers.ListField(
        child=serializers.CharField(max_length=500), required=False, default=list, max_length=20,
        help_text="What whoever meets the person must know.",
    )  # fmt: skip
    no_known_risks = serializers.BooleanField(required=False, default=False)
    consent = ConsentInputSerializer(required=False, allow_null=True, default=None, help_text="One decision.")
    consents = serializers.ListField(
        child=ConsentInputSerializer(), required=False, default=list, max_length=20, help_text="Several, or more."
    )
    discharge = DischargeInputSerializer(required=False, allow_null=True, default=None)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[(value, ReferralSource(value).label) for value in ReferralSource.STATED],
        required=False, allow_blank=True, default="",
        help_text="Only where a family member or the person themself asks; else it is known from your organisation.",
    )  # fmt: skip
    family = FamilyInputSerializer(required=False, allow_null=True, default=None)
    referral_method = serializers.ChoiceField(
        choices=ReferralMethod.choices, required=False, allow_blank=True, default="", help_text="Else Secure Messaging."
    )
    record = RecordOfReferralInputSerializer(
        required=False, allow_null=True, default=None,
        help_text="What is known of the person beside. Left out of a draft that is changed: it stays as it is.",
    )  # fmt: skip
    draft = serializers.BooleanField(
        required=False, default=False, help_text="Keep it as a draft instead of sending it."
    )

    send_anyway = serializers.BooleanField(
        required=False, default=False, help_text="Although the person has an open referral to this team."
    )

    def content(self) -> ReferralContent:
        """Return what was sent, as the service takes it."""
        data = self.validated_data
        discharge = data["discharge"] or {}
        record = dict(data["record"]) if data["record"] else None
        coded_risks = record.pop("risks") if record else ()
        return ReferralContent(
            record=RecordInputSerializer.details(record) if record else None,
            coded_risks=tuple(RiskDetails(**risk) for risk in coded_risks),
            person=person_details(data["person"]),
            team_id=data["team"],
            service_id=data["service"],
            referring_team_id=data["referring_team"],
            reason=data["reason"],
            needs=tuple((need["term"], need["note"]) for need in data["needs"]),
            need_codes={need["term"]: (need["code"], need["display"]) for need in data["needs"]},
            risks=tuple(data["risks"]),
            no_known_risks=data["no_known_risks"],
            consent=ConsentDetails(**consent_details(data["consent"])) if data["consent"] else None,
            consents=tuple(ConsentDetails(**consent_details(each)) for each in data["consents"]),
            planned_discharge_on=discharge.get("planned_on"),
            discharged_on=discharge.get("discharged_on"),
            discharge=details_of(discharge) if discharge else None,
            source=data["source"],
            referral_method=data["referral_method"],
            family=FamilyMember(**data["family"]) if data["family"] else None,
            is_draft=data["draft"],
            send_anyway=data["send_anyway"],
        )


class OnwardInputSerializer(StrictSerializer):
    """A service to send the person to."""

    service = serializers.UUIDField()
    handover_note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    rerouted_from = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        default="",
        help_text="The declined or expired one whose place this takes.",
    )


class AllocationInputSerializer(StrictSerializer):
    """The person who takes the referral on."""

    owner = serializers.UUIDField(help_text="A link worker or lead of the owning team.")
    next_action_on = serializers.DateField(required=False, allow_null=True, default=None)


class AttendanceInputSerializer(StrictSerializer):
    """One person at one session."""

    session_on = serializers.DateField()
    result = serializers.ChoiceField(choices=AttendanceResult.choices)


def _detail_field(name: str, *, required: bool) -> serializers.Field[Any, Any, Any, Any]:
    if name == "note":
        return serializers.CharField(
            max_length=4000,
            required=required,
            allow_blank=not required,
            help_text="On a referral the referrer reads it too; on an onward one only link worker and provider do.",
        )
    if name == "assessment_at":
        return serializers.DateTimeField(required=required)
    if name in {"to_team", "owner"}:
        return serializers.UUIDField(required=required)
    return serializers.DateField(required=required)


def serializer_of_step(step: Step, *, machine: str) -> type[StrictSerializer]:
    """Return the input of a step, made from its declaration: reason and outcome with their choices, and its details."""
    fields: dict[str, Any] = {}
    if step.rules.reasons is not None:
        fields["reason"] = serializers.ChoiceField(choices=step.rules.reasons.choices)
    if step.rules.outcomes is not None:
        fields["outcome"] = serializers.ChoiceField(choices=step.rules.outcomes.choices)
    for name in step.rules.requires:
        fields[name] = _detail_field(name, required=True)
    for name in step.rules.allows:
        fields[name] = _detail_field(name, required=False)
    camel = "".join(part.title() for part in step.name.split("_"))
    return type(
        f"{camel}{machine}InputSerializer",
        (StrictSerializer,),
        fields | {"__doc__": f"What “{step.rules.label}” needs."},
    )
