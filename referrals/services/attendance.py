"""Record who came: one person on one day, or the whole register of a session."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from core.clocks import local_day, start_of_day
from core.errors import Conflict, Invalid, NotPermitted, Stale
from referrals import policies
from referrals.enums import AttendanceResult, OnwardStatus
from referrals.models import Attendance, OnwardReferral, RegisterTaken, Session, SupersededAttendance
from referrals.selectors.delivery import began_on
from referrals.selectors.sessions import Place, expected_at
from referrals.services.assessments import check_attended
from referrals.services.steps import NotPossibleNow, StepNotAllowed, lock


@transaction.atomic(durable=True)
def record_attendance(
    *, onward: OnwardReferral, actor: Actor, at: dt.datetime, session_on: dt.date, result: str
) -> Attendance:
    """Write down whether the person came to a session; a second entry for the day corrects the first.

    Where the service has a session on that day, it is an entry of that session's register.

    :raises NotPermitted: if the actor is not of the provider's team.
    :raises NotPossibleNow: if the service is a pack (`is_a_pack`).
    :raises StepNotAllowed: if the person is not taking part at the moment.
    :raises Conflict: if the service has several sessions on that day (`several_sessions`).
    :raises Invalid: if the session is still to come, or was before the person started; or they are no longer new.
    """
    sessions = _sessions_on(onward, session_on)
    onward = lock(onward)
    if actor.user is None or Role.PROVIDER not in policies.roles_of(actor, onward):
        raise NotPermitted("The provider keeps the register.")
    check_attended(onward)
    if onward.status != OnwardStatus.STARTED:
        raise StepNotAllowed(
            f"It stands at “{onward.get_status_display()}”: only somebody who takes part can attend.",
            available_actions=policies.available_actions(actor, onward),
            current_status=onward.status,
        )
    first_day = began_on(onward) or local_day(onward.sent_at)
    if not first_day <= session_on <= local_day(at):
        raise Invalid({"session_on": [f"Give a day from {first_day:%-d %B %Y}, when they started, until today."]})
    if len(sessions) > 1:
        raise Conflict("There are several sessions on that day: take the register of one.", code="several_sessions")
    session = sessions[0] if sessions else None
    if result == AttendanceResult.NEW and onward.pk in _came_before(
        [onward.pk], day=session_on, starts_at=session.starts_at if session else None
    ):
        raise Invalid({"result": ["They have come before: they are present, and not new."]})
    row, is_changed = _write(
        _entry_of(onward, day=session_on),
        onward,
        session=session,
        day=session_on,
        result=result,
        user=actor.user,
        at=at,
    )
    if session is not None and is_changed:
        _count_version(session, drop_ins=session.drop_ins or 0, user=actor.user, at=at)
    return row


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
    """Write down who came to a session, all at once. The same again changes nothing; another corrects, and is kept.

    Somebody expected who is not named is not recorded. Who is recorded must be named again: an entry is corrected and
    not taken out. Of people who dropped in there is a number, and no name: nobody referred them, and none is held.

    :raises NotPermitted: if the actor is not of the team that holds the session.
    :raises Stale: if the register has changed since the caller read it.
    :raises NotPossibleNow: if the session is cancelled (`session_cancelled`), or its day is still to come
        (`session_to_come`).
    :raises Invalid: if somebody is named twice, not expected, pausing, no longer new, or left out.
    """
    session = Session.objects.select_for_update(of=("self",)).select_related("service").get(pk=session.pk)
    if actor.user is None or not policies.may_hold_sessions(actor, session.team_id):
        raise NotPermitted("The team that holds the session keeps its register.")
    if expected_version is not None and expected_version != session.version:
        raise Stale("Read it again, look at what has changed, and decide anew.")
    day = local_day(session.starts_at)
    if session.cancelled_at is not None:
        raise NotPossibleNow("This session is cancelled: nobody came to it.", code="session_cancelled")
    if day > local_day(at):
        raise NotPossibleNow(f"This session is on {day:%-d %B %Y}: take its register then.", code="session_to_come")
    lock_those_taking_part(session)
    expected = {
        place.onward.reference: place
        for place in expected_at(session)
        if policies.sees_person(actor, place.onward, on=local_day(at))
    }
    _check(expected, entries, session=session)
    is_changed = session.drop_ins != drop_ins
    for entry in entries:
        place = expected[entry.onward_referral]
        _, is_new = _write(
            place.entry, place.onward, session=session, day=day, result=entry.result, user=actor.user, at=at
        )
        is_changed |= is_new
    if is_changed:
        _count_version(session, drop_ins=drop_ins, user=actor.user, at=at)
    return session


def _check(expected: dict[str, Place], entries: Sequence[Entry], *, session: Session) -> None:
    """Refuse a register that cannot be so.

    :raises Invalid: naming each entry, and why.
    """
    errors: dict[str, list[str]] = {}
    news = [expected[each.onward_referral].onward.pk for each in entries if _is_new_and_known(each, expected)]
    came = _came_before(news, day=local_day(session.starts_at), starts_at=session.starts_at) if news else set()
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        place = expected.get(entry.onward_referral)
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
    left_out = [name for name, place in expected.items() if place.entry is not None and name not in seen]
    if left_out:
        errors["entries"] = [f"Say also what is right of {', '.join(left_out)}: an entry is corrected, not taken out."]
    if errors:
        raise Invalid(errors)


def _is_new_and_known(entry: Entry, expected: dict[str, Place]) -> bool:
    return entry.result == AttendanceResult.NEW and entry.onward_referral in expected


def lock_those_taking_part(session: Session) -> None:
    """Keep the status of all who take part as it is until the register is written.

    In the order of their ids, after the session and without a referral: no two use cases can wait for each other.
    """
    rows = OnwardReferral.objects.filter(
        service=session.service_id,
        provider_team=session.team_id,
        status__in=(OnwardStatus.STARTED, OnwardStatus.PAUSED),
    )
    list(rows.select_for_update().order_by("id").values_list("pk"))


def _sessions_on(onward: OnwardReferral, day: dt.date) -> list[Session]:
    """Return the sessions that the service holds on a day in England, locked: before the person, as a register does."""
    held = Session.objects.filter(
        service=onward.service_id, team=onward.provider_team_id, cancelled_at=None,
        starts_at__gte=start_of_day(day), starts_at__lt=start_of_day(day + dt.timedelta(days=1)),
    )  # fmt: skip
    return list(held.select_for_update().order_by("id"))


def _came_before(onward_ids: Sequence[int], *, day: dt.date, starts_at: dt.datetime | None) -> set[int]:
    """Return which of these people had come on an earlier day, or to an earlier session of that day."""
    came = Attendance.objects.filter(onward_referral__in=onward_ids, result__in=AttendanceResult.CAME)
    earlier = came.filter(session_on__lt=day)
    if starts_at is not None:
        earlier |= came.filter(session_on=day, session__starts_at__lt=starts_at)
    return set(earlier.values_list("onward_referral_id", flat=True))


def _entry_of(onward: OnwardReferral, *, day: dt.date) -> Attendance | None:
    """Return the person's entry for a day on which the service has one session or none."""
    return onward.attendances.filter(session_on=day).order_by("id").first()


def _write(
    row: Attendance | None,
    onward: OnwardReferral,
    *,
    session: Session | None,
    day: dt.date,
    result: str,
    user: User,
    at: dt.datetime,
) -> tuple[Attendance, bool]:
    """Return a person's entry as it now is, and whether that is news. What a correction takes away is kept."""
    if row is None:
        return Attendance.objects.create(
            onward_referral=onward, session=session, session_on=day, result=AttendanceResult(result),
            recorded_by=user, recorded_at=at,
        ), True  # fmt: skip
    is_corrected = row.result != result
    if not is_corrected and row.session_id == (session.pk if session else None):
        return row, False
    if is_corrected:
        SupersededAttendance.objects.create(
            attendance=row, result=row.result, recorded_by_id=row.recorded_by_id, recorded_at=row.recorded_at
        )
        row.result, row.recorded_by, row.recorded_at = AttendanceResult(result), user, at
    row.session = session
    row.save()
    return row, True


def _count_version(session: Session, *, drop_ins: int, user: User, at: dt.datetime) -> None:
    """Say that the register was taken or corrected: a new version of it."""
    number = session.registers_taken.count() + 1
    RegisterTaken.objects.create(session=session, number=number, drop_ins=drop_ins, recorded_by=user, recorded_at=at)
    session.drop_ins = drop_ins
    session.version += 1
    session.save(update_fields=["drop_ins", "version"])
