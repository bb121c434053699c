"""What the keepers of the directory see: listings that do not run, what waits, what was changed."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, Case, F, Prefetch, QuerySet, When

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from services_directory import policies
from services_directory.enums import ProposalStatus
from services_directory.models import ListingChange, ListingProposal, Service, ServiceRuleSet
from services_directory.querysets import ServiceQuerySet
from services_directory.selectors.listings import parts_of_a_detail, parts_of_a_list

_AFTER_ALL_THAT_WAIT = 2**40


def listings_kept_by(user: User) -> ServiceQuerySet:
    """Return the listings that a user keeps, running or not: an editor all, a provider those of their teams."""
    services: ServiceQuerySet = Service.objects.all()
    if policies.is_editor(Actor(user)):
        return services
    return services.filter(receiving_team__in=user.team_ids(Role.PROVIDER))


def get_listing(user: User, service_id: UUID | str) -> Service:
    """Return one service with all its parts: one that runs, or any that the user keeps.

    :raises NotVisible: if there is none with this id, or it does not run and is not theirs to keep.
    """
    rule_sets = ServiceRuleSet.objects.order_by("rule_set")
    try:
        service: Service | None = (
            Service.objects.filter(pk=service_id)
            .select_related("organization", "receiving_team", "feed", "judgement")
            .prefetch_related(*parts_of_a_list(), *parts_of_a_detail(), Prefetch("rule_sets", rule_sets))
            .first()
        )
    except ValidationError:  # not the form of an id
        service = None
    if service is None or not (service.is_running or policies.side_of(Actor(user), service)):
        raise NotVisible("There is no such service, or it no longer runs.")
    return service


def history_of(service: Service) -> QuerySet[ListingChange]:
    """Return what was changed of a listing that the user may see (`get_listing`), the latest first."""
    return ListingChange.objects.filter(service_id=service.pk).select_related("proposal").order_by("-id")


def proposals_visible_to(user: User) -> QuerySet[ListingProposal]:
    """Return the proposals that a user may see: an editor all, a provider those of their teams.

    Those that wait come first, the oldest of them first; their place in this order is `turn`.
    """
    rows = ListingProposal.objects.annotate(
        turn=Case(
            When(status=ProposalStatus.PENDING, then=F("id")),
            default=F("id") + _AFTER_ALL_THAT_WAIT,
            output_field=BigIntegerField(),
        )
    ).select_related("service", "team", "proposed_by", "decided_by")
    if not policies.is_editor(Actor(user)):
        rows = rows.filter(team__in=user.team_ids(Role.PROVIDER))
    return rows.order_by("turn")


def get_proposal(user: User, reference: str) -> ListingProposal:
    """Return the one proposal.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    row: Any = proposals_visible_to(user).filter(reference=reference).first()
    if row is None:
        raise NotVisible("There is nothing with this reference, or it is not yours to see.")
    found: ListingProposal = row
    return found


def waiting_of(service: Service) -> ListingProposal | None:
    """Return the proposal about a listing that waits, if there is one."""
    rows = ListingProposal.objects.select_related("service", "team", "proposed_by", "decided_by")
    return rows.filter(service=service, status=ProposalStatus.PENDING).first()
