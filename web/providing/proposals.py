"""What a reference of a proposed change of the directory (L-…) stands for, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from services_directory import selectors
from services_directory.enums import ProposalStatus
from services_directory.listing.document import by_field
from services_directory.models import ListingProposal
from web import words
from web.record.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ProposalPage:
    """The whole page."""

    reference: str
    title: str
    status: str
    is_pending: bool
    facts: list[Fact]
    changes: list[Fact]


def get_page(user: User, reference: str) -> ProposalPage:
    """Return the page of the one proposal with this reference.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    proposal = selectors.get_proposal(user, reference)
    listing = proposal.service.name if proposal.service else proposal.after["name"]
    facts = [
        Fact(name="Listing", values=[listing]),
        Fact(name="Proposed by", values=[f"{proposal.proposed_by.full_name}, {proposal.team.name}"]),
        Fact(name="Proposed", values=[words.moment(proposal.proposed_at)]),
        Fact(name="Decided by", values=[proposal.decided_by.full_name] if proposal.decided_by else []),
        Fact(name="Decided", values=[words.moment(proposal.decided_at)] if proposal.decided_at else []),
        Fact(name="Reason", values=[proposal.reason] if proposal.reason else []),
    ]
    return ProposalPage(
        reference=proposal.reference,
        title="New listing" if proposal.is_new_listing else "Change to a listing",
        status=words.label_of(ProposalStatus, proposal.status),
        is_pending=proposal.status == ProposalStatus.PENDING,
        facts=[fact for fact in facts if fact.values],
        changes=_changes(proposal),
    )


def _changes(proposal: ListingProposal) -> list[Fact]:
    return [
        Fact(name=words.in_words(name), values=[_change(_written(proposal.before.get(name)), _written(value))])
        for name, value in by_field(proposal.after)
        if not proposal.is_new_listing or value not in (None, "", [], False)
    ]


def _change(before: str, after: str) -> str:
    was = f" (was: {before})" if before else ""
    return f"{after or 'Nothing'}{was}"


def _written(value: Any) -> str:
    """Write a value of a listing: what is said in it, without the names of its parts."""
    if isinstance(value, Mapping):
        named = value.get("name")
        return str(named) if named else ", ".join(filter(None, (_written(inner) for inner in value.values())))
    if isinstance(value, list):
        return "; ".join(_written(item) for item in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)
