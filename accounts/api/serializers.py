"""Shapes of this app's requests and answers."""

import datetime as dt
from typing import Any

from rest_framework import serializers

from accounts.enums import OrganizationKind, Role
from accounts.models import Organization, Team
from core.api import StrictSerializer


class TokenRequestSerializer(StrictSerializer):
    """An email and password to exchange for a token."""

    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, style={"input_type": "password"})
    code = serializers.CharField(
        required=False, allow_blank=True, max_length=20, default="",
        help_text="The code of the user's second step, where they have one: of their app, or a recovery code.",
    )  # fmt: skip


class TokenSerializer(serializers.Serializer[Any]):
    """A token, shown once."""

    token = serializers.CharField(help_text="Send it as 'Authorization: Bearer <token>'. It is shown only once.")
    expires_at = serializers.DateTimeField()


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A team that takes referrals."""

    organization = serializers.CharField(source="organization.name")

    class Meta:
        model = Team
        fields = ["id", "name", "organization", "telephone"]
        read_only_fields = fields


class EmailLinkInputSerializer(StrictSerializer):
    """Whether a provider's emails open its pages."""

    is_allowed = serializers.BooleanField()


class EmailLinkSerializer(serializers.ModelSerializer[Team]):
    """Whether the emails to a provider's team open its pages to whoever reads its inbox, and who decided it last."""

    is_allowed = serializers.SerializerMethodField()
    decided_by = serializers.SerializerMethodField(help_text="Empty: nobody has decided yet.")
    decided_at = serializers.SerializerMethodField()

    class Meta:
        model = Team
        fields = ["id", "name", "inbox_email", "is_allowed", "decided_by", "decided_at"]
        read_only_fields = fields

    def get_is_allowed(self, team: Any) -> bool:
        return team.link_account_id is not None

    def get_decided_by(self, team: Any) -> str:
        return str(team.said[0].decided_by.full_name) if team.said else ""

    def get_decided_at(self, team: Any) -> dt.datetime | None:
        return team.said[0].decided_at if team.said else None


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """An organisation that works with this service."""

    class Meta:
        model = Organization
        fields = ["id", "name", "kind", "ods_code"]
        read_only_fields = fields


class RoleInTeamSerializer(serializers.Serializer[Any]):
    """One role of the signed-in user."""

    role = serializers.ChoiceField(choices=[choice for choice in Role.choices if choice[0] != Role.SYSTEM])
    team_id = serializers.UUIDField()
    team = serializers.CharField(source="team.name")
    organization = serializers.CharField(source="team.organization.name")
    organization_kind = serializers.ChoiceField(choices=OrganizationKind.choices, source="team.organization.kind")


class MeSerializer(serializers.Serializer[Any]):
    """The signed-in user."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    full_name = serializers.CharField()
    job_title = serializers.CharField()
    roles = RoleInTeamSerializer(many=True)
