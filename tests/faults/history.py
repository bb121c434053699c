"""What a fault run keeps, of what was asked and what was found: plain data, so that the checker can be tested by hand.

Times are seconds since the epoch by the true clock of the machine that runs the faults.
"""

import threading
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Write:
    """One thing that a client wanted done once, however often it had to ask.

    `kind` is the event that it makes, or `contact`. `subject` is the reference that it concerns; `marker` is text of
    its own by which what it made is found again, for what has no reference before it is made.
    """

    kind: str
    client: str
    subject: str = ""
    marker: str = ""
    tries: int = 0
    is_acknowledged: bool = False
    is_found_done: bool = False
    """An answer was lost, and reading again showed that the thing had been done."""


@dataclass(kw_only=True)
class History:
    """What the clients asked, and what surprised them. Written by several threads."""

    writes: list[Write] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    """Answers which no fault explains: each is a problem."""
    counts: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, write: Write) -> Write:
        """Keep a write before it is first asked for."""
        with self._lock:
            self.writes.append(write)
        return write

    def count(self, what: str) -> None:
        """Count something that happened."""
        with self._lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def surprise(self, what: str) -> None:
        """Keep an answer that should not have been."""
        with self._lock:
            self.surprises.append(what)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One message in the mail catcher's folder."""

    message_id: str
    recipient: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Excuse:
    """A time in which a sender may have had its answer and lost it, because something was killed or stopped then."""

    cause: str
    begins: float
    ends: float


@dataclass(frozen=True, kw_only=True)
class ReferralRow:
    """One referral, as the database has it."""

    reference: str
    marker: str
    status: str
    version: int
    chain_hash: str
    is_open: bool
    has_next_date: bool


@dataclass(frozen=True, kw_only=True)
class OnwardRow:
    """One onward referral, as the database has it."""

    reference: str
    referral: str
    status: str
    is_open: bool
    has_next_date: bool


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """One event, as the database has it; `onward` is empty where it is the referral's own."""

    referral: str
    onward: str
    sequence: int
    kind: str
    from_status: str
    to_status: str
    previous_hash: str
    hashed_text: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """One message owed by email, as the database has it; `wire_id` is empty where no delivery is recorded."""

    id: str
    event_key: str
    recipient: str
    status: str
    attempts: int
    wire_id: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What the database has when everything is quiet."""

    referrals: list[ReferralRow]
    onwards: list[OnwardRow]
    events: list[EventRow]
    contacts: list[tuple[str, str]]
    """The reference and the note of each."""
    messages: list[MessageRow]
