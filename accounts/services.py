"""Writes about organisations and people: one use case each."""

import datetime as dt
import uuid

from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.db import transaction
from knox.models import AuthToken

from accounts.enums import OrganizationKind, Role
from accounts.models import Membership, Organization, Team, User
from core.errors import NotPermitted

TOKEN_LIFE = dt.timedelta(hours=12)
"""How long a token from a password lasts: one long working day. A machine's own token may be given longer."""


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


def end_roles(*, user: User, team: Team) -> bool:
    """End every role that a user has in a team; whoever has none anywhere any more cannot sign in. Called inside a
    use case, which has seen that they leave nothing behind. Returns whether the account was closed.
    """
    user.memberships.filter(team=team).delete()
    if user.memberships.exists():
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    AuthToken.objects.filter(user=user).delete()
    return True


def issue_token(*, user: User, life: dt.timedelta = TOKEN_LIFE) -> tuple[str, dt.datetime]:
    """Give a user a token for a machine; only its digest is kept. Returns the token and when it ends."""
    row, token = AuthToken.objects.create(user=user, expiry=life)
    return token, row.expiry


def exchange_password_for_token(*, email: str, password: str) -> tuple[User, str, dt.datetime]:
    """Sign in a machine by email and password.

    :raises NotPermitted: if they do not belong together, or the account is closed; it does not say which.
    """
    user = authenticate(username=email, password=password)
    if not isinstance(user, User):
        raise NotPermitted("The email or the password is not right.", code="wrong_credentials")
    token, expires_at = issue_token(user=user)
    return user, token, expires_at


def revoke_token(*, token: AuthToken) -> None:
    """End one token at once."""
    token.delete()


@transaction.atomic
def forget_what_ended(*, at: dt.datetime) -> tuple[int, int]:
    """Delete the tokens and the sessions that had ended by then; return how many of each."""
    tokens, _ = AuthToken.objects.filter(expiry__lt=at).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=at).delete()
    return tokens, sessions
