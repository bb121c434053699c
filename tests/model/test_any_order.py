"""Stories in any order, on the real services and the real database. How to run a long one: docs/model-checking.md."""

import os
from time import monotonic

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import BEGINNING, AnyOrder
from tests.model.tally import Tally
from tests.model.town import Town

MINUTES = float(os.environ.get("MODEL_MINUTES", "0"))
"""How long stories are told by chance. 0: the short run.

That is the same for the same code and the same modules at hand: Hypothesis draws from their constants, too.
"""
SHORT = settings(
    max_examples=16, stateful_step_count=20, deadline=None, derandomize=True, database=None, print_blob=False,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip
LONG = settings(
    SHORT, max_examples=40, stateful_step_count=30, derandomize=False, print_blob=True,
    phases=[Phase.generate, Phase.shrink],
)  # fmt: skip
SEEN = {"pressed twice", "power cut after the event", "mail server refuses", "somebody left"}
"""The faults that a run must have met."""
MORE = 5
"""How many more times a short run may begin, each by chance, until it has met them."""


@pytest.fixture
def town(cast):
    made = Town(cast)
    made.at = BEGINNING
    return made


def test_no_rule_is_broken_in_any_order_of_steps(town, record_property):
    tally = Tally()
    machine = type("Stories", (AnyOrder,), {"town": town, "tally": tally})
    until = monotonic() + MINUTES * 60
    run_state_machine_as_test(machine, settings=LONG if MINUTES else SHORT)
    while monotonic() < until:
        run_state_machine_as_test(machine, settings=LONG)
    for _ in range(MORE):
        if not tally.faults.keys() >= SEEN:
            run_state_machine_as_test(machine, settings=settings(SHORT, derandomize=False, print_blob=True))
    record_property("figures", f"Stories in any order: {tally.figures()}")
    # The least that a run must have seen, so that none becomes empty unseen; all of it is in test_every_state.
    assert len(tally.states) >= 40
    assert len(tally.declared("referral")) >= 15
    assert len(tally.declared("onward")) >= 5
    assert tally.faults.keys() >= SEEN
