"""Somebody leaves a team, over HTTP: for its leads."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.models import Team, User
from accounts.selectors import find_member, find_team, find_user, signed_in
from core.api import StrictSerializer
from core.errors import Invalid, NotVisible
from referrals.services import leavers


class HandOverInputSerializer(StrictSerializer):
    """Who takes the work."""

    to = serializers.UUIDField(help_text="A link worker or lead of the team.")


class HandedOverSerializer(serializers.Serializer[Any]):
    """How much was handed over."""

    referrals = serializers.IntegerField()
    tasks = serializers.IntegerField(help_text="Written down by hand, and theirs by name.")


class LeftTeamSerializer(serializers.Serializer[Any]):
    """What became of the account."""

    is_account_closed = serializers.BooleanField(help_text="Whether they have no role anywhere any more.")


class MemberView(APIView):
    """Something that a lead does about one person of the team."""

    def named(self, pk: UUID, member_id: UUID) -> tuple[Team, User]:
        """Return the team and the person of the address.

        :raises NotVisible: if there is no such team, or nobody with this id.
        """
        team, member = find_team(pk), find_member(member_id)
        if team is None or member is None:
            raise NotVisible("There is no such team, or nobody with this id works in it.")
        return team, member

    @property
    def actor(self) -> Actor:
        return Actor(signed_in(self.request.user))


class HandOverView(MemberView):
    """Give all open work of somebody to another."""

    problem_codes = {None: {"403"}}

    @extend_schema(
        operation_id="teams_members_hand_over", request=HandOverInputSerializer, responses=HandedOverSerializer
    )
    def post(self, request: Request, pk: UUID, member_id: UUID) -> Response:
        """Give every open referral and every task that somebody has in the team to another, at once."""
        team, member = self.named(pk, member_id)
        form = HandOverInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        to = find_user(form.validated_data["to"])
        if to is None:
            raise Invalid({"to": ["There is none with this id."]})
        given = leavers.hand_over(team=team, leaver=member, to=to, actor=self.actor, at=timezone.now())
        return Response(HandedOverSerializer(given).data)


class LeaveTeamView(MemberView):
    """End every role that somebody has in the team."""

    problem_codes = {None: {"403", "409"}}

    @extend_schema(operation_id="teams_members_leave", request=None, responses=LeftTeamSerializer)
    def post(self, request: Request, pk: UUID, member_id: UUID) -> Response:
        """End their roles; refused as long as they have open work (409 `open_work`). Without a role elsewhere their
        account is closed.
        """
        team, member = self.named(pk, member_id)
        is_closed = leavers.leave_team(team=team, leaver=member, actor=self.actor)
        return Response(LeftTeamSerializer({"is_account_closed": is_closed}).data)
