"""Writes about organisations and people: one use case each."""

import datetime as dt
import uuid

from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from knox.models import AuthToken

from accounts import second_factor
from accounts.enums import AccountEventKind, OrganizationKind, Role
from accounts.models import AccountEvent, EmailLinkDecision, MachineToken, Membership, Organization, Team, User
from accounts.selectors import LINK_DOMAIN, is_link_account
from core.errors import NotPermitted
from core.identifiers import new_reference

TOKEN_LIFE = dt.timedelta(hours=12)
"""How long a token from a password lasts: one long working day. A machine's lasts minutes (`accounts.machines`)."""
EVENTS_KEPT = dt.timedelta(days=365)
"""How long it is known what happened to the way somebody signs in."""


PUBLIC_DESK = uuid.UUID("5d3c0b4e-6f0f-4f5e-9a57-2f1c8f6e0a11")
"""The id of the organisation that stands for the public, and the root of the ids of its desks."""


def public_desk(*, for_team: Team) -> tuple[User, Team]:
    """Return who stands for the public where it refers to a team: a user who cannot sign in, and a team of nobody.

    Made when first needed. The desk's inbox is the receiving team's: whatever is sent to it reaches people
    (docs/adr/0023).
    """
    organization, _ = Organization.objects.get_or_create(
        pk=PUBLIC_DESK, defaults={"name": "The public", "kind": OrganizationKind.PUBLIC}
    )
    desk, _ = Team.objects.get_or_create(
        pk=uuid.uuid5(PUBLIC_DESK, str(for_team.pk)),
        defaults={
            "organization": organization, "name": f"Public door to {for_team.name} ({for_team.pk})"[:255],
            "inbox_email": for_team.inbox_email,
        },
    )  # fmt: skip
    user, is_new = User.objects.get_or_create(
        pk=PUBLIC_DESK,
        defaults={"email": "public-door@service.invalid", "full_name": "The public door", "is_active": False},
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user, desk


@transaction.atomic
def decide_email_link(*, team: Team, is_allowed: bool, user: User, at: dt.datetime) -> Team:
    """Say whether the emails to a provider's team open its pages to whoever reads its inbox. Off until somebody says.

    Allowed, the team has an account that acts for them, and that nobody can sign in to; taken back, every link and
    every visit ends at once, and what was done by them stays under its name. The same again changes nothing.

    :raises NotPermitted: if the team is no provider's, or the user is neither a provider of it with an account of
        their own nor a manager.
    """
    team = Team.objects.select_for_update(of=("self",)).select_related("organization").get(pk=team.pk)
    is_own = Role.PROVIDER in user.roles_in([team.pk]) and not is_link_account(user)
    if team.organization.kind != OrganizationKind.PROVIDER or not (is_own or Role.MANAGER in user.roles()):
        raise NotPermitted("A provider of the team, or a manager, says whether its emails open its pages.")
    if (team.link_account_id is not None) == is_allowed:
        return team
    account = _link_account(team)
    account.is_active = is_allowed
    account.save(update_fields=["full_name", "is_active"])
    team.link_account = account if is_allowed else None
    team.save(update_fields=["link_account"])
    EmailLinkDecision.objects.create(team=team, is_allowed=is_allowed, decided_by=user, decided_at=at)
    return team


def _link_account(team: Team) -> User:
    """Return the account that is named in the timeline for whoever comes by a team's link; made when first needed."""
    account, is_new = User.objects.get_or_create(email=f"{team.pk}@{LINK_DOMAIN}", defaults={"is_active": False})
    if is_new:
        account.set_unusable_password()
        account.save(update_fields=["password"])
        Membership.objects.create(user=account, team=team, role=Role.PROVIDER)
    account.full_name = f"{team.name[:53]}, by email link"
    return account


@transaction.atomic
def register_user(
    *,
    email: str,
    full_name: str,
    password: str | None,
    job_title: str = "",
    roles: list[tuple[Team, Role]] | None = None,
) -> User:
    """Create a user with their roles. Without a password they cannot sign in by one (a machine's account).

    :raises django.db.IntegrityError: if the email is taken, or a role is given twice.
    """
    user = User(email=User.objects.normalize_email(email), full_name=full_name, job_title=job_title)
    user.set_password(password)
    user.save()
    Membership.objects.bulk_create(Membership(user=user, team=team, role=role) for team, role in roles or [])
    return user


@transaction.atomic
def register_member(
    *,
    email: str,
    full_name: str,
    password: str | None,
    job_title: str,
    organization_name: str,
    kind: OrganizationKind,
    ods_code: str,
    team_name: str,
    inbox_email: str,
    takes_referrals: bool,
    roles: list[Role],
) -> User:
    """Register a user in a team, which is made, with its organisation, where it is new.

    :raises django.db.IntegrityError: if the email is taken, or the ODS code is another organisation's.
    """
    organization, _ = Organization.objects.get_or_create(name=organization_name, kind=kind, ods_code=ods_code.upper())
    team, _ = Team.objects.get_or_create(
        organization=organization,
        name=team_name,
        defaults={"inbox_email": inbox_email, "takes_referrals": takes_referrals},
    )
    return register_user(
        email=email, full_name=full_name, password=password, job_title=job_title, roles=[(team, role) for role in roles]
    )


def end_roles(*, user: User, team: Team, role: Role | None = None) -> bool:
    """End every role that a user has in a team, or one of them; whoever has none anywhere any more cannot sign in.

    Called inside a use case, which has seen that they leave nothing behind. Returns whether the account was closed.
    """
    ended = user.memberships.filter(team=team)
    (ended.filter(role=role) if role else ended).delete()
    if user.memberships.exists():
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    AuthToken.objects.filter(user=user).delete()
    return True


def issue_token(*, user: User, life: dt.timedelta = TOKEN_LIFE) -> tuple[str, dt.datetime]:
    """Give a user a token for a program of their own; only its digest is kept. Returns it, and when it ends."""
    row, token = AuthToken.objects.create(user=user, expiry=life)
    return token, row.expiry


def exchange_password_for_token(
    *, email: str, password: str, at: dt.datetime, code: str = ""
) -> tuple[User, str, dt.datetime]:
    """Sign in a program of somebody's by their email and password, and by the code of their second step if they have
    one.

    :raises NotPermitted: if email and password do not belong together, or the account is closed (it does not say
        which); if the code is missing or wrong; if this deployment requires a second step which the user has not.
    """
    user = authenticate(username=email, password=password)
    if not isinstance(user, User):
        raise NotPermitted("The email or the password is not right.", code="wrong_credentials")
    if second_factor.has_one(user):
        if not code:
            raise NotPermitted("Send the code of your second step as well, in code.", code="code_needed")
        if not second_factor.is_code_of(user, code, at=at):
            raise NotPermitted("The code is not right, or has been used. Send the next one.", code="wrong_code")
    elif second_factor.must_have_one(user):
        raise NotPermitted(
            "Sign in with a browser first, and set up a second step. Then send its code, in code.",
            code="second_factor_needed",
        )
    token, expires_at = issue_token(user=user)
    return user, token, expires_at


def revoke_token(*, token: AuthToken | MachineToken) -> None:
    """End one token at once."""
    token.delete()


def note_account_event(*, user: User, kind: AccountEventKind, at: dt.datetime) -> AccountEvent:
    """Record what happened to the way somebody signs in, inside a use case that tells them of it."""
    return AccountEvent.objects.create(reference=new_reference("A"), user=user, kind=kind, at=at)


def set_password(*, user: User, password: str) -> None:
    """Give a user a new password. Every session and token from before has ended with it, whoever held them."""
    user.set_password(password)
    user.save(update_fields=["password"])
    AuthToken.objects.filter(user=user).delete()


def end_what_is_open(*, user: User) -> None:
    """End every session and every token of a user at once."""
    sessions = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
    sessions.delete()
    AuthToken.objects.filter(user=user).delete()


@transaction.atomic
def forget_what_ended(*, at: dt.datetime) -> tuple[int, int]:
    """Delete the tokens and the sessions that had ended by then, and events of accounts that nobody will ask for any
    more; return how many tokens and sessions.
    """
    tokens, _ = AuthToken.objects.filter(expiry__lt=at).delete()
    tokens += MachineToken.objects.filter(expires_at__lt=at).delete()[0]
    sessions, _ = Session.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.filter(~Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()
    AccountEvent.objects.filter(at__lt=at - EVENTS_KEPT).delete()
    return tokens, sessions
