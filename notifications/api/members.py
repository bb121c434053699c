"""Who works in a team, over HTTP: for its leads, who take colleagues in; and for managers, who look."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.joining import LONGEST_NAME, NewColleague
from accounts.models import Team
from accounts.selectors import find_member, signed_in
from accounts.teams import get_team, members_of, roles_to_give, with_roles
from core.api import StrictSerializer
from core.errors import NotVisible
from notifications.joining import send_link_again, take_colleague_in


class MemberSerializer(serializers.Serializer[Any]):
    """Somebody who works in the team."""

    id = serializers.UUIDField(source="user.id")
    full_name = serializers.CharField(source="user.full_name")
    email = serializers.EmailField(source="user.email")
    job_title = serializers.CharField(source="user.job_title")
    roles = serializers.ListField(child=serializers.CharField())
    is_awaited = serializers.BooleanField(help_text="Was sent a link to a first password, and has not chosen one yet.")


class TeamMembersSerializer(serializers.Serializer[Any]):
    """A team: who works there, and as what a lead may take somebody in."""

    team = serializers.UUIDField(source="team.id")
    name = serializers.CharField(source="team.name")
    organization = serializers.CharField(source="team.organization.name")
    roles_to_give = serializers.ListField(child=serializers.CharField())
    members = MemberSerializer(many=True)


class NewMemberSerializer(StrictSerializer):
    """Whom to take in."""

    email = serializers.EmailField()
    full_name = serializers.CharField(
        max_length=LONGEST_NAME, required=False, allow_blank=True, default="",
        help_text="Needed where they have no account yet; else their own stays.",
    )  # fmt: skip
    job_title = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True, default="")
    roles = serializers.ListField(child=serializers.CharField(), help_text="Of `roles_to_give` of the team.")


class JoinedSerializer(serializers.Serializer[Any]):
    """Who has joined. A new user is sent a link at which they choose their password."""

    id = serializers.UUIDField(source="user.id")
    is_new = serializers.BooleanField()


class TeamMembersView(APIView):
    """The people of one team."""

    problem_codes = {None: {"403", "409"}}

    @extend_schema(operation_id="teams_members", responses=TeamMembersSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Who works in the team: for its leads, and for managers."""
        team = get_team(signed_in(request.user), pk)
        return Response(TeamMembersSerializer(_whole(team)).data)

    @extend_schema(operation_id="teams_members_take_in", request=NewMemberSerializer, responses={201: JoinedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Take a colleague into your team."""
        user = signed_in(request.user)
        team = get_team(user, pk)
        form = NewMemberSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = NewColleague(**form.validated_data)
        joined = take_colleague_in(team=team, given=given, actor=Actor(user), at=timezone.now())
        return Response(JoinedSerializer(joined).data, status=status.HTTP_201_CREATED)


class MemberLinkView(APIView):
    """The link at which somebody chooses their first password."""

    problem_codes = {None: {"403", "409"}}

    @extend_schema(operation_id="teams_members_send_link", request=None, responses={204: None})
    def post(self, request: Request, pk: UUID, member_id: UUID) -> Response:
        """Send it again: the one before is worth nothing any more."""
        user = signed_in(request.user)
        team, member = get_team(user, pk), find_member(member_id)
        if member is None:
            raise NotVisible("Nobody with this id works in the team.")
        send_link_again(team=team, member=member, actor=Actor(user), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _whole(team: Team) -> dict[str, Any]:
    return {"team": team, "roles_to_give": roles_to_give(team), "members": with_roles(members_of(team), team)}
