"""Section 3 of the design, held against every row: what must be true after each step, whatever went before.

Written by hand from the design and the documents; reads the rows themselves and asks no policy.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from notifications.models import OutboxMessage
from referrals.models import Consent, OnwardReferral, Referral, ReferralEvent
from services_directory.models import Service
from tests import matrix
from tests.model.words import (
    GRACE_WORKING_DAYS,
    IN_HANDS,
    ONWARD_OPEN,
    REFERRAL_OPEN,
    TOLD_BEFORE_DAYS,
    WITH_A_PLACE,
    Decision,
    agrees,
    day_of,
    working_day,
)

ACCEPTS, DECLINES = "871731000000106", "871711000000103"
WITH_A_REASON = {
    "reject", "redirect", "hold", "record_readmission", "withdraw", "enter_in_error", "reopen", "decline",
    "record_missed_assessment", "record_not_started", "pause", "leave_early",
}  # fmt: skip
WITH_AN_OUTCOME = {"close", "record_death", "complete"}
OWED_BY_A_REFERRAL: dict[str, set[str]] = {
    "submit": {"referral_arrived"},
    "confirm_discharge": {"referral_arrived"},
    "arrived_by_redirection": {"referral_arrived"},
    "request_information": {"referral_question"},
    "provide_information": {"referral_answered"},
    "accept": {"referral_accepted"},
    "reject": {"referral_rejected"},
    "redirect": {"referral_redirected"},
    "record_readmission": {"referral_held"},
    "confirm_discharge_again": {"referral_home"},
    "close": {"referral_closed"},
    "reopen": {"referral_reopened", "referral_back"},
    "withdraw": {"referral_withdrawn"},
    "record_death": {"referral_ended"},
    "enter_in_error": {"referral_in_error"},
    "clock_breached": {"clock_breached"},
}
OWED_BY_AN_ONWARD_REFERRAL: dict[str, set[str]] = {
    "sent_onward": {"onward_arrived"},
    "request_information": {"onward_question"},
    "provide_information": {"onward_answered"},
    "accept": {"onward_accepted"},
    "waitlist": {"onward_waitlisted"},
    "decline": {"onward_declined"},
    "expire": {"onward_expired"},
    "record_not_started": {"onward_ended"},
    "complete": {"onward_ended"},
    "leave_early": {"onward_ended"},
    "withdraw": {"onward_withdrawn"},
    "clock_held": {"onward_held"},
    "clock_restarted": {"onward_back"},
    "response_nudged": {"onward_reminder"},
    "response_escalated": {"onward_unanswered"},
    "clock_breached": {"clock_breached"},
}
"""Of what somebody must be told, after which event (docs/messages.md)."""


AWAITED = {"information_requested", "waitlisted", "accepted", "assessment_booked"}
"""Where an onward referral has a next step that is late when its day is over; who takes part has none."""


def commit() -> None:
    """Ask what the database asks at a commit, which no example makes."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def broken_rules() -> list[str]:
    """Return every rule that is broken, and where. There should be none."""
    commit()
    found: list[str] = []
    events = defaultdict(list)
    for event in ReferralEvent.objects.select_related("referral", "onward_referral", "actor").order_by("id"):
        events[event.referral_id].append(event)
    consents = defaultdict(list)
    for consent in Consent.objects.order_by("id"):
        consents[consent.referral_id].append(consent)
    onward = defaultdict(list)
    for row in OnwardReferral.objects.order_by("id"):
        onward[row.referral_id].append(row)
    owed = defaultdict(set)
    for key, template in OutboxMessage.objects.values_list("event_key", "template"):
        owed[":".join(key.split(":")[:3])].add(template)
    for referral in Referral.objects.select_related("owner").order_by("id"):
        own = events[referral.pk]
        wrong = [
            *_owner_and_date(referral),
            *_reasons(own),
            *_replayed(referral, own, onward[referral.pk]),
            *_chained(referral, own),
            *_told(referral, own, owed),
            *_shared(own, consents[referral.pk]),
            *_coded(referral, own),
        ]
        found += [f"{referral.reference}: {each}" for each in wrong]
    return found + list(_places())


def _owner_and_date(referral: Referral) -> Iterator[str]:
    """Rule 1: every open referral has one owner (a team, then a person) and a next-action date."""
    if referral.status in IN_HANDS and (referral.owner_team_id is None or referral.next_action_on is None):
        yield "rule 1: open without owner or next date"
    if referral.status in {"accepted", "active", "on_hold"} and (
        referral.owner is None or not referral.owner.memberships.filter(team=referral.owner_team_id).exists()
    ):
        yield "rule 1: nobody of the team has it in hand"


def _reasons(events: Iterable[ReferralEvent]) -> Iterator[str]:
    """Rule 2: each has a coded reason; closed has an outcome."""
    for event in events:
        if event.kind in WITH_A_REASON and not event.reason:
            yield f"rule 2: {event.kind} without a reason"
        if event.kind in WITH_AN_OUTCOME and not event.outcome and event.from_status:
            yield f"rule 2: {event.kind} without an outcome"


def _replayed(referral: Referral, events: list[ReferralEvent], onward: list[OnwardReferral]) -> Iterator[str]:
    """Rules 3 and 4: each step is in the table, nothing moves after an end, and the events replayed are the state."""
    at: dict[int | None, str] = {}
    first = {"created", "submit", "defer", "arrived_by_redirection", "sent_onward"}
    for event in events:
        if not event.to_status:
            continue
        subject = event.onward_referral_id
        stood = at.get(subject)
        table, targets = (
            (matrix.ONWARD, matrix.ONWARD_TARGETS) if subject else (matrix.REFERRAL, matrix.REFERRAL_TARGETS)
        )
        if stood is None:
            if event.kind not in first or event.from_status not in {"", "draft"}:
                yield f"rule 4: its story begins with {event.kind}"
        elif event.from_status != stood:
            yield f"rule 4: {event.kind} from {event.from_status}, and it stood at {stood}"
        elif not table.get((stood, event.kind)) or targets[event.kind] != event.to_status:
            yield f"rule 3: {event.kind} from {stood} to {event.to_status} is in no table"
        at[subject] = event.to_status
    if at.get(None) != referral.status:
        yield f"rule 4: it stands at {referral.status}, its events say {at.get(None)}"
    for row in onward:
        if at.get(row.pk) != row.status:
            yield f"rule 4: {row.reference} stands at {row.status}, its events say {at.get(row.pk)}"
        if row.status in ONWARD_OPEN and (referral.status not in REFERRAL_OPEN or row.next_action_on is None):
            yield f"rule 1: {row.reference} is open under {referral.status}, or has no date"


def _chained(referral: Referral, events: list[ReferralEvent]) -> Iterator[str]:
    """Rule 4: one row each, numbered without a gap and chained; the version is their number."""
    previous = ""
    for number, event in enumerate(events, start=1):
        if event.sequence != number or event.previous_hash != previous:
            yield f"rule 4: event {number} does not follow the one before"
        if event.hash != hashlib.sha256(event.hashed_text.encode()).hexdigest():
            yield f"rule 4: event {number} is not what was hashed"
        if not event.actor_name:
            yield f"rule 4: nobody did {event.kind}"
        previous = event.hash
    if (referral.version, referral.chain_hash) != (len(events), previous):
        yield f"rule 4: version {referral.version} of {len(events)} events"


def _told(referral: Referral, events: list[ReferralEvent], owed: dict[str, set[str]]) -> Iterator[str]:
    """Rule 4: the messages that a step owes are rows."""
    for event in events:
        table = OWED_BY_AN_ONWARD_REFERRAL if event.onward_referral_id else OWED_BY_A_REFERRAL
        if event.from_status == "draft" and event.kind in {"withdraw", "record_death"}:
            continue  # nobody but its writers ever saw it
        told = owed[f"referral-event:{referral.reference}:{event.sequence}"]
        missing = table.get(event.kind, set()) - told
        is_one_recipient = referral.referring_team_id == referral.owner_team_id  # then one message may do for both
        if missing and not (is_one_recipient and told):
            yield f"rule 4: {event.kind} told nobody {', '.join(sorted(missing))}"


def _shared(events: list[ReferralEvent], consents: list[Consent]) -> Iterator[str]:
    """Rule 6: nothing is sent on without a consent that stood at that moment."""
    for event in events:
        if event.kind != "sent_onward" or event.onward_referral is None:
            continue
        service = str(event.onward_referral.service_id)
        by_then = [
            Decision(str(row.to_service_id or ""), row.decision == "given", row.expires_on)
            for row in consents
            if row.recorded_at <= event.occurred_at
        ]
        if not agrees(by_then, service, day_of(event.occurred_at)):
            yield "rule 6: sent on without a consent"


def _coded(referral: Referral, events: list[ReferralEvent]) -> Iterator[str]:
    """Rule 7: one code when the person accepts, the other when they decline; one of them, and once."""
    codes = [event.snomed_code for event in events if event.snomed_code]
    began = next((event for event in events if event.to_status == "active"), None)
    declined = next((event for event in events if event.outcome == "declined_by_person"), None)
    first = min(
        (event for event in (began, declined) if event is not None), key=lambda event: event.sequence, default=None
    )
    expected = [] if first is None else [ACCEPTS if first is began else DECLINES]
    if codes != expected:
        yield f"rule 7: codes {codes}, expected {expected}"


def _places() -> Iterator[str]:
    """The places and the waiting list of a service are those who hold and wait for them."""
    taken: dict[Any, int] = defaultdict(int)
    waiting: dict[Any, int] = defaultdict(int)
    for service, status in OnwardReferral.objects.values_list("service_id", "status"):
        taken[service] += status in WITH_A_PLACE
        waiting[service] += status == "waitlisted"
    for service in Service.objects.order_by("pk"):
        if (service.places_taken, service.people_waiting) != (taken[service.pk], waiting[service.pk]):
            yield f"{service.name} counts {service.places_taken} and {service.people_waiting}"
        if service.places is not None and service.places_taken > service.places:
            yield f"{service.name} has more people than places"


def late(on: dt.date) -> Iterator[str]:
    """Return what should not be so any more once the clocks have run on a day (docs/clocks.md)."""
    events = defaultdict(list)
    for event in ReferralEvent.objects.order_by("id"):
        events[event.referral_id].append(event)
    for referral in Referral.objects.order_by("id"):
        own = events[referral.pk]
        told = {
            (event.onward_referral_id, event.details.get("due_on")) for event in own if event.kind == "clock_breached"
        }
        if referral.status in IN_HANDS and _is_breached(referral, None, told, on=on):
            yield f"{referral.reference} is breached, and the leads were not told"
        for row in referral.onward_referrals.order_by("id"):
            if referral.status == "on_hold" or row.provider_team_id == referral.owner_team_id:
                continue
            if row.status == "sent":
                yield from _unanswered(row, own, on=on)
            elif row.status in AWAITED and _is_breached(row, row.pk, told, on=on):
                yield f"{row.reference} is breached, and the leads were not told"


def _is_breached(
    row: Referral | OnwardReferral, onward_id: int | None, told: set[tuple[int | None, str]], *, on: dt.date
) -> bool:
    due = row.next_action_on
    assert due is not None
    last = working_day(due + dt.timedelta(days=1), GRACE_WORKING_DAYS - 1)
    return last < on and (onward_id, due.isoformat()) not in told


def _unanswered(row: OnwardReferral, events: list[ReferralEvent], *, on: dt.date) -> Iterator[str]:
    """Reminded at half, once; told to the leads before the end; expired after it."""
    due = row.next_action_on
    assert due is not None
    if due < on:
        yield f"{row.reference} was to be answered by {due}, and has not expired"
    begun = [e for e in events if e.onward_referral_id == row.pk and e.kind in {"sent_onward", "clock_restarted"}][-1]
    since = [e for e in events if e.sequence > begun.sequence and e.onward_referral_id in {None, row.pk}]
    kinds = [event.kind for event in since]
    if kinds.count("response_nudged") > 1:
        yield f"{row.reference} was reminded twice"
    if {"hold", "record_readmission", "request_information"} & set(kinds):
        return  # it stood still, and has other days
    began = day_of(begun.occurred_at)
    if on >= working_day(began + (due - began) // 2) and "response_nudged" not in kinds:
        yield f"{row.reference} was not reminded at half"
    if on >= min(working_day(due - dt.timedelta(days=TOLD_BEFORE_DAYS)), due) and "response_escalated" not in kinds:
        yield f"the leads were not told that {row.reference} is not answered"
