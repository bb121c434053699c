"""Offer a service to a person, or tell them of it: what is shared with whom is said before anything goes."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.clocks import local_day
from core.errors import DomainError
from referrals import policies
from referrals.consents import why_not
from referrals.enums import ConsultationMechanism, ContactOutcome, ContactParty
from referrals.models import OnwardReferral, Referral
from referrals.selectors.offering import Standing, standings_for
from referrals.services.contacts import ContactDetails, log_contact
from referrals.services.onward import closed_door, send_onward_referral
from services_directory.models import Service
from services_directory.selectors import get_service
from services_directory.suitability.kinds import Verdict
from web import words
from web.actions import address_of
from web.finding.cards import suits
from web.finding.case import get_case, get_earlier
from web.finding.service import room_of
from web.forms import FormPage, VersionedForm, look
from web.record.facts import Fact
from web.record.person import facts_about, risks

GRAVE = {Verdict.NOT_ELIGIBLE, Verdict.NEEDS_CLEARANCE, Verdict.ELIGIBLE_FROM}
"""What somebody must have read before they offer all the same."""
NOT_SHARED = "Address, NHS number, GP practice, the reason for the referral, your notes and the plan are not shared."


class OfferForm(VersionedForm):
    """What the provider needs to know, and whether they have been introduced."""

    instead = forms.CharField(required=False, widget=forms.HiddenInput)
    handover_note = forms.CharField(
        label="What does the provider need to know? (optional)", required=False, max_length=2000,
        help_text="Only the provider and your team read this. For example: prefers mornings, walks with a stick.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    warm_handover = forms.ChoiceField(
        label="Have you introduced the person to the provider? (a warm handover)", required=False, initial="",
        choices=[("", "No, or not yet"), (ConsultationMechanism.TELEPHONE, "Yes, by telephone"),
                 (ConsultationMechanism.FACE_TO_FACE, "Yes, face to face"),
                 (ConsultationMechanism.TELEMEDICINE, "Yes, by video call")],
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"),
    )  # fmt: skip


class GraveOfferForm(OfferForm):
    """The same, to a service whose rules keep the person out as things are."""

    has_read = forms.BooleanField(
        label="I have read this, and offer it all the same",
        error_messages={"required": "Say that you have read why the service may not take them, or choose another."},
    )  # fmt: skip


class OfferPage(FormPage):
    """Offer a service: why it may not suit, what is shared with whom, the note; then it is sent."""

    template_name = "web/finding/offer.jinja"
    names = {"service": "instead", "rerouted_from": "instead"}
    referral: Referral
    service: Service
    standing: Standing
    earlier: OnwardReferral | None

    def prepare(self) -> None:
        self.today = local_day(timezone.now())
        self.referral = get_case(self.user, self.kwargs["reference"])
        self.service = get_service(self.user, self.kwargs["service_id"])
        named = self.request.POST.get("instead") or self.request.GET.get("instead", "")
        self.earlier = get_earlier(self.user, named, of=self.referral)
        self.standing = standings_for(self.referral, [self.service.pk], on=self.today)[self.service.pk]

    @property
    def is_grave(self) -> bool:
        return self.standing.suitability.verdict in GRAVE

    def build(self, data: Any = None) -> OfferForm:
        instead = self.earlier.reference if self.earlier else ""
        kind = GraveOfferForm if self.is_grave else OfferForm
        return kind(data, initial={"version": self.referral.version, "instead": instead})

    def context(self, form: OfferForm) -> dict[str, Any]:
        found = self.standing.suitability
        return {
            "reference": self.referral.reference, "person": words.full_name(self.referral), "service": self.service,
            "earlier": self.earlier, "suits": suits(found), "room": room_of(self.service, on=self.today),
            "reasons": [outcome.words for outcome in found.decided_by] if self.is_grave else [],
            "to_ask": [question.text for question in found.not_known], "notices": found.notices,
            "hindrance": self.hindrance(), "shared": self.shared(), "not_shared": NOT_SHARED,
            "record_consent": address_of(self.referral, "record_consent"),
        }  # fmt: skip

    def hindrance(self) -> dict[str, str] | None:
        """Return why it cannot be offered now, and what is to be done: `kind` is consent, with_them, moment or door."""
        if self.service.receiving_team is None or self.service.referral_route != "referral":
            return {"kind": "door", "why": "This service takes no referrals here. Tell the person of it instead."}
        if self.standing.with_them:
            return {"kind": "with_them", "why": "It is already with this service.", "onward": self.standing.with_them}
        if self.referral.status not in policies.SENDABLE:
            return {
                "kind": "moment",
                "why": f"It stands at “{self.referral.get_status_display()}”: it cannot be offered now.",
            }
        if (closed := closed_door(self.service, on=self.today)) is not None:
            return {"kind": "door", "why": closed.detail}
        if not self.standing.sharing.is_yes:
            return {"kind": "consent", "why": why_not(self.standing.sharing)}
        return None

    def shared(self) -> list[Fact]:
        """Return what the provider will read of the person."""
        return [*facts_about(self.referral), *(fact for fact in [risks(self.referral)] if fact.values)]

    def act(self, said: dict[str, Any]) -> HttpResponse:
        now = timezone.now()
        onward = send_onward_referral(
            referral=self.referral, service=self.service, actor=self.actor, at=now,
            handover_note=said["handover_note"], rerouted_from=self.earlier, expected_version=said["version"],
        )  # fmt: skip
        messages.success(
            self.request,
            f"Offered to {self.service.name}. They are asked to answer by {words.day(onward.next_action_on)}.",
        )
        if said["warm_handover"]:
            self.log_handover(onward, said["warm_handover"], at=now)
        return redirect("web:record", self.referral.reference)

    def log_handover(self, onward: OnwardReferral, mechanism: str, *, at: dt.datetime) -> None:
        """Write down that the person was introduced. The offer stands whatever comes of this."""
        given = ContactDetails(
            mechanism=mechanism, outcome=ContactOutcome.SPOKE, with_whom=ContactParty.PROVIDER,
            onward_referral=onward.reference, is_warm_handover=True,
        )  # fmt: skip
        try:
            log_contact(referral=self.referral, actor=self.actor, at=at, given=given)
        except DomainError as refused:
            messages.warning(self.request, f"The handover is not written down: {refused.detail}")
