"""What may be asked of a referral, tried on the real service and taken back: what is offered is done."""

from collections.abc import Callable

from django.db import transaction

from tests import matrix
from tests.model import words
from tests.model.design import Design
from tests.model.rules import commit
from tests.model.town import Town
from tests.model.words import Ask, Case

Check = Callable[[bool, str], None]
REFUSED_THOUGH_OFFERED = {
    "submit": {"invalid", "person_deceased", "consent_required"},
    "defer": {"invalid", "person_deceased"},
    "close": {"onward_referrals_open"},
    "reopen": {"reopening_window_over", "person_deceased"},
    "resume": {"in_hospital"},
    "confirm_discharge_again": {"not_in_hospital"},
    "provide_information": {"consent_required"},
    "accept": {"no_place_left"},
    "book_assessment": {"assessment_passed"},
}
"""What may be offered and yet refused, and why: the refusal says what to do first. All else that is offered is done."""


def asks_about(case: int, onward: int | None, *, others: bool = True) -> list[Ask]:
    """Return every step of everybody about a referral, or an onward referral; and what is no step, with `others`."""
    if onward is not None:
        return [
            Ask(who=who, what=step, case=case, onward=onward) for who in words.WHO for step in matrix.ONWARD_TARGETS
        ]
    said = {"hold": ("health", "in_hospital"), "close": ("transferred", "declined_by_person", "goals_met")}
    found = [
        Ask(who=who, what=step, case=case, word=word)
        for who in words.WHO
        for step in matrix.REFERRAL_TARGETS
        for word in said.get(step, ("",))
    ]
    people = [who for who in words.WHO if who != words.SYSTEM]
    extra = ("allocate", "undo_death") if others else ()
    return found + [Ask(who=who, what=what, case=case) for who in people for what in extra]


def what_is_offered_is_done(
    town: Town, plan: Design, who: str, case: int, onward: int | None, check: Check
) -> list[tuple[Ask, str]]:
    """Hold what is offered to somebody against what is really not refused: each is tried, and taken back.

    Tried is what is offered and what the design does not refuse. Returns each with its answer.
    """
    one: Case = plan.cases[case]
    is_seen = plan.sees(who, one, None if onward is None else one.offers[onward])
    offered = town.offered(who, case, onward) if is_seen else set()
    names = matrix.REFERRAL_TARGETS if onward is None else matrix.ONWARD_TARGETS
    tried: list[tuple[Ask, str]] = []
    for step in names:
        ask = Ask(who=who, what=step, case=case, onward=onward)
        expected = plan.answer(ask)
        if expected and step not in offered:
            continue
        answer = attempted(town, plan, ask, check)
        tried.append((ask, answer))
        check(answer == expected, f"{ask} was answered {answer!r}, and not {expected!r}")
        check(bool(answer) or step in offered, f"{step} is not refused to {who}, and not offered")
        is_known = not answer or step not in offered or answer in REFUSED_THOUGH_OFFERED.get(step, set())
        check(is_known, f"{step} is offered to {who}, and refused: {answer}")
    return tried


def attempted(town: Town, plan: Design, ask: Ask, check: Check) -> str:
    """Ask, look what came of it, and take it back."""
    known, savepoint = list(town.referrals), transaction.savepoint()
    try:
        answer = town.ask(ask)
        if not answer:
            after = plan.copy()
            after.do(ask)
            commit()
            check(town.stands() == after.stands(), f"{ask} led to {town.stands()}, and not to {after.stands()}")
        return answer
    finally:
        transaction.savepoint_rollback(savepoint)
        town.referrals = known
