"""Record that a person has died: everything that runs for them ends at once. And undo it, if it was a mistake."""

import datetime as dt
from dataclasses import replace

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from core.clocks import local_day
from core.errors import Conflict, Invalid, NotPermitted
from notifications import services as notifications
from referrals import policies
from referrals.enums import (
    CloseOutcome,
    EventKind,
    PersonChangeKind,
    ReferralSource,
    ReferralStatus,
    WithdrawalReason,
)
from referrals.models import OnwardReferral, Person, PersonChange, Referral
from referrals.reaching import recipient_at_the_door, recipient_of
from referrals.services.events import record_event
from referrals.services.follow_up_clocks import plan_follow_ups_of, stop_follow_ups_of
from referrals.services.steps import (
    NOTHING_SAID,
    StepDetails,
    Taken,
    judge,
    lock,
    withdraw_open_onward_referrals,
    write,
)

OLDEST_DEATH_DAYS = 365 * 2
"""How long ago a death that a team hears of may have been: longer ago is a slip of the year."""


def lock_person_of(referral: Referral) -> Person:
    """Lock the person of a referral, before the referral itself: always in this order.

    :raises Conflict: if a merge has given the referral another person in this moment.
    """
    person_id = Referral.objects.values_list("person_id", flat=True).get(pk=referral.pk)
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    if Referral.objects.values_list("person_id", flat=True).get(pk=referral.pk) != person_id:
        raise Conflict("Somebody else changed whose referral it is in this moment. Try again.")
    return person


def record_death(
    *, referral: Referral, actor: Actor, at: dt.datetime, details: StepDetails, expected_version: int | None
) -> Referral:
    """End every open referral of the person, and what hangs on it. Called inside `take_referral_step`.

    Referrals of other teams and practices end too: each reads on its own that the person has died, and nothing else
    that was said here. Pending messages to the person are stopped.

    :raises Stale, NotPermitted, StepNotAllowed, Invalid: as `steps.judge` says.
    :raises Invalid: if the day is to come, before the person was born, or years ago.
    """
    person = lock_person_of(referral)
    referral = lock(referral)
    judge(
        referral, policies.REFERRAL_STEPS["record_death"], actor=actor, at=at, details=details,
        expected_version=expected_version,
    )  # fmt: skip
    today = local_day(at)
    if details.died_on is not None and not (
        max(person.date_of_birth, today - dt.timedelta(days=OLDEST_DEATH_DAYS)) <= details.died_on <= today
    ):
        raise Invalid({"died_on": ["Give the day, at most two years ago, or leave it empty if it is not known."]})
    person.is_deceased, person.died_on = True, details.died_on
    person.save()
    _note(person, PersonChangeKind.DEATH_RECORDED, actor=actor, at=at, after={"died_on": str(details.died_on or "")})
    # Again until none is left: one that is being redirected becomes another while we wait for it.
    while still_open := list(person.referrals.open().select_for_update(of=("self",)).order_by("id")):
        for each in still_open:
            said = details if each.pk == referral.pk else NOTHING_SAID
            _end(referral if each.pk == referral.pk else each, actor=actor, at=at, said=said)
    stop_follow_ups_of(person)
    _stop_messages_to(person)
    return referral


@transaction.atomic(durable=True)
def undo_death(*, referral: Referral, actor: Actor, at: dt.datetime, note: str) -> Referral:
    """Take back a recorded death that was a mistake. What had ended stays ended, and may be reopened.

    :raises NotPermitted: if the actor does not lead the team that owns the referral.
    :raises Conflict: if no death is recorded.
    :raises Invalid: if no reason is given.
    """
    person = lock_person_of(referral)
    referral = lock(referral)
    if actor.user is None or Role.LEAD not in policies.roles_of(actor, referral):
        raise NotPermitted("A lead of the team that owns the referral takes back a recorded death.")
    if not person.is_deceased:
        raise Conflict("It is not recorded that this person has died.", code="not_recorded_as_deceased")
    if not note.strip():
        raise Invalid({"note": ["Say how the mistake was found."]})
    before = {"died_on": str(person.died_on or "")}
    person.is_deceased, person.died_on = False, None
    person.save()
    _note(person, PersonChangeKind.DEATH_UNDONE, actor=actor, at=at, before=before, note=note.strip())
    ended = person.referrals.filter(status=ReferralStatus.CLOSED, outcome=CloseOutcome.DECEASED)
    for each in ended.select_for_update(of=("self",)).order_by("id"):
        row = referral if each.pk == referral.pk else each
        record_event(referral=row, kind=EventKind.DEATH_UNDONE, actor=actor, at=at)
    for each in person.referrals.filter(status=ReferralStatus.CLOSED).select_for_update(of=("self",)).order_by("id"):
        plan_follow_ups_of(each, on=local_day(at))
    return referral


def _end(referral: Referral, *, actor: Actor, at: dt.datetime, said: StepDetails) -> None:
    withdraw_open_onward_referrals(referral, actor=actor, at=at, reason=WithdrawalReason.DECEASED)
    referral.outcome = CloseOutcome.DECEASED
    write(
        referral, policies.REFERRAL_STEPS["record_death"], actor=actor, at=at,
        details=replace(said, outcome=CloseOutcome.DECEASED), taken=Taken(),
    )  # fmt: skip


def _stop_messages_to(person: Person) -> None:
    references: list[str] = []
    addresses: set[str] = set()
    for referral in person.referrals.only("reference", "email", "telephone", "source", "confirmed_email"):
        references.append(referral.reference)
        addresses |= {referral.email, referral.telephone, recipient_of(referral)}
        if referral.source != ReferralSource.FAMILY:
            addresses |= {referral.confirmed_email, recipient_at_the_door(referral)}
    onward = OnwardReferral.objects.filter(referral__person=person).values_list("reference", flat=True)
    notifications.stop(
        recipients=addresses - {""}, references=[*references, *onward], why="The person has died."
    )  # fmt: skip


def _note(
    person: Person, kind: PersonChangeKind, *, actor: Actor, at: dt.datetime,
    before: dict[str, str] | None = None, after: dict[str, str] | None = None, note: str = "",
) -> None:  # fmt: skip
    if actor.user is None:
        raise NotPermitted("Somebody records a death.")
    PersonChange.objects.create(
        person=person, kind=kind, before=before or {}, after=after or {}, note=note,
        recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip
