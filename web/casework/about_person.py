"""What is put right or recorded about the person: how they are reached, where they live, what may harm, what they
decided. Whoever refers a person records risks and decisions, too.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.selectors import organizations_to_name, signed_in
from core.errors import Conflict, NotPermitted, NotVisible
from referrals import policies, selectors
from referrals.enums import (
    AddressKind,
    ConsentBasis,
    ConsentDecision,
    ConsentMethod,
    ConsentPurpose,
    InformationFormat,
    NhsNumberStatus,
    Permission,
    TelephoneRule,
)
from referrals.services.consent import record_consent
from referrals.services.contact_details import change_contact, correct_nhs_number, record_address
from referrals.services.risks import RiskDetails, end_risk, record_risk
from services_directory.models import Service
from services_directory.selectors import get_service
from web import words
from web.casework.acting import ActionPage
from web.forms import DayField, Form, VersionedForm, look

SMALL = "nhsuk-radios--small nhsuk-radios--inline"


def _permission(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=Permission.choices, widget=look(forms.RadioSelect(), classes=SMALL))


class ContactDetailsForm(VersionedForm):
    """How the person is reached and spoken with."""

    telephone = forms.CharField(label="Telephone", required=False, max_length=35, widget=forms.TextInput())
    email = forms.EmailField(label="Email", required=False, max_length=255)
    preferred_contact = forms.ChoiceField(
        label="Prefers to be reached by", required=False, choices=[("", "Not said"), *words.WAYS_TO_REACH.items()]
    )
    telephone_rule = forms.ChoiceField(
        label="What they said of the telephone", required=False, choices=[("", "Nothing"), *TelephoneRule.choices]
    )
    may_telephone = _permission("May we call?")
    may_voicemail = _permission("May we leave a message on the telephone?")
    may_sms = _permission("May we send a text?")
    may_email = _permission("May we send an email?")
    may_letter = _permission("May we send a letter?")
    communication_needs = forms.CharField(
        label="To speak with them (optional)", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A hearing loop, somebody who speaks for them, when not to call.",
    )  # fmt: skip
    interpreter_language = forms.CharField(
        label="Interpreter for which language? (optional)", required=False, max_length=35,
        widget=look(forms.TextInput(), width="20"),
    )  # fmt: skip
    needs_bsl_interpreter = forms.BooleanField(label="Needs a BSL interpreter", required=False)
    information_formats = forms.MultipleChoiceField(
        label="How they read (optional)", required=False, choices=InformationFormat.choices,
        widget=look(forms.CheckboxSelectMultiple(), classes="nhsuk-checkboxes--small"),
    )  # fmt: skip


class ChangeContactPage(ActionPage):
    """Correct how the person is reached."""

    action = "change_contact"
    form_class = ContactDetailsForm
    hint = "What they say is obeyed from now on, also by messages that are already waiting to be sent."

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.referral, name) for name in self.form_class.base_fields if name != "version"}

    def do(self, said: dict[str, Any]) -> str:
        version = said.pop("version")
        values = said | {"information_formats": tuple(sorted(said["information_formats"]))}
        change_contact(**self.common(), values=values, expected_version=version)
        return "It is put right."


class AddressForm(VersionedForm):
    """Where the person lives, stays or has letters sent."""

    kind = forms.ChoiceField(
        label="Which address is it?", choices=AddressKind.choices, widget=look(forms.RadioSelect(), classes=SMALL)
    )
    address = forms.CharField(
        label="Address", required=False, max_length=180, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A line for each part, without the postcode.",
    )  # fmt: skip
    postcode = forms.CharField(
        label="Postcode", required=False, max_length=10, widget=look(forms.TextInput(), width="10"),
        help_text="No fixed abode is ZZ99 3VZ.",
    )  # fmt: skip
    from_on = DayField(label="From when? (optional)", required=False, example="3 12 2026")
    until_on = DayField(label="Until when? (optional)", required=False, example="3 1 2027")


class RecordAddressPage(ActionPage):
    """Record that the person moved, stays elsewhere for a while, or has letters sent elsewhere."""

    action = "record_address"
    form_class = AddressForm

    def initial(self) -> dict[str, Any]:
        return {"kind": AddressKind.HOME}

    def do(self, said: dict[str, Any]) -> str:
        version = said.pop("version")
        record_address(**self.common(), **said, expected_version=version)
        return "The address is recorded. The earlier one stays in the history."


class NhsNumberForm(VersionedForm):
    """The right NHS number."""

    nhs_number = forms.CharField(
        label="NHS number", required=False, max_length=14, widget=look(forms.TextInput(), width="10", code=True),
        help_text="Ten digits. Leave it empty where there is none.",
    )  # fmt: skip
    nhs_number_status = forms.ChoiceField(label="How sure is it?", choices=NhsNumberStatus.choices)
    note = forms.CharField(
        label="How do you know?", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say how you know."},
    )  # fmt: skip


class CorrectNhsNumberPage(ActionPage):
    """Correct the NHS number of the person and of this referral: a lead's to do."""

    action = "correct_nhs_number"
    form_class = NhsNumberForm

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.referral, name) for name in ("nhs_number", "nhs_number_status")}

    def do(self, said: dict[str, Any]) -> str:
        version = said.pop("version")
        correct_nhs_number(**self.common(), **said, expected_version=version)
        return "The NHS number is put right."


# --- Risks ----------------------------------------------------------------------------------------------------------


class RiskForm(Form):
    """A risk."""

    description = forms.CharField(
        label="What must whoever meets the person know?", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what the risk is."},
    )  # fmt: skip
    comment = forms.CharField(label="Comment (optional)", required=False, max_length=150)
    started_on = DayField(label="Since when? (optional)", required=False, example="3 10 2026")


class RecordRiskPage(ActionPage):
    """Record a risk, and end those that are over."""

    action = "record_risk"
    form_class = RiskForm
    template_name = "web/casework/risk.jinja"
    is_the_teams = False
    hint = "Every service that the person is sent to reads it."

    def context(self, form: Any) -> dict[str, Any]:
        rows = selectors.risks_of(self.referral)
        known = [row for row in rows if row.ended_on is None and not row.is_none_known]
        return super().context(form) | {"risks": [(row.pk, row.description) for row in known]}

    def do(self, said: dict[str, Any]) -> str:
        record_risk(**self.common(), details=RiskDetails(**said))
        return "The risk is recorded."


@require_POST
def risk_over(request: HttpRequest, reference: str, risk_id: int) -> HttpResponse:
    """End a risk today. It stays in the history."""
    user = signed_in(request.user)
    try:
        referral = selectors.get_referral(user, reference.upper())
        if not policies.roles_of(Actor(user), referral):
            raise NotVisible("It is not theirs.")
        end_risk(referral=referral, risk_id=risk_id, actor=Actor(user), at=timezone.now())
    except (NotVisible, NotPermitted) as unseen:
        raise Http404 from unseen
    except Conflict as refused:
        messages.info(request, str(refused.detail))
    else:
        messages.success(request, "The risk is over. It stays in the history.")
    return redirect("web:record", referral.reference)


# --- What the person decided ----------------------------------------------------------------------------------------


SERVICE, ORGANIZATION = "service:", "organization:"
"""What stands before the id of whom a decision is about."""


class ConsentForm(Form):
    """What the person decided about sharing."""

    decision = forms.ChoiceField(
        label="What did they decide?", choices=ConsentDecision.choices,
        widget=look(forms.RadioSelect(), classes=SMALL), error_messages={"required": "Say what they decided."},
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label="About what?", choices=ConsentPurpose.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"),
    )  # fmt: skip
    how_given = forms.ChoiceField(
        label="How did they say it?", required=False, choices=ConsentMethod.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"),
    )  # fmt: skip
    basis = forms.ChoiceField(
        label="On what ground?", choices=ConsentBasis.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"),
    )  # fmt: skip
    to = forms.ChoiceField(label="For whom?", required=False)
    decided_on = DayField(label="On which day, if not today? (optional)", required=False, example="3 12 2026")
    expires_on = DayField(label="Until when, if they named a last day? (optional)", required=False, example="3 6 2027")
    note = forms.CharField(
        label="In their words (optional)", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, services: Iterable[Service], organizations: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", "Everybody whom it is about"),
            *((f"{SERVICE}{row.pk}", f"The service {row.name} alone") for row in services),
            *((f"{ORGANIZATION}{row.pk}", f"{row.name} alone") for row in organizations),
        ]


class RecordConsentPage(ActionPage):
    """Record what the person decided about sharing. A no counts from this moment."""

    action = "record_consent"
    form_class = ConsentForm
    is_the_teams = False
    names = {"to_organization": "to", "to_service": "to"}
    hint = "A no stops all new sharing that it is about, at once. Those who have the person already are told."

    @cached_property
    def asked(self) -> Service | None:
        """The service that the address names: somebody is about to offer it."""
        try:
            named = UUID(self.request.GET.get("service", ""))
        except ValueError:
            return None
        return get_service(self.user, named)

    @cached_property
    def services(self) -> list[Service]:
        """The services that a decision may be about alone: the one that is named, and those that have the person."""
        offers = selectors.onward_referrals_visible_to(self.user).filter(referral=self.referral)
        found = {row.service.pk: row.service for row in offers}
        return list((({self.asked.pk: self.asked} if self.asked else {}) | found).values())

    def form_arguments(self) -> dict[str, Any]:
        return {"services": self.services, "organizations": organizations_to_name(self.user)}

    def initial(self) -> dict[str, Any]:
        to = f"{SERVICE}{self.asked.pk}" if self.asked else ""
        return {"purpose": ConsentPurpose.SHARE_WITH_PROVIDERS, "basis": ConsentBasis.CONSENT, "to": to}

    def do(self, said: dict[str, Any]) -> str:
        to = said.pop("to")
        for kind, name in ((SERVICE, "to_service_id"), (ORGANIZATION, "to_organization_id")):
            if to.startswith(kind):
                said[name] = UUID(to.removeprefix(kind))
        row = record_consent(**self.common(), **said)
        return f"Recorded: {row.get_purpose_display()}, {row.get_decision_display().lower()}."
