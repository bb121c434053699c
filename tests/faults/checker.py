"""Judge a fault run: what was asked, against what the database holds and what came, when all is quiet again.

Pure functions over plain data. Each returns its problems as sentences; none may be there. What is allowed, and only
counted, stands in the figures: something done whose answer was lost, and a message which came twice because its
receiver's answer was lost (it carries the same id: docs/adr/0006). Messages are judged in `tests.faults.messages`.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from tests.faults.history import Endpoint, EventRow, Excuse, History, OnwardRow, ReferralRow, Rows, Write
from tests.faults.messages import Verdict, Wire, judge_owed, judge_reminders, judge_webhooks, judge_wire


def judge(
    history: History,
    rows: Rows,
    wires: Sequence[Wire],
    *,
    endpoints: Sequence[Endpoint],
    excuses: Sequence[Excuse],
) -> Verdict:
    """Judge a whole run. `wires`: what came by each way."""
    verdict = Verdict()
    for part in (
        judge_writes(history.writes, rows),
        judge_events(rows),
        judge_owed(rows),
        judge_reminders(history.awaiting, rows, wires),
        judge_webhooks(rows, wires, endpoints=endpoints, excuses=excuses),
        *(judge_wire(wire, rows, excuses=excuses) for wire in wires),
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
