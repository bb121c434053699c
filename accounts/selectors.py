"""Reads about organisations and people."""

from functools import cache
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet
from knox.models import AuthToken

from accounts.enums import OrganizationKind, Role
from accounts.models import AccountEvent, EmailLinkDecision, Machine, Organization, Team, User, memberships_of
from core.errors import NotVisible
from core.identifiers import NO_PRACTICE_CODES
from core.statements import Written, constants

LINK_DOMAIN = "email-link.service.invalid"
"""Where the accounts behind email links have their addresses: nothing arrives there, and nobody signs in with one."""


def teams_to_refer_to(user: User) -> QuerySet[Team]:
    """Return the teams that take referrals, for a signed-in user to choose from, by name."""
    return (
        Team.objects.filter(takes_referrals=True, is_active=True, organization__is_active=True)
        .select_related("organization")
        .order_by("name", "id")
    )


def organizations_to_name(user: User) -> QuerySet[Organization]:
    """Return the active organisations, by name, for a signed-in user to name one: in a consent, for example."""
    return Organization.objects.filter(is_active=True).order_by("name", "id")


def is_receiving(team: Team) -> bool:
    """Whether somebody works in the team: it is active, and so is its organisation."""
    return team.is_active and team.organization.is_active


def inboxes_of(role: Role) -> list[str]:
    """Return the inboxes of the active teams in which somebody active has a role, in order."""
    teams = Team.objects.filter(
        is_active=True, organization__is_active=True, memberships__role=role, memberships__user__is_active=True
    )
    return list(teams.order_by("inbox_email").values_list("inbox_email", flat=True).distinct())


def addresses_in(team: Team, *roles: Role) -> list[str]:
    """Return where those in a team are who have one of some roles, in order; where there is nobody, its inbox."""
    users = User.objects.filter(is_active=True, memberships__team=team, memberships__role__in=roles)
    return list(users.order_by("email").values_list("email", flat=True).distinct()) or [team.inbox_email]


def works_by_email_link(address: str) -> bool:
    """Whether an address is the inbox of an active team whose pages open from its emails (docs/adr/0044)."""
    teams = Team.objects.filter(is_active=True, organization__is_active=True, link_account__is_active=True)
    return teams.filter(inbox_email__in={address, address.lower()}).exists()


def link_account_of(team_id: UUID) -> User | None:
    """Return the account that acts for whoever comes by a team's email links, as long as that is allowed."""
    teams = Team.objects.filter(pk=team_id, is_active=True, organization__is_active=True, link_account__is_active=True)
    team = teams.select_related("link_account").first()
    return team.link_account if team is not None else None


def teams_to_decide_email_links_of(user: User) -> QuerySet[Team]:
    """Return the providers' teams for which a user says whether their emails open their pages, by name: those of a
    provider who has an account of their own, and all of them for a manager.
    """
    teams = Team.objects.filter(
        is_active=True, organization__is_active=True, organization__kind=OrganizationKind.PROVIDER
    )
    if Role.MANAGER not in user.roles():
        own = [] if is_link_account(user) else user.team_ids(Role.PROVIDER)
        teams = teams.filter(pk__in=own)
    last = Prefetch(
        "email_link_decisions", EmailLinkDecision.objects.select_related("decided_by").order_by("-id"), to_attr="said"
    )
    return teams.select_related("organization").prefetch_related(last).order_by("name", "id")


def get_email_link(user: User, team_id: UUID) -> Team:
    """Return the one team for which a user says whether its emails open its pages, with what was decided (`said`).

    :raises NotVisible: if there is none, or none that is theirs to decide; it does not say which.
    """
    team = teams_to_decide_email_links_of(user).filter(pk=team_id).first()
    if team is None:
        raise NotVisible("There is no such team, or it is not yours to decide.")
    return team


def is_link_account(user: User) -> bool:
    """Whether a user is nobody in particular: the account behind a team's email links."""
    return user.email.endswith(f"@{LINK_DOMAIN}")


def is_machine(user: User) -> bool:
    """Whether an account is a machine's, which nobody signs in to."""
    return Machine.objects.filter(account=user).exists()


def is_known_practice_code(code: str) -> bool:
    """Whether a GP practice code is one of a known practice, or one of the codes for "none" and "not known"."""
    if code in NO_PRACTICE_CODES:
        return True
    return Organization.objects.filter(kind=OrganizationKind.GP_PRACTICE, ods_code=code).exists()


def name_of_practice(code: str) -> str:
    """Return the name of the GP practice with this ODS code, or an empty text where none is known."""
    found = _practices().first(code=code) if code else None
    return found.name if found else ""


@cache
def _practices() -> Written[Organization]:
    rows = Organization.objects.filter(kind=OrganizationKind.GP_PRACTICE, ods_code="")
    return Written(rows.order_by("pk")[:1], {"": "%(code)s", **constants([OrganizationKind.GP_PRACTICE])})


def practices_to_name() -> list[tuple[str, str]]:
    """Return the code and name of each GP practice that is known, by name: where a person may be registered."""
    rows = Organization.objects.filter(kind=OrganizationKind.GP_PRACTICE).exclude(ods_code="")
    return list(rows.order_by("name", "ods_code").values_list("ods_code", "name"))


def teams_referred_for(user: User) -> QuerySet[Team]:
    """Return the teams for which a user refers, by name, each with its organisation."""
    rows = Team.objects.filter(pk__in=user.team_ids(Role.REFERRER)).select_related("organization")
    return rows.order_by("name", "id")


def find_team(team_id: UUID) -> Team | None:
    """Return the active team with this id, or None. Whether it may be chosen is for the use case to judge."""
    return _working_teams().first(team=team_id)


@cache
def _working_teams() -> Written[Team]:
    team = UUID(int=0)
    rows = Team.objects.filter(is_active=True, organization__is_active=True, pk=team)
    return Written(rows.select_related("organization"), {team: "%(team)s"})


def find_team_by_name(*, organization: str, name: str) -> Team | None:
    """Return the active team of this name in an organisation of that name; None where there is none, or are two."""
    rows = Team.objects.filter(is_active=True, organization__is_active=True, organization__name=organization, name=name)
    found = list(rows.select_related("organization").order_by("id")[:2])
    return found[0] if len(found) == 1 else None


def find_user(user_id: UUID) -> User | None:
    """Return the active user with this id, or None. Whether they may be chosen is for the use case to judge."""
    return User.objects.filter(pk=user_id, is_active=True).first()


def find_member(user_id: UUID) -> User | None:
    """Return the user with this id, whether or not their account is closed: somebody may have left already."""
    return User.objects.filter(pk=user_id).first()


def find_user_by_email(email: str) -> User | None:
    """Return the active user with this email, whatever its case, or None."""
    return User.objects.filter(email__iexact=email, is_active=True).first()


def find_token(*, digest: str) -> AuthToken | None:
    """Return the token with this digest, with its user and what they may work on, or None. Whether it has ended is for
    the asker to judge. Every request by a token begins with this one statement.
    """
    token = _tokens().first(digest=digest)
    if token is not None:
        token.user.is_known_to_work_in(token.teams, token.roles)
    return token


@cache
def _tokens() -> Written[AuthToken]:
    rows = AuthToken.objects.filter(digest="").select_related("user").annotate(**roles_beside("user"))
    return Written(rows, {"": "%(digest)s"})


def roles_beside(user: str) -> dict[str, ArraySubquery]:
    """Return what reads `memberships_of` a user together with another row, for `User.is_known_to_work_in`.

    :param user: what leads there from that row.
    """
    rows = memberships_of(OuterRef(user))
    return {"teams": ArraySubquery(rows.values("team_id")), "roles": ArraySubquery(rows.values("role"))}


def signed_in(user: AbstractBaseUser | AnonymousUser) -> User:
    """Return the user of an authenticated request, typed as ours."""
    if not isinstance(user, User):
        raise TypeError("an authenticated request was expected")
    return user


def profile_of(user: User) -> dict[str, object]:
    """Return who a user is, with their roles in order of team."""
    return {
        "id": user.id,
        "email": user.email,
        "full_name": user.full_name,
        "job_title": user.job_title,
        "roles": list(
            user.memberships.filter(team__is_active=True)
            .select_related("team__organization")
            .order_by("team__name", "role", "id")
        ),
    }


def account_events_of(user: User, *, count: int = 10) -> list[AccountEvent]:
    """Return what last happened to the way a user signs in, the latest first."""
    return list(AccountEvent.objects.filter(user=user).order_by("-at", "-id")[:count])
