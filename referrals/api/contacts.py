"""The contact log and the notes of a case, over HTTP: added to and never changed."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import signed_in
from core.api import IDEMPOTENCY_KEY, IF_MATCH, StrictSerializer, etag, expected_version
from core.idempotency import claim_of
from core.plain_json import as_json
from referrals.api.outputs import Output
from referrals.enums import (
    CloseOutcome,
    ConsultationMechanism,
    ContactDirection,
    ContactOutcome,
    ContactParty,
    TimeOfDay,
)
from referrals.models import CaseNote, Contact
from referrals.selectors import casework as selectors
from referrals.selectors.contact_log import ContactLog, LoggedContact
from referrals.services import contacts, notes

UNREACHED = {"step": "close", "outcome": CloseOutcome.UNABLE_TO_CONTACT.value}
"""What is suggested when a case asks to be closed. Somebody decides."""
LOG_ORDER = ("-occurred_at", "-id")


class ContactInputSerializer(StrictSerializer):
    """One contact, or one try. How, and what came of it, is enough for a call that nobody answers."""

    mechanism = serializers.ChoiceField(choices=ConsultationMechanism.choices)
    outcome = serializers.ChoiceField(choices=ContactOutcome.choices)
    with_whom = serializers.ChoiceField(choices=ContactParty.choices, default=ContactParty.PERSON)
    with_name = serializers.CharField(max_length=70, required=False, allow_blank=True)
    direction = serializers.ChoiceField(choices=ContactDirection.choices, default=ContactDirection.OUT)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Else now.")
    minutes = serializers.IntegerField(
        min_value=1, max_value=contacts.LONGEST_MINUTES, required=False, allow_null=True
    )  # fmt: skip
    location = serializers.CharField(max_length=150, required=False, allow_blank=True)
    note = serializers.CharField(
        max_length=4000, required=False, allow_blank=True, help_text="The team's own: nobody else reads it."
    )
    onward_referral = serializers.CharField(
        max_length=20, required=False, allow_blank=True, help_text="What it was about: O-…"
    )
    is_warm_handover = serializers.BooleanField(
        required=False, help_text="You introduced the person to the provider of that onward referral."
    )
    replaces = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        allow_null=True,
        help_text="The id of an entry that was wrong.",
    )
    next_action_on = serializers.DateField(
        required=False, allow_null=True, help_text="When to look again; else by the team's policy."
    )


class ContactSerializer(Output):
    """One contact, or one try."""

    id = serializers.IntegerField()
    with_whom = serializers.ChoiceField(choices=ContactParty.choices)
    with_name = serializers.CharField()
    mechanism = serializers.ChoiceField(choices=ConsultationMechanism.choices)
    direction = serializers.ChoiceField(choices=ContactDirection.choices)
    outcome = serializers.ChoiceField(choices=ContactOutcome.choices)
    occurred_at = serializers.DateTimeField()
    minutes = serializers.IntegerField(allow_null=True)
    location = serializers.CharField()
    note = serializers.CharField()
    onward_referral = serializers.SerializerMethodField()
    is_warm_handover = serializers.BooleanField()
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    replaced_by = serializers.SerializerMethodField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()

    def get_onward_referral(self, contact: Contact) -> str:
        """The onward referral that it was about, or empty."""
        return contact.onward_referral.reference if contact.onward_referral else ""

    def get_replaced_by(self, contact: Contact) -> int | None:
        """The entry that corrects it, or null."""
        later = getattr(contact, "replaced_by", None)
        return later.pk if later else None


def lines_of_log(contacts: Iterable[LoggedContact]) -> list[dict[str, Any]]:
    """Return what `ContactSerializer` describes, by hand (docs/adr/0050)."""
    return [
        contact._asdict() | {"occurred_at": as_json(contact.occurred_at), "recorded_at": as_json(contact.recorded_at)}
        for contact in contacts
    ]


class SuggestedStepSerializer(Output):
    """A step that is suggested, and its outcome."""

    step = serializers.CharField()
    outcome = serializers.ChoiceField(choices=CloseOutcome.choices)


class ReachingSerializer(Output):
    """Where the team stands with reaching the person, and what to try next."""

    reached_at = serializers.DateTimeField(allow_null=True)
    failed_tries = serializers.IntegerField(help_text="On how many days, since then, the person could not be reached.")
    tries_wanted = serializers.IntegerField(help_text="By the team's policy.")
    asks_to_close = serializers.BooleanField()
    next_on = serializers.DateField(allow_null=True)
    mechanisms = serializers.ListField(
        child=serializers.ChoiceField(choices=ConsultationMechanism.choices), help_text="The least tried first."
    )
    time_of_day = serializers.ChoiceField(choices=TimeOfDay.choices, help_text="The time that was tried least.")
    suggested_step = serializers.SerializerMethodField()

    @extend_schema_field(SuggestedStepSerializer(allow_null=True))
    def get_suggested_step(self, reaching: Any) -> dict[str, str] | None:
        return UNREACHED if reaching.asks_to_close else None


class LoggedContactSerializer(Output):
    """What was logged, and where the team now stands with reaching the person."""

    contact = ContactSerializer()
    reaching = ReachingSerializer()
    next_action_on = serializers.DateField(allow_null=True)


class NoteInputSerializer(StrictSerializer):
    """A note of the team."""

    text = serializers.CharField(max_length=8000)
    is_shared = serializers.BooleanField(default=False, help_text="The referrer reads it too, and is told so.")
    replaces = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, help_text="The id of a note that was wrong."
    )


class CaseNoteSerializer(Output):
    """One note."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    is_shared = serializers.BooleanField()
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    replaced_by = serializers.SerializerMethodField()
    recorded_by = serializers.CharField(source="author")
    recorded_at = serializers.DateTimeField()

    def get_replaced_by(self, note: CaseNote) -> int | None:
        """The note that corrects it, or null."""
        later = getattr(note, "replaced_by", None)
        return later.pk if later else None


class ContactActions:
    """Three actions of a referral's view: `self` is that view."""

    @extend_schema(methods=["GET"], responses=ContactSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=ContactInputSerializer, parameters=[IF_MATCH, IDEMPOTENCY_KEY],
        responses={201: LoggedContactSerializer},
    )  # fmt: skip
    @action(detail=True, methods=["get", "post"], ordering=LOG_ORDER, filterset_class=None)
    def contacts(self: Any, request: Request, reference: str) -> Response:
        """The contact log. A try that fails makes the next one due, by the team's policy."""
        user = signed_in(request.user)
        if request.method == "GET":
            page = self.page_of(ContactLog(user, reference))
            rows: Response = self.get_paginated_response(lines_of_log(page))
            return rows
        referral = self.row(reference)
        form = ContactInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        claim = claim_of(
            user_id=user.pk, operation=f"log_contact:{reference}", key=request.headers.get("Idempotency-Key"),
            body=request.data,
        )  # fmt: skip
        logged = contacts.log_contact(
            referral=referral, actor=self.actor, at=timezone.now(),
            given=contacts.ContactDetails(**form.validated_data), claim=claim,
            expected_version=expected_version(request),
        )  # fmt: skip
        after = logged.contact.referral
        body = LoggedContactSerializer(
            {"contact": logged.contact, "reaching": logged.reaching, "next_action_on": after.next_action_on},
            context=self.get_serializer_context(),
        ).data
        headers = {"ETag": etag(after.version)}
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(responses=ReachingSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def reaching(self: Any, request: Request, reference: str) -> Response:
        """Where the team stands with reaching the person: how often tried, when and how to try next."""
        reaching = selectors.get_reaching(signed_in(request.user), self.row(reference))
        return Response(ReachingSerializer(reaching, context=self.get_serializer_context()).data)

    @extend_schema(methods=["GET"], responses=CaseNoteSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=NoteInputSerializer, parameters=[IF_MATCH], responses={201: CaseNoteSerializer}
    )
    @action(detail=True, methods=["get", "post"], ordering=("-id",), filterset_class=None)
    def notes(self: Any, request: Request, reference: str) -> Response:
        """The team's notes; to the referrer only those that are shared with them."""
        referral = self.row(reference)
        if request.method == "GET":
            rows: Response = self.paged(selectors.case_notes_of(signed_in(request.user), referral), CaseNoteSerializer)
            return rows
        form = NoteInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        note = notes.write_note(
            referral=referral, actor=self.actor, at=timezone.now(), expected_version=expected_version(request),
            **form.validated_data,
        )  # fmt: skip
        body = CaseNoteSerializer(note, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"ETag": etag(note.referral.version)})
