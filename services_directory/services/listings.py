"""Use cases of a listing that is kept here: edit it, and make a new one.

What a provider changes takes effect at once, but for what decides who may be referred: that waits for a directory
editor as a proposal. One request may hold both.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from core.errors import Invalid, NotPermitted, NotVisible, Stale
from core.idempotency import Claim, settle, take
from services_directory import policies
from services_directory.enums import ChangeKind, ChangeSide
from services_directory.listing.document import (
    PARTS,
    SCALARS,
    Document,
    document_of,
    organization_item,
    plain,
    without_ids,
)
from services_directory.listing.history import Author, lock, recorded
from services_directory.models import ListingCheck, ListingProposal, Organization, Service
from services_directory.services.capacity import say
from services_directory.services.checking import check
from services_directory.services.completing import complete
from services_directory.services.trust import judge_listings
from services_directory.services.verifications import note_edit
from services_directory.services.waiting import propose_listing, propose_values
from services_directory.services.writing import write


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of a request: the listing (None where it is new and waits), the fields that changed at once, and the
    proposal that now waits, if any."""

    service_id: UUID | None
    changed: list[str] = field(default_factory=list)
    proposal: ListingProposal | None = None
    is_replay: bool = False

    @property
    def reference(self) -> str:
        """The public reference of what was made: of the proposal, or the listing's id."""
        return self.proposal.reference if self.proposal else str(self.service_id)


@transaction.atomic(durable=True)
def edit_listing(
    *,
    service_id: UUID,
    actor: Actor,
    at: dt.datetime,
    sent: Mapping[str, Any],
    expected_version: int | None = None,
) -> Kept:
    """Change what a listing says; the fields sent replace what they said, lists as wholes.

    :param sent: fields of a document (`listing.document`); parts with an id keep what was not sent of them.
    :raises Stale: if it has changed since the caller read it.
    :raises NotPermitted: if the listing is not the actor's to keep; `kept_at_its_source` if a field of it is not.
    :raises Invalid: if what was sent cannot be right, alone or with what the listing says.
    """
    service = locked(service_id, with_organization="organization" in sent)
    check_version(service, expected_version)
    return edit(service, actor=actor, at=at, sent=sent, kind=ChangeKind.EDIT)


def edit(service: Service, *, actor: Actor, at: dt.datetime, sent: Mapping[str, Any], kind: ChangeKind) -> Kept:
    """Change a listing whose row is locked; see `edit_listing`."""
    side = policies.side_of(actor, service)
    if side is None:
        raise NotPermitted("Only the providers of its team and directory editors keep this listing.")
    before = document_of(service)
    wished = complete(sent, service=service)
    changed = {name: value for name, value in wished.items() if said(name, value) != before[name]}
    _check_whose_it_is(service, before, changed, side=side, actor=actor)
    check(before | changed, changed=changed)
    waiting = {
        name: value
        for name, value in changed.items()
        if side == ChangeSide.PROVIDER and policies.needs_approval(name, value)
    }
    now = {name: value for name, value in changed.items() if name not in waiting}
    if waiting and now:
        _check_without(before, now, waiting)
    if now:
        carry_out(service, now, kind=kind, author=Author.of_actor(actor, side), at=at)
        # Who brings it up to date has looked at it; who says whether there is room, or where referrals go, has not.
        if kind == ChangeKind.EDIT and actor.user is not None and not policies.SAY_NOTHING_OF_THE_REST.issuperset(now):
            note_edit(service=service, actor=actor, at=at)
    proposal = None
    if side == ChangeSide.PROVIDER and actor.user is not None:
        proposal = propose_values(
            service,
            before=before,
            wished={name: said(name, value) for name, value in waiting.items()},
            user=actor.user,
            at=at,
        )
    return Kept(service_id=service.pk, changed=list(now), proposal=proposal)


@transaction.atomic(durable=True)
def create_listing(*, actor: Actor, at: dt.datetime, sent: Mapping[str, Any], claim: Claim | None = None) -> Kept:
    """Make a new listing. A directory editor's is there at once; a provider's, for a team of theirs, waits for one.

    :raises NotPermitted: if the actor is neither, or names a team that is not theirs.
    :raises Invalid: if what was sent cannot be right, or does not say what a listing must.
    :raises KeyReused: if the claim's key came before with another body.
    """
    if claim is not None:
        earlier = take(claim)
        if earlier is not None:
            return _replayed(earlier)
    if policies.is_editor(actor):
        side = ChangeSide.SERVICE if actor.user is None else ChangeSide.EDITOR
        service = add(sent, author=Author.of_actor(actor, side), at=at, kind=ChangeKind.EDIT)
        made = Kept(service_id=service.pk, changed=list(sent))
    else:
        made = _propose_new(actor, sent, at=at)
    if claim is not None:
        settle(claim, result=made.reference)
    return made


def add(
    sent: Mapping[str, Any],
    *,
    author: Author,
    at: dt.datetime,
    kind: ChangeKind,
    service_id: UUID | None = None,
    proposal: ListingProposal | None = None,
) -> Service:
    """Write a new listing, inside the use case.

    :raises Invalid: if it cannot be right.
    """
    whole = whole_listing(sent)
    _check_organization_of_new(whole["organization"])
    service = Service(**({"pk": service_id} if service_id else {}))
    with _refusing(), recorded([service.pk], kind=kind, author=author, at=at, new=[service.pk], proposal=proposal):
        write(service, whole, at=at, by=author.user)
    if kind != ChangeKind.SPREADSHEET and author.user is not None:
        note_edit(service=service, actor=Actor(user=author.user), at=at)
    else:
        judge_listings([service.pk], at=at)
    return service


def whole_listing(sent: Mapping[str, Any]) -> Document:
    """Return a new listing, whole and checked.

    :raises Invalid: if it cannot be right.
    """
    blank = {name: plain(getattr(Service(), name)) for name in SCALARS} | {"receiving_team": None}
    blank |= {name: {} if name == "organization" else [] for name in PARTS}
    made = complete(blank | dict(sent), service=None)
    check(made)
    return made


def carry_out(
    service: Service,
    values: Document,
    *,
    kind: ChangeKind,
    author: Author,
    at: dt.datetime,
    proposal: ListingProposal | None = None,
) -> None:
    """Write what a locked listing is to say, record it, and tell whoever must know.

    What its organisation says is part of the organisation's other listings, too: each of them gets its line.
    """
    # Whether there is room is counted and reported, whoever says it: it has its own way in.
    capacity = values.get("capacity")
    values = {name: value for name, value in values.items() if name != "capacity" or not capacity}
    ids = {service.pk}
    if values.get("organization", {}).get("id") == str(service.organization_id):
        ids |= set(Service.objects.filter(organization=service.organization_id).values_list("pk", flat=True))
    with _refusing(), recorded(ids, kind=kind, author=author, at=at, proposal=proposal):
        write(service, values, at=at, by=author.user, also_typed=["capacity"] if capacity else [])
        if capacity:
            say(service, {"capacity": capacity}, actor=Actor(user=author.user), at=at)
    if "receiving_team" in values:
        # What was asked of the team that kept it is no longer theirs to answer.
        open_checks = ListingCheck.objects.filter(service=service, answered_at__isnull=True, lapsed_at__isnull=True)
        open_checks.update(lapsed_at=at)


def locked(service_id: UUID, *, with_organization: bool = False) -> Service:
    """Lock a listing, and where its organisation may change all listings of that one; return it as it is now.

    :raises NotVisible: if there is none.
    """
    ids: Iterable[UUID] = [service_id]
    if with_organization:
        mine = Service.objects.filter(pk=service_id).values("organization")
        ids = Service.objects.filter(organization__in=mine).values_list("pk", flat=True)
    lock(list(ids))
    rows = Service.objects.select_related("organization", "receiving_team", "feed")
    service: Service | None = rows.filter(pk=service_id).first()
    if service is None:
        raise NotVisible("There is no such listing.")
    return service


def check_version(service: Service, expected: int | None) -> None:
    """Check that a listing is as the caller read it.

    :raises Stale: if it is not.
    """
    if expected is not None and service.version != expected:
        raise Stale("Read the listing again, and send what is still to change.", version=service.version)


def said(name: str, value: Any) -> Any:
    """Return a field as a document has it: an organisation keeps its id, other parts have none."""
    if name == "organization":
        return {"id": value.get("id")} | without_ids(value)
    return without_ids(value) if name in PARTS else value


def said_of(organization: Organization | Document) -> Document:
    """Return what is said of who runs a listing, without its id."""
    whole = organization_item(organization) if isinstance(organization, Organization) else organization
    found: Document = without_ids(whole)
    return found


def organization_called(name: str) -> str | None:
    """Return the id of an organisation of our own with this name, whatever its case; None if there is none."""
    rows = Organization.objects.filter(Q(feed__isnull=True) | Q(feed__is_kept_here=True), name__iexact=name)
    found = rows.order_by("pk").values_list("pk", flat=True).first()
    return str(found) if found else None


def _check_whose_it_is(
    service: Service, before: Document, changed: Document, *, side: ChangeSide, actor: Actor
) -> None:
    elsewhere = policies.kept_at_source(service, changed)
    if elsewhere and service.feed is not None:
        raise NotPermitted(
            f"This listing comes from the feed “{service.feed.name}”: change {', '.join(elsewhere)} there. "
            "The next reading of the feed would undo what is changed here.",
            code="kept_at_its_source",
            fields=elsewhere,
        )
    wished = changed.get("organization")
    if wished is None:
        return
    current = before["organization"]
    if wished.get("id") not in {None, current["id"]} and said_of(wished) != said_of(
        Organization.objects.get(pk=wished["id"])
    ):
        raise Invalid({"organization": ["Send only the id of the one that is to run it; change it afterwards."]})
    if side == ChangeSide.PROVIDER and wished.get("id") != current["id"]:
        raise NotPermitted("Who runs a listing is changed by a directory editor.", fields=["organization"])
    if side == ChangeSide.PROVIDER and actor.user is not None:
        theirs = actor.user.team_ids(Role.PROVIDER)
        if Service.objects.filter(organization=current["id"]).exclude(receiving_team__in=theirs).exists():
            raise NotPermitted(
                "This organisation also runs listings that are not yours: ask a directory editor to change it.",
                fields=["organization"],
            )
    row = Organization.objects.select_related("feed").filter(pk=wished.get("id")).first()
    is_of_a_feed = row is not None and row.feed is not None and not row.feed.is_kept_here
    if row is not None and row.feed is not None and is_of_a_feed and said_of(wished) != said_of(row):
        raise NotPermitted(
            f"This organisation comes from the feed “{row.feed.name}”: change it there.",
            code="kept_at_its_source",
            fields=["organization"],
        )


def _check_organization_of_new(wished: Document) -> None:
    """Check that a new listing does not, by the way, change or double an organisation that is here."""
    if "id" in wished:
        if said_of(wished) != said_of(Organization.objects.get(pk=wished["id"])):
            raise Invalid({"organization": ["For an organisation that is here, send its id and nothing else."]})
    elif known := organization_called(wished["name"]):
        raise Invalid({"organization": [f"There is one of this name: send its id, {known}, and nothing else."]})


def _check_without(before: Document, now: Document, waiting: Document) -> None:
    """Check the listing as it is to be while some fields wait for approval."""
    try:
        check(before | now, changed=now)
    except Invalid as problem:
        fields = ", ".join(waiting)
        raise Invalid(
            problem.extra["errors"], f"This cannot be right while {fields} waits for approval: send it after that."
        ) from None


def _propose_new(actor: Actor, sent: Mapping[str, Any], *, at: dt.datetime) -> Kept:
    if actor.user is None or not (teams := actor.user.team_ids(Role.PROVIDER)):
        raise NotPermitted("Only providers and directory editors make listings.")
    if sent.get("receiving_team") is None and len(teams) > 1:
        raise Invalid({"receiving_team": ["Say which of your teams keeps it."]})
    whole = whole_listing(dict(sent) | {"receiving_team": sent.get("receiving_team") or str(teams[0])})
    team = UUID(whole["receiving_team"]["id"])
    if team not in teams:
        raise NotPermitted("A provider lists what their own team receives.", fields=["receiving_team"])
    _check_organization_of_new(whole["organization"])
    return Kept(service_id=None, proposal=propose_listing(whole, team_id=team, user=actor.user, at=at))


def _replayed(result: str) -> Kept:
    proposal = ListingProposal.objects.filter(reference=result).first()
    return Kept(service_id=None if proposal else UUID(result), proposal=proposal, is_replay=True)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what the database refuses into a sentence. Everything foreseen is refused before, with a better one."""
    try:
        yield
    except (IntegrityError, DataError) as problem:
        rule = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", None) or "a value that is too long"
        raise Invalid({"listing": [f"The directory cannot hold this: {rule.replace('_', ' ')}."]}) from problem
