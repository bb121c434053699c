"""Other systems: each is made for one team with its roles and scopes, has a secret that is changed, and ends.

A machine is a client of OAuth 2 by client credentials (RFC 6749, 4.4). It knows no person and no person is it: its
account has no password, and whoever acts by it stands in every timeline under the machine's own name.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.enums import Role, Scope
from accounts.models import Machine, MachineSecret, MachineToken, Team
from accounts.selectors import is_receiving, roles_beside
from accounts.services import register_user
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.identifiers import new_reference
from core.statements import Written

TOKEN_LIFE = dt.timedelta(minutes=15)
"""How long a token of a machine lasts. It asks for the next one by itself."""
OVERLAP = dt.timedelta(days=7)
"""How long the old secret is good beside the new one, unless it is said otherwise."""
ROLES = (Role.REFERRER, Role.PROVIDER, Role.DIRECTORY_EDITOR, Role.MANAGER)
"""What a machine may be. It has no caseload, takes nobody in, and reads no safeguarding: these want somebody."""
TOKEN_PREFIX, SECRET_PREFIX = "crm_", "crs_"
"""How each begins: one is told from the other, and a scanner for secrets in files finds ours."""
_LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True)
class GivenToken:
    """A token as it is handed over, once."""

    token: str
    life: dt.timedelta
    scopes: tuple[str, ...]


@transaction.atomic
def register_machine(
    *, team: Team, name: str, contact: str, roles: Collection[str], scopes: Collection[str], at: dt.datetime
) -> tuple[Machine, str]:
    """Make a machine of a team, and its first secret; return both. The secret is nowhere to be read again.

    `contact` is the mailbox of those who look after it: what a referrer is told goes there. It signs nobody in.

    :raises Invalid: if the name, a role or a scope cannot be, or somebody has this address.
    :raises Conflict: if the team is closed.
    """
    errors: dict[str, list[str]] = {}
    if not 0 < len(name.strip()) <= _LONGEST_NAME:
        errors["name"] = [f"Give it a name, of {_LONGEST_NAME} letters at most."]
    try:
        validate_email(contact)
    except ValidationError:
        errors["contact"] = ["Give it the mailbox of those who look after it, like systems@practice.example."]
    if not roles or set(roles) - set(ROLES):
        errors["roles"] = [f"Choose from: {', '.join(ROLES)}."]
    if not scopes or set(scopes) - set(Scope.values):
        errors["scopes"] = [f"Choose from: {', '.join(Scope.values)}."]
    if errors:
        raise Invalid(errors)
    if not is_receiving(team):
        raise Conflict("The team is closed.")
    try:
        with transaction.atomic():
            account = register_user(
                email=contact, full_name=f"{name.strip()} (system)", password=None, job_title="System",
                roles=[(team, role) for role in Role if role in roles],
            )  # fmt: skip
    except IntegrityError as taken:
        raise Invalid(
            {"contact": ["Somebody has this address here: give the machine a mailbox of its own."]}
        ) from taken
    machine = Machine.objects.create(
        client_id=new_reference("K"), account=account, team=team, scopes=sorted(set(scopes)), made_at=at
    )
    return machine, _new_secret(machine, at=at)


def get_machine(client_id: str) -> Machine:
    """Return a machine by its id.

    :raises NotVisible: if there is none.
    """
    machine = machines().filter(client_id=client_id).first()
    if machine is None:
        raise NotVisible("There is no such machine.")
    return machine


def machines() -> QuerySet[Machine]:
    """Return every machine, those that have ended too, by organisation, team and age."""
    named = Machine.objects.select_related("account", "team__organization").prefetch_related("secrets")
    return named.order_by("team__organization__name", "team__name", "made_at", "id")


@transaction.atomic
def rotate_secret(*, machine: Machine, at: dt.datetime, overlap: dt.timedelta = OVERLAP) -> str:
    """Give a machine a new secret and return it. The one of before is good for `overlap` more, and none before that.

    With no overlap the old one ends at once, and every token with it: for a secret that somebody else may have.

    :raises Conflict: if the machine has ended.
    """
    machine = _locked(machine)
    newest = machine.secrets.order_by("-made_at", "-id").values_list("pk", flat=True)[:1]
    live = machine.secrets.filter(_good(at))
    live.exclude(pk__in=newest).update(ends_at=at)
    live.filter(Q(ends_at=None) | Q(ends_at__gt=at + overlap)).update(ends_at=at + overlap)
    return _new_secret(machine, at=at)


@transaction.atomic
def end_machine(*, machine: Machine, at: dt.datetime) -> None:
    """End a machine: its secrets, its tokens and its account with it. What it did stays under its name.

    :raises Conflict: if it has ended.
    """
    machine = _locked(machine)
    machine.secrets.filter(_good(at)).update(ends_at=at)
    machine.ended_at = at
    machine.save(update_fields=["ended_at"])
    machine.account.memberships.all().delete()
    machine.account.is_active = False
    machine.account.save(update_fields=["is_active"])


def give_token(*, client_id: str, secret: str, scopes: Collection[str], at: dt.datetime) -> GivenToken:
    """Give a machine that proves itself a token, for the scopes that it asks for: all of its own where it asks for
    none.

    :raises NotPermitted: if the id and the secret do not belong together, or the machine may not work any more
        (`invalid_client`: it does not say which); if it asks for a scope that is not its own (`invalid_scope`).
    """
    good = MachineSecret.objects.filter(_good(at), _working("machine__"), digest=digest_of(secret))
    found = good.select_related("machine").first()
    if found is None or found.machine.client_id != client_id:
        raise NotPermitted("The id and the secret do not belong together.", code="invalid_client")
    if set(scopes) - set(found.machine.scopes):
        raise NotPermitted(f"The scopes are: {' '.join(found.machine.scopes)}.", code="invalid_scope")
    given = tuple(sorted(set(scopes) or set(found.machine.scopes)))
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    MachineToken.objects.create(digest=digest_of(token), secret=found, scopes=given, expires_at=at + TOKEN_LIFE)
    return GivenToken(token=token, life=TOKEN_LIFE, scopes=given)


def find_machine_token(token: str, *, at: dt.datetime) -> MachineToken | None:
    """Return what a token stands for, with its machine, its account and what that may work on, as long as all of them
    may work. One statement, as `selectors.find_token`.
    """
    found = _tokens().first(digest=digest_of(token), at=at)
    if found is not None:
        found.secret.machine.account.is_known_to_work_in(found.teams, found.roles)  # type: ignore[attr-defined]
    return found


@cache
def _tokens() -> Written[MachineToken]:
    at, digest = dt.datetime(1, 1, 1, tzinfo=dt.UTC), ""
    rows = MachineToken.objects.filter(
        _good(at, "secret__"), _working("secret__machine__"), digest=digest, expires_at__gt=at
    )
    rows = rows.select_related("secret__machine__account").annotate(**roles_beside("secret__machine__account"))
    return Written(rows, {at: "%(at)s", digest: "%(digest)s"})


def digest_of(secret: str) -> str:
    """Return what is kept of a secret or a token."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _good(at: dt.datetime, path: str = "") -> Q:
    return Q(**{f"{path}ends_at": None}) | Q(**{f"{path}ends_at__gt": at})


def _working(path: str) -> Q:
    """What holds of a machine that may work: it has not ended, its account is open,
    and neither team nor organisation is closed.
    """
    return Q(
        **{
            f"{path}ended_at": None,
            f"{path}account__is_active": True,
            f"{path}team__is_active": True,
            f"{path}team__organization__is_active": True,
        }
    )


def _locked(machine: Machine) -> Machine:
    locked = Machine.objects.select_for_update(of=("self",)).select_related("account").get(pk=machine.pk)
    if locked.ended_at is not None:
        raise Conflict("This machine has ended. Make a new one.")
    return locked


def _new_secret(machine: Machine, *, at: dt.datetime) -> str:
    secret = SECRET_PREFIX + secrets.token_urlsafe(32)
    MachineSecret.objects.create(machine=machine, digest=digest_of(secret), made_at=at)
    return secret
