"""A checker that never fails proves nothing: one rule of the service is broken at a time, and each time it is found."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from inspect import unwrap
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from referrals import announcements, consents, policies, querysets
from referrals.models import OnwardReferral, Referral
from referrals.services import clocks, leavers, onward, referrals, steps
from services_directory.models import Service
from tests.model import town as town_module
from tests.model.machine import BEGINNING, AnyOrder
from tests.model.tally import Tally
from tests.model.test_any_order import SHORT
from tests.model.town import Town
from tests.model.words import Ask

UNTIL_IT_FAILS = settings(SHORT, max_examples=60, stateful_step_count=30)
Happens = Ask | Callable[[AnyOrder], object]

MADE = Ask(who="gp", what="make", word="submitted", about="rose")
MADE_IN_SILENCE = replace(MADE, agrees=False)
ACCEPTED = Ask(who="link_worker", what="accept")
ASKED = Ask(who="link_worker", what="request_information", is_badly_said=True)
STARTED = Ask(who="link_worker", what="start_support")
CLOSED = Ask(who="link_worker", what="close", word="transferred")
WITHDRAWN = Ask(who="gp", what="withdraw")
AGAIN_BY_THE_LEAD = Ask(who="lead", what="reopen")
AGAIN_BY_THE_LINK_WORKER = Ask(who="link_worker", what="reopen")
SENT_ONWARD = Ask(who="link_worker", what="send_onward", word="walking")
NO_MORE = Ask(who="link_worker", what="record_consent", word="withdrawn")


def days(number: int) -> Callable[[AnyOrder], object]:
    return lambda story: story.time_passes(number, [0, 1, 2, 3, 4])


def who_is_no_lead_lets_them_go(story: AnyOrder) -> None:
    story.somebody_leaves("neighbouring_link_worker")


def the_power_fails_at_the_acceptance(story: AnyOrder) -> None:
    story.fails(ACCEPTED, "the event")


def declared(table: dict[str, Any], name: str, **changes: Any) -> Any:
    """A step that is declared otherwise."""
    return mock.patch.dict(table, {name: replace(table[name], **changes)})


def said(table: dict[str, Any], name: str, **changes: Any) -> Any:
    """A step with other rules of who and what."""
    return declared(table, name, rules=replace(table[name].rules, **changes))


def instead(place: object, name: str, of: object) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: mock.patch.object(place, name, of)


@dataclass(frozen=True)
class Broken:
    """What is broken, a story in which it shows, and what is then said; `is_searched`: found without the story, too."""

    by: Callable[[], AbstractContextManager[Any]]
    story: tuple[Happens, ...]
    words: str
    is_searched: bool = False


def _writes_no_date(subject: Any, step: Any, *, taken: Any, **more: Any) -> Any:
    return _write(subject, step, taken=replace(taken, next_action_on=None), **more)


_write = steps.write
BROKEN = {
    "a link worker may reopen": Broken(
        lambda: said(policies.REFERRAL_STEPS, "reopen", by=frozenset({"lead", "link_worker"})),
        (MADE, ACCEPTED, CLOSED, AGAIN_BY_THE_LINK_WORKER), "not_permitted",
    ),
    "a question needs no words": Broken(
        instead(steps, "_check_details", mock.Mock()), (MADE, ASKED), "invalid",
    ),
    "who has read an old page is not told": Broken(
        instead(steps, "check_version", mock.Mock()), (MADE, replace(ACCEPTED, is_stale=True)), "stale",
    ),
    "the referrer is not told that it was accepted": Broken(
        lambda: mock.patch.dict(announcements.AFTER_REFERRAL_STEP, {"accept": ()}),
        (MADE, ACCEPTED), "rule 4: accept told nobody", is_searched=True,
    ),
    "a case is closed while a provider still has the person": Broken(
        instead(referrals, "_close", mock.Mock(return_value=steps.Taken())),
        (MADE, ACCEPTED, SENT_ONWARD, CLOSED), "close",
    ),
    "a person is sent onward without their consent": Broken(
        instead(onward, "check_may_share", mock.Mock()),
        (MADE_IN_SILENCE, ACCEPTED, SENT_ONWARD), "consent_required",
    ),
    "a withdrawn consent still counts": Broken(
        instead(consents, "_is_yes", mock.Mock(return_value=True)),
        (MADE, ACCEPTED, NO_MORE, SENT_ONWARD), "consent_required",
    ),
    "an ended referral leaves its offers open": Broken(
        instead(referrals, "withdraw_open_onward_referrals", mock.Mock()),
        (MADE, ACCEPTED, SENT_ONWARD, WITHDRAWN), "it stands at",
    ),
    "the code is said twice": Broken(
        instead(referrals, "_once", lambda referral, code: code),
        (MADE, ACCEPTED, STARTED, CLOSED, AGAIN_BY_THE_LEAD), "event_snomed_code_once",
    ),
    "a case in hand has no day": Broken(
        instead(referrals, "write", _writes_no_date), (MADE, ACCEPTED), "next_action",
    ),
    "an answer is waited for for ever": Broken(
        instead(querysets.OnwardReferralQuerySet, "unanswered", lambda rows, on: rows.none()),
        (MADE, ACCEPTED, SENT_ONWARD, days(29)), "has not expired",
    ),
    "a provider is not reminded": Broken(
        instead(clocks, "onward_referrals_to_chase", lambda on: OnwardReferral.objects.none()),
        (MADE, ACCEPTED, SENT_ONWARD, days(8)), "not reminded at half",
    ),
    "a provider is reminded and the leads never hear": Broken(
        instead(clocks, "was_nudged", mock.Mock(return_value=False)),
        (MADE, ACCEPTED, SENT_ONWARD, days(8), days(5)), "was reminded twice",
    ),
    "the leads do not hear of what is late": Broken(
        instead(clocks, "referrals_breached", lambda on: Referral.objects.none()),
        (MADE, days(15)), "the leads were not told",
    ),
    "anybody lets a link worker go": Broken(
        instead(leavers, "_check_lead", mock.Mock()), (MADE, ACCEPTED, who_is_no_lead_lets_them_go), "not_permitted",
    ),
    "a step is not one transaction": Broken(
        instead(town_module, "take_referral_step", unwrap(referrals.take_referral_step)),
        (MADE, the_power_fails_at_the_acceptance), "something remains",
    ),
}  # fmt: skip


@pytest.fixture
def stories(cast):
    made = Town(cast)
    made.at = BEGINNING
    return type("Stories", (AnyOrder,), {"town": made, "tally": Tally()})


def tell(story: AnyOrder, happens: tuple[Happens, ...]) -> None:
    """Tell one story as Hypothesis would: what is always true is held against it after each step."""
    try:
        for each in happens:
            if isinstance(each, Ask):
                story.put(each)
            else:
                each(story)
            story.it_stands_where_the_design_says()
            story.no_rule_is_broken()
    finally:
        story.is_sound = False  # so that nothing is tried at its end: this is for what has been seen by then
        story.teardown()


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found(stories, what):
    """The same story, whole and broken: only the second is found fault with."""
    broken = BROKEN[what]
    tell(stories(), broken.story)
    with broken.by(), pytest.raises(Exception) as found:  # noqa: PT011 -- the database refuses some of it itself
        tell(stories(), broken.story)
    assert broken.words in str(found.value)


@pytest.mark.parametrize("what", [what for what, broken in BROKEN.items() if broken.is_searched])
def test_what_is_broken_is_found_by_chance(stories, what):
    with BROKEN[what].by(), pytest.raises(Exception):  # noqa: B017, PT011 -- whatever shows first
        run_state_machine_as_test(stories, settings=UNTIL_IT_FAILS)


def test_a_row_changed_by_hand_is_found(stories):
    """Past the services, where the database does not know better: the row says one thing, those it counts another."""
    story = stories()
    for ask in (MADE, ACCEPTED, SENT_ONWARD):
        story.put(ask)
    story.no_rule_is_broken()
    Service.objects.filter(pk=story.town.cast.walking.pk).update(places_taken=3)
    with pytest.raises(AssertionError, match="counts 3 and 0"):
        story.no_rule_is_broken()
