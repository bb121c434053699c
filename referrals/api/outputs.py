"""Shapes of what callers receive."""

import datetime as dt
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.clocks import local_day
from referrals import policies
from referrals.api.contact_details import ContactDetailsSerializer
from referrals.api.discharge_shapes import DischargeSerializer
from referrals.api.turns import SaysWhoseTurn
from referrals.consents import those_that_count
from referrals.enums import (
    AttendanceResult,
    CloseOutcome,
    ConsentBasis,
    ConsentDecision,
    ConsentMethod,
    ConsentPurpose,
    NhsNumberStatus,
    OnwardStatus,
    PreferredContact,
    ProgrammeOutcome,
    ReferralMethod,
    ReferralSource,
    ReferralStatus,
)
from referrals.models import Consent, OnwardReferral, Referral, ReferralEvent
from referrals.selectors.delivery import assessments_missed, suggested_step


class Output(serializers.Serializer[Any]):
    """An answer: read only, and it knows who asks."""

    @property
    def asker(self) -> Actor:
        return Actor(signed_in(self.context["request"].user))

    @property
    def today(self) -> dt.date:
        return local_day(timezone.now())


class NamedSerializer(Output):
    """A row named for people."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class OwnerSerializer(Output):
    """The person who has it in hand."""

    id = serializers.UUIDField()
    full_name = serializers.CharField()


class PersonForProviderSerializer(Output):
    """The person of a referral, for a provider: who comes, how to reach and speak with them, and nothing of why."""

    first_name = serializers.CharField()
    family_name = serializers.CharField()
    date_of_birth = serializers.DateField()
    telephone = serializers.CharField()
    email = serializers.CharField()
    preferred_contact = serializers.ChoiceField(choices=PreferredContact.choices, allow_blank=True)
    communication_needs = serializers.CharField()
    contact = ContactDetailsSerializer(source="*")


class PersonSerializer(PersonForProviderSerializer):
    """The person of a referral, for those who support them or refer them; contact as this referrer gave it."""

    nhs_number = serializers.CharField()
    nhs_number_status = serializers.ChoiceField(choices=NhsNumberStatus.choices)
    gp_practice_code = serializers.CharField()
    address = serializers.CharField()
    postcode = serializers.CharField()


class ReferrerSerializer(Output):
    """Who referred, as it was then."""

    name = serializers.CharField(source="referrer_name")
    service = serializers.CharField(source="referrer_service")
    organization = serializers.CharField(source="referrer_organization")
    contact = serializers.CharField(source="referrer_contact")
    relationship = serializers.CharField(source="referrer_relationship")
    agreement = serializers.CharField()


class NeedSerializer(Output):
    """One need."""

    term = serializers.UUIDField(source="term_id")
    name = serializers.CharField(source="term.name")
    note = serializers.CharField()


class RiskSerializer(Output):
    """One risk, or the statement that none is known."""

    is_none_known = serializers.BooleanField()
    description = serializers.CharField()


class ConsentSerializer(Output):
    """One decision of the person. Its context names those of the referral that count today (`counting`)."""

    purpose = serializers.ChoiceField(choices=ConsentPurpose.choices)
    to_service = NamedSerializer(allow_null=True)
    to_organization = NamedSerializer(allow_null=True)
    decision = serializers.ChoiceField(choices=ConsentDecision.choices)
    basis = serializers.ChoiceField(choices=ConsentBasis.choices)
    how_given = serializers.ChoiceField(choices=ConsentMethod.choices, allow_blank=True)
    note = serializers.CharField()
    decided_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True)
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()
    counts = serializers.SerializerMethodField()

    def get_counts(self, consent: Consent) -> bool:
        """Whether it counts today, for those whom it names: no later decision stands instead, and it is not over."""
        return consent.pk in self.context["counting"]


class OnwardSummarySerializer(Output):
    """What became of one offer."""

    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=OnwardStatus.choices)
    service = NamedSerializer()
    provider_team = serializers.CharField(source="provider_team.name")
    sent_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(choices=ProgrammeOutcome.choices, allow_blank=True)


class ReferralSummarySerializer(SaysWhoseTurn, Output):
    """A referral in a list."""

    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=ReferralStatus.choices)
    version = serializers.IntegerField()
    person = serializers.SerializerMethodField()
    referring_team = serializers.CharField(source="referring_team.name")
    owner_team = serializers.CharField(source="owner_team.name")
    owner = OwnerSerializer(allow_null=True)
    next_action_on = serializers.DateField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(choices=CloseOutcome.choices, allow_blank=True)
    available_actions = serializers.SerializerMethodField()

    def get_person(self, referral: Referral) -> str:
        """Family name first, as a list is read."""
        return f"{referral.family_name.upper()}, {referral.first_name}"

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_available_actions(self, referral: Referral) -> list[str]:
        return policies.referral_actions(self.asker, referral)


class ReferralSerializer(ReferralSummarySerializer):
    """A referral, whole."""

    person = PersonSerializer(source="*")  # type: ignore[assignment]
    referrer = ReferrerSerializer(source="*")
    source = serializers.ChoiceField(choices=ReferralSource.choices)  # type: ignore[assignment]
    referral_method = serializers.ChoiceField(choices=ReferralMethod.choices)
    service = NamedSerializer(allow_null=True)
    reason = serializers.CharField()
    needs = NeedSerializer(many=True)
    risks = RiskSerializer(many=True)
    consents = serializers.SerializerMethodField()
    planned_discharge_on = serializers.DateField(allow_null=True)
    discharged_on = serializers.DateField(allow_null=True)
    discharge = serializers.SerializerMethodField()
    said_no_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When the person said no thanks, on their own page; null: they have not, or changed their mind.",
    )
    onward_referrals = OnwardSummarySerializer(many=True)
    redirected_from = serializers.SerializerMethodField()
    redirected_to = serializers.SerializerMethodField()

    @extend_schema_field(ConsentSerializer(many=True))
    def get_consents(self, referral: Referral) -> Any:
        """What the person decided, in the order in which it was recorded."""
        rows = referral.consents.all()
        context = {**self.context, "counting": those_that_count(rows, on=self.today)}
        return ConsentSerializer(rows, many=True, context=context).data

    @extend_schema_field(DischargeSerializer(allow_null=True))
    def get_discharge(self, referral: Referral) -> Any:
        """What the hospital said, or null."""
        row = getattr(referral, "discharge", None)
        return DischargeSerializer(row).data if row else None

    def get_redirected_from(self, referral: Referral) -> str:
        """The reference it had with the team before, or empty."""
        return referral.redirected_from.reference if referral.redirected_from else ""

    def get_redirected_to(self, referral: Referral) -> str:
        """The reference that it has with the team it was passed on to, or empty."""
        later = getattr(referral, "redirected_to", None)
        return later.reference if later else ""


class OnwardSerializer(SaysWhoseTurn, OnwardSummarySerializer):
    """An onward referral, whole. `person` and what hangs on it are null where the asker may not see who it is."""

    version = serializers.IntegerField()
    referral = serializers.SerializerMethodField()
    link_worker = serializers.SerializerMethodField()
    person = serializers.SerializerMethodField()
    risks = serializers.SerializerMethodField()
    handover_note = serializers.SerializerMethodField()
    next_action_on = serializers.DateField(allow_null=True)
    assessment_at = serializers.DateTimeField(allow_null=True)
    next_review_on = serializers.DateField(
        allow_null=True, help_text="The scheme's first review point of which nothing is recorded yet."
    )
    next_follow_up_on = serializers.DateField(
        source="follow_up_clock.due_on", default=None, allow_null=True,
        help_text="When the person is next to be asked how they are, also after the end; null: nobody asks.",
    )  # fmt: skip
    assessments_missed = serializers.SerializerMethodField()
    suggested_step = serializers.SerializerMethodField()
    rerouted_from = serializers.SerializerMethodField()
    rerouted_to = serializers.SerializerMethodField()
    available_actions = serializers.SerializerMethodField()

    def get_referral(self, onward: OnwardReferral) -> str:
        """The referral's reference: a provider may quote it, and cannot open it."""
        return onward.referral.reference

    def get_link_worker(self, onward: OnwardReferral) -> str:
        """Who to speak with."""
        owner = onward.referral.owner
        return f"{owner.full_name}, {onward.referral.owner_team.name}" if owner else onward.referral.owner_team.name

    @extend_schema_field(PersonForProviderSerializer(allow_null=True))
    def get_person(self, onward: OnwardReferral) -> Any:
        if not policies.sees_person(self.asker, onward, on=self.today):
            return None
        return PersonForProviderSerializer(onward.referral, context=self.context).data

    @extend_schema_field(RiskSerializer(many=True, allow_null=True))
    def get_risks(self, onward: OnwardReferral) -> Any:
        if not policies.sees_person(self.asker, onward, on=self.today):
            return None
        return RiskSerializer(onward.referral.risks.all(), many=True, context=self.context).data

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_handover_note(self, onward: OnwardReferral) -> str | None:
        is_seen = policies.sees_notes_between_team_and_provider(self.asker, onward, on=self.today)
        return onward.handover_note if is_seen else None

    def get_assessments_missed(self, onward: OnwardReferral) -> int:
        """How many first assessments the person has missed. What the provider cancelled is none."""
        return assessments_missed(onward)

    def get_suggested_step(self, onward: OnwardReferral) -> str:
        """The step that it asks for, after as many misses as the team allows; or empty. Nobody has to take it."""
        return suggested_step(onward)

    def get_rerouted_from(self, onward: OnwardReferral) -> str:
        """The one whose place it took, or empty."""
        earlier = onward.rerouted_from
        return earlier.reference if earlier else ""

    def get_rerouted_to(self, onward: OnwardReferral) -> str:
        """The one that took its place, or empty."""
        later = getattr(onward, "rerouted_to", None)
        return later.reference if later else ""

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_available_actions(self, onward: OnwardReferral) -> list[str]:
        return policies.available_actions(self.asker, onward, on=self.today)


class EventSerializer(Output):
    """One thing that happened."""

    sequence = serializers.IntegerField()
    kind = serializers.CharField()
    onward_referral = serializers.SerializerMethodField()
    service = serializers.SerializerMethodField()
    from_status = serializers.CharField()
    to_status = serializers.CharField()
    actor = serializers.CharField(source="actor_name")
    occurred_at = serializers.DateTimeField()
    reason = serializers.CharField()
    outcome = serializers.CharField()
    note = serializers.SerializerMethodField()
    snomed_code = serializers.CharField()
    hash = serializers.CharField()

    def get_onward_referral(self, event: ReferralEvent) -> str:
        """The onward referral that it happened to, or empty."""
        return event.onward_referral.reference if event.onward_referral else ""

    def get_service(self, event: ReferralEvent) -> str:
        """The name of the service, or empty."""
        return event.onward_referral.service.name if event.onward_referral else ""

    def get_note(self, event: ReferralEvent) -> str:
        """What was said; empty where it is not for the asker (policies.sees_notes_between_team_and_provider)."""
        return event.note if not event.onward_referral or self.context["sees_onward_notes"] else ""


class AttendanceSerializer(Output):
    """One person at one session."""

    session_on = serializers.DateField()
    result = serializers.ChoiceField(choices=AttendanceResult.choices)
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()
