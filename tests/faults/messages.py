"""Judge what came: every message that is owed, to whom it is owed, signed if it is to be, once or with an excuse."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.history import (
    EMAILS,
    TEXTS,
    TIME,
    WEBHOOKS,
    WIRE_OF,
    Arrival,
    Endpoint,
    EventRow,
    Excuse,
    MessageRow,
    Rows,
)
from tests.faults.receiver import said_in

OWES = {
    ("submit", False), ("accept", False), ("close", False),
    ("sent_onward", True), ("accept", True), ("decline", True), ("complete", True),
}  # fmt: skip
"""Which of the events that our clients make owe somebody an email: kind, and whether it is an onward referral's.

Written by hand and not taken from the code under test; so is the next.
"""
TELLS = {
    ("submit", False): "referral.submitted", ("accept", False): "referral.accepted",
    ("start_support", False): "referral.support_started", ("close", False): "referral.closed",
    ("sent_onward", True): "onward_referral.sent", ("accept", True): "onward_referral.accepted",
    ("decline", True): "onward_referral.declined", ("book_assessment", True): "onward_referral.assessment_booked",
    ("start", True): "onward_referral.started", ("complete", True): "onward_referral.completed",
}  # fmt: skip
"""What those events tell to other systems: of a referral to those of the link workers' team, of what was sent onward
also to those of the provider.
"""
TOLERANCE = 300.0
"""Seconds by which the time in a signature may be wrong: what libraries of the standard allow."""


@dataclass
class Verdict:
    """What was found: figures to print, in order, and problems, of which there must be none."""

    figures: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One way by which messages go: what came, and how often the answer to which message was lost on purpose."""

    name: str
    arrivals: Sequence[Arrival]
    lost: Mapping[str, int] = field(default_factory=dict)


def judge_owed(rows: Rows) -> Verdict:
    """Check that no event which owes an email is without one, no message without its event, and none owed twice."""
    verdict = Verdict()
    owed = _events_by_key(rows)
    emails = {message.event_key for message in rows.messages if WIRE_OF.get(message.channel) == EMAILS}
    for key, event in owed.items():
        if (event.kind, bool(event.onward)) in OWES and key not in emails:
            verdict.problems.append(f"Not owed: {event.kind} of {event.referral} wrote no message ({key}).")
    for key in sorted({message.event_key for message in rows.messages} - set(owed)):
        if key.startswith("referral-event:"):
            verdict.problems.append(f"A message is owed by {key}, which never happened.")
    seen = Counter((message.event_key, message.recipient) for message in rows.messages)
    verdict.problems += [f"Owed twice: {key} to {recipient}." for (key, recipient), times in seen.items() if times > 1]
    return verdict


def judge_reminders(awaiting: Mapping[str, str], rows: Rows, wires: Sequence[Wire]) -> Verdict:
    """Check that whoever waits for a first assessment was reminded of it once, the way they said; and nobody else."""
    verdict = Verdict()
    arrivals = {arrival.message: arrival for wire in wires if wire.name == TEXTS for arrival in wire.arrivals}
    reminders: dict[str, list[MessageRow]] = defaultdict(list)
    links: Counter[str] = Counter()
    for message in rows.messages:
        if WIRE_OF.get(message.channel) == TEXTS:
            whom, _, reference = message.recipient.partition(":")
            if whom == "person":  # the link to their own page, when the referral arrived
                links[reference] += 1
            else:
                reminders[reference.partition("/")[0]].append(message)
    verdict.problems += [f"Links: {times} of {referral} were sent." for referral, times in links.items() if times > 1]
    booked = {onward.reference for onward in rows.onwards if onward.status == "assessment_booked"}
    tally: Counter[str] = Counter()
    for onward, reached in awaiting.items():
        own = reminders.pop(onward, [])
        if reached and onward in booked and len(own) != 1:
            verdict.problems.append(f"Reminders: {len(own)} of {onward} are owed to its person.")
        if own and not reached:
            verdict.problems.append(f"Permission: the person of {onward} allows no message, and is owed one.")
        for message in own:
            arrival = arrivals.get(message.id)
            tally[message.channel] += 1
            if reached and arrival and arrival.recipient != reached:
                verdict.problems.append(f"Not where they are: the reminder of {onward} went to another address.")
        tally["nobody"] += onward in booked and not reached and not own
    for onward in reminders:
        verdict.problems.append(f"Reminders: of {onward} nobody was to be reminded.")
    verdict.figures = {
        "people reminded by text": tally["sms"],
        "people reminded by letter": tally["letter"],
        "people who allow no message, and were sent none": tally["nobody"],
        "people sent the link to their own page": len(links),
    }
    return verdict


def judge_webhooks(
    rows: Rows, wires: Sequence[Wire], *, endpoints: Sequence[Endpoint], excuses: Sequence[Excuse]
) -> Verdict:
    """Check that each endpoint is owed what its team may hear, and that what came says that, signed, under one id."""
    verdict = Verdict()
    said: dict[str, tuple[str, str, dict[str, str]]] = {}
    """By the message: the path, the type and the references that must come."""
    owed = {(m.event_key, m.recipient): m for m in rows.messages if WIRE_OF.get(m.channel) == WEBHOOKS}
    for key, event in _events_by_key(rows).items():
        told = TELLS.get((event.kind, bool(event.onward)), "")
        for endpoint in endpoints:
            message = owed.pop((key, f"webhook:{endpoint.reference}"), None)
            hears = told and (endpoint.hears == "team" or (endpoint.hears == "provider" and bool(event.onward)))
            if hears and message is None:
                verdict.problems.append(f"Not owed: {event.kind} of {event.referral} is not told to {endpoint.path}.")
            if message is not None and not hears:
                verdict.problems.append(f"Not theirs: {event.kind} of {event.referral} is told to {endpoint.path}.")
            if message is not None and hears:
                said[message.id] = (endpoint.path, told, _references(event, endpoint))
    tests = {f"webhook:{each.reference}": each for each in endpoints if each.hears == "ping"}
    for (key, recipient), message in owed.items():
        if key.startswith("webhook-ping:") and recipient in tests:
            its = tests[recipient]
            said[message.id] = (its.path, "webhook.ping", {"webhook": its.reference})
    came = [arrival for wire in wires if wire.name == WEBHOOKS for arrival in wire.arrivals]
    bodies: dict[tuple[str, str], str] = {}
    for arrival in came:
        path, told, references = said.get(arrival.message, (arrival.recipient, "", {}))
        if not arrival.is_signed:
            verdict.problems.append(f"Signature: {arrival.message} is not signed by {arrival.recipient}'s secret.")
        if abs(arrival.skew) > TOLERANCE and not _excused(arrival, TIME, excuses):
            verdict.problems.append(f"Signature: {arrival.message} says a time {arrival.skew:.0f} seconds off.")
        if path != arrival.recipient or (told and said_in(arrival.body) != (told, references)):
            verdict.problems.append(f"Told otherwise: {arrival.message} to {arrival.recipient}: {arrival.body}.")
        if bodies.setdefault((arrival.recipient, arrival.body), arrival.message) != arrival.message:
            verdict.problems.append(f"Another id: {arrival.message} says what came under another id before.")
    verdict.figures = {"requests to endpoints, signed": sum(arrival.is_signed for arrival in came)}
    return verdict


def judge_wire(wire: Wire, rows: Rows, *, excuses: Sequence[Excuse]) -> Verdict:
    """Check that every message owed by a way came to whom it was owed, and that whichever came twice has its excuse."""
    verdict = Verdict()
    came: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in sorted(wire.arrivals, key=lambda each: each.at):
        came[arrival.message].append(arrival)
    messages = [message for message in rows.messages if WIRE_OF.get(message.channel) == wire.name]
    tally: Counter[str] = Counter()
    for message in messages:
        copies = came.pop(message.id, [])
        tally["arrived"] += bool(copies)
        if not copies:
            verdict.problems.append(f"Not delivered: message {message.id} ({message.status}) never came.")
        if (message.status == "sent") != bool(message.wire_id):
            verdict.problems.append(f"Message {message.id} is {message.status}, its delivery says otherwise.")
        if message.status != "sent":
            verdict.problems.append(f"Message {message.id} is {message.status} when all is quiet.")
        if copies and message.wire_id and message.wire_id not in {copy.wire_id for copy in copies}:
            verdict.problems.append(f"Message {message.id} is recorded as {message.wire_id}, which never came.")
        if wire.name == EMAILS and any(copy.recipient != message.recipient for copy in copies):
            verdict.problems.append(f"Message {message.id} went to another than it was owed to.")
        if len({(copy.message_id, copy.recipient, copy.body) for copy in copies}) > 1:
            verdict.problems.append(f"Otherwise again: message {message.id} was not the same at each try.")
        if len(copies) > 1:
            lost = wire.lost.get(copies[0].message_id, 0)
            causes = _why_twice(copies, wire=wire.name, lost=lost, excuses=excuses)
            tally.update(causes)
            tally["copies"] += len(copies) - 1
            if len(causes) < len(copies) - 1:
                tally["unexplained"] += len(copies) - 1 - len(causes)
                verdict.problems.append(f"Twice: message {message.id} came {len(copies)} times, excused: {causes}.")
    for strange in came:
        verdict.problems.append(f"Message {strange} came and nobody owed it.")
    excused = {cause: number for cause, number in tally.items() if cause not in {"arrived", "unexplained", "copies"}}
    verdict.figures = {
        f"{wire.name} owed": len(messages),
        f"{wire.name} that arrived": tally["arrived"],
        f"{wire.name} owed and not arrived": len(messages) - tally["arrived"],
        f"copies too many of {wire.name}": tally["copies"],
        **{f"  of {wire.name}, because {cause}": number for cause, number in sorted(excused.items())},
        f"  of {wire.name}, for no reason": tally["unexplained"],
    }
    return verdict


def _events_by_key(rows: Rows) -> dict[str, EventRow]:
    return {f"referral-event:{event.referral}:{event.sequence}": event for event in rows.events}


def _references(event: EventRow, endpoint: Endpoint) -> dict[str, str]:
    """Return what a webhook names: to a provider nothing but what was sent to it."""
    onward = {"onward_referral": event.onward} if event.onward else {}
    return onward if endpoint.hears == "provider" else {"referral": event.referral} | onward


def _excused(arrival: Arrival, what: str, excuses: Iterable[Excuse]) -> str:
    """Return a cause by which something of an arrival is excused, empty if there is none."""
    return next((each.cause for each in excuses if what in each.of and each.begins <= arrival.at <= each.ends), "")


def _why_twice(copies: Sequence[Arrival], *, wire: str, lost: int, excuses: Iterable[Excuse]) -> list[str]:
    """Return a cause for each copy too many, as far as there are any: a lost answer or a kill excuses one copy."""
    around = [_excused(copy, wire, excuses) for copy in copies]
    causes = ["its receiver's answer was lost"] * lost + [cause for cause in around if cause]
    return causes[: len(copies) - 1]
