"""Who works in which team, for those who answer for it: leads their own teams, managers every one."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.enums import AccountEventKind, Role
from accounts.models import AccountEvent, Membership, Team, User
from core.errors import NotVisible

TAKE_WORK_ON = (Role.LINK_WORKER, Role.LEAD)
"""Who in a team may have its referrals and its tasks. So much a lead may make of a colleague in any team."""
WHERE_SOMEBODY_IS = (Role.PROVIDER, Role.REFERRER)
"""What a lead may make of a colleague where somebody in the team is so already: in a scheme's own hub, for example."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody active in a team, with their roles there."""

    user: User
    roles: tuple[Role, ...]
    is_awaited: bool
    """Whether they were sent a link to their first password, and have not chosen one yet."""


def sees_every_team(user: User) -> bool:
    """Whether somebody is a manager, who sees who works where, and no person who is referred."""
    return Role.MANAGER in user.roles()


def looks_after_teams(user: User) -> bool:
    """Whether there is any team that somebody sees by `teams_visible_to`."""
    return sees_every_team(user) or bool(user.team_ids(Role.LEAD))


def teams_visible_to(user: User) -> QuerySet[Team]:
    """Return the active teams of which a user may know who works there, by organisation and name."""
    teams = Team.objects.filter(is_active=True, organization__is_active=True)
    if not sees_every_team(user):
        teams = teams.filter(pk__in=user.team_ids(Role.LEAD))
    by_name = teams.select_related("organization").annotate(organization_name=F("organization__name"))
    return by_name.order_by("organization_name", "name", "id")


def get_team(user: User, team_id: UUID) -> Team:
    """Return the one team with this id.

    :raises NotVisible: if there is none, or the user may not know who works there; it does not say which.
    """
    team = teams_visible_to(user).filter(pk=team_id).first()
    if team is None:
        raise NotVisible("There is no such team.")
    return team


def members_of(team: Team, *roles: Role) -> QuerySet[User]:
    """Return who is active in a team, by name; with `roles`, who has one of them there. Who has left is not there."""
    here = Membership.objects.filter(team=team, **({"role__in": roles} if roles else {}))
    return User.objects.filter(is_active=True, pk__in=here.values("user")).order_by("full_name", "id")


def with_roles(users: Iterable[User], team: Team) -> list[Member]:
    """Return these people with what they are in a team. Two queries."""
    people = list(users)
    roles: dict[UUID, list[Role]] = {}
    here = Membership.objects.filter(team=team, user__in=people).order_by("role")
    for user_id, role in here.values_list("user_id", "role"):
        roles.setdefault(user_id, []).append(Role(role))
    invited = set(
        AccountEvent.objects.filter(user__in=people, kind=AccountEventKind.INVITED)
        .order_by("user_id")
        .values_list("user_id", flat=True)
    )
    return [
        Member(
            user=user,
            roles=tuple(roles.get(user.pk, ())),
            is_awaited=user.pk in invited and not user.has_usable_password(),
        )
        for user in people
    ]


def may_give_roles(user: User | None, team: Team) -> bool:
    """Whether somebody may take colleagues into a team: its lead."""
    return user is not None and Role.LEAD in user.roles_in([team.pk])


def roles_to_give(team: Team) -> list[Role]:
    """Return what a lead may make of a colleague in their team: the work of the team, and nothing beyond it."""
    there = set(
        Membership.objects.filter(team=team, role__in=WHERE_SOMEBODY_IS, user__is_active=True).values_list(
            "role", flat=True
        )
    )
    return [*TAKE_WORK_ON, *(role for role in WHERE_SOMEBODY_IS if role in there)]
