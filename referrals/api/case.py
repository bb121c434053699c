"""A referral opened, as `ReferralSerializer` describes it, and its timeline as `EventSerializer` does, put together by
hand (docs/adr/0050).
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from accounts.actors import Actor
from core.plain_json import as_json
from referrals import policies
from referrals.api.turns import clock_of
from referrals.models.facts import Sides
from referrals.selectors.case import OpenedReferral, TimelineEvent, counts_today

TIMELINE_ORDER = ("sequence",)


def whole_of(opened: OpenedReferral, *, actor: Actor, today: dt.date) -> dict[str, Any]:
    """Return a referral, whole, as whoever asks is told it."""
    turn = opened.turn(on=today, reads_all=policies.reads_whole_turn_of_referral(actor, opened))
    counting = counts_today(opened, on=today)
    return {
        "clock": clock_of(turn, today=today),
        **opened.told,
        "submitted_at": as_json(opened.submitted_at),
        "ended_at": as_json(opened.ended_at),
        "said_no_at": as_json(opened.said_no_at),
        "available_actions": policies.referral_actions(actor, opened),
        "consents": [_consent(said, counts=said["id"] in counting) for said in opened.consents],
        "onward_referrals": [
            {**onward, "sent_at": _moment(onward["sent_at"]), "ended_at": _moment(onward["ended_at"])}
            for onward in opened.onward_referrals
        ],
    }


def _consent(said: dict[str, Any], *, counts: bool) -> dict[str, Any]:
    return {
        "purpose": said["purpose"],
        "to_service": said["service_id"] and {"id": said["service_id"], "name": said["service"]},
        "to_organization": said["organization_id"] and {"id": said["organization_id"], "name": said["organization"]},
        "decision": said["decision"],
        "basis": said["basis"],
        "how_given": said["how_given"],
        "note": said["note"],
        "decided_on": said["decided_on"],
        "expires_on": said["expires_on"],
        "recorded_by": said["recorded_by"],
        "recorded_at": _moment(said["recorded_at"]),
        "counts": counts,
    }


def _moment(written: str | None) -> str | None:
    """Return a moment that PostgreSQL has written, as every answer has it."""
    return as_json(dt.datetime.fromisoformat(written)) if written else None


def events_of(rows: Iterable[TimelineEvent], *, of: Sides, actor: Actor) -> list[dict[str, Any]]:
    """Return a page of a referral's timeline; what link worker and provider write to each other, for those who read
    that.
    """
    sees_onward_notes = policies.sees_notes_of_referral(actor, of)
    return [
        {
            **row._asdict(),
            "occurred_at": as_json(row.occurred_at),
            "note": row.note if sees_onward_notes or not row.onward_referral else "",
        }
        for row in rows
    ]
