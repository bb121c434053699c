"""Stop a provider from taking up a person whom its own rules keep out, until a named professional clears it."""

import datetime as dt

from referrals.models import OnwardReferral
from referrals.pathway.onward import BEGINS
from referrals.selectors.health import facts_of
from referrals.services.steps import NotPossibleNow
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


def _refusal(code: str, detail: str, outcomes: list[RuleOutcome]) -> NotPossibleNow:
    return NotPossibleNow(detail, code=code, reasons=[outcome.words for outcome in outcomes])
