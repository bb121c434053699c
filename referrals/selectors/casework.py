"""What a link-worker team has done for a person and written down. It is the team's own: others are refused."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from core.clocks import LONDON, add_working_days, local_day
from core.errors import NotPermitted, NotVisible
from core.statements import Written
from referrals.enums import (
    ConsultationMechanism,
    ContactDirection,
    ContactOutcome,
    ContactParty,
    PreferredContact,
    TimeOfDay,
)
from referrals.models import CaseNote, CaseTask, Contact, DueTask, PlanVersion, Referral, Signpost, TeamPolicy
from referrals.models.facts import Sides

MOST = 50
"""How many contacts, notes, signposts or things due of one case a page shows: more than any case that was seen."""
_TEAM = (Role.LINK_WORKER, Role.LEAD)
_SOME_ID = 1
_REFERRAL = {_SOME_ID: "%(referral)s"}


def reads_casework(user: User, referral: Sides) -> bool:
    """Whether a user is of the team that owns the referral, whose own all of this is."""
    return bool(user.roles_in([referral.owner_team_id]) & set(_TEAM))


def contacts_of(user: User, referral: Referral) -> QuerySet[Contact]:
    """Return the contact log, the newest first, with what was replaced.

    :raises NotPermitted: if the user is not of the team that owns the referral.
    """
    refuse_others(user, referral)
    return referral.contacts.select_related("recorded_by", "onward_referral", "replaced_by").order_by(
        "-occurred_at", "-id"
    )


def case_notes_of(user: User, referral: Referral) -> QuerySet[CaseNote]:
    """Return the notes, the newest first: to the team all, to the referrer those shared that nothing has replaced."""
    return _noted(referral.case_notes.all(), is_team=reads_casework(user, referral))


def _noted(rows: QuerySet[CaseNote], *, is_team: bool) -> QuerySet[CaseNote]:
    notes = rows.select_related("recorded_by", "replaced_by").order_by("-id")
    return notes if is_team else notes.filter(is_shared=True, replaced_by=None)


def newest_notes_of(user: User, referral: Referral) -> list[CaseNote]:
    """Return of `case_notes_of` what a page shows."""
    return _notes(is_team=reads_casework(user, referral)).ask(referral=referral.pk)


@cache
def _notes(*, is_team: bool) -> Written[CaseNote]:
    rows = CaseNote.objects.filter(referral=_SOME_ID)
    return Written(_noted(rows, is_team=is_team)[:MOST], _REFERRAL)


def plan_versions_of(user: User, referral: Referral) -> QuerySet[PlanVersion]:
    """Return every version of the plan, whole, the newest first.

    :raises NotPermitted: if the user is not of the team that owns the referral.
    """
    refuse_others(user, referral)
    return referral.plan_versions.select_related("recorded_by").order_by("-number")


def get_plan(user: User, referral: Referral) -> PlanVersion:
    """Return the plan as it is now.

    :raises NotPermitted: if the user is not of the team that owns the referral.
    :raises NotVisible: if there is none yet.
    """
    latest = plan_versions_of(user, referral).first()
    if latest is None:
        raise NotVisible("There is no plan yet.")
    return latest


def signposts_of(user: User, referral: Referral) -> QuerySet[Signpost]:
    """Return what the person was signposted to, the newest first, with what was heard of it.

    :raises NotPermitted: if the user is not of the team that owns the referral.
    """
    refuse_others(user, referral)
    return _signposted(referral.signposts.all())


def newest_signposts_of(user: User, referral: Referral) -> list[Signpost]:
    """Return of `signposts_of` what a page shows.

    :raises NotPermitted: if the user is not of the team that owns the referral.
    """
    refuse_others(user, referral)
    return _signposts().ask(referral=referral.pk)


@cache
def _signposts() -> Written[Signpost]:
    return Written(_signposted(Signpost.objects.filter(referral=_SOME_ID))[:MOST], _REFERRAL)


def _signposted(rows: QuerySet[Signpost]) -> QuerySet[Signpost]:
    return rows.select_related("recorded_by", "service", "follow_up__recorded_by", "referral").order_by("-id")


def case_tasks_of(user: User, referral: Referral) -> QuerySet[CaseTask]:
    """Return the tasks that were written down by hand, done or not, the newest first.

    :raises NotPermitted: if the user is not of the team that owns the referral.
    """
    refuse_others(user, referral)
    return referral.tasks.select_related("recorded_by", "assigned_to", "done_by").order_by("-id")


def due_tasks_visible_to(user: User) -> QuerySet[DueTask]:
    """Return what is due for the user's teams, the most urgent first. One query, whatever it is due for."""
    return _in_order(DueTask.objects.filter(owner_team__in=user.team_ids(*_TEAM)))


def due_for_one(user: User, referral: Referral) -> list[DueTask]:
    """Return of `due_tasks_visible_to` what is due for one referral, as much as a page shows."""
    return _due().ask(teams=user.team_ids(*_TEAM), referral=referral.pk)


@cache
def _due() -> Written[DueTask]:
    team = UUID(int=1)
    rows = _in_order(DueTask.objects.filter(owner_team=team, referral=_SOME_ID))
    return Written(rows[:MOST], {team: "ANY (%(teams)s::uuid[])", **_REFERRAL})


def _in_order(rows: QuerySet[DueTask]) -> QuerySet[DueTask]:
    return rows.select_related("owner_team__policy", "assigned_to").order_by("due_on", "key")


# --- Reaching the person ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Reaching:
    """Where the team stands with reaching the person, and what to try next by its policy.

    `failed_tries` counts days, not calls: three calls on one morning are one try. `next_on` is when to try again or,
    if the case asks to be closed, until when the person has to answer; None if no try has failed.
    """

    reached_at: dt.datetime | None
    failed_tries: int
    tries_wanted: int
    asks_to_close: bool
    next_on: dt.date | None
    mechanisms: tuple[ConsultationMechanism, ...]
    time_of_day: TimeOfDay


def get_reaching(user: User, referral: Referral) -> Reaching:
    """Return where the team stands with reaching the person.

    :raises NotPermitted: if the user is not of the team that owns the referral.
    """
    refuse_others(user, referral)
    return reaching_of(referral)


def is_try_that_failed(contact: Contact) -> bool:
    """Whether somebody of the team tried to reach the person and did not."""
    return (
        contact.with_whom == ContactParty.PERSON
        and contact.direction == ContactDirection.OUT
        and contact.outcome in ContactOutcome.NOT_REACHED
    )


def is_with_the_person(contact: Contact) -> bool:
    """Whether the person was in touch. Who leaves us a message has answered our tries."""
    return contact.with_whom == ContactParty.PERSON and (
        contact.outcome in ContactOutcome.REACHED or contact.direction == ContactDirection.IN
    )


def reaching_of(referral: Referral, *, and_then: Contact | None = None) -> Reaching:
    """Work out from the contact log where the team stands with reaching the person (field notes 3.6).

    Counted since the person was last in touch, and since the referral was last opened again. What was replaced does
    not count.

    :param and_then: a contact that is not written yet: where the team would stand after it.
    """
    policy = TeamPolicy.objects.filter(team=referral.owner_team_id).first() or TeamPolicy()
    contacts = Contact.objects.filter(referral=referral, with_whom=ContactParty.PERSON, replaced_by=None)
    reopened = referral.events.filter(kind="reopen").order_by("-sequence").first()
    if reopened is not None:
        contacts = contacts.filter(recorded_at__gt=reopened.occurred_at)
    reached_at: dt.datetime | None = None
    tries: list[Contact] = []
    for contact in [*contacts.order_by("occurred_at", "id"), *([and_then] if and_then else [])]:
        if is_with_the_person(contact):
            reached_at, tries = contact.occurred_at, []
        elif is_try_that_failed(contact):
            tries.append(contact)
    days = {local_day(contact.occurred_at) for contact in tries}
    ways = {contact.mechanism for contact in tries}
    enough_ways = len(ways) > 1 or not policy.tries_need_another_way
    asks_to_close = len(days) >= policy.contact_tries and enough_ways
    wait = policy.closing_wait_working_days if asks_to_close else policy.next_try_working_days
    return Reaching(
        reached_at=reached_at,
        failed_tries=len(days),
        tries_wanted=policy.contact_tries,
        asks_to_close=asks_to_close,
        next_on=add_working_days(max(days), wait) if days else None,
        mechanisms=_ways_to_try(referral, tries),
        time_of_day=_time_to_try(tries),
    )


_BY_PREFERENCE = {
    PreferredContact.LETTER: ConsultationMechanism.OTHER,
    PreferredContact.VISIT: ConsultationMechanism.FACE_TO_FACE,
    PreferredContact.TELEPHONE: ConsultationMechanism.TELEPHONE,
    PreferredContact.EMAIL: ConsultationMechanism.EMAIL,
    PreferredContact.SMS: ConsultationMechanism.SMS,
}


def _ways_to_try(referral: Referral, tries: list[Contact]) -> tuple[ConsultationMechanism, ...]:
    """Return the ways by which the person can be tried, those least tried first, then as they prefer it."""
    way = ConsultationMechanism
    is_wrong = {contact.mechanism for contact in tries if contact.outcome == ContactOutcome.WRONG_NUMBER}
    number = "".join(character for character in referral.telephone if character.isdigit() or character == "+")
    may_ring = bool(number) and referral.preferred_contact != PreferredContact.NO_TELEPHONE
    if is_wrong & {way.TELEPHONE, way.SMS}:
        may_ring = False
    possible = {
        way.TELEPHONE: may_ring,
        way.SMS: may_ring and number.startswith(("07", "+447", "00447")),  # no text reaches a landline
        way.EMAIL: bool(referral.email) and way.EMAIL not in is_wrong,
        way.OTHER: bool(referral.address) and way.OTHER not in is_wrong,
        way.FACE_TO_FACE: referral.preferred_contact == PreferredContact.VISIT,
    }
    used = Counter(contact.mechanism for contact in tries)
    preferred = _BY_PREFERENCE.get(PreferredContact(referral.preferred_contact)) if referral.preferred_contact else None
    ways = [mechanism for mechanism, is_possible in possible.items() if is_possible]
    return tuple(sorted(ways, key=lambda mechanism: (used[mechanism], mechanism != preferred)))


def _time_to_try(tries: list[Contact]) -> TimeOfDay:
    """Return the time of day that was tried least."""
    used = Counter(_time_of(contact.occurred_at) for contact in tries)
    return min(TimeOfDay, key=lambda time: used[time])


def _time_of(at: dt.datetime) -> TimeOfDay:
    hour = at.astimezone(LONDON).hour
    return TimeOfDay.MORNING if hour < 12 else TimeOfDay.AFTERNOON if hour < 17 else TimeOfDay.EVENING


def refuse_others(user: User, referral: Sides) -> None:
    """Refuse whoever is not of the team that owns the referral.

    :raises NotPermitted: if the user is not.
    """
    if not reads_casework(user, referral):
        raise NotPermitted("This is for the team that supports the person.")
