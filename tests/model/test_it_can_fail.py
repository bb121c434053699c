"""A checker that never fails proves nothing: one rule of the service is broken at a time, and each time it is found."""

from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from referrals import announcements, consents, policies, querysets
from referrals.enums import ReferralStatus
from referrals.services import onward, referrals, steps
from tests.model.machine import BEGINNING, AnyOrder
from tests.model.tally import Tally
from tests.model.test_any_order import SHORT
from tests.model.town import Town

UNTIL_IT_FAILS = settings(SHORT, max_examples=150, stateful_step_count=30, phases=[Phase.generate])


def declared(table, name, **changes):
    """A step that is declared otherwise."""
    return mock.patch.dict(table, {name: replace(table[name], **changes)})


def said(table, name, **changes):
    """A step with other rules of who and what."""
    return declared(table, name, rules=replace(table[name].rules, **changes))


BROKEN = {
    "a link worker may reopen": (
        lambda: said(policies.REFERRAL_STEPS, "reopen", by=frozenset({"lead", "link_worker"})), "reopen",
    ),
    "a question needs no words": (
        lambda: mock.patch.object(steps, "_check_details"), "invalid",
    ),
    "who has read an old page is not told": (
        lambda: mock.patch.multiple(steps, check_version=lambda subject, version: None), "stale",
    ),
    "the referrer is not told that it was accepted": (
        lambda: mock.patch.dict(announcements.AFTER_REFERRAL_STEP, {"accept": ()}), "rule 4: accept told nobody",
    ),
    "a case is closed while a provider still has the person": (
        lambda: mock.patch.object(referrals, "_close", lambda referral, details: steps.Taken()), "onward_referrals_open",
    ),
    "a person is sent onward without their consent": (
        lambda: mock.patch.multiple(onward, check_may_share=lambda *_, **__: None), "consent_required",
    ),
    "a withdrawn consent still counts": (
        lambda: mock.patch.object(consents, "_is_yes", lambda consent: True), "consent_required",
    ),
    "an ended referral leaves its offers open": (
        lambda: mock.patch.multiple(referrals, withdraw_open_onward_referrals=lambda *_, **__: None), "open under",
    ),
    "the code is said twice": (
        lambda: mock.patch.object(referrals, "_once", lambda referral, code: code), "event_snomed_code_once",
    ),
    "an answer is waited for for ever": (
        lambda: mock.patch.object(querysets.OnwardReferralQuerySet, "unanswered", lambda rows, on: rows.none()), "expired",
    ),
    "closed cases are open to the clock": (
        lambda: mock.patch.object(steps, "write", _writes_no_date), "next_action",
    ),
}  # fmt: skip


def _writes_no_date(subject, step, *, taken, **more):
    return _write(subject, step, taken=replace(taken, next_action_on=None), **more)


_write = steps.write


@pytest.fixture
def town(cast):
    made = Town(cast)
    made.at = BEGINNING
    return made


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found(town, what):
    broken, words = BROKEN[what]
    machine = type("Stories", (AnyOrder,), {"town": town, "tally": Tally()})
    with broken(), pytest.raises(Exception) as found:  # noqa: PT011 -- the database refuses some of it itself
        run_state_machine_as_test(machine, settings=UNTIL_IT_FAILS)
    assert words in "".join([str(found.value), *getattr(found.value, "__notes__", ())])


def test_the_rules_see_a_closed_referral_that_was_accepted(town):
    """Past the machine and past the database's own trigger: the step is taken, and the rules find it in the rows."""
    assert ReferralStatus.CLOSED not in policies.REFERRAL_STEPS["accept"].sources
    del consent_service
