"""Record whether one person came on one day; and what every entry of a register shares (`registers`)."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from core.clocks import local_day, start_of_day
from core.errors import Conflict, Invalid, NotPermitted
from referrals import policies
from referrals.enums import AttendanceResult, OnwardStatus
from referrals.models import Attendance, OnwardReferral, RegisterTaken, Session, SupersededAttendance
from referrals.selectors.delivery import began_on
from referrals.services.assessments import check_attended
from referrals.services.steps import StepNotAllowed, lock


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
            available_actions=policies.available_actions(actor, onward, on=local_day(at)),
            current_status=onward.status,
        )
    first_day = began_on(onward) or local_day(onward.sent_at)
    if not first_day <= session_on <= local_day(at):
        raise Invalid({"session_on": [f"Give a day from {first_day:%-d %B %Y}, when they started, until today."]})
    if len(sessions) > 1:
        raise Conflict("There are several sessions on that day: take the register of one.", code="several_sessions")
    session = sessions[0] if sessions else None
    if result == AttendanceResult.NEW and onward.pk in came_before(
        [onward.pk], day=session_on, starts_at=session.starts_at if session else None
    ):
        raise Invalid({"result": ["They have come before: they are present, and not new."]})
    entry = _entry_of(onward, day=session_on, session=session)
    [row], is_changed = write_entries(
        [(entry, onward, result)], session=session, day=session_on, user=actor.user, at=at
    )  # fmt: skip
    if session is not None and is_changed:
        count_version(session, drop_ins=session.drop_ins or 0, user=actor.user, at=at)
    return row


def _sessions_on(onward: OnwardReferral, day: dt.date) -> list[Session]:
    """Return the sessions that the service holds on a day in England, locked: before the person, as a register does."""
    held = Session.objects.filter(
        service=onward.service_id, team=onward.provider_team_id, cancelled_at=None,
        starts_at__gte=start_of_day(day), starts_at__lt=start_of_day(day + dt.timedelta(days=1)),
    )  # fmt: skip
    return list(held.select_for_update().order_by("id"))


def came_before(onward_ids: Sequence[int], *, day: dt.date, starts_at: dt.datetime | None) -> set[int]:
    """Return which of these people had come on an earlier day, or to an earlier session of that day."""
    came = Attendance.objects.filter(onward_referral__in=onward_ids, result__in=AttendanceResult.CAME)
    earlier = came.filter(session_on__lt=day)
    if starts_at is not None:
        earlier |= came.filter(session_on=day, session__starts_at__lt=starts_at)
    return set(earlier.values_list("onward_referral_id", flat=True))


def _entry_of(onward: OnwardReferral, *, day: dt.date, session: Session | None) -> Attendance | None:
    """Return the person's entry of a session, else the one for the day alone: not of where they dropped in."""
    rows = onward.attendances.filter(session_on=day).filter(Q(session=session) | Q(session=None))
    return rows.order_by(F("session").asc(nulls_last=True), "id").first()


def write_entries(
    said: Sequence[tuple[Attendance | None, OnwardReferral, str]],
    *,
    session: Session | None,
    day: dt.date,
    user: User,
    at: dt.datetime,
) -> tuple[list[Attendance], bool]:
    """Return the entries as they now are, and whether that is news: three statements at most, however many they are.

    What a correction takes away is kept.

    :param said: of each person the entry that there is, the onward referral, and the result.
    """
    entries: list[Attendance] = []
    new: list[Attendance] = []
    changed: list[Attendance] = []
    superseded: list[SupersededAttendance] = []
    for entry, onward, result in said:
        if entry is None:
            entry = Attendance(
                onward_referral=onward, session=session, session_on=day, result=AttendanceResult(result),
                recorded_by=user, recorded_at=at,
            )  # fmt: skip
            new.append(entry)
        elif entry.result != result:
            superseded.append(
                SupersededAttendance(
                    attendance=entry, result=entry.result, recorded_by_id=entry.recorded_by_id,
                    recorded_at=entry.recorded_at,
                )
            )  # fmt: skip
            entry.result, entry.recorded_by, entry.recorded_at = AttendanceResult(result), user, at
            changed.append(entry)
        elif entry.session_id != (session.pk if session else None):
            changed.append(entry)
        entry.session = session
        entries.append(entry)
    Attendance.objects.bulk_create(new)
    SupersededAttendance.objects.bulk_create(superseded)
    Attendance.objects.bulk_update(changed, ["result", "recorded_by", "recorded_at", "session"])
    return entries, bool(new or changed)


def count_version(session: Session, *, drop_ins: int, user: User, at: dt.datetime) -> None:
    """Say that the register was taken or corrected: a new version of it."""
    number = session.registers_taken.count() + 1
    RegisterTaken.objects.create(session=session, number=number, drop_ins=drop_ins, recorded_by=user, recorded_at=at)
    session.drop_ins = drop_ins
    session.version += 1
    session.save(update_fields=["drop_ins", "version"])
