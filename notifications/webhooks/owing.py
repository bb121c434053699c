"""What has happened is owed to those endpoints whose team may know of it: decided, and written, at that moment."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django_guid import get_guid

from core.statements import change
from notifications.webhooks import payload


@dataclass(frozen=True, kw_only=True)
class News:
    """One thing for the endpoints of one team to hear: a type, and the references that it names."""

    team_id: UUID
    event_type: str
    references: Mapping[str, str]


def owe(news: Sequence[News], *, event_key: str, at: dt.datetime) -> int:
    """Owe each piece of news to the endpoints of its team that want its type; return how many messages were written.

    One statement, whatever there is to say and to however many. A team hears an event once: the first piece counts.
    Nothing is owed to an endpoint that is disabled or has ended, or of a team in which nobody works.

    :raises RuntimeError: if there is no transaction to belong to.
    :raises ValueError: if a type is unknown, or something else than a reference is named; then nothing is written.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A webhook is owed by what happens: write it in the transaction of that.")
    heard: dict[UUID, News] = {}
    for piece in news:
        payload.check(piece.event_type, piece.references)
        heard.setdefault(piece.team_id, piece)
    if not heard:
        return 0
    rows = [
        {"team_id": str(piece.team_id), "type": piece.event_type, "context": payload.context_of(piece.references)}
        for piece in heard.values()
    ]
    return change(_OWE, {"event_key": event_key, "at": at, "news": json.dumps(rows), "request_id": get_guid() or ""})


_OWE = """
    INSERT INTO notifications_outboxmessage (
        id, event_key, recipient, channel, template, context, occurred_at, available_at, status, sent_at,
        request_id, created_at, attempts, deferrals, failure
    )
    SELECT gen_random_uuid(), %(event_key)s, 'webhook:' || endpoint.reference, 'webhook', news.type,
        news.context, %(at)s, %(at)s, 'pending', NULL,
        %(request_id)s, now(), 0, 0, ''
    FROM jsonb_to_recordset(%(news)s::jsonb) AS news (team_id uuid, type text, context jsonb)
    JOIN notifications_webhookendpoint AS endpoint ON endpoint.team_id = news.team_id
    JOIN accounts_team AS team ON team.id = endpoint.team_id
    WHERE endpoint.status = 'active' AND team.is_active
        AND (endpoint.event_types = '{}' OR news.type = ANY (endpoint.event_types))
    ON CONFLICT (event_key, recipient, channel) DO NOTHING
"""
