"""Proposals put to a directory editor. Called inside a use case, with the listing's row locked."""

import datetime as dt
from uuid import UUID

from accounts.models import User
from core.identifiers import new_reference
from services_directory.enums import ProposalStatus
from services_directory.listing.document import Document
from services_directory.models import ListingProposal, Service
from services_directory.services.announcements import announce_proposal
from services_directory.services.checking import check


def propose_values(
    service: Service, *, before: Document, wished: Document, user: User, at: dt.datetime
) -> ListingProposal | None:
    """Put changes of a listing to an editor; return what waits of this listing now, if anything.

    A listing has one proposal that waits. A later one takes it up: what was wished before stays wished, unless it is
    wished otherwise now.

    :raises Invalid: if the listing cannot be right with all that is wished.
    """
    earlier = ListingProposal.objects.select_for_update().filter(service=service, status=ProposalStatus.PENDING).first()
    after = (earlier.after if earlier else {}) | wished
    if service.receiving_team_id is None or not after or (earlier is not None and earlier.after == after):
        return earlier
    if earlier is not None:
        close(earlier, ProposalStatus.SUPERSEDED, user=user, at=at)
    check(before | after, changed=after)
    return _put(
        ListingProposal(
            service=service,
            team_id=service.receiving_team_id,
            before={name: before[name] for name in after},
            after=after,
        ),
        user=user,
        at=at,
    )


def propose_listing(whole: Document, *, team_id: UUID, user: User, at: dt.datetime) -> ListingProposal:
    """Put a new listing to an editor."""
    return _put(ListingProposal(is_new_listing=True, team_id=team_id, after=whole), user=user, at=at)


def close(
    proposal: ListingProposal, status: ProposalStatus, *, user: User | None, at: dt.datetime, reason: str = ""
) -> None:
    """Settle a proposal that waits; its row is locked."""
    ListingProposal.objects.filter(pk=proposal.pk).update(
        status=status, decided_by=user, decided_at=at, reason=reason, service=proposal.service
    )


def _put(proposal: ListingProposal, *, user: User, at: dt.datetime) -> ListingProposal:
    proposal.reference = new_reference("L")
    proposal.proposed_by = user
    proposal.proposed_at = at
    proposal.save()
    announce_proposal(proposal, at=at)
    return proposal
