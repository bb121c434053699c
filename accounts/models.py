"""Organisations, teams, users and their roles. Rules about what a role may do live with what it is done to."""

import uuid
from collections.abc import Iterable, Set
from functools import cache, cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.enums import AccountEventKind, OrganizationKind, Role, Scope
from core.history import kept_history
from core.statements import ask, text_of


@kept_history(from_the_start=True)
class Organization(models.Model):
    """One organisation: a practice, a trust, a provider. Practices without users are here too, so that a person's
    registered practice can be checked. Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20, choices=OrganizationKind)
    ods_code = models.CharField(max_length=6, blank=True, help_text="The organisation's ODS code, where it has one.")
    is_active = models.BooleanField(default=True)
    identity_provider = models.CharField(
        max_length=40, blank=True, help_text="By which of the deployment's identity providers its people may sign in."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ods_code"], condition=~Q(ods_code=""), name="organization_ods_code_once"),
            models.CheckConstraint(condition=Q(kind__in=OrganizationKind.values), name="organization_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


@kept_history(from_the_start=True)
class Team(models.Model):
    """People of one organisation who share an inbox: a practice's staff, link workers, a discharge team, a hub.

    Personal data: none (the inbox is the team's).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=255)
    inbox_email = models.EmailField(help_text="Where the team is told that there is news.")
    telephone = models.CharField(max_length=35, blank=True)
    takes_referrals = models.BooleanField(default=False, help_text="Whether a referrer may choose this team.")
    is_active = models.BooleanField(default=True)
    link_account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="team_by_link", null=True, blank=True,
        help_text="The account that acts for whoever comes by the team's email links. Empty: no link opens anything.",
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="team_name_once_per_organization")]
        indexes = [models.Index(fields=["inbox_email"], name="team_inbox_idx")]

    def __str__(self) -> str:
        return self.name


_NONE: frozenset[Role] = frozenset()


class UserManager(BaseUserManager["User"]):
    """Creates users; everything else about them is in `accounts.services`."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@kept_history(but=["last_login"], unsaid=["password"], from_the_start=True)
class User(AbstractBaseUser):
    """A person (or a system) that signs in. Personal data: name and work email."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=70)
    job_title = models.CharField(max_length=70, blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case")]

    def __str__(self) -> str:
        return str(self.id)

    @cached_property
    def _memberships(self) -> tuple[tuple[uuid.UUID, str], ...]:
        return tuple((team, role) for team, role in ask(_memberships(), {"user": self.pk}))

    @cached_property
    def _roles_by_team(self) -> dict[uuid.UUID | None, set[Role]]:
        found: dict[uuid.UUID | None, set[Role]] = {}
        for team, role in self._memberships:
            found.setdefault(team, set()).add(Role(role))
        return found

    def is_known_to_work_in(self, teams: Iterable[uuid.UUID], roles: Iterable[str]) -> None:
        """Take what `memberships_of` says, in its order, from who has read it together with something else."""
        self.__dict__["_memberships"] = tuple(zip(teams, roles, strict=True))

    def team_ids(self, *roles: Role) -> list[uuid.UUID]:
        """Return the teams in which this user has any of the roles. One query per user object, whoever asks."""
        return list(dict.fromkeys(team for team, role in self._memberships if role in roles))

    def roles_in(self, team_ids: Iterable[uuid.UUID | None]) -> set[Role]:
        """Return the roles which this user has in any of the teams."""
        return {role for team in team_ids for role in self._roles_by_team.get(team, ())}

    def roles_in_team(self, team_id: uuid.UUID) -> Set[Role]:
        """Return the roles which this user has in one team."""
        return self._roles_by_team.get(team_id, _NONE)

    @cached_property
    def teams(self) -> list["Team"]:
        """The active teams in which this user has a role, by name: asked once, as roles are."""
        if not self.is_active:
            return []
        teams = Team.objects.filter(memberships__user=self, is_active=True, organization__is_active=True)
        return list(teams.distinct().order_by("name", "id"))

    def roles(self) -> set[Role]:
        """Return every role this user has anywhere."""
        return {Role(role) for _, role in self._memberships}

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.pop("_memberships", None)
        self.__dict__.pop("teams", None)
        self.__dict__.pop("_roles_by_team", None)
        super().refresh_from_db(*args, **kwargs)


@kept_history(from_the_start=True)
class Membership(models.Model):
    """One role of one user in one team. Personal data: who works where."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")  # nothing without its user
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team", "role"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(role__in=[role for role in Role.values if role != Role.SYSTEM]),
                name="membership_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.team_id}"


def memberships_of(user_id: uuid.UUID | models.OuterRef) -> "models.QuerySet[Membership, tuple[uuid.UUID, str]]":
    """Return the teams and roles of a user that count: those in teams that are active, in the order of their making."""
    rows = Membership.objects.filter(user=user_id, team__is_active=True)
    return rows.order_by("id").values_list("team_id", "role")


@cache
def _memberships() -> str:
    user = uuid.UUID(int=1)
    return text_of(memberships_of(user), {user: "%(user)s"})


class AccountEvent(models.Model):
    """That something happened to the way somebody signs in. Of it they are told, and by it a new password is chosen.

    Personal data: what somebody did to their own account, kept for `accounts.services.EVENTS_KEPT`.
    """

    reference = models.CharField(max_length=20, unique=True, help_text="What a message about it names.")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="account_events")  # nothing without its user
    kind = models.CharField(max_length=20, choices=AccountEventKind)
    at = models.DateTimeField()
    used_at = models.DateTimeField(
        null=True, blank=True, help_text="When the new password that was asked for was chosen, or may be no more."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AccountEventKind.values), name="account_event_kind_known"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True)
                | Q(kind__in=[AccountEventKind.RESET_ASKED, AccountEventKind.INVITED]),
                name="account_event_only_a_reset_is_used",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-at"], name="account_event_of_user_idx"),
            models.Index(fields=["at"], name="account_event_at_idx"),
        ]

    def __str__(self) -> str:
        return self.reference


class EmailLinkDecision(models.Model):
    """Somebody decided whether a team's pages open from its emails, without an account of one's own: a row for each
    time, the last of which counts (`Team.link_account`). Personal data: who decided, at work.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="email_link_decisions")
    is_allowed = models.BooleanField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Email links of {self.team_id}: {'on' if self.is_allowed else 'off'}"


@kept_history(from_the_start=True)
class Machine(models.Model):
    """Another system that works with this one, for one team of one organisation: a client of OAuth 2 (docs/adr/0047).

    Its account has the roles, stands in every timeline, and cannot be signed in to. Personal data: none.
    """

    client_id = models.CharField(max_length=20, unique=True)
    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="machine")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="machines")
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__len__gt=0) & Q(scopes__contained_by=list(Scope.values)), name="machine_scopes_known"
            ),
        ]

    def __str__(self) -> str:
        return self.client_id


@kept_history(unsaid=["digest"], from_the_start=True)
class MachineSecret(models.Model):
    """What a machine proves itself by. While it is changed there are two, and the old one ends by itself.

    Only the digest is kept: a secret is 256 bits of chance, so a fast digest is enough. Personal data: none.
    """

    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="secrets")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"A secret of {self.machine_id}"


class MachineToken(models.Model):
    """What a machine shows with each request, for some minutes. It is worth something as long as the secret by which
    it was asked for is. Only the digest is kept. Personal data: none.
    """

    digest = models.CharField(max_length=64, unique=True)
    secret = models.ForeignKey(MachineSecret, on_delete=models.CASCADE, related_name="tokens")  # ends with its secret
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="machine_token_expires_idx")]

    def __str__(self) -> str:
        return f"A token of secret {self.secret_id}"
