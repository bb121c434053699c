"""Settle who is meant: somebody who is known, or somebody new. Called inside the use cases that make referrals.

A certain match is taken without a word. Of a likely one the referrer is asked before the referral is sent, and told
nothing that they did not say themselves (docs/adr/0025).
"""

import datetime as dt

from accounts.actors import Actor
from core.errors import Conflict, Invalid, NotPermitted
from core.statements import ask
from referrals.enums import NhsNumberStatus, PersonChangeKind
from referrals.matching import Identity
from referrals.models import Person, PersonChange, Referral
from referrals.selectors.people import (
    is_one_open_like,
    likely_people,
    offers_to,
    open_referrals_like,
    person_behind,
)
from referrals.selectors.visible import referrals_visible_to
from referrals.services.people import IDENTITY, PersonDetails

_DO_NOT_BELONG = {
    "person.nhs_number": ["This NHS number and this date of birth do not belong together. Check both."]
}  # fmt: skip


class PersonMayBeKnown(Conflict):
    """The person is likely, and not certainly, one who is known: the referrer says which."""

    code = "person_may_be_known"
    title = "This person may be known already"


class AlreadyReferred(Conflict):
    """An open referral of this person to this team exists."""

    code = "already_referred"
    title = "This person is with this team already"


class PersonDeceased(Conflict):
    """It is recorded that the person has died."""

    code = "person_deceased"
    title = "This person is recorded as having died"

    def __init__(self) -> None:
        super().__init__(
            "It is recorded that this person has died. If that is a mistake, tell the team that supports them."
        )


def settle_person(referral: Referral, details: PersonDetails, *, actor: Actor, at: dt.datetime, is_draft: bool) -> None:
    """Set whose referral it is. The details are checked ones (`people.check_person`).

    Two who refer one new person at once come one after the other, whatever slips they make: both wait for the lock of
    the birth key, so that the second finds what the first has written.

    :raises PersonMayBeKnown: if the number is held with a date of birth that only a slip tells from the one given.
    :raises PersonDeceased: if it is to be sent, and the person has died.
    :raises Invalid: if the number is held with another date of birth, or the token stands for nobody (any more).
    """
    lock_birth(details.birth_key)
    person = _named(details, actor=actor, at=at) if details.same_as else _certain(details, actor=actor)
    referral.is_person_settled = person is not None or details.is_new
    if person is not None and not is_draft:
        # Until this referral is written, nobody can record that the person has died and miss it.
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        while person.merged_into_id is not None:  # found to be another in this moment
            person = Person.objects.select_for_update(no_key=True).get(pk=person.merged_into_id)
        if person.is_deceased:
            raise PersonDeceased
    referral.person = person or _new(referral, details)


def ask_before_sending(referral: Referral, *, actor: Actor, is_just_settled: bool = False) -> None:
    """Refuse to send a referral as long as the referrer has not been told what must be told before.

    A history that is told again is not asked: it was decided then.

    :param is_just_settled: if `settle_person` has held the lock, and seen that the person lives, in this transaction.
    :raises PersonDeceased: if the person has died.
    :raises PersonMayBeKnown: if the person may be known, and the referrer has not said whether they are.
    :raises AlreadyReferred: if the person is with this team already, and the referrer has not said to send it anyway.
    """
    if not is_just_settled and ask("SELECT FROM referrals_person WHERE id = %s AND is_deceased", [referral.person_id]):
        raise PersonDeceased
    if actor.user is None or actor.is_retelling:
        return
    if not is_just_settled:
        lock_birth(referral.birth_key)
    if not referral.is_person_settled:
        _ask(identity_of(referral), actor=actor, besides=referral)
    if not referral.is_second_meant:
        _tell_of_open_one(referral, actor=actor)


def identity_of(referral: Referral) -> Identity:
    """Return what the person is told apart by, as this referrer gave it."""
    return Identity(
        first_name=referral.first_name, family_name=referral.family_name, date_of_birth=referral.date_of_birth,
        postcode=referral.postcode, nhs_number=referral.nhs_number,
    )  # fmt: skip


def lock_birth(key: str) -> None:
    """Wait until nobody else is settling who a person with this birth key is; until the transaction ends."""
    ask("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"referrals.person:{key}"])


def _certain(details: PersonDetails, *, actor: Actor) -> Person | None:
    """Return the person with this NHS number and date of birth, or None."""
    if not details.nhs_number:
        return None
    person = Person.objects.filter(nhs_number=details.nhs_number).first()
    if person is None or details.date_of_birth == person.date_of_birth:
        return person
    if Referral.objects.filter(
        person=person, date_of_birth=details.date_of_birth, sent_at__isnull=False, is_person_settled=True
    ).exists():
        return person  # both dates have been said to be this person's
    if actor.user is not None and not details.is_new:
        _ask(details.identity, actor=actor)
    raise Invalid(_DO_NOT_BELONG)


def _named(details: PersonDetails, *, actor: Actor, at: dt.datetime) -> Person:
    """Return the person that the referrer says it is, with the NHS number that was missing until now."""
    if actor.user is None:
        raise NotPermitted("Whoever refers says whom they mean.")
    person_id = person_behind(details.same_as, actor.user, details.identity)
    if person_id is None:
        raise Invalid({"person.same_as": ["This is no match of the person as you describe them now. Send it without."]})
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    before = {"nhs_number": person.nhs_number, "nhs_number_status": person.nhs_number_status}
    if details.nhs_number and not person.nhs_number:
        if Person.objects.filter(nhs_number=details.nhs_number).exists():
            raise Invalid(_DO_NOT_BELONG)
        person.nhs_number, person.nhs_number_status = details.nhs_number, details.nhs_number_status
    elif details.nhs_number and details.nhs_number != person.nhs_number:
        person.nhs_number_status = NhsNumberStatus.NEEDS_RESOLVING
    person.save()
    PersonChange.objects.create(
        person=person, kind=PersonChangeKind.SAME_AS, before=before,
        after={"nhs_number": person.nhs_number, "nhs_number_status": person.nhs_number_status},
        recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip
    return person


def _new(referral: Referral, details: PersonDetails) -> Person:
    """Return a row for somebody new: the draft's own one, if it has one, else a new one."""
    values = {name: getattr(details, name) for name in IDENTITY}
    if referral.pk and not referral.person.referrals.exclude(pk=referral.pk).exists():
        person = referral.person
        if not (person.merges.exists() or person.changes.exists()):
            for name, value in values.items():
                setattr(person, name, value)
            person.save()
            return person
    if not details.nhs_number:
        return Person.objects.create(**values)
    # Two with one number and two dates of birth may come at once: the number lets one create and the other find.
    person, is_made = Person.objects.get_or_create(nhs_number=details.nhs_number, defaults=values)
    if not is_made and person.date_of_birth != details.date_of_birth:
        raise Invalid(_DO_NOT_BELONG)
    return person


def _ask(identity: Identity, *, actor: Actor, besides: Referral | None = None) -> None:
    matches = likely_people(identity, besides=besides.person_id if besides else None)
    if not matches or actor.user is None:
        return
    count = len(matches)
    who = "One person" if count == 1 else f"{count} people"
    raise PersonMayBeKnown(
        f"{who} known here may be the one you mean. Say which with “person.same_as” and the match's token, or send "
        "“person.is_new” if it is somebody else.",
        count=count,
        matches=[offer.as_dict() for offer in offers_to(actor.user, identity, matches)],
    )


def _tell_of_open_one(referral: Referral, *, actor: Actor) -> None:
    if actor.user is None or not is_one_open_like(referral):
        return
    visible = referrals_visible_to(actor.user).filter(pk__in=open_referrals_like(referral).values("pk"))
    raise AlreadyReferred(
        "This person has an open referral to this team. Speak with the team, or send “send_anyway” if it is about "
        "something else.",
        references=list(visible.values_list("reference", flat=True)[:10]),
    )
