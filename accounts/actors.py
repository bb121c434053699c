"""Who does a thing: a signed-in user, the service itself when a clock runs out, or the person who is referred."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.enums import Role
from accounts.models import User

THE_PERSON = "The person"
"""How the timeline names the person who is referred, where they act themself."""


@dataclass(frozen=True)
class Actor:
    """The one who acts. `user` is None for the service itself, and for the person who is referred.

    `is_retelling` marks the demo's history: what it owes in messages is recorded as delivered then, and not sent now.
    `person_of` is the id of the referral whose person acts, on their own page. They have no account and no role: what
    they may do is asked by name, and of that one referral (docs/adr/0043).
    """

    user: User | None
    is_retelling: bool = False
    person_of: int | None = None

    @property
    def is_service(self) -> bool:
        """Whether it is the service itself that acts."""
        return self.user is None and self.person_of is None

    def roles_in(self, team_ids: Iterable[UUID | None]) -> set[Role]:
        """Return the roles that count in the given teams."""
        if self.user is None:
            return {Role.SYSTEM} if self.is_service else set()
        return self.user.roles_in(team_ids)

    @property
    def name(self) -> str:
        """How the timeline names the actor."""
        if self.user is None:
            return "The service" if self.is_service else THE_PERSON
        return self.user.full_name


SYSTEM = Actor(user=None)
