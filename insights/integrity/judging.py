"""Judge one referral with all that hangs on it, by the rules. Pure: everything was read before."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.clocks import local_day
from referrals import consents, policies
from referrals.announcements import key_of, owed_after, templates_owed_after
from referrals.enums import CloseOutcome, EventKind, OnwardStatus, ReferralStatus, SnomedCode
from referrals.models import Consent, OnwardReferral, Referral, ReferralEvent
from referrals.services.events import text_to_hash

Broken = tuple[str, str]
"""The key of a rule, and the reference of what breaks it."""

TOLD_OF_ENDS = {"reject", "redirect", "close", "enter_in_error", "record_death"}
"""The ends that others make than the referrer: the referrer is told of each."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One referral and what hangs on it, as they were at one moment."""

    referral: Referral
    events: Sequence[ReferralEvent]
    onward: Sequence[OnwardReferral]
    consents: Sequence[Consent]
    attended: frozenset[int]
    """The ids of the onward referrals of which it is recorded who came."""
    working: frozenset[tuple[UUID, UUID]]
    """Who works in which team now: pairs of user and team."""
    messages: frozenset[tuple[str, str]]
    """What is written down, by whatever channel: pairs of event key and template."""


def judge(case: Case) -> Iterator[Broken]:
    """Yield each rule that a referral breaks, at most once for one reference."""
    found = (*_whose(case), *_walked(case), *_chained(case), *_coded(case), *_agreed(case), *_told(case))
    yield from dict.fromkeys(found)


def _whose(case: Case) -> Iterator[Broken]:
    """Somebody has each open one in hand, and will look again."""
    referral = case.referral
    if referral.status in ReferralStatus.SENT and referral.next_action_on is None:
        yield "owned", referral.reference
    if referral.status in ReferralStatus.TAKEN_ON and (referral.owner_id, referral.owner_team_id) not in case.working:
        yield "owned", referral.reference
    for onward in case.onward:
        if onward.status in OnwardStatus.OPEN and onward.next_action_on is None:
            yield "awaited", onward.reference


def _walked(case: Case) -> Iterator[Broken]:
    """Tell the events again from the first."""
    referral = case.referral
    stands: dict[int | None, str] = {}
    ever: dict[int | None, set[str]] = {}
    named = {None: referral.reference} | {onward.pk: onward.reference for onward in case.onward}
    for event in case.events:
        if not event.to_status:
            continue
        whose = event.onward_referral_id
        reference = named.get(whose, referral.reference)
        # What is made and sent in one act has no event of its draft.
        before = stands.get(whose, event.from_status if event.from_status == ReferralStatus.DRAFT else "")
        if event.from_status != before:
            yield "replayed", reference
        steps = policies.ONWARD_STEPS if whose else policies.REFERRAL_STEPS
        step = steps.get(event.kind)
        if before:
            if step is None or event.from_status not in step.sources or event.to_status != step.target:
                yield "declared", reference
            ended = OnwardStatus.ENDED if whose else ReferralStatus.ENDED
            if event.from_status in ended and event.kind not in {"reopen", "enter_in_error"}:
                yield "ended", reference
        if step is not None and (
            (step.rules.reasons is not None and event.reason not in step.rules.reasons.values)
            or (step.rules.outcomes is not None and event.outcome not in step.rules.outcomes.values)
        ):
            yield "reasoned", reference
        stands[whose] = event.to_status
        ever.setdefault(whose, set()).add(event.to_status)
    if stands.get(None) != referral.status:
        yield "replayed", referral.reference
    for onward in case.onward:
        if stands.get(onward.pk) != onward.status:
            yield "replayed", onward.reference
        if onward.pk in case.attended and OnwardStatus.STARTED not in ever.get(onward.pk, set()):
            yield "attended", onward.reference
    if referral.status == ReferralStatus.CLOSED and referral.outcome not in CloseOutcome.values:
        yield "reasoned", referral.reference


def _chained(case: Case) -> Iterator[Broken]:
    """The hash of each event is that of its text, its text is what its row says, and none is missing."""
    previous = ""
    for number, event in enumerate(case.events, start=1):
        is_forgotten = not event.hashed_text and case.referral.forgotten_at is not None
        says = is_forgotten or (
            event.hashed_text == text_to_hash(event)
            and event.hash == hashlib.sha256(event.hashed_text.encode()).hexdigest()
        )
        if not says or (event.sequence, event.previous_hash) != (number, previous):
            yield "chained", case.referral.reference
            return
        previous = event.hash
    if (case.referral.version, case.referral.chain_hash) != (len(case.events), previous):
        yield "chained", case.referral.reference


def _coded(case: Case) -> Iterator[Broken]:
    """The person accepts or declines once (field notes 2.4, S67)."""
    emitted = [event for event in case.events if event.snomed_code]
    fits = all(
        event.kind in {"start_support", "reopen"}
        if event.snomed_code == SnomedCode.REFERRAL_TO_SOCIAL_PRESCRIBING
        else event.kind == "close" and event.outcome == CloseOutcome.DECLINED_BY_PERSON
        for event in emitted
    )
    if len(emitted) > 1 or not fits:
        yield "coded", case.referral.reference


def _agreed(case: Case) -> Iterator[Broken]:
    """Each sending, by the consents that were recorded by then. Of one that is forgotten they are no more."""
    if case.referral.forgotten_at is not None:
        return
    by_id = {onward.pk: onward for onward in case.onward}
    for event in case.events:
        if event.kind not in {EventKind.SENT_ONWARD, EventKind.REROUTED} or event.onward_referral_id not in by_id:
            continue
        onward = by_id[event.onward_referral_id]
        then = [row for row in case.consents if row.recorded_at <= event.occurred_at]
        decided = consents.may_share(then, recipient=consents.recipient_of(onward), on=local_day(event.occurred_at))
        if not decided.is_yes:
            yield "agreed", onward.reference


def _told(case: Case) -> Iterator[Broken]:
    """Each event that owes a message has one. Of one that is forgotten it is not known any more whom that was."""
    if case.referral.forgotten_at is not None:
        return
    for event in case.events:
        key = key_of(event)
        missing = {template for template in templates_owed_after(event) if (key, template) not in case.messages}
        if missing:
            yield "told", case.referral.reference
        if event.kind in TOLD_OF_ENDS and event.onward_referral_id is None and _of_referrer(event) & missing:
            yield "referrer_told", case.referral.reference


def _of_referrer(event: ReferralEvent) -> set[str]:
    return {template for audience, template in owed_after(event) if audience == "referrer"}
