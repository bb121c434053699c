"""Somebody says whether a listing is right: by the link of a request, or signed in."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import inboxes_of
from core.errors import Conflict, Invalid, NotPermitted
from core.identifiers import new_reference
from notifications import services as notifications
from services_directory.enums import Capacity, CheckAnswer, ReferralRoute, ServiceStatus, VerificationSource
from services_directory.models import CheckRequest, ListingCheck, Service, Verification
from services_directory.selectors.checks import USED, get_listing_check
from services_directory.services.trust import judge_listings

THE_EDITOR = "The directory's editor"
LONGEST_NOTE = 2000


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
    # Of two who press at once, the second waits here for the first, and then finds it answered.
    locked = ListingCheck.objects.select_for_update().filter(pk=check.pk, answered_at__isnull=True).first()
    if locked is None:
        raise Conflict("This listing has been answered for already.", code=USED)
    service = _lock(check.service)
    return _record(
        service, said, source=VerificationSource.PROVIDER_LINK, by=None, on_behalf_of=_provider_of(service), at=at,
        request=check.request,
    )  # fmt: skip


@transaction.atomic(durable=True)
def verify_listing(*, service: Service, user: User, said: Said, at: dt.datetime) -> Verification:
    """Take what somebody who is signed in says of a listing.

    :raises NotPermitted: if they are neither of the team that receives its referrals nor an editor of the directory.
    :raises Invalid: if it does not say what has changed.
    """
    is_provider = Role.PROVIDER in user.roles_in([service.receiving_team_id])
    if not is_provider and Role.DIRECTORY_EDITOR not in user.roles():
        raise NotPermitted(
            "Only the team that receives its referrals, or an editor of the directory, can vouch for it."
        )
    said = said.checked()
    service = _lock(service)
    source = VerificationSource.PROVIDER if is_provider else VerificationSource.EDITOR
    on_behalf_of = _provider_of(service) if is_provider else THE_EDITOR
    return _record(service, said, source=source, by=user, on_behalf_of=on_behalf_of, at=at)


def note_edit(*, service: Service, user: User, at: dt.datetime) -> Verification:
    """Take an edit of a listing for a check of it, in the caller's transaction: by its provider, or by an editor.

    Whoever may edit is for the caller to judge.
    """
    is_provider = Role.PROVIDER in user.roles_in([service.receiving_team_id])
    return _record(
        _lock(service),
        Said(),
        source=VerificationSource.PROVIDER_EDIT if is_provider else VerificationSource.EDITOR,
        by=user,
        on_behalf_of=_provider_of(service) if is_provider else THE_EDITOR,
        at=at,
    )


def _record(
    service: Service,
    said: Said,
    *,
    source: VerificationSource,
    by: User | None,
    on_behalf_of: str,
    at: dt.datetime,
    request: CheckRequest | None = None,
) -> Verification:
    """Write what was said, let follow what follows, and judge the listing anew."""
    verification = Verification.objects.create(
        reference=new_reference("V"), service=service, at=at, answer=said.answer, source=source, by=by,
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
        _close(service)
    if said.answer != CheckAnswer.STILL_RIGHT and source != VerificationSource.EDITOR:
        _tell_the_editors(verification)
    judge_listings([service.pk], at=at)
    service.refresh_from_db(fields=["status", "capacity", "trust_score", "trust_label", "is_stale"])
    return verification


def _close(service: Service) -> None:
    """Take a listing that is said to be closed out of the way, so that an editor can still put it back.

    One that only signposts leaves the directory. One that takes referrals is paused: it stays to be seen, nobody new
    is sent there, and who is there already stays with its team until the editor has spoken with them.
    """
    listing = Service.objects.filter(pk=service.pk)
    if service.referral_route == ReferralRoute.REFERRAL:
        listing.update(capacity=Capacity.PAUSED)
    else:
        listing.update(status=ServiceStatus.INACTIVE)


def _tell_the_editors(verification: Verification) -> None:
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"verification:{verification.reference}",
                recipient=inbox,
                template="listing_reported",
                context={"reference": verification.reference},
                at=verification.at,
            )
            for inbox in inboxes_of(Role.DIRECTORY_EDITOR)
        ]
    )


def _lock(service: Service) -> Service:
    listings = Service.objects.select_related("organization", "receiving_team__organization")
    locked: Service = listings.select_for_update(of=("self",), no_key=True).get(pk=service.pk)
    return locked


def _provider_of(service: Service) -> str:
    """Return the organisation that keeps a listing, by name."""
    return service.receiving_team.organization.name if service.receiving_team else service.organization.name
