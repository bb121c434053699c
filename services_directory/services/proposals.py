"""Use cases of a proposal: approve it, decline it, take it back. Of two at once, one wins."""

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from core.errors import Conflict, Invalid, NotPermitted
from services_directory import policies
from services_directory.enums import ChangeKind, ChangeSide, ProposalStatus
from services_directory.listing.document import document_of
from services_directory.listing.history import Author
from services_directory.models import ListingProposal
from services_directory.services.announcements import announce_decision
from services_directory.services.checking import check
from services_directory.services.listings import add, carry_out, locked, organization_called
from services_directory.services.waiting import close


@transaction.atomic(durable=True)
def approve_proposal(*, proposal: ListingProposal, actor: Actor, at: dt.datetime) -> None:
    """Carry out what was proposed.

    :raises NotPermitted: if the actor is no directory editor.
    :raises Conflict: `decided` if it waits no longer; `listing_changed` if a field says by now something else than when
        the change was proposed; `cannot_be` if the listing cannot be right with it any more.
    """
    _check_editor(actor)
    service = locked(proposal.service_id) if proposal.service_id else None
    proposal = _waiting(proposal)
    author = Author.of_actor(actor, ChangeSide.EDITOR if actor.user else ChangeSide.SERVICE)
    try:
        if service is None:
            _make(proposal, author=author, at=at)
        else:
            before = document_of(service)
            since = {
                name: {"proposed_when": was, "now": before[name]}
                for name, was in proposal.before.items()
                if before[name] != was
            }
            if since:
                fields = ", ".join(since)
                raise Conflict(
                    f"The listing has changed since, in {fields}. Decline it, or change the listing yourself.",
                    code="listing_changed",
                    changed=since,
                )
            check(before | proposal.after, changed=proposal.after)
            carry_out(service, proposal.after, kind=ChangeKind.APPROVAL, author=author, at=at, proposal=proposal)
    except Invalid as problem:
        raise Conflict(
            "The listing cannot be right with it any more: decline it, and say why.",
            code="cannot_be",
            errors=problem.extra["errors"],
        ) from problem
    close(proposal, ProposalStatus.APPROVED, user=actor.user, at=at)
    announce_decision(proposal, at=at)


@transaction.atomic(durable=True)
def decline_proposal(*, proposal: ListingProposal, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Leave the listing as it is, and say why.

    :raises NotPermitted: if the actor is no directory editor.
    :raises Invalid: if no reason is given.
    :raises Conflict: `decided` if it waits no longer.
    """
    _check_editor(actor)
    if not reason.strip():
        raise Invalid({"reason": ["Say why, so that the provider can put it right."]})
    proposal = _waiting(proposal)
    close(proposal, ProposalStatus.DECLINED, user=actor.user, at=at, reason=reason.strip())
    announce_decision(proposal, at=at)


@transaction.atomic(durable=True)
def withdraw_proposal(*, proposal: ListingProposal, actor: Actor, at: dt.datetime) -> None:
    """Take a proposal back.

    :raises NotPermitted: if it is not of the actor's team.
    :raises Conflict: `decided` if it waits no longer.
    """
    if not policies.may_withdraw(actor, proposal):
        raise NotPermitted("Only the team that proposed it takes it back. An editor declines it.")
    close(_waiting(proposal), ProposalStatus.WITHDRAWN, user=actor.user, at=at)


def _check_editor(actor: Actor) -> None:
    if not policies.is_editor(actor):
        raise NotPermitted("A directory editor decides this.")


def _waiting(proposal: ListingProposal) -> ListingProposal:
    """Lock a proposal that waits. The listing's row, where there is one, is always locked first."""
    row = ListingProposal.objects.select_for_update(of=("self",)).select_related("team", "service").get(pk=proposal.pk)
    if row.status != ProposalStatus.PENDING:
        raise Conflict(
            f"It waits no longer: {row.get_status_display()[0].lower()}{row.get_status_display()[1:]}.",
            code="decided",
            current_status=row.status,
        )
    return row


def _make(proposal: ListingProposal, *, author: Author, at: dt.datetime) -> None:
    """Make the listing that was proposed; its organisation may have come into the directory in the meantime."""
    sent = dict(proposal.after)
    organization = sent["organization"]
    known = organization.get("id") or organization_called(organization["name"])
    if known:
        sent["organization"] = {"id": known}
    proposal.service = add(sent, author=author, at=at, kind=ChangeKind.APPROVAL, proposal=proposal)
