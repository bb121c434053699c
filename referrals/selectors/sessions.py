"""The sessions of a provider's team, and who is expected at one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, DateTimeField, Max, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.aggregates import Aggregate

from accounts.enums import Role
from accounts.models import User
from core.clocks import local_day, start_of_day
from core.errors import NotVisible
from referrals.enums import AttendanceResult, OnwardStatus
from referrals.models import Attendance, Consent, OnwardReferral, ReferralEvent, Session, SupersededAttendance
from referrals.pathway.onward import BEGINS
from services_directory.enums import Delivery


@dataclass(frozen=True, kw_only=True)
class Place:
    """One person on the register of a session. `entry` None: not recorded yet; a drop-in is of another service."""

    onward: OnwardReferral
    is_paused: bool
    is_drop_in: bool
    entry: Attendance | None


def sessions_visible_to(user: User) -> QuerySet[Session]:
    """Return the sessions of the teams in which a user is a provider, in the order of time, with counts of who came."""
    return (
        Session.objects.filter(team__in=user.team_ids(Role.PROVIDER))
        .select_related("service", "team")
        .annotate(
            recorded=Count("attendances"),
            came=Count("attendances", filter=Q(attendances__result__in=AttendanceResult.CAME)),
        )
        .order_by("starts_at", "id")
    )


def get_session(user: User, session_id: UUID | str) -> Session:
    """Return the one session.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    session = sessions_visible_to(user).filter(pk=session_id).first()
    if session is None:
        raise NotVisible("There is no such session, or it is not yours to see.")
    return session


def expected_at(session: Session, *, dropping_in: Sequence[str] = ()) -> list[Place]:
    """Return all who are on the register of a session, by name: who takes part in its service on that day, and whoever
    has an entry. With them, of the references in `dropping_in`, who takes part in another service of the same provider.

    Of whom the asker may know who they are is `policies.sees_person`'s to say, of each: whoever shows or takes the
    register leaves the others out. In four queries at most.
    """
    return [_place(row, session) for row in _on_the_register(session, dropping_in)]


def _on_the_register(session: Session, dropping_in: Sequence[str]) -> QuerySet[OnwardReferral]:
    """Return who had started by the day of a session and not ended before it began; and whoever has an entry."""
    day = local_day(session.starts_at)
    entries = Attendance.objects.filter(Q(session=session) | Q(session=None), session_on=day)
    is_recorded = Q(pk__in=Attendance.objects.filter(session=session).values("onward_referral"))
    is_expected = Q(service=session.service_id)
    if dropping_in:
        # Nobody attends a pack.
        is_expected |= Q(reference__in=dropping_in) & ~Q(service__delivery=Delivery.POSTED)
    took_part = Q(began_at__lt=start_of_day(day + dt.timedelta(days=1))) & (
        Q(ended_at=None) | Q(ended_at__gt=session.starts_at)
    )
    rows: QuerySet[OnwardReferral] = (
        OnwardReferral.objects.filter(provider_team=session.team_id, referral__forgotten_at=None)
        .filter(is_expected | is_recorded)
        .annotate(began_at=_when(Min, BEGINS), paused_at=_when(Max, ("pause",)))
        .filter(took_part | is_recorded)
        .select_related("referral__person", "provider_team")
        .prefetch_related(
            Prefetch("referral__consents", Consent.objects.order_by("id")),
            Prefetch(
                "attendances",
                entries.select_related("recorded_by")
                .prefetch_related(
                    Prefetch("superseded", SupersededAttendance.objects.select_related("recorded_by").order_by("id"))
                )
                .order_by("id"),
            ),
        )
        .order_by("referral__family_name", "referral__first_name", "id")
    )
    return rows


def _when(which: type[Aggregate], kinds: tuple[str, ...]) -> Subquery:
    """Return when the first or the last event of some kinds happened to an onward referral."""
    events = ReferralEvent.objects.filter(onward_referral=OuterRef("pk"), kind__in=kinds).order_by()
    return Subquery(
        events.values("onward_referral").annotate(moment=which("occurred_at")).values("moment"),
        output_field=DateTimeField(),
    )


def _place(row: OnwardReferral, session: Session) -> Place:
    entries = list(row.attendances.all())
    own = [entry for entry in entries if entry.session_id == session.pk]
    is_drop_in = row.service_id != session.service_id
    paused_at: dt.datetime | None = vars(row)["paused_at"]  # of _on_the_register
    end = session.starts_at + dt.timedelta(minutes=session.minutes)
    return Place(
        onward=row,
        is_paused=row.status == OnwardStatus.PAUSED and paused_at is not None and paused_at <= end,
        is_drop_in=is_drop_in,
        # An entry for the day alone is one of their own service.
        entry=next(iter(own if is_drop_in else own or entries), None),
    )
