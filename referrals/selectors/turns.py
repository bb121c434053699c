"""Whose turn it is with rows that a user may see: what `turns.whose_turn` needs, read for many in a query or two."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from referrals.enums import ReferralStatus
from referrals.models import OnwardReferral, Referral, ReferralEvent, TeamPolicy
from referrals.turns import LastMove, Turn, move_at, whose_turn

_READ = "last_moves"
JOIN_LAST_MOVE = """LEFT JOIN LATERAL (
    SELECT occurred_at, reason FROM referrals_referralevent
    WHERE referral_id = referral.id AND onward_referral_id IS NULL AND to_status <> ''
    ORDER BY sequence DESC LIMIT 1
) AS moved ON true"""
"""In a statement by hand, the step that moved a `referral` last, as `with_last_moves` reads it."""


def with_last_moves(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return referrals or onward referrals, each with the step that moved it last: a query or two more for them all."""
    of_referrals = _moves("referral_id").filter(onward_referral=None)
    if rows.model is Referral:
        return rows.prefetch_related(Prefetch("events", of_referrals, to_attr=_READ))
    return rows.prefetch_related(
        Prefetch("events", _moves("onward_referral_id"), to_attr=_READ),
        Prefetch("referral__events", of_referrals, to_attr=_READ),
    )


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


def _moves(of: str) -> QuerySet[ReferralEvent]:
    """Return of each row, by the column that names it, the last step that moved it."""
    events = ReferralEvent.objects.exclude(to_status="").order_by(of, "-sequence").distinct(of)
    return events.only(of, "occurred_at", "reason")


def _last_move(row: Referral | OnwardReferral, timeline: Sequence[ReferralEvent] | None = None) -> LastMove | None:
    onward_id = row.pk if isinstance(row, OnwardReferral) else None
    read: list[ReferralEvent] | None = getattr(row, _READ, None)
    if timeline is not None:
        read = [event for event in timeline if event.to_status and event.onward_referral_id == onward_id][-1:]
    elif read is None:
        moves = row.events.filter(onward_referral=onward_id).exclude(to_status="")
        read = list(moves.order_by("-sequence")[:1])
    return move_at(read[0].occurred_at, read[0].reason) if read else None
