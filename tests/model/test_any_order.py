"""Stories in any order, on the real services and the real database. How to run a long one: docs/model-checking.md."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import BEGINNING, AnyOrder
from tests.model.tally import Tally
from tests.model.town import Town

STORIES = int(os.environ.get("MODEL_STORIES", "0"))
"""How many stories a long run tells, each one by chance. 0: the short run, which is always the same."""
SHORT = settings(
    max_examples=40, stateful_step_count=25, deadline=None, derandomize=True, database=None, print_blob=False,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip
LONG = settings(SHORT, max_examples=max(STORIES, 1), stateful_step_count=50, derandomize=False, print_blob=True)


@pytest.fixture
def town(cast):
    made = Town(cast)
    made.at = BEGINNING
    return made


def test_no_rule_is_broken_in_any_order_of_steps(town, record_property):
    tally = Tally()
    machine = type("Stories", (AnyOrder,), {"town": town, "tally": tally})
    run_state_machine_as_test(machine, settings=LONG if STORIES else SHORT)
    record_property("figures", f"Stories in any order: {tally.figures()}")
    if STORIES >= 1000:
        assert (tally.missing("referral"), tally.missing("onward")) == (set(), set())
