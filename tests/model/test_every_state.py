"""Both machines walked to their last corner: as they are declared, as the design couples them, and for real."""

import os

import pytest
from django.db import transaction

from accounts.enums import Role
from referrals import policies
from tests.model.asking import what_is_offered_is_done
from tests.model.design import Design
from tests.model.machine import BEGINNING
from tests.model.rules import broken_rules
from tests.model.tally import Tally
from tests.model.town import Town
from tests.model.walk import EVERY_WAY, Place, Walk, distances, explore, of_the_first, one_referral
from tests.model.words import IN_HANDS, ONWARD_OPEN, REFERRAL_OPEN, SYSTEM, WHO

MINUTES = float(os.environ.get("MODEL_MINUTES", "0"))
PEOPLE = {Role.REFERRER, Role.LINK_WORKER, Role.LEAD, Role.PROVIDER}

# --- As they are declared: how far each status is from the beginning, counted by hand in the two drawings -----------

REFERRAL_IS_AWAY = {
    "draft": 0,
    "deferred": 1, "submitted": 1, "withdrawn": 1, "closed": 1, "entered_in_error": 1,
    "information_requested": 2, "accepted": 2, "rejected": 2, "redirected": 2, "active": 2,
    "on_hold": 3,
}  # fmt: skip
"""Closed after one step, by a death; being supported after two, where a lead opens that again."""
ONWARD_IS_AWAY = {
    "sent": 0,
    "information_requested": 1, "waitlisted": 1, "accepted": 1, "declined": 1, "expired": 1, "withdrawn": 1,
    "assessment_booked": 2, "started": 2, "not_started": 2,
    "paused": 3, "completed": 3, "left_early": 3,
}  # fmt: skip
MACHINES = [
    pytest.param(policies.REFERRAL_STEPS, REFERRAL_IS_AWAY, REFERRAL_OPEN, 18, 43, id="referral"),
    pytest.param(policies.ONWARD_STEPS, ONWARD_IS_AWAY, ONWARD_OPEN, 16, 27, id="onward referral"),
]


@pytest.mark.parametrize(("steps", "away", "still_open", "step_count", "arrow_count"), MACHINES)
def test_every_status_is_reached_and_none_is_a_trap(steps, away, still_open, step_count, arrow_count, record_property):
    arrows = [(source, step.target) for step in steps.values() for source in step.sources]
    assert (len(steps), len(arrows)) == (step_count, arrow_count)
    assert distances(arrows, start=next(iter(away))) == away
    for status in away:
        leaving = {name: step for name, step in steps.items() if status in step.sources}
        if status not in still_open:
            assert set(leaving) <= {"reopen", "enter_in_error"}, status
            continue
        by_people = [name for name, step in leaving.items() if step.rules.by & PEOPLE and step.target != status]
        assert by_people, f"nobody can take it out of {status}"
        ends = {end for end in away if end not in still_open}
        assert ends & set(distances(arrows, start=status)), f"no way leads from {status} to an end"
    assert all(step.rules.by for step in steps.values())
    record_property(
        "figures", f"Declared: {len(away)} statuses, {len(steps)} steps, {len(arrows)} arrows; all reached, no trap."
    )


def test_only_an_unanswered_offer_is_ended_by_the_service_itself():
    for steps in (policies.REFERRAL_STEPS, policies.ONWARD_STEPS):
        for name, step in steps.items():
            assert (Role.SYSTEM in step.rules.by) == (name == "expire")


# --- As the design couples them --------------------------------------------------------------------------------------

WALKS = [
    # services, offers at most, whether the person changes their mind; states and arrows, as they were first counted
    pytest.param(("walking", "pack"), 1, True, 1416, 9723, id="one offer of either kind, and a change of mind"),
    pytest.param(("walking", "visiting"), 2, False, 4780, 35105, id="two offers, one in place of the other or beside"),
]


@pytest.mark.parametrize(("services", "most_offers", "decides", "states", "arrows"), WALKS)
def test_together_they_reach_everything_and_always_an_end(
    services, most_offers, decides, states, arrows, record_property
):
    asks = one_referral(services, most_offers=most_offers, decides=decides)
    walk = explore(Design(BEGINNING), asks=asks, key=of_the_first)
    made = {state: place for state, place in walk.items() if place.plan.cases}
    assert {place.plan.cases[0].status for place in made.values()} == set(REFERRAL_IS_AWAY)
    assert {offer.status for place in made.values() for offer in place.plan.cases[0].offers} == set(ONWARD_IS_AWAY)
    tally = Tally()
    for place in made.values():
        for ask in place.leaves:
            tally.count(ask, place.plan, "")
    assert tally.missing("referral") == set()
    assert tally.missing("onward") == (set() if "pack" in services else {("accepted", "send_pack")})
    for place in made.values():
        case = place.plan.cases[0]
        if case.status not in REFERRAL_OPEN:
            assert not [offer for offer in case.offers if offer.status in ONWARD_OPEN], "open under an end"
            assert {ask.what for ask in place.leaves} <= {"reopen", "enter_in_error", "record_consent"}
    _always_to_an_end(walk, by=("gp", "outsider"))
    _always_to_an_end(walk, by=("lead", "link_worker", "hub_worker", "outsider"), if_in=IN_HANDS)
    figures = (len(walk), sum(len(place.leaves) for place in walk.values()))
    record_property("figures", f"Together, by the design: {figures[0]:,} states, {figures[1]:,} steps between them.")
    assert figures == (states, arrows)


def _always_to_an_end(walk: Walk, *, by: tuple[str, ...], if_in: tuple[str, ...] = REFERRAL_OPEN) -> None:
    """From every open state these people alone come to an end: whoever has it waits for nobody else's good will."""
    ends = {
        state for state, place in walk.items() if place.plan.cases and place.plan.cases[0].status not in REFERRAL_OPEN
    }
    before: dict[object, set[object]] = {}
    for state, place in walk.items():
        for ask, after in place.leaves.items():
            if ask.who in by:
                before.setdefault(after, set()).add(state)
    found, waiting = set(ends), list(ends)
    while waiting:
        for state in before.get(waiting.pop(), ()):
            if state not in found:
                found.add(state)
                waiting.append(state)
    stuck = [
        state
        for state, place in walk.items()
        if place.plan.cases and place.plan.cases[0].status in if_in and state not in found
    ]
    assert stuck == []


# --- For real --------------------------------------------------------------------------------------------------------


@pytest.fixture
def town(cast):
    return Town(cast)


def test_the_service_is_the_design_in_every_state(town, record_property):
    """Every state of a referral with one offer: what the design allows is done, nothing else is offered, and no rule
    is broken. A long run makes the referral in every way, and sends packs too; everybody in the town is asked for.
    """
    is_long = MINUTES > 0
    made = EVERY_WAY if is_long else (("gp", "draft"), ("gp", "draft_waiting"))
    services = ("walking", "pack") if is_long else ("walking",)
    asks = one_referral(services, most_offers=1, decides=False, made=made)
    walk = explore(Design(BEGINNING), asks=asks, key=of_the_first)
    tally = Tally()
    _visit(walk, walk[None], town, tally, is_long=is_long)
    assert len(tally.states) == len(walk) - 1
    record_property("figures", f"Every state for real: {tally.figures()}")
    missing = {("accepted", "send_pack")} if not is_long else set()
    unseen = set() if is_long else {("draft", "enter_in_error")}  # by whom refers and leads: made by nobody here
    assert (tally.missing("referral"), tally.missing("onward")) == (unseen, missing)


def _visit(walk: Walk, place: Place, town: Town, tally: Tally, *, is_long: bool) -> None:
    """Look at one state, try what may be tried in it, and go on to those that were first reached from here."""
    if place.plan.cases:
        tally.states.add(of_the_first(place.plan))
        town.at = place.plan.at
        assert broken_rules() == []
        assert town.stands() == place.plan.stands()
        for onward in (None, *range(len(place.plan.cases[0].offers))):
            for who in WHO if is_long else ("gp", "link_worker", "lead", "provider", "befriender", SYSTEM):
                for ask, answer in what_is_offered_is_done(town, place.plan, who, 0, onward, _check):
                    tally.count(ask, place.plan, answer)
    for ask in place.first_to:
        savepoint, known = transaction.savepoint(), list(town.referrals)
        town.at = place.plan.at
        assert town.ask(ask) == "", ask
        tally.count(ask, place.plan, "")
        _visit(walk, walk[place.leaves[ask]], town, tally, is_long=is_long)
        transaction.savepoint_rollback(savepoint)
        town.referrals = known


def _check(is_so: bool, otherwise: str) -> None:
    assert is_so, otherwise
