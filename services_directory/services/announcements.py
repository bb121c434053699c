"""Who is told of proposals. A message says that there is news and where; written in the use case's own transaction."""

import datetime as dt

from accounts.enums import Role
from accounts.models import Team
from notifications import services as notifications
from services_directory.models import ListingProposal


def announce_proposal(proposal: ListingProposal, *, at: dt.datetime) -> None:
    """Tell the teams of the directory editors that a proposal waits for one of them."""
    _tell(_editors_inboxes(), proposal, template="listing_proposed", at=at)


def announce_decision(proposal: ListingProposal, *, at: dt.datetime) -> None:
    """Tell the team that made a proposal that it was approved or declined."""
    _tell([proposal.team.inbox_email], proposal, template="listing_decided", at=at)


def _tell(inboxes: list[str], proposal: ListingProposal, *, template: str, at: dt.datetime) -> None:
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"listing-proposal:{proposal.reference}:{template}",
                recipient=inbox,
                template=template,
                context={"reference": proposal.reference},
                at=at,
            )
            for inbox in inboxes
        ]
    )


def _editors_inboxes() -> list[str]:
    teams = Team.objects.filter(
        is_active=True, memberships__role=Role.DIRECTORY_EDITOR, memberships__user__is_active=True
    )
    return sorted(set(teams.values_list("inbox_email", flat=True)))
