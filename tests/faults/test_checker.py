"""The checker finds what is planted: a run that is as it should be, with one thing spoilt at a time."""

from dataclasses import replace

import pytest

from tests.faults.history import Write
from tests.faults.made_up import history, judged, problems, rows


def test_a_run_that_is_as_it_should_be_has_no_problems():
    verdict = judged()

    assert verdict.problems == []
    assert verdict.figures == {
        "writes asked for": 4, "writes acknowledged (2xx)": 3, "writes asked for more than once": 1,
        "answer lost, found done on reading again": 1, "never acknowledged (the run ended first)": 0,
        "never acknowledged, but there": 0, "acknowledged and missing": 0, "there twice": 0,
        "referrals": 1, "onward referrals": 3, "events, without a gap and chained": 7, "orphans": 0,
        "people reminded by text": 1, "people reminded by letter": 1,
        "people who allow no message, and were sent none": 1,
        "people sent the link to their own page": 0,
        "requests to endpoints, signed": 11,
        "emails owed": 3, "emails that arrived": 3, "emails owed and not arrived": 0,
        "copies too many of emails": 0, "  of emails, for no reason": 0,
        "texts and letters owed": 2, "texts and letters that arrived": 2, "texts and letters owed and not arrived": 0,
        "copies too many of texts and letters": 0, "  of texts and letters, for no reason": 0,
        "webhooks owed": 11, "webhooks that arrived": 11, "webhooks owed and not arrived": 0,
        "copies too many of webhooks": 0, "  of webhooks, for no reason": 0,
    }  # fmt: skip


# --- What was acknowledged -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["submit", "accept", "contact", "sent_onward"])
def test_what_was_acknowledged_and_is_not_there_is_missed(kind):
    asked = history()
    asked.begin(Write(kind=kind, client="lou", subject="R-9", marker="another", tries=1, is_acknowledged=True))
    assert problems(asked) == ["Missing"]


def test_what_was_never_acknowledged_may_be_there_or_not_and_is_counted():
    asked = history()
    asked.writes[0].is_acknowledged = False
    asked.begin(Write(kind="accept", client="lou", subject="R-9", tries=1))
    verdict = judged(asked)
    assert verdict.problems == []
    assert verdict.figures["never acknowledged (the run ended first)"] == 2
    assert verdict.figures["never acknowledged, but there"] == 1


def test_a_contact_that_is_there_twice_is_found():
    held = rows()
    assert problems(held=replace(held, contacts=held.contacts * 2)) == ["Twice"]


def test_a_person_sent_on_twice_is_found():
    held = rows()
    again = replace(held.onwards[1], referral="R-1")
    assert problems(held=replace(held, onwards=[held.onwards[0], again, held.onwards[2]])) == ["Twice"]


def test_an_answer_that_no_fault_explains_is_a_problem():
    asked = history()
    asked.surprise("POST accept gave 403")
    assert problems(asked) == ["Surprise"]


# --- Events ----------------------------------------------------------------------------------------------


def test_an_event_that_was_taken_out_is_a_gap_and_a_broken_chain():
    held = rows()
    events = [event for event in held.events if event.kind != "contact_logged"]
    assert problems(held=replace(held, events=events)) == ["Gap", "Chain"]


def test_an_event_changed_by_hand_breaks_the_chain():
    held = rows()
    changed = replace(held.events[2], hashed_text="another")
    assert problems(held=replace(held, events=[*held.events[:2], changed, *held.events[3:]])) == ["Chain"]


def test_a_status_without_the_event_that_leads_to_it_is_found():
    held = rows()
    assert problems(held=replace(held, referrals=[replace(held.referrals[0], status="active")])) == ["Replay"]


def test_an_open_referral_that_nobody_looks_at_again_is_an_orphan():
    held = rows()
    assert problems(held=replace(held, referrals=[replace(held.referrals[0], has_next_date=False)])) == ["Orphan"]
