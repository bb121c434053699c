"""The list of referrals, as `ReferralSummarySerializer` describes it, put together by hand (docs/adr/0050)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from accounts.actors import Actor
from core.plain_json import as_json
from referrals import policies
from referrals.api.turns import clock_of
from referrals.selectors.worklist import ListedReferral


def lines_of(rows: Iterable[ListedReferral], *, actor: Actor, today: dt.date) -> list[dict[str, Any]]:
    """Return what a list shows to whoever asks."""
    return [_line(row, actor, today) for row in rows]


def _line(row: ListedReferral, actor: Actor, today: dt.date) -> dict[str, Any]:
    roles = frozenset(policies.roles_of_referral(actor, row))
    turn = row.turn(on=today, reads_all=policies.is_of_the_team(roles))
    return {
        "clock": clock_of(turn, today=today),
        "reference": row.reference,
        "status": row.status,
        "version": row.version,
        "person": f"{row.family_name.upper()}, {row.first_name}",
        "referring_team": row.referring_team,
        "owner_team": row.owner_team,
        "owner": {"id": str(row.owner_id), "full_name": row.owner} if row.owner_id else None,
        "next_action_on": as_json(row.next_action_on),
        "submitted_at": as_json(row.submitted_at),
        "ended_at": as_json(row.ended_at),
        "outcome": row.outcome,
        "available_actions": policies.actions_of(roles, row.status),
    }
