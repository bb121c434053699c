"""Shapes of this app's requests and answers."""

from typing import Any

from rest_framework import serializers

from accounts.enums import OrganizationKind, Role
from accounts.models import Organization, Team


class TokenRequestSerializer(serializers.Serializer[Any]):
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
