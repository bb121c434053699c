"""A made-up run for the tests of the checker, in which everything is as it should be.

Gita refers, Lou accepts, calls, and sends on; Pat accepts and books. Two people wait for their first assessment and
are reminded, one by text and one by letter; a third allows no message. A test spoils one thing at a time.
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

from tests.faults.checker import judge
from tests.faults.history import (
    EMAILS,
    TEXTS,
    WEBHOOKS,
    Arrival,
    Endpoint,
    EventRow,
    History,
    MessageRow,
    OnwardRow,
    ReferralRow,
    Rows,
    Write,
)
from tests.faults.messages import Verdict, Wire

TEAM, GP, PROVIDER = "team@inbox.example", "gp@work.example", "active@inbox.example"
TEXT, LETTER = "sms:+447700900123", "letter:Rose Okafor\n7 Mill Lane\nVale\nSK5 8BS"
LINK_WORKERS = Endpoint(reference="W-1", path="/link-workers", secret="", hears="team")
LEISURE = Endpoint(reference="W-2", path="/leisure", secret="", hears="provider")
TESTS = Endpoint(reference="W-3", path="/tests-only", secret="", hears="ping")


def chained(*rows: dict[str, Any]) -> list[EventRow]:
    """Return the events of one referral, each with the hash of the one before."""
    events: list[EventRow] = []
    for number, row in enumerate(rows, start=1):
        before = events[-1].hash if events else ""
        text = json.dumps([number, row["kind"], before])
        events.append(
            EventRow(
                referral="R-1", onward=row.get("onward", ""), sequence=number, kind=row["kind"],
                from_status=row.get("before", ""), to_status=row.get("after", ""), previous_hash=before,
                hashed_text=text, hash=hashlib.sha256(text.encode()).hexdigest(),
            )
        )  # fmt: skip
    return events


def history() -> History:
    """Return what was asked: every answer came, but one that was found done."""
    return History(
        writes=[
            Write(kind="submit", client="gp", marker="a fall", tries=2, is_acknowledged=True),
            Write(kind="accept", client="lou", subject="R-1", tries=1, is_found_done=True),
            Write(kind="contact", client="lou", subject="R-1", marker="a call", tries=1, is_acknowledged=True),
            Write(kind="sent_onward", client="lou", subject="R-1", tries=1, is_acknowledged=True),
        ],
        awaiting={"O-1": TEXT, "O-2": LETTER, "O-3": ""},
    )


def message(number: int, key: str, recipient: str, channel: str = "email", *, wire: str = "") -> MessageRow:
    """Return a message that was sent."""
    wire_id = wire or f"<m{number}@referral.example>"
    return MessageRow(
        id=f"m{number}", event_key=key, recipient=recipient, status="sent", attempts=1, wire_id=wire_id, channel=channel
    )


def of_event(number: int) -> str:
    """Return what makes the messages of an event unique."""
    return f"referral-event:R-1:{number}"


def rows() -> Rows:
    """Return what the database holds."""
    events = chained(
        {"kind": "submit", "before": "draft", "after": "submitted"},
        {"kind": "accept", "before": "submitted", "after": "accepted"},
        {"kind": "contact_logged"},
        {"kind": "sent_onward", "onward": "O-1", "after": "sent"},
        {"kind": "book_assessment", "onward": "O-1", "before": "sent", "after": "assessment_booked"},
        {"kind": "book_assessment", "onward": "O-2", "after": "assessment_booked"},
        {"kind": "book_assessment", "onward": "O-3", "after": "assessment_booked"},
    )
    told = {"W-1": (1, 2, 4, 5, 6, 7), "W-2": (4, 5, 6, 7)}
    hooks = [(of_event(event), f"webhook:{its}") for its, heard in told.items() for event in heard]
    hooks.append(("webhook-ping:1", "webhook:W-3"))
    return Rows(
        referrals=[
            ReferralRow(
                reference="R-1", marker="a fall", status="accepted", version=7, chain_hash=events[-1].hash,
                is_open=True, has_next_date=True,
            )
        ],
        onwards=[
            OnwardRow(reference=each, referral=of, status="assessment_booked", is_open=True, has_next_date=True)
            for each, of in (("O-1", "R-1"), ("O-2", "R-2"), ("O-3", "R-3"))
        ],
        events=events,
        contacts=[("R-1", "a call")],
        messages=[
            message(1, of_event(1), TEAM), message(2, of_event(2), GP), message(3, of_event(4), PROVIDER),
            message(4, "onward:O-1:reminder:x", "appointment:O-1/x", "sms", wire="n4"),
            message(5, "onward:O-2:reminder:x", "appointment:O-2/x", "letter", wire="n5"),
            *(
                message(number, key, recipient, "webhook", wire=f"m{number}")
                for number, (key, recipient) in enumerate(hooks, start=10)
            ),
        ],
    )  # fmt: skip


def mail(number: int, recipient: str, *, at: float = 100.0) -> Arrival:
    """Return one email in the mailbox."""
    wire_id = f"<m{number}@referral.example>"
    return Arrival(message_id=wire_id, wire_id=wire_id, recipient=recipient, at=at)


def notified(number: int, recipient: str, *, at: float = 100.0, wire: str = "") -> Arrival:
    """Return one text or letter in the Notify catcher's book."""
    return Arrival(message_id=f"m{number}", wire_id=wire or f"n{number}", recipient=recipient, at=at)


def hooked(number: int, path: str, told: str, references: dict[str, str], *, at: float = 100.0) -> Arrival:
    """Return one webhook; each is of a moment of its own."""
    body = json.dumps({"type": told, "timestamp": f"2026-11-02T09:30:{number}Z", "data": references})
    return Arrival(message_id=f"m{number}", wire_id=f"m{number}", recipient=path, at=at, body=body)


def wires() -> dict[str, Wire]:
    """Return what came, by each way."""
    sent, booked = "onward_referral.sent", "onward_referral.assessment_booked"
    onward = [(sent, "O-1"), (booked, "O-1"), (booked, "O-2"), (booked, "O-3")]
    team = [("referral.submitted", {"referral": "R-1"}), ("referral.accepted", {"referral": "R-1"})]
    team += [(told, {"referral": "R-1", "onward_referral": its}) for told, its in onward]
    hooks = [hooked(number, "/link-workers", *said) for number, said in enumerate(team, start=10)]
    hooks += [
        hooked(number, "/leisure", told, {"onward_referral": its})
        for number, (told, its) in enumerate(onward, start=16)
    ]
    hooks.append(hooked(20, "/tests-only", "webhook.ping", {"webhook": "W-3"}))
    return {
        EMAILS: Wire(name=EMAILS, arrivals=[mail(1, TEAM), mail(2, GP), mail(3, PROVIDER)]),
        TEXTS: Wire(name=TEXTS, arrivals=[notified(4, TEXT), notified(5, LETTER)]),
        WEBHOOKS: Wire(name=WEBHOOKS, arrivals=hooks),
    }


def judged(
    asked: History | None = None, held: Rows | None = None, came: dict[str, Wire] | None = None, *, excuses: Any = ()
) -> Verdict:
    """Judge the run, with what is given in the place of what was."""
    return judge(
        asked or history(), held or rows(), list((came or wires()).values()),
        endpoints=[LINK_WORKERS, LEISURE, TESTS], excuses=list(excuses),
    )  # fmt: skip


def problems(
    asked: History | None = None, held: Rows | None = None, came: dict[str, Wire] | None = None, **more: Any
) -> list[str]:
    """Return the first words of each problem."""
    return [problem.split(":")[0] for problem in judged(asked, held, came, **more).problems]


def also(name: str, *arrivals: Arrival, lost: dict[str, int] | None = None) -> dict[str, Wire]:
    """Return what came, and something more by one way."""
    everything = wires()
    more = [*everything[name].arrivals, *arrivals]
    return everything | {name: replace(everything[name], arrivals=more, lost=lost or {})}


def without(name: str, message_id: str) -> dict[str, Wire]:
    """Return what came, but for one message."""
    everything = wires()
    left = [each for each in everything[name].arrivals if each.message != message_id]
    return everything | {name: replace(everything[name], arrivals=left)}


def spoilt(name: str, message_id: str, **changes: Any) -> dict[str, Wire]:
    """Return what came, with one arrival changed."""
    everything = wires()
    changed = [replace(each, **changes) if each.message == message_id else each for each in everything[name].arrivals]
    return everything | {name: replace(everything[name], arrivals=changed)}


def with_message(message_id: str, **changes: Any) -> Rows:
    """Return the rows, with one message changed."""
    held = rows()
    return replace(
        held, messages=[replace(each, **changes) if each.id == message_id else each for each in held.messages]
    )


def but(message_id: str) -> Rows:
    """Return the rows without one message."""
    held = rows()
    return replace(held, messages=[each for each in held.messages if each.id != message_id])
