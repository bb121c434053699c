"""Somebody joins a team: their lead takes them in, with the roles of the team and no other."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Membership, Team, User
from accounts.selectors import is_machine
from accounts.services import PUBLIC_DESK, register_user
from accounts.teams import may_give_roles, roles_to_give
from core.errors import Conflict, Invalid, NotPermitted

LONGEST_NAME = 70


@dataclass(frozen=True, kw_only=True)
class NewColleague:
    """Whom a lead takes in. Of somebody who has an account already the name and the job are theirs, and stay."""

    email: str
    full_name: str = ""
    job_title: str = ""
    roles: Collection[str]


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Who has joined, and whether they have an account since then: they are to be told how to sign in."""

    user: User
    is_new: bool


def take_in(*, team: Team, given: NewColleague, actor: Actor) -> Joined:
    """Give somebody roles in a team, and an account where they have none. Called inside the use case that tells them.

    Somebody who had left comes back by it; their password of before is worth nothing any more.

    :raises NotPermitted: if the actor does not lead the team.
    :raises Invalid: if the email, the name or a role cannot be.
    :raises Conflict: if they have these roles already (`already_there`).
    """
    if not may_give_roles(actor.user, team):
        raise NotPermitted("A lead of the team takes colleagues in.")
    email, name = given.email.strip(), " ".join(given.full_name.split())
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    # Who stands for the public, and another system: nobody signs in as either.
    is_desk = user is not None and (user.pk == PUBLIC_DESK or is_machine(user))
    is_known = user is not None and user.is_active
    roles = _checked(team, given, email=email, name=name, is_known=is_known, is_desk=is_desk)
    if user is None:
        try:
            with transaction.atomic():
                user = register_user(email=email, full_name=name, password=None, job_title=given.job_title.strip())
        except IntegrityError as just_made:
            raise Conflict("Somebody has just registered this address. Try again.") from just_made
        is_new = True
    else:
        is_new = not user.is_active
    if is_new and not user.is_active:
        user.is_active, user.full_name, user.job_title = True, name, given.job_title.strip()
        user.set_unusable_password()
        user.save(update_fields=["is_active", "full_name", "job_title", "password"])
    has = set(user.memberships.filter(team=team).values_list("role", flat=True))
    if roles <= has:
        raise Conflict(f"{user.full_name} works in {team.name} as that already.", code="already_there")
    Membership.objects.bulk_create(Membership(user=user, team=team, role=role) for role in sorted(roles - has))
    return Joined(user=user, is_new=is_new)


def _checked(team: Team, given: NewColleague, *, email: str, name: str, is_known: bool, is_desk: bool) -> set[Role]:
    errors: dict[str, list[str]] = {}
    is_address = True
    try:
        validate_email(email)
    except ValidationError:
        is_address = False
    if not is_address or is_desk:
        errors["email"] = ["Enter an email address, like name@practice.example."]
    if not is_known and not 0 < len(name) <= LONGEST_NAME:
        errors["full_name"] = [f"Enter their name, in {LONGEST_NAME} letters at most."]
    if len(given.job_title.strip()) > LONGEST_NAME:
        errors["job_title"] = [f"Write it in {LONGEST_NAME} letters at most."]
    allowed = set(roles_to_give(team))
    roles = {role for role in allowed if role in given.roles}
    if not roles or len(roles) != len(set(given.roles)):
        errors["roles"] = [f"Choose from: {', '.join(str(role.label) for role in roles_to_give(team))}."]
    if errors:
        raise Invalid(errors)
    return roles
