"""What a provider's team has been sent: who waits for an answer, who waits in which order, and who takes part."""

import datetime as dt
from collections import Counter
from uuid import UUID

from django.db.models import Count, DateTimeField, F, Max, OuterRef, Q, QuerySet, Subquery

from accounts.enums import Role
from accounts.models import User
from core.counting import MOST_COUNTED
from referrals.enums import AttendanceResult, OnwardStatus
from referrals.models import Attendance, OnwardReferral, ReferralEvent
from referrals.models.follow_ups import OPENS
from referrals.pathway.onward import BEGINS
from referrals.querysets import person_is_away
from referrals.selectors.visible import onward_referrals_visible_to, the_one


def received_by(user: User) -> QuerySet[OnwardReferral]:
    """Return what was sent to the teams in which a user is a provider: the newest first, each with all it shows."""
    return onward_referrals_visible_to(user).filter(provider_team__in=user.team_ids(Role.PROVIDER))


def get_received(user: User, reference: str) -> OnwardReferral:
    """Return the one onward referral that was sent to a team in which the user is a provider.

    :raises NotVisible: if there is none, or none that was sent to them; it does not say which.
    """
    return the_one(received_by(user), reference)


def received_alone(user: User, reference: str) -> OnwardReferral | None:
    """Return the onward referral that was sent to a team in which the user is a provider, who has no other part in its
    referral; None: there is none, or they see it from another side, too.
    """
    other = {*user.team_ids(Role.LINK_WORKER, Role.LEAD, Role.REFERRER)}
    row = received_by(user).filter(reference=reference).first() if reference.startswith("O-") else None
    return row if row is None or not other & {row.referral.owner_team_id, row.referral.referring_team_id} else None


def count_received(user: User, *, service_id: UUID | None = None) -> dict[str, int]:
    """Return how many onward referrals of a provider's teams stand at each status, in two queries: of what has ended,
    the last `MOST_COUNTED` are looked through.
    """
    rows = OnwardReferral.objects.filter(
        provider_team__in=user.team_ids(Role.PROVIDER), referral__forgotten_at__isnull=True
    )
    if service_id is not None:
        rows = rows.filter(service=service_id)
    ended = rows.filter(status__in=OnwardStatus.ENDED).order_by("-id").values_list("status", flat=True)[:MOST_COUNTED]
    still_open = rows.filter(status__in=OnwardStatus.OPEN).order_by().values_list("status").annotate(Count("pk"))
    return dict(still_open) | Counter(ended)


def reviews_to_hold(rows: QuerySet[OnwardReferral], *, on: dt.date) -> QuerySet[OnwardReferral]:
    """Return those of the rows whose next review can be held on a day, the longest overdue first, each with the day on
    which it is due (`asks_on`). Nobody is reviewed who is away.
    """
    due = rows.filter(status__in=OnwardStatus.TAKING_PART, next_review_on__lte=on + OPENS)
    return due.exclude(person_is_away()).annotate(asks_on=F("next_review_on")).order_by("asks_on", "id")


def follow_ups_to_make(rows: QuerySet[OnwardReferral], *, on: dt.date) -> QuerySet[OnwardReferral]:
    """Return those of the rows whose person is to be asked on a day how they are, some months after they began, the
    longest overdue first, each with the day on which it is due (`asks_on`). Nobody is asked who is away.
    """
    due = rows.filter(follow_up_clock__due_on__lte=on + OPENS)
    return due.exclude(person_is_away()).annotate(asks_on=F("follow_up_clock__due_on")).order_by("asks_on", "id")


def in_the_order_of_waiting(rows: QuerySet[OnwardReferral]) -> QuerySet[OnwardReferral]:
    """Return those of the rows that are on a waiting list, who was put on it first before the others, each with since
    when (`waiting_since`).
    """
    waiting = rows.filter(status=OnwardStatus.WAITLISTED)
    return waiting.annotate(waiting_since=_last("waitlist")).order_by("waiting_since", "id")


def with_attendance(rows: QuerySet[OnwardReferral]) -> QuerySet[OnwardReferral]:
    """Return those of the rows that take part, by name, each with since when (`began_at`), how often they were expected
    (`expected`) and came (`came`), and the last day on which they did (`last_came_on`).
    """
    came = Q(result__in=AttendanceResult.CAME)
    entries = Attendance.objects.filter(onward_referral=OuterRef("pk")).order_by().values("onward_referral")
    return (
        rows.filter(status__in=OnwardStatus.TAKING_PART)
        .annotate(
            began_at=_last(*BEGINS),
            expected=Subquery(entries.annotate(n=Count("pk")).values("n")),
            came=Subquery(entries.annotate(n=Count("pk", filter=came)).values("n")),
            last_came_on=Subquery(entries.annotate(day=Max("session_on", filter=came)).values("day")),
        )
        .order_by("referral__family_name", "referral__first_name", "id")
    )


def _last(*kinds: str) -> Subquery:
    """Return when an event of some kinds happened last to an onward referral."""
    events = ReferralEvent.objects.filter(onward_referral=OuterRef("pk"), kind__in=kinds).order_by()
    moments = events.values("onward_referral").annotate(moment=Max("occurred_at")).values("moment")
    return Subquery(moments, output_field=DateTimeField())
