"""Take the register of a session: who came, all at once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor
from core.clocks import local_day
from core.errors import Invalid, NotPermitted
from referrals import policies
from referrals.enums import AttendanceResult, OnwardStatus
from referrals.models import OnwardReferral, Session
from referrals.selectors.sessions import Place, expected_at
from referrals.services.attendance import came_before, count_version, write_entries
from referrals.services.steps import NotPossibleNow, check_version


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One person of a register: the reference of the onward referral, and whether they came."""

    onward_referral: str
    result: str


@transaction.atomic(durable=True)
def take_register(
    *,
    session: Session,
    entries: Sequence[Entry],
    drop_ins: int,
    actor: Actor,
    at: dt.datetime,
    expected_version: int | None = None,
) -> Session:
    """Write down who came to a session: all of it or nothing. The same again changes nothing; another corrects.

    Somebody expected who is not named is not recorded. Who is recorded must be named again: an entry is corrected,
    what it said before is kept, and it is not taken out. Somebody who takes part in another service of the same
    provider may drop in; of people whom nobody referred there is a number, and no name.

    :raises NotPermitted: if the actor is not of the team that holds the session.
    :raises NotPossibleNow: if the session is cancelled (`session_cancelled`), or its day is still to come
        (`session_to_come`).
    :raises Stale: if this would change the register, and it has changed since the caller read it.
    :raises Invalid: if somebody is named twice, not expected, pausing, no longer new, or left out.
    """
    session = Session.objects.select_for_update(of=("self",)).select_related("service").get(pk=session.pk)
    if actor.user is None or not policies.may_hold_sessions(actor, session.team_id):
        raise NotPermitted("The team that holds the session keeps its register.")
    day = local_day(session.starts_at)
    if session.cancelled_at is not None:
        raise NotPossibleNow("This session is cancelled: nobody came to it.", code="session_cancelled")
    if day > local_day(at):
        raise NotPossibleNow(f"This session is on {day:%-d %B %Y}: take its register then.", code="session_to_come")
    named = [entry.onward_referral for entry in entries]
    _lock_those_taking_part(session, named)
    places = {
        place.onward.reference: place
        for place in expected_at(session, dropping_in=named)
        if policies.sees_person(actor, place.onward, on=local_day(at))
    }
    if session.drop_ins == drop_ins and _says_the_same(places, entries, session=session):
        return session
    check_version(session, expected_version)
    _check(places, entries, session=session)
    said = [(places[each.onward_referral].entry, places[each.onward_referral].onward, each.result) for each in entries]
    write_entries(said, session=session, day=day, user=actor.user, at=at)
    count_version(session, drop_ins=drop_ins, user=actor.user, at=at)
    return session


def _says_the_same(places: dict[str, Place], entries: Sequence[Entry], *, session: Session) -> bool:
    """Whether these entries are what the register says already, in whatever order."""
    stands = {
        (name, str(place.entry.result))
        for name, place in places.items()
        if place.entry is not None and place.entry.session_id == session.pk
    }
    said = [(entry.onward_referral, str(entry.result)) for entry in entries]
    return len(said) == len(stands) and set(said) == stands


def _check(places: dict[str, Place], entries: Sequence[Entry], *, session: Session) -> None:
    """Refuse a register that cannot be so.

    :raises Invalid: naming each entry, and why.
    """
    errors: dict[str, list[str]] = {}
    news = [places[each.onward_referral].onward.pk for each in entries if _is_new_and_known(each, places)]
    came = came_before(news, day=local_day(session.starts_at), starts_at=session.starts_at) if news else set()
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        place = places.get(entry.onward_referral)
        problem = ""
        if place is None:
            problem = "Nobody with this reference is expected at this session."
        elif entry.onward_referral in seen:
            problem = "This person is named twice."
        elif place.is_paused and (place.entry is None or place.entry.result != entry.result):
            problem = "They are pausing: resume first."
        elif entry.result == AttendanceResult.NEW and place.onward.pk in came:
            problem = "They have come before: they are present, and not new."
        if problem:
            errors[f"entries.{number}"] = [problem]
        seen.add(entry.onward_referral)
    left_out = [name for name, place in places.items() if place.entry is not None and name not in seen]
    if left_out:
        errors["entries"] = [f"Say also what is right of {', '.join(left_out)}: an entry is corrected, not taken out."]
    if errors:
        raise Invalid(errors)


def _is_new_and_known(entry: Entry, places: dict[str, Place]) -> bool:
    return entry.result == AttendanceResult.NEW and entry.onward_referral in places


def _lock_those_taking_part(session: Session, named: Sequence[str]) -> None:
    """Keep the status of all who take part, or drop in, as it is until the register is written.

    In the order of their ids, after the session and without a referral: no two use cases can wait for each other.
    """
    rows = OnwardReferral.objects.filter(
        Q(service=session.service_id) | Q(reference__in=named),
        provider_team=session.team_id,
        status__in=OnwardStatus.TAKING_PART,
    )
    list(rows.select_for_update().order_by("id").values_list("pk"))
