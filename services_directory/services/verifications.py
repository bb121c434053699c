"""Somebody says whether a listing is right: by the link of a request, or signed in."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.selectors import inboxes_of
from core.errors import Conflict, Invalid, NotPermitted
from core.identifiers import new_reference
from notifications import services as notifications
from services_directory.enums import (
    Capacity,
    ChangeKind,
    ChangeSide,
    CheckAnswer,
    ReferralRoute,
    ServiceStatus,
    VerificationSource,
)
from services_directory.listing.history import Author, recorded
from services_directory.models import CheckRequest, ListingCheck, Service, Verification
from services_directory.selectors.checks import USED, get_listing_check
from services_directory.services.capacity import say
from services_directory.services.trust import judge_listings

THE_EDITOR = "The directory's editor"
LONGEST_NOTE = 2000
WHOEVER_HAS_THE_LINK = Actor(user=None)
BY_LINK = Author(ChangeSide.PROVIDER, "Whoever holds the link of our email")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody said of a listing: the answer, and for the directory's editor what is not right."""

    answer: CheckAnswer = CheckAnswer.STILL_RIGHT
    note: str = ""

    def checked(self) -> "Said":
        """Return it without spaces around the note.

        :raises Invalid: if it does not say what has changed, or says it at too great a length.
        """
        note = self.note.strip()
        if self.answer == CheckAnswer.CHANGED and not note:
            raise Invalid({"note": ["Say in a few words what has changed."]})
        if len(note) > LONGEST_NOTE:
            raise Invalid({"note": [f"Use at most {LONGEST_NOTE} characters."]})
        if "\0" in note:
            raise Invalid({"note": ["Use plain text."]})
        return Said(answer=self.answer, note=note)


@transaction.atomic(durable=True)
def answer_by_link(*, reference: str, signature: str, service_id: UUID, said: Said, at: dt.datetime) -> Verification:
    """Take the answer of whoever holds the link of a request, once for each listing.

    :raises NotVisible: if we have not made the link, or it does not ask about this listing.
    :raises Conflict: if the link has expired (`link_expired`), or the listing has been answered for (`link_used`).
    :raises Invalid: if it does not say what has changed.
    """
    said = said.checked()
    check = get_listing_check(reference, signature, service_id, at=at)
    # Of two who press at once, the second waits here for the first, and then finds it answered. The listing is locked,
    # and before its check is looked at, because whoever vouches for it signed in, or edits it, does the same.
    service = _lock(check.service)
    if not ListingCheck.objects.filter(pk=check.pk, answered_at__isnull=True).exists():
        raise Conflict("This listing has been answered for already.", code=USED)
    return _record(
        service, said, source=VerificationSource.PROVIDER_LINK, actor=WHOEVER_HAS_THE_LINK, at=at, request=check.request
    )  # fmt: skip


@transaction.atomic(durable=True)
def verify_listing(*, service: Service, actor: Actor, said: Said, at: dt.datetime) -> Verification:
    """Take what somebody who is signed in says of a listing.

    :raises NotPermitted: if they are neither of the team that receives its referrals nor an editor of the directory.
    :raises Invalid: if it does not say what has changed.
    """
    source = _source(service, actor, of_a_provider=VerificationSource.PROVIDER)
    if source == VerificationSource.EDITOR and not _is_editor(actor):
        raise NotPermitted("Only the team that receives its referrals, or a directory editor, can vouch for it.")
    said = said.checked()
    return _record(_lock(service), said, source=source, actor=actor, at=at)


def note_edit(*, service: Service, actor: Actor, at: dt.datetime) -> Verification:
    """Take an edit of a listing for a check of it, in the caller's transaction: by its provider, or by an editor.

    Whoever may edit is for the caller to judge.
    """
    source = _source(service, actor, of_a_provider=VerificationSource.PROVIDER_EDIT)
    return _record(_lock(service), Said(), source=source, actor=actor, at=at)


def _record(
    service: Service,
    said: Said,
    *,
    source: VerificationSource,
    actor: Actor,
    at: dt.datetime,
    request: CheckRequest | None = None,
) -> Verification:
    """Write what was said, let follow what follows, and judge the listing anew."""
    on_behalf_of = THE_EDITOR if source == VerificationSource.EDITOR else _provider_of(service)
    verification = Verification.objects.create(
        reference=new_reference("V"), service=service, at=at, answer=said.answer, source=source, by=actor.user,
        on_behalf_of=on_behalf_of, note=said.note, check_request=request,
    )  # fmt: skip
    ListingCheck.objects.filter(service=service, answered_at__isnull=True, lapsed_at__isnull=True).update(
        answered_at=at, answer=said.answer
    )
    if said.answer == CheckAnswer.STILL_RIGHT:
        service.verified_at, service.verified_how, service.verified_by = at, source, on_behalf_of
        service.reported = ""
    else:
        service.reported = said.answer
    service.save(update_fields=["verified_at", "verified_how", "verified_by", "reported"])
    if said.answer == CheckAnswer.CLOSED:
        _close(service, source=source, actor=actor, at=at)
    if said.answer != CheckAnswer.STILL_RIGHT and source != VerificationSource.EDITOR:
        _tell_the_editors(verification, actor=actor)
    judge_listings([service.pk], at=at)
    service.refresh_from_db(fields=["status", "capacity", "trust_score", "trust_label", "is_stale"])
    return verification


def _close(service: Service, *, source: VerificationSource, actor: Actor, at: dt.datetime) -> None:
    """Take a listing that is said to be closed out of the way, so that an editor can still put it back.

    One that only signposts leaves the directory. One that takes referrals is paused: it stays to be seen, nobody new
    is sent there, and who is there already stays with its team until the editor has spoken with them.
    """
    side = ChangeSide.EDITOR if source == VerificationSource.EDITOR else ChangeSide.PROVIDER
    author = BY_LINK if actor.user is None else Author.of_actor(actor, side)
    with recorded([service.pk], kind=ChangeKind.VERIFICATION, author=author, at=at):
        if service.referral_route == ReferralRoute.REFERRAL:
            say(service, {"capacity": Capacity.PAUSED}, actor=actor, at=at)
        else:
            Service.objects.filter(pk=service.pk).update(status=ServiceStatus.INACTIVE)


def _tell_the_editors(verification: Verification, *, actor: Actor) -> None:
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"verification:{verification.reference}",
                recipient=inbox,
                template="listing_reported",
                context={"reference": verification.reference},
                at=verification.at,
                already_delivered_at=verification.at if actor.is_retelling else None,
            )
            for inbox in inboxes_of(Role.DIRECTORY_EDITOR)
        ]
    )


def _lock(service: Service) -> Service:
    listings = Service.objects.select_related("organization", "receiving_team__organization")
    locked: Service = listings.select_for_update(of=("self",), no_key=True).get(pk=service.pk)
    return locked


def _source(service: Service, actor: Actor, *, of_a_provider: VerificationSource) -> VerificationSource:
    """Return for whom an actor speaks: the provider whose team they are of, or else the directory's editor."""
    is_provider = Role.PROVIDER in actor.roles_in([service.receiving_team_id])
    return of_a_provider if is_provider else VerificationSource.EDITOR


def _is_editor(actor: Actor) -> bool:
    """Whether somebody keeps the directory: all of it, in whichever team."""
    return actor.user is not None and Role.DIRECTORY_EDITOR in actor.user.roles()


def _provider_of(service: Service) -> str:
    """Return the organisation that keeps a listing, by name."""
    return service.receiving_team.organization.name if service.receiving_team else service.organization.name
