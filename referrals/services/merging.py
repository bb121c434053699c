"""Find that two people are one, and undo it. Nothing is deleted: referrals move, and move back."""

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from accounts.models import User
from core.errors import Conflict, Invalid, NotPermitted
from referrals.enums import EventKind, NhsNumberStatus
from referrals.models import Person, PersonMerge, Referral
from referrals.selectors.people import led_referrals
from referrals.services.events import record_event


@transaction.atomic(durable=True)
def merge_people(*, kept: Person, merged: Person, actor: Actor, at: dt.datetime, note: str) -> PersonMerge:
    """Give every referral of `merged` to `kept`, which takes over an NHS number that it has not.

    Who may: a lead of teams that own referrals of both. Referrals of other teams move too; each referral keeps what its
    referrer wrote, so that nobody reads more than before (docs/adr/0009).

    :raises NotPermitted: if the actor leads no team with referrals of both.
    :raises Conflict: if one is merged elsewhere already, their NHS numbers differ, or only one has died.
    :raises Invalid: if they are one already, or no reason is given.
    """
    if kept.pk == merged.pk:
        raise Invalid({"other": ["Name another person."]})
    if not note.strip():
        raise Invalid({"note": ["Say how you know that they are one person."]})
    kept, merged = _lock(kept, merged)
    lead = _lead_of(actor, kept, merged)
    if kept.merged_into_id or merged.merged_into_id:
        raise Conflict("One of them has been merged already. Read both again.", code="already_merged")
    if kept.nhs_number and merged.nhs_number:
        raise Conflict(
            "They have two NHS numbers, and so they are two people, or one number is wrong: correct it first.",
            code="nhs_numbers_differ",
        )
    if kept.is_deceased != merged.is_deceased:
        raise Conflict(
            "One of them is recorded as having died. Record it of the other, or undo it, first.", code="one_has_died"
        )
    before = {"kept": _number_of(kept), "merged": _number_of(merged), "is_deceased": kept.is_deceased}
    number, status = merged.nhs_number, merged.nhs_number_status
    merged.nhs_number, merged.nhs_number_status = "", NhsNumberStatus.TRACE_REQUIRED
    merged.merged_into = kept
    merged.save()
    if number:
        kept.nhs_number, kept.nhs_number_status = number, status
        kept.save()
    rows = list(merged.referrals.select_for_update(of=("self",)).order_by("id"))
    row = PersonMerge.objects.create(
        kept=kept, merged=merged, moved=[referral.reference for referral in rows], before=before, note=note.strip(),
        recorded_by=lead, recorded_at=at,
    )  # fmt: skip
    _move(rows, kept, kind=EventKind.PERSON_MERGED, actor=actor, at=at)
    return row


@transaction.atomic(durable=True)
def undo_merge(*, merge: PersonMerge, actor: Actor, at: dt.datetime, note: str) -> PersonMerge:
    """Move back what a merge moved. What was made since stays with the person who was kept.

    :raises NotPermitted: if the actor leads no team with a referral of the person.
    :raises Conflict: if it has been undone, a later merge or a death stands on it.
    :raises Invalid: if no reason is given.
    """
    if not note.strip():
        raise Invalid({"note": ["Say how you know that they are two people."]})
    kept, merged = _lock(merge.kept, merge.merged)
    lead = _lead_of(actor, kept)
    if merge.undoes_id or PersonMerge.objects.filter(undoes=merge).exists():
        raise Conflict("It has been undone already.", code="already_undone")
    if kept.merged_into_id or merged.merged_into_id != kept.pk:
        raise Conflict("A later merge stands on this one: undo that first.", code="later_merge")
    if kept.is_deceased != merge.before["is_deceased"]:
        raise Conflict("A death has been recorded or undone since. Put that right first.", code="one_has_died")
    number = merge.before["merged"]["nhs_number"]
    if number and kept.nhs_number == number:
        for name, value in merge.before["kept"].items():
            setattr(kept, name, value)
        kept.save()
        for name, value in merge.before["merged"].items():
            setattr(merged, name, value)
    elif not number:
        merged.nhs_number_status = merge.before["merged"]["nhs_number_status"]
    merged.merged_into = None
    merged.save()
    back = kept.referrals.filter(reference__in=merge.moved).select_for_update(of=("self",)).order_by("id")
    rows = list(back)
    row = PersonMerge.objects.create(
        kept=kept, merged=merged, undoes=merge, moved=[referral.reference for referral in rows], note=note.strip(),
        recorded_by=lead, recorded_at=at,
    )  # fmt: skip
    _move(rows, merged, kind=EventKind.PERSON_MERGE_UNDONE, actor=actor, at=at)
    return row


def _lock(one: Person, other: Person) -> tuple[Person, Person]:
    """Lock both, always in the order of their ids."""
    rows = {row.pk: row for row in
            Person.objects.select_for_update(no_key=True).filter(pk__in=[one.pk, other.pk]).order_by("pk")}  # fmt: skip
    return rows[one.pk], rows[other.pk]


def _lead_of(actor: Actor, *people: Person) -> User:
    if actor.user is None:
        raise NotPermitted("A lead merges people.")
    led = led_referrals(actor.user).filter(person__in=people).values("person").distinct().order_by("person")
    if led.count() != len(people):
        raise NotPermitted("Only a lead of teams that own referrals of these people may do this.")
    return actor.user


def _move(rows: list[Referral], to: Person, *, kind: EventKind, actor: Actor, at: dt.datetime) -> None:
    for referral in rows:
        referral.person = to
        record_event(referral=referral, kind=kind, actor=actor, at=at)


def _number_of(person: Person) -> dict[str, str]:
    return {"nhs_number": person.nhs_number, "nhs_number_status": person.nhs_number_status}
