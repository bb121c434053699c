"""What a fault run keeps, of what was asked and what was found: plain data, so that the checker can be tested by hand.

Times are seconds since the epoch by the true clock of the machine that runs the faults.
"""

import threading
from dataclasses import dataclass, field

EMAILS, TEXTS, WEBHOOKS, TIME = "emails", "texts and letters", "webhooks", "the time in a signature"
EVERY_WIRE = frozenset({EMAILS, TEXTS, WEBHOOKS})
WIRE_OF = {"email": EMAILS, "sms": TEXTS, "letter": TEXTS, "webhook": WEBHOOKS}
"""By the channel of a message."""


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
    awaiting: dict[str, str] = field(default_factory=dict)
    """The onward referrals whose first assessment is soon and is waited for, each with how its person said that they
    may be told: `sms:` and the number, `letter:` and the lines of the address, or nothing: by no message at all."""
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
    """One message that came: in the mail catcher's folder, in the Notify catcher's file, or to a team's system."""

    message_id: str
    """The Message-ID, the reference that Notify keeps, or the webhook-id: the same at each try."""
    wire_id: str
    """The Message-ID, the id which Notify gave, or the webhook-id: what is recorded of the delivery."""
    recipient: str
    """An email address; `sms:` and a number; `letter:` and lines; or the path of an endpoint."""
    at: float
    body: str = ""
    is_signed: bool = True
    skew: float = 0.0
    """Seconds by which the sender's clock is ahead, as far as it says the time."""

    @property
    def message(self) -> str:
        """Return the id of the message that it is a copy of."""
        return self.message_id.strip("<>").partition("@")[0]


@dataclass(frozen=True, kw_only=True)
class Excuse:
    """A time in which a sender may have had its answer and lost it, because something was killed or stopped then."""

    cause: str
    begins: float
    ends: float
    of: frozenset[str] = EVERY_WIRE
    """Of what it may excuse a second copy; TIME: that the time in a signature was wrong."""


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
    """One message owed, as the database has it; `wire_id` is empty where no delivery is recorded."""

    id: str
    event_key: str
    recipient: str
    status: str
    attempts: int
    wire_id: str
    channel: str = "email"
    template: str = ""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a team's system is told, and of what: everything of a referral (`team`), what was sent onward to it
    (`provider`), or only tests (`ping`).
    """

    reference: str
    path: str
    secret: str
    hears: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What the database has when everything is quiet."""

    referrals: list[ReferralRow]
    onwards: list[OnwardRow]
    events: list[EventRow]
    contacts: list[tuple[str, str]]
    """The reference and the note of each."""
    messages: list[MessageRow]
