"""Who does a thing: a signed-in person, or the service itself when a clock runs out."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.enums import Role
from accounts.models import User


@dataclass(frozen=True)
class Actor:
    """The one who acts. `user` is None for the service itself.

    `is_retelling` marks the demo's history: what it owes in messages is recorded as delivered then, and not sent now.
    """

    user: User | None
    is_retelling: bool = False

    def roles_in(self, team_ids: Iterable[UUID | None]) -> set[Role]:
        """Return the roles that count in the given teams."""
        return {Role.SYSTEM} if self.user is None else self.user.roles_in(team_ids)

    @property
    def name(self) -> str:
        """How the timeline names the actor."""
        return "The service" if self.user is None else self.user.full_name


SYSTEM = Actor(user=None)
