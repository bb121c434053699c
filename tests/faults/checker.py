"""Judge a fault run: what was asked, against what the database and the mailbox hold when all is quiet again.

Pure functions over plain data. Each returns its problems as sentences; none may be there. What is allowed, and only
counted, stands in the figures: something done whose answer was lost, and a message which came twice because the
mail server's answer was lost (it carries the same Message-ID: docs/adr/0006).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.history import Arrival, EventRow, Excuse, History, OnwardRow, ReferralRow, Rows, Write

OWES = {
    ("submit", False), ("accept", False), ("close", False),
    ("sent_onward", True), ("accept", True), ("decline", True), ("complete", True),
}  # fmt: skip
"""Which of the events that our clients make owe somebody an email: kind, and whether it is an onward referral's.

Written by hand and not taken from the code under test.
"""


@dataclass
class Verdict:
    """What was found: figures to print, in order, and problems, of which there must be none."""

    figures: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def judge(
    history: History,
    rows: Rows,
    arrivals: Sequence[Arrival],
    *,
    lost_answers: Mapping[str, int],
    excuses: Sequence[Excuse],
) -> Verdict:
    """Judge a whole run. `lost_answers`: how often the mail server took a Message-ID and its answer was lost."""
    verdict = Verdict()
    for part in (
        judge_writes(history.writes, rows),
        judge_events(rows),
        judge_owed(rows),
        judge_messages(rows, arrivals, lost_answers=lost_answers, excuses=excuses),
    ):
        verdict.figures |= part.figures
        verdict.problems += part.problems
    verdict.problems += [f"Surprise: {each}" for each in history.surprises]
    return verdict


def judge_writes(writes: Sequence[Write], rows: Rows) -> Verdict:
    """Count how often each thing that was asked for is there: once if it was acknowledged, at most once if not."""
    verdict = Verdict()
    by_marker = Counter(row.marker for row in rows.referrals)
    events = Counter((row.onward or row.referral, row.kind) for row in rows.events)
    sent = Counter(row.referral for row in rows.onwards)
    contacts = Counter(rows.contacts)
    tally: Counter[str] = Counter()
    for write in writes:
        match write.kind:
            case "submit":
                there = by_marker[write.marker]
            case "contact":
                there = contacts[(write.subject, write.marker)]
            case "sent_onward":
                there = sent[write.subject]
            case _:
                there = events[(write.subject, write.kind)]
        name = f"{write.kind} of {write.subject or write.marker} by {write.client}"
        known_done = write.is_acknowledged or write.is_found_done
        tally["acknowledged"] += write.is_acknowledged
        tally["found"] += write.is_found_done and not write.is_acknowledged
        tally["retried"] += write.tries > 1
        tally["lost"] += not known_done
        tally["present"] += not known_done and there > 0
        if known_done and not there:
            tally["missing"] += 1
            verdict.problems.append(f"Missing: {name} was acknowledged and is not there.")
        if there > 1:
            tally["twice"] += 1
            verdict.problems.append(f"Twice: {name} is there {there} times.")
    verdict.figures = {
        "writes asked for": len(writes),
        "writes acknowledged (2xx)": tally["acknowledged"],
        "writes asked for more than once": tally["retried"],
        "answer lost, found done on reading again": tally["found"],
        "never acknowledged (the run ended first)": tally["lost"],
        "never acknowledged, but there": tally["present"],
        "acknowledged and missing": tally["missing"],
        "there twice": tally["twice"],
    }
    return verdict


def judge_events(rows: Rows) -> Verdict:
    """Check each referral's events: no gap, the chain unbroken, the status what the events say; and nobody orphaned."""
    verdict = Verdict()
    events: dict[str, list[EventRow]] = defaultdict(list)
    for event in rows.events:
        events[event.referral].append(event)
    status_of: dict[str, str] = {}
    for referral in rows.referrals:
        own = sorted(events.pop(referral.reference, []), key=lambda each: each.sequence)
        if [each.sequence for each in own] != list(range(1, referral.version + 1)):
            verdict.problems.append(f"Gap: the events of {referral.reference} are not 1 to {referral.version}.")
        before = ""
        for each in own:
            if each.previous_hash != before or hashlib.sha256(each.hashed_text.encode()).hexdigest() != each.hash:
                verdict.problems.append(f"Chain: event {each.sequence} of {referral.reference} does not follow.")
            before = each.hash
            subject = each.onward or each.referral
            if each.to_status:
                if each.from_status != status_of.get(subject, each.from_status):
                    verdict.problems.append(f"Replay: {each.kind} of {subject} begins where nothing had ended.")
                status_of[subject] = each.to_status
        if before != referral.chain_hash:
            verdict.problems.append(f"Chain: {referral.reference} ends otherwise than its last event.")
    for reference in events:
        verdict.problems.append(f"Events of {reference} have no referral.")
    orphans = 0
    both: list[ReferralRow | OnwardRow] = [*rows.referrals, *rows.onwards]
    for row in both:
        if row.status != status_of.get(row.reference):
            verdict.problems.append(
                f"Replay: {row.reference} stands at {row.status}, its events end at {status_of.get(row.reference)}."
            )
        if row.is_open and not row.has_next_date:
            orphans += 1
            verdict.problems.append(f"Orphan: {row.reference} is open and nobody looks again.")
    verdict.figures = {
        "referrals": len(rows.referrals),
        "onward referrals": len(rows.onwards),
        "events, without a gap and chained": len(rows.events),
        "orphans": orphans,
    }
    return verdict


def judge_owed(rows: Rows) -> Verdict:
    """Check that no event which owes a message is without one, and no message without its event."""
    verdict = Verdict()
    owed = {f"referral-event:{event.referral}:{event.sequence}": event for event in rows.events}
    written = {message.event_key for message in rows.messages}
    for key, event in owed.items():
        if (event.kind, bool(event.onward)) in OWES and key not in written:
            verdict.problems.append(f"Not owed: {event.kind} of {event.referral} wrote no message ({key}).")
    for key in sorted(written - set(owed)):
        if key.startswith("referral-event:"):
            verdict.problems.append(f"A message is owed by {key}, which never happened.")
    return verdict


def judge_messages(
    rows: Rows, arrivals: Sequence[Arrival], *, lost_answers: Mapping[str, int], excuses: Sequence[Excuse]
) -> Verdict:
    """Check that every message owed came to whom it was owed, and that whichever came twice has its excuse."""
    verdict = Verdict()
    came: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        came[arrival.message_id].append(arrival)
    tally: Counter[str] = Counter()
    for message in rows.messages:
        copies = _copies_of(message.id, came)
        tally["arrived"] += bool(copies)
        if not copies:
            verdict.problems.append(f"Not delivered: message {message.id} ({message.status}) never came.")
        if (message.status == "sent") != bool(message.wire_id):
            verdict.problems.append(f"Message {message.id} is {message.status}, its delivery says otherwise.")
        if message.status != "sent":
            verdict.problems.append(f"Message {message.id} is {message.status} when all is quiet.")
        if any(copy.recipient != message.recipient for copy in copies):
            verdict.problems.append(f"Message {message.id} went to another than it was owed to.")
        if len(copies) > 1:
            causes = _why_twice(copies, lost=lost_answers.get(copies[0].message_id, 0), excuses=excuses)
            tally.update(causes)
            if len(causes) < len(copies) - 1:
                tally["unexplained"] += len(copies) - 1 - len(causes)
                verdict.problems.append(f"Twice: message {message.id} came {len(copies)} times, excused: {causes}.")
    for strange in came:
        verdict.problems.append(f"Message {strange} came and nobody owed it.")
    excused = {cause: number for cause, number in tally.items() if cause not in {"arrived", "unexplained"}}
    verdict.figures = {
        "messages owed": len(rows.messages),
        "messages that arrived": tally["arrived"],
        "messages owed and not arrived": len(rows.messages) - tally["arrived"],
        "copies too many": len(arrivals) - tally["arrived"],
        **{f"  because {cause}": number for cause, number in sorted(excused.items())},
        "  for no reason": tally["unexplained"],
    }
    return verdict


def _copies_of(message: str, came: dict[str, list[Arrival]]) -> list[Arrival]:
    return next((came.pop(wire) for wire in list(came) if wire.startswith(f"<{message}@")), [])


def _why_twice(copies: Sequence[Arrival], *, lost: int, excuses: Iterable[Excuse]) -> list[str]:
    """Return a cause for each copy too many, as far as there are any."""
    causes = ["the mail server's answer was lost"] * lost
    for excuse in excuses:
        causes += [excuse.cause for copy in copies if excuse.begins <= copy.at <= excuse.ends]
    return causes[: len(copies) - 1]
