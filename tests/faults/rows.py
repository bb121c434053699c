"""Read what the database and the mail catcher hold, past all code under test."""

from pathlib import Path

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
            """SELECT m.id::text, m.event_key, m.recipient, m.status, m.attempts, coalesce(d.wire_id, '')
                FROM notifications_outboxmessage m LEFT JOIN notifications_delivery d ON d.message_id = m.id
                WHERE m.channel = 'email' ORDER BY m.created_at, m.id"""
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
            MessageRow(id=a, event_key=b, recipient=c, status=d, attempts=e, wire_id=f)
            for a, b, c, d, e, f in messages
        ],
    )  # fmt: skip


def unsettled(database_url: str, *, until: float) -> int:
    """Return how many emails owed before a moment (seconds since the epoch) are not sent yet."""
    with psycopg.connect(database_url, connect_timeout=3) as connection:
        row = connection.execute(
            """SELECT count(*) FROM notifications_outboxmessage
                WHERE status = 'pending' AND channel = 'email' AND created_at <= to_timestamp(%s)""",
            [until],
        ).fetchone()
    return int(row[0]) if row else 0


def read_mail(folder: Path) -> list[Arrival]:
    """Read the mail catcher's folder, the oldest first."""
    mailbox = Mailbox(folder)
    found = []
    for key in reversed(mailbox.keys()):
        message = mailbox.read(key)
        recipient = next((str(each["Address"]) for each in people(message, "To")), "")
        found.append(
            Arrival(message_id=str(message["Message-ID"]), recipient=recipient, at=int(key.split("-")[0]) / 1e9)
        )
    return found
