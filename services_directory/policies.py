"""Who may keep a listing. Pure judgement on rows already read: whether a person may *see* a row is `selectors`' to say.

A listing is kept by the providers of the team that receives its referrals, and by every directory editor. What comes
from a feed is changed at its source; what is said only here, of any listing, is changed here.
"""

from collections.abc import Iterable

from accounts.actors import Actor
from accounts.enums import Role
from services_directory.enums import ChangeSide, ServiceStatus
from services_directory.listing.document import ONLY_HERE
from services_directory.models import ListingProposal, Service

WHO_MAY_BE_REFERRED = frozenset(
    {
        "minimum_age", "maximum_age", "genders", "eligibility_description", "service_areas", "referral_route",
        "takes_direct_referrals", "receiving_team", "rule_sets",
    }
)  # fmt: skip
"""Fields that decide who may be referred, and to whom: a provider proposes them, a directory editor approves."""

SAY_NOTHING_OF_THE_REST = frozenset({"capacity", "receiving_team", "rule_sets"})
"""Fields that somebody can change without having seen whether times, places and prices are right."""


def is_editor(actor: Actor) -> bool:
    """Whether the actor keeps the whole directory: a directory editor, or the service itself (a command)."""
    return actor.is_service or (actor.user is not None and Role.DIRECTORY_EDITOR in actor.user.roles())


def side_of(actor: Actor, service: Service) -> ChangeSide | None:
    """Return on which side the actor keeps this listing; None: on none, it is not theirs to change."""
    if actor.is_service:
        return ChangeSide.SERVICE
    if is_editor(actor):
        return ChangeSide.EDITOR
    is_theirs = service.receiving_team_id is not None and Role.PROVIDER in actor.roles_in([service.receiving_team_id])
    return ChangeSide.PROVIDER if is_theirs else None


def is_kept_at_source(service: Service) -> bool:
    """Whether the listing is read from a feed again and again. Asks for `feed` to have been read."""
    return service.feed is not None and not service.feed.is_kept_here


def kept_at_source(service: Service, fields: Iterable[str]) -> list[str]:
    """Return those of the fields that are changed at the listing's source, and not here."""
    if not is_kept_at_source(service):
        return []
    return [name for name in fields if name not in ONLY_HERE]


def needs_approval(field: str, value: object) -> bool:
    """Whether a change of a field to a value decides who may be referred; opening what was closed does."""
    return field in WHO_MAY_BE_REFERRED or (field == "status" and value == ServiceStatus.ACTIVE)


def may_withdraw(actor: Actor, proposal: ListingProposal) -> bool:
    """Whether the actor may take a proposal back: a provider of the team that made it."""
    return Role.PROVIDER in actor.roles_in([proposal.team_id])
