"""Judge one referral with all that hangs on it, by the rules. Pure: everything was read before."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from uuid import UUID

from django.db.models import TextChoices

from core.clocks import FARTHEST_PLAN, local_day
from referrals import consents, policies
from referrals.announcements import key_of, owed_after, templates_owed_after
from referrals.enums import CloseOutcome, EventKind, OnwardStatus, ReferralStatus, SnomedCode
from referrals.models import Consent, OnwardReferral, Referral
from referrals.models.facts import EventFacts
from referrals.services.events import text_to_hash

Broken = tuple[str, str]
"""The key of a rule, and the reference of what breaks it."""

SHARES = {EventKind.SENT_ONWARD.value, "provide_information", *policies.TAKES_UP}
"""What happens to an onward referral only as long as the person agrees: being sent, told more of, and taken up."""
GIVES_AN_OWNER = {"accept", "reopen", EventKind.ALLOCATED.value}
TOLD_OF_ENDS = {"reject", "redirect", "close", "enter_in_error", "record_death"}
"""The ends that others make than the referrer: the referrer is told of each."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One referral and what hangs on it, as they were at one moment."""

    referral: Referral
    events: Sequence[EventFacts]
    onward: Sequence[OnwardReferral]
    consents: Sequence[Consent]
    attended: frozenset[int]
    """The ids of the onward referrals of which it is recorded who came."""
    working: frozenset[tuple[UUID, UUID]]
    """Who takes cases in hand in which team now: pairs of user and team."""
    tasks_of: frozenset[UUID]
    """Whose open tasks there are by name."""
    messages: frozenset[tuple[str, str]]
    """What is written down, by whatever channel: pairs of event key and template."""


def judge(case: Case, *, on: dt.date) -> Iterator[Broken]:
    """Yield each rule that a referral breaks on a day, at most once for one reference."""
    found = (
        *_whose(case, on=on), *_walked(case), *_stands_so(case), *_sent_there(case), *_chained(case), *_coded(case),
        *_agreed(case), *_told(case),
    )  # fmt: skip
    yield from dict.fromkeys(found)


def _whose(case: Case, *, on: dt.date) -> Iterator[Broken]:
    """Somebody has each open one in hand, and will look again on a day that can be planned."""
    referral = case.referral

    def will_look_again(due: dt.date | None) -> bool:
        return due is not None and due <= on + FARTHEST_PLAN

    if referral.status in ReferralStatus.SENT:
        if referral.owner_id is not None or referral.status in ReferralStatus.TAKEN_ON:
            is_owned = (referral.owner_id, referral.owner_team_id) in case.working
        else:
            is_owned = any(team == referral.owner_team_id for _, team in case.working)
        if not (is_owned and will_look_again(referral.next_action_on)):
            yield "owned", referral.reference
    if any((user, referral.owner_team_id) not in case.working for user in case.tasks_of):
        yield "owned", referral.reference
    for onward in case.onward:
        is_open = onward.status in OnwardStatus.OPEN
        if is_open and not (will_look_again(onward.next_action_on) and referral.status in ReferralStatus.SENT):
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
            (step.rules.reasons is not None and event.reason not in _values_of(step.rules.reasons))
            or (step.rules.outcomes is not None and event.outcome not in _values_of(step.rules.outcomes))
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


@cache
def _values_of(choices: type[TextChoices]) -> frozenset[str]:
    return frozenset(choices.values)


def _stands_so(case: Case) -> Iterator[Broken]:
    """Besides the status: the outcome, when it ended, and who has it in hand are what the events say."""
    rows: Sequence[Referral | OnwardReferral] = (case.referral, *case.onward)
    for row in rows:
        whose = row.pk if isinstance(row, OnwardReferral) else None
        steps = [event for event in case.events if event.to_status and event.onward_referral_id == whose]
        said = [event.outcome for event in steps if event.outcome or event.kind == "reopen"]
        ended = OnwardStatus.ENDED if whose else ReferralStatus.ENDED
        ended_at = steps[-1].occurred_at if steps and steps[-1].to_status in ended else None
        if row.outcome != (said[-1] if said else "") or row.ended_at != ended_at:
            yield "replayed", row.reference
    says = [event for event in case.events if event.kind in {EventKind.PERSON_SAID_NO, EventKind.PERSON_CHANGED_MIND}]
    said_no_at = says[-1].occurred_at if says and says[-1].kind == EventKind.PERSON_SAID_NO else None
    if case.referral.said_no_at != said_no_at and (says or case.referral.redirected_from_id is None):
        yield "replayed", case.referral.reference  # what was said of a referral that moved goes with it
    owners: set[str] = {""}
    for event in case.events:
        if event.kind in GIVES_AN_OWNER and "owner" in event.details:
            owners = {event.details["owner"]}
        elif event.kind == "reopen":  # before it said who: whoever reopened it, where its owner had left
            owners = owners | {str(event.actor_id)}
    if str(case.referral.owner_id or "") not in owners:
        yield "replayed", case.referral.reference


def _sent_there(case: Case) -> Iterator[Broken]:
    """Who has a person is who they were sent to. Before the event said which team, only which service is known."""
    sent = {event.onward_referral_id: event for event in case.events if event.kind == EventKind.SENT_ONWARD}
    for onward in case.onward:
        said = sent[onward.pk].details if onward.pk in sent else {}
        team = said.get("team", str(onward.provider_team_id))
        if (said.get("service"), team) != (str(onward.service_id), str(onward.provider_team_id)):
            yield "seen", onward.reference


def _chained(case: Case) -> Iterator[Broken]:
    """The hash of each event is that of its text, its text is what its row says, and none is missing."""
    previous = ""
    is_said = any(event.kind == EventKind.FORGOTTEN for event in case.events)
    if is_said != (case.referral.forgotten_at is not None):
        yield "chained", case.referral.reference
    for number, event in enumerate(case.events, start=1):
        is_forgotten = not event.hashed_text and is_said
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
    since = next((event.sequence for event in case.events if _says_yes_or_no(event)), None)
    is_missing = since is not None and not any(event.sequence <= since for event in emitted)
    if len(emitted) > 1 or not fits or is_missing:
        yield "coded", case.referral.reference


def _says_yes_or_no(event: EventFacts) -> bool:
    """Whether the person accepts or declines by this step."""
    is_no = event.kind == "close" and event.outcome == CloseOutcome.DECLINED_BY_PERSON
    return event.onward_referral_id is None and (is_no or event.kind == "start_support")


def _agreed(case: Case) -> Iterator[Broken]:
    """Each sharing, by the consents that were recorded by then. Of one that is forgotten they are no more.

    A clock may have been wrong: what an earlier event of the chain is dated, has been by then.
    """
    if case.referral.forgotten_at is not None:
        return
    by_id = {onward.pk: onward for onward in case.onward}
    until = accumulate((event.occurred_at for event in case.events), max)
    for event, by_then in zip(case.events, until, strict=True):
        if event.kind not in SHARES or event.onward_referral_id not in by_id:
            continue
        onward = by_id[event.onward_referral_id]
        then = [row for row in case.consents if row.recorded_at <= by_then]
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


def _of_referrer(event: EventFacts) -> set[str]:
    return {template for audience, template in owed_after(event) if audience == "referrer"}
