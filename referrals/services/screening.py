"""Stop a provider from taking up a person whom its own rules keep out, until a named professional clears it; and let it
answer what those rules ask.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from accounts.actors import Actor
from core.clocks import local_day
from core.errors import Conflict, NotPermitted
from referrals import policies
from referrals.enums import EventKind, OnwardStatus, ReferralStatus
from referrals.models import Observation, OnwardReferral
from referrals.pathway.onward import BEGINS
from referrals.selectors.health import facts_of
from referrals.services.events import record_event
from referrals.services.health import ObservationDetails, append_observations, check_asked
from referrals.services.steps import NotPossibleNow, check_version, lock
from services_directory.selectors import suitability_of
from services_directory.suitability.engine import RuleOutcome
from services_directory.suitability.kinds import RuleResult, Severity

SCREENED = {"accept", "book_assessment", "start", "send_pack"}
"""The provider's steps before which the service's rules are looked at."""
STANDS = {RuleResult.FAILED, RuleResult.REFUSED}


def check_suitable(onward: OnwardReferral, step: str, *, on: dt.date) -> None:
    """Refuse a step that a contraindication forbids on that day; a service without rules refuses nobody.

    Before the start itself, or before a pack is sent, a waiting time must also be over, and every question of an
    absolute rule answered: what is not known is no reason to send a person away, and none to let them exercise
    (docs/adr/0026).

    :raises NotPossibleNow: if a professional could clear what stands in the way (`clearance_required`), if one has
        refused it or nobody can (`not_suitable`), or if questions are open (`screening_incomplete`). `reasons` says
        which rules, in words.
    """
    found = suitability_of([onward.service_id], facts=facts_of(onward.referral), planned_start=on, on=on)
    outcomes = [
        outcome
        for suitability in found.values()
        for outcome in suitability.outcomes
        if outcome.in_force.rule.is_exclusion
    ]
    stands = STANDS | {RuleResult.NOT_YET} if step in BEGINS else STANDS
    in_the_way = [outcome for outcome in outcomes if outcome.result in stands]
    if any(outcome.result == RuleResult.REFUSED or not outcome.in_force.rule.clearance_by for outcome in in_the_way):
        raise _refusal("not_suitable", "By this service's rules the person cannot take part.", in_the_way)
    if in_the_way:
        raise _refusal("clearance_required", "A professional must clear this before the person goes on.", in_the_way)
    unknown = [
        outcome
        for outcome in outcomes
        if outcome.result == RuleResult.UNKNOWN and outcome.in_force.rule.severity == Severity.ABSOLUTE
    ]
    if step in BEGINS and unknown:
        raise _refusal("screening_incomplete", "Ask what is still open before the person starts.", unknown)


@transaction.atomic(durable=True)
def answer_screening(
    *,
    onward: OnwardReferral,
    actor: Actor,
    at: dt.datetime,
    observations: Sequence[ObservationDetails],
    expected_version: int | None = None,
) -> list[Observation]:
    """Append what the provider's team heard and measured, to the questions of its own rules and to no others.

    :raises Stale: if the onward referral has changed since the caller read it (412).
    :raises NotPermitted: if the actor is not of the provider's team, or it does not see the person (any more).
    :raises Conflict: if the onward referral or the referral has ended (`referral_ended`).
    :raises Invalid: if the service's rules do not ask it, or an answer does not fit; nothing is then recorded.
    """
    onward = lock(onward)
    check_version(onward, expected_version)
    today = local_day(at)
    if actor.user is None or not policies.may_answer_screening(actor, onward, on=today):
        raise NotPermitted("The provider's team answers what its rules ask, as long as the person agrees to it.")
    if onward.status not in OnwardStatus.OPEN or onward.referral.status not in ReferralStatus.SENT:
        raise Conflict("The referral has ended: nothing more is recorded.", code="referral_ended")
    check_asked(observations, onward.service, on=today)
    rows = append_observations(onward.referral, observations, user=actor.user, at=at)
    record_event(
        referral=onward.referral, onward=onward, kind=EventKind.OBSERVATIONS_RECORDED, actor=actor, at=at,
        details={"count": len(rows)},
    )  # fmt: skip
    return rows


def _refusal(code: str, detail: str, outcomes: list[RuleOutcome]) -> NotPossibleNow:
    return NotPossibleNow(detail, code=code, reasons=[outcome.words for outcome in outcomes])
