"""Read what the database and the mail catcher hold, past all code under test."""

from collections.abc import Sequence
from pathlib import Path
from typing import LiteralString

import psycopg

from standalone.mailbox import Mailbox, people
from tests.faults.history import Arrival, EventRow, MessageRow, OnwardRow, ReferralRow, Rows

OPEN_REFERRAL = "status NOT IN ('closed', 'rejected', 'redirected', 'withdrawn', 'entered_in_error', 'draft')"
OPEN_ONWARD = "status NOT IN ('completed', 'left_early', 'not_started', 'declined', 'expired', 'withdrawn')"


def read_rows(database_url: str) -> Rows:
    """Read everything that the checker judges, in one snapshot."""
    with psycopg.connect(database_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        referrals = connection.execute(
            f"""SELECT reference, reason, status, version, chain_hash, {OPEN_REFERRAL},
                    owner_team_id IS NOT NULL AND next_action_on IS NOT NULL
                FROM referrals_referral ORDER BY id"""  # noqa: S608 - our own words
        ).fetchall()
        onwards = connection.execute(
            f"""SELECT o.reference, r.reference, o.status, o.{OPEN_ONWARD}, o.next_action_on IS NOT NULL
                FROM referrals_onwardreferral o JOIN referrals_referral r ON r.id = o.referral_id
                ORDER BY o.id"""  # noqa: S608
        ).fetchall()
        events = connection.execute(
            """SELECT r.reference, coalesce(o.reference, ''), e.sequence, e.kind, e.from_status, e.to_status,
                    e.previous_hash, e.hashed_text, e.hash
                FROM referrals_referralevent e JOIN referrals_referral r ON r.id = e.referral_id
                LEFT JOIN referrals_onwardreferral o ON o.id = e.onward_referral_id ORDER BY e.id"""
        ).fetchall()
        contacts = connection.execute(
            "SELECT r.reference, c.note FROM referrals_contact c JOIN referrals_referral r ON r.id = c.referral_id"
        ).fetchall()
        messages = connection.execute(
            """SELECT m.id::text, m.event_key, m.recipient, m.status, m.attempts, coalesce(d.wire_id, ''),
                    m.channel, m.template
                FROM notifications_outboxmessage m LEFT JOIN notifications_delivery d ON d.message_id = m.id
                ORDER BY m.created_at, m.id"""
        ).fetchall()
    return Rows(
        referrals=[
            ReferralRow(reference=a, marker=b, status=c, version=d, chain_hash=e, is_open=f, has_next_date=g)
            for a, b, c, d, e, f, g in referrals
        ],
        onwards=[
            OnwardRow(reference=a, referral=b, status=c, is_open=d, has_next_date=e) for a, b, c, d, e in onwards
        ],
        events=[
            EventRow(
                referral=a, onward=b, sequence=c, kind=d, from_status=e, to_status=f, previous_hash=g, hashed_text=h,
                hash=i,
            )
            for a, b, c, d, e, f, g, h, i in events
        ],
        contacts=[(reference, note) for reference, note in contacts],
        messages=[
            MessageRow(id=a, event_key=b, recipient=c, status=d, attempts=e, wire_id=f, channel=g, template=h)
            for a, b, c, d, e, f, g, h in messages
        ],
    )  # fmt: skip


def owed_now(database_url: str, *, within: float | None) -> list[str]:
    """Return the ids of the messages that are not sent yet and may go within so many seconds; None: of all.

    By the clock of the database, which never jumps; a webhook that waits for its next try is among them.
    """
    with psycopg.connect(database_url, connect_timeout=3) as connection:
        rows = connection.execute(
            """SELECT id::text FROM notifications_outboxmessage
                WHERE status = 'pending' AND (%(within)s::float IS NULL OR (deferrals > 0 AND channel = 'webhook')
                    OR available_at <= now() + %(within)s * interval '1 second')""",
            {"within": within},
        )
        return [row[0] for row in rows]


def still_owed(database_url: str, ids: Sequence[str]) -> int:
    """Return how many of these messages are not sent yet."""
    return _count(
        database_url,
        "SELECT count(*) FROM notifications_outboxmessage WHERE status = 'pending' AND id = ANY(%s::uuid[])",
        [list(ids)],
    )


def not_reminded(database_url: str, onwards: Sequence[str]) -> int:
    """Return how many of these onward referrals wait for a first assessment of which nobody has reminded yet."""
    return _count(
        database_url,
        """SELECT count(*) FROM referrals_onwardreferral o
            WHERE o.reference = ANY(%s) AND o.status = 'assessment_booked' AND NOT EXISTS (
                SELECT FROM notifications_outboxmessage m WHERE m.recipient LIKE 'appointment:' || o.reference || '/%%'
            )""",
        [list(onwards)],
    )


def put_off_twice(database_url: str) -> list[tuple[str, str]]:
    """Return the webhooks that wait for minutes: the reference of the endpoint, and the message."""
    with psycopg.connect(database_url, connect_timeout=3) as connection:
        return connection.execute(
            """SELECT split_part(recipient, ':', 2), id::text FROM notifications_outboxmessage
                WHERE status = 'pending' AND channel = 'webhook' AND deferrals >= 2"""
        ).fetchall()


def is_in_use(database_url: str, endpoint: str) -> bool:
    """Say whether webhooks are sent to an endpoint."""
    query = "SELECT count(*) FROM notifications_webhookendpoint WHERE reference = %s AND status = 'active'"
    return _count(database_url, query, [endpoint]) == 1


def _count(database_url: str, query: LiteralString, values: list[object]) -> int:
    with psycopg.connect(database_url, connect_timeout=3) as connection:
        row = connection.execute(query, values).fetchone()
    return int(row[0]) if row else 0


def read_mail(folder: Path) -> list[Arrival]:
    """Read the mail catcher's folder, the oldest first."""
    mailbox = Mailbox(folder)
    found = []
    for key in reversed(mailbox.keys()):
        message = mailbox.read(key)
        recipient = next((str(each["Address"]) for each in people(message, "To")), "")
        wire_id = str(message["Message-ID"])
        at = int(key.split("-")[0]) / 1e9
        found.append(Arrival(message_id=wire_id, wire_id=wire_id, recipient=recipient, at=at))
    return found
