"""Whose turn it is with rows that a user may see: what `turns.whose_turn` needs, read for many in a query or two."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from core.clocks import local_day
from referrals.enums import ReferralStatus
from referrals.models import OnwardReferral, Referral, ReferralEvent, TeamPolicy
from referrals.turns import LastMove, Turn, whose_turn

_READ = "last_moves"
_OF_REFERRALS = Prefetch(
    "events",
    ReferralEvent.objects.filter(onward_referral=None)
    .exclude(to_status="")
    .order_by("referral_id", "-sequence")
    .distinct("referral_id")
    .only("referral_id", "occurred_at", "reason"),
    to_attr=_READ,
)


def with_last_moves(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return referrals or onward referrals, each with the step that moved it last: a query or two more for them all."""
    if rows.model is Referral:
        return rows.prefetch_related(_OF_REFERRALS)
    own = (
        ReferralEvent.objects.exclude(to_status="")
        .order_by("onward_referral_id", "-sequence")
        .distinct("onward_referral_id")
        .only("onward_referral_id", "occurred_at", "reason")
    )
    of_its_referral = Prefetch("referral__events", _OF_REFERRALS.queryset, to_attr=_READ)
    return rows.prefetch_related(Prefetch("events", own, to_attr=_READ), of_its_referral)


def turn_of(
    subject: Referral | OnwardReferral,
    *,
    on: dt.date,
    reads_all: bool,
    timeline: Sequence[ReferralEvent] | None = None,
) -> Turn:
    """Return whose turn it is on a day. Of many rows that `with_last_moves` has read it asks nothing more.

    :param reads_all: `policies.reads_whole_turn` of the reader.
    :param timeline: what happened to the subject, in order, where the caller has read it.
    """
    referral = subject.referral if isinstance(subject, OnwardReferral) else subject
    is_held = subject is not referral and referral.status == ReferralStatus.ON_HOLD
    policy = getattr(referral.owner_team, "policy", None) or TeamPolicy()
    return whose_turn(
        subject, on=on, moved=_last_move(subject, timeline), held=_last_move(referral) if is_held else None,
        grace=policy.breach_working_days, reads_all=reads_all,
    )  # fmt: skip


def _last_move(row: Referral | OnwardReferral, timeline: Sequence[ReferralEvent] | None = None) -> LastMove | None:
    onward_id = row.pk if isinstance(row, OnwardReferral) else None
    read: list[ReferralEvent] | None = getattr(row, _READ, None)
    if timeline is not None:
        read = [event for event in timeline if event.to_status and event.onward_referral_id == onward_id][-1:]
    elif read is None:
        moves = row.events.filter(onward_referral=onward_id).exclude(to_status="")
        read = list(moves.order_by("-sequence")[:1])
    return LastMove(on=local_day(read[0].occurred_at), reason=read[0].reason) if read else None
