"""How a person is reached, and where they live: what the referrer gave, corrected as it changes. History is kept."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from core.clocks import FARTHEST_PLAN, local_day
from core.errors import Conflict, Invalid, NotPermitted
from core.identifiers import clean_nhs_number, clean_postcode
from referrals import policies
from referrals.announcements import announce
from referrals.enums import (
    AddressKind,
    EventKind,
    NhsNumberStatus,
    PersonChangeKind,
    ReferralStatus,
)
from referrals.models import AddressRecord, Person, PersonChange, Referral
from referrals.services.deaths import lock_person_of
from referrals.services.events import record_event
from referrals.services.follow_up_clocks import plan_follow_ups_of
from referrals.services.people import CONTACT, status_problem
from referrals.services.steps import check_version, lock

REACHED_AT = ("telephone", "email", "preferred_contact", "communication_needs")
"""What a link worker corrects beside the permissions (`people.CONTACT`)."""


@transaction.atomic(durable=True)
def change_contact(
    *, referral: Referral, actor: Actor, at: dt.datetime, values: Mapping[str, Any], expected_version: int | None = None
) -> Referral:
    """Correct how the person is reached and spoken with. The event keeps which fields changed, and of the permissions
    what they were; numbers, addresses and words are not repeated in it.

    :raises Stale: if the referral has changed since the caller read it.
    :raises NotPermitted: if the actor is neither of the team that owns the referral nor its person.
    :raises Conflict: if it is not open.
    :raises Invalid: if nothing changes.
    """
    referral = lock(referral)
    check_version(referral, expected_version)
    _judge(referral, is_theirs=policies.may_say_how_reached(actor, referral))
    changed = [name for name in (*CONTACT, *REACHED_AT) if name in values and _value(referral, name) != values[name]]
    if not changed:
        raise Invalid({"contact": ["Nothing of this is new."]})
    told = [name for name in changed if name.startswith("may_") or name == "telephone_rule"]
    before = {name: _value(referral, name) for name in told}
    for name in changed:
        setattr(referral, name, values[name])
    by_the_person = policies.is_its_person(actor, referral)
    event = record_event(
        referral=referral, kind=EventKind.CONTACT_CHANGED_BY_PERSON if by_the_person else EventKind.CONTACT_CHANGED,
        actor=actor, at=at,
        details={"changed": changed, "before": before, "after": {name: _value(referral, name) for name in told}},
    )  # fmt: skip
    announce(event, actor=actor)
    plan_follow_ups_of(referral, on=local_day(at))  # who wants to be reached by nobody is not asked
    return referral


@transaction.atomic(durable=True)
def record_address(
    *,
    referral: Referral,
    actor: Actor,
    at: dt.datetime,
    kind: str,
    address: str,
    postcode: str,
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
    expected_version: int | None = None,
) -> AddressRecord:
    """Write down that the person moved, stays elsewhere for a while, or has letters sent elsewhere.

    The first home, as the referrer gave it, becomes a row of the history when the second is recorded.

    :raises Stale, NotPermitted, Conflict: as `change_contact` does.
    :raises Invalid: if a postcode or a day cannot be right, or both address and postcode are missing.
    """
    referral = _lock_open(referral, actor=actor, expected_version=expected_version)
    today = local_day(at)
    try:
        postcode = clean_postcode(postcode) if postcode.strip() else ""
    except ValueError as reason:
        raise Invalid({"postcode": [str(reason)]}) from None
    if not postcode and not address.strip():
        raise Invalid({"address": ["Give an address, or the postcode ZZ99 3VZ for no fixed abode."]})
    for name, day in (("from_on", from_on), ("until_on", until_on)):
        if day is not None and abs(day - today) > FARTHEST_PLAN:
            raise Invalid({name: ["Give a day within two years."]})
    if from_on and until_on and until_on < from_on:
        raise Invalid({"until_on": ["It ends before it begins."]})
    if actor.user is None:
        raise NotPermitted("Somebody records an address.")
    if kind == AddressKind.HOME and not referral.addresses.filter(kind=kind).exists():
        AddressRecord.objects.create(
            referral=referral, kind=kind, address=referral.address, postcode=referral.postcode,
            recorded_by=referral.referrer, recorded_at=referral.sent_at or at,
        )  # fmt: skip
    row = AddressRecord.objects.create(
        referral=referral, kind=AddressKind(kind), address=address.strip(), postcode=postcode, from_on=from_on,
        until_on=until_on, recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip
    if kind == AddressKind.HOME:
        referral.address, referral.postcode = row.address, row.postcode
    record_event(
        referral=referral, kind=EventKind.ADDRESS_CHANGED, actor=actor, at=at, details={"kind": str(row.kind)}
    )  # fmt: skip
    return row


@transaction.atomic(durable=True)
def correct_nhs_number(
    *,
    referral: Referral,
    actor: Actor,
    at: dt.datetime,
    nhs_number: str,
    nhs_number_status: str,
    note: str,
    expected_version: int | None = None,
) -> Referral:
    """Correct the NHS number and its status, of the person and of this referral; other referrals keep what they say.

    :raises Stale: if the referral has changed since the caller read it.
    :raises NotPermitted: if the actor does not lead the team that owns the referral.
    :raises Invalid: if the number fails its check, is another person's, does not fit its status, or no reason is given.
    """
    person = lock_person_of(referral)
    referral = lock(referral)
    check_version(referral, expected_version)
    if actor.user is None or Role.LEAD not in policies.roles_of(actor, referral):
        raise NotPermitted("A lead of the team that owns the referral corrects an NHS number.")
    number = ""
    if nhs_number.strip():
        try:
            number = clean_nhs_number(nhs_number)
        except ValueError as reason:
            raise Invalid({"nhs_number": [str(reason)]}) from None
    problem = status_problem(number, nhs_number_status)
    if problem:
        raise Invalid({"nhs_number_status": [problem]})
    if not note.strip():
        raise Invalid({"note": ["Say how you know."]})
    if number and Person.objects.filter(nhs_number=number).exclude(pk=person.pk).exists():
        raise Invalid({"nhs_number": ["This number is somebody else's here. If they are one person, merge them."]})
    before = {"nhs_number": person.nhs_number, "nhs_number_status": person.nhs_number_status}
    person.nhs_number, person.nhs_number_status = number, NhsNumberStatus(nhs_number_status)
    person.save()
    PersonChange.objects.create(
        person=person, kind=PersonChangeKind.IDENTITY_CORRECTED, before=before, note=note.strip(),
        after={"nhs_number": number, "nhs_number_status": nhs_number_status},
        recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip
    referral.nhs_number, referral.nhs_number_status = number, nhs_number_status
    record_event(
        referral=referral, kind=EventKind.PERSON_CORRECTED, actor=actor, at=at, details={"status": nhs_number_status}
    )
    return referral


def _lock_open(referral: Referral, *, actor: Actor, expected_version: int | None) -> Referral:
    referral = lock(referral)
    check_version(referral, expected_version)
    _judge(referral, is_theirs=policies.may_work_on(actor, referral))
    return referral


def _judge(referral: Referral, *, is_theirs: bool) -> None:
    if not is_theirs:
        raise NotPermitted("The team that owns the referral corrects how the person is reached.")
    if referral.status not in ReferralStatus.SENT:
        raise Conflict("The referral is not open.", code="step_not_allowed")


def _value(referral: Referral, name: str) -> Any:
    value = getattr(referral, name)
    return tuple(value) if isinstance(value, list) else value
