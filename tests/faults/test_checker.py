"""The checker finds what is planted: a run that is as it should be, with one thing spoilt at a time."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.checker import judge
from tests.faults.history import (
    Arrival,
    EventRow,
    Excuse,
    History,
    MessageRow,
    OnwardRow,
    ReferralRow,
    Rows,
    Write,
)

TEAM, GP, PROVIDER = "team@inbox.example", "gp@work.example", "active@inbox.example"


def chained(*rows: dict[str, Any]) -> list[EventRow]:
    events: list[EventRow] = []
    for number, row in enumerate(rows, start=1):
        before = events[-1].hash if events else ""
        text = json.dumps([number, row["kind"], before])
        events.append(
            EventRow(
                referral="R-1", onward=row.get("onward", ""), sequence=number, kind=row["kind"],
                from_status=row.get("before", ""), to_status=row.get("after", ""), previous_hash=before,
                hashed_text=text, hash=hashlib.sha256(text.encode()).hexdigest(),
            )
        )  # fmt: skip
    return events


def message(number: int, event: int, recipient: str) -> MessageRow:
    wire = f"<m{number}@referral.example>"
    key = f"referral-event:R-1:{event}"
    return MessageRow(id=f"m{number}", event_key=key, recipient=recipient, status="sent", attempts=1, wire_id=wire)


def arrival(number: int, recipient: str, *, at: float = 100.0) -> Arrival:
    return Arrival(message_id=f"<m{number}@referral.example>", recipient=recipient, at=at)


@pytest.fixture
def history() -> History:
    """Gita refers, Lou accepts, calls, and sends on; every answer came, but one that was found done."""
    return History(
        writes=[
            Write(kind="submit", client="gp", marker="a fall", tries=2, is_acknowledged=True),
            Write(kind="accept", client="lou", subject="R-1", tries=1, is_found_done=True),
            Write(kind="contact", client="lou", subject="R-1", marker="a call", tries=1, is_acknowledged=True),
            Write(kind="sent_onward", client="lou", subject="R-1", tries=1, is_acknowledged=True),
        ]
    )


@pytest.fixture
def rows() -> Rows:
    events = chained(
        {"kind": "submit", "before": "draft", "after": "submitted"},
        {"kind": "accept", "before": "submitted", "after": "accepted"},
        {"kind": "contact_logged"},
        {"kind": "sent_onward", "onward": "O-1", "after": "sent"},
    )
    return Rows(
        referrals=[
            ReferralRow(
                reference="R-1", marker="a fall", status="accepted", version=4, chain_hash=events[-1].hash,
                is_open=True, has_next_date=True,
            )
        ],
        onwards=[OnwardRow(reference="O-1", referral="R-1", status="sent", is_open=True, has_next_date=True)],
        events=events,
        contacts=[("R-1", "a call")],
        messages=[message(1, 1, TEAM), message(2, 2, GP), message(3, 4, PROVIDER)],
    )  # fmt: skip


@pytest.fixture
def mailbox() -> list[Arrival]:
    return [arrival(1, TEAM), arrival(2, GP), arrival(3, PROVIDER)]


def problems(history: History, rows: Rows, mailbox: list[Arrival], **more: Any) -> list[str]:
    """Return the first word of each problem."""
    found = judge(history, rows, mailbox, **({"lost_answers": {}, "excuses": []} | more)).problems
    return [problem.split(":")[0] for problem in found]


def test_a_run_that_is_as_it_should_be_has_no_problems(history, rows, mailbox):
    verdict = judge(history, rows, mailbox, lost_answers={}, excuses=[])

    assert verdict.problems == []
    assert verdict.figures == {
        "writes asked for": 4, "writes acknowledged (2xx)": 3, "writes asked for more than once": 1,
        "answer lost, found done on reading again": 1, "never acknowledged (the run ended first)": 0,
        "never acknowledged, but there": 0, "acknowledged and missing": 0, "there twice": 0,
        "referrals": 1, "onward referrals": 1, "events, without a gap and chained": 4, "orphans": 0,
        "messages owed": 3, "messages that arrived": 3, "messages owed and not arrived": 0, "copies too many": 0,
        "  for no reason": 0,
    }  # fmt: skip


# --- What was acknowledged -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["submit", "accept", "contact", "sent_onward"])
def test_what_was_acknowledged_and_is_not_there_is_missed(history, rows, mailbox, kind):
    planted = Write(kind=kind, client="lou", subject="R-2", marker="another", tries=1, is_acknowledged=True)
    history.begin(planted)
    assert problems(history, rows, mailbox) == ["Missing"]


def test_what_was_never_acknowledged_may_be_there_or_not_and_is_counted(history, rows, mailbox):
    history.writes[0].is_acknowledged = False
    history.begin(Write(kind="accept", client="lou", subject="R-2", tries=1))
    verdict = judge(history, rows, mailbox, lost_answers={}, excuses=[])
    assert verdict.problems == []
    assert verdict.figures["never acknowledged (the run ended first)"] == 2
    assert verdict.figures["never acknowledged, but there"] == 1


def test_a_contact_that_is_there_twice_is_found(history, rows, mailbox):
    assert problems(history, replace(rows, contacts=rows.contacts * 2), mailbox) == ["Twice"]


def test_a_person_sent_on_twice_is_found(history, rows, mailbox):
    again = replace(rows.onwards[0], status="sent")
    assert problems(history, replace(rows, onwards=[*rows.onwards, again]), mailbox) == ["Twice"]


def test_an_answer_that_no_fault_explains_is_a_problem(history, rows, mailbox):
    history.surprise("POST accept gave 403")
    assert problems(history, rows, mailbox) == ["Surprise"]


# --- Events ----------------------------------------------------------------------------------------------


def test_an_event_that_was_taken_out_is_a_gap_and_a_broken_chain(history, rows, mailbox):
    spoilt = replace(rows, events=[rows.events[0], rows.events[1], rows.events[3]])
    assert problems(history, spoilt, mailbox) == ["Gap", "Chain"]


def test_an_event_changed_by_hand_breaks_the_chain(history, rows, mailbox):
    changed = replace(rows.events[2], hashed_text="another")
    spoilt = replace(rows, events=[*rows.events[:2], changed, rows.events[3]])
    assert problems(history, spoilt, mailbox) == ["Chain"]


def test_a_status_without_the_event_that_leads_to_it_is_found(history, rows, mailbox):
    spoilt = replace(rows, referrals=[replace(rows.referrals[0], status="active")])
    assert problems(history, spoilt, mailbox) == ["Replay"]


def test_an_open_referral_that_nobody_looks_at_again_is_an_orphan(history, rows, mailbox):
    spoilt = replace(rows, referrals=[replace(rows.referrals[0], has_next_date=False)])
    assert problems(history, spoilt, mailbox) == ["Orphan"]


# --- Messages --------------------------------------------------------------------------------------------


def test_an_event_without_its_message_is_found(history, rows, mailbox):
    spoilt = replace(rows, messages=rows.messages[1:])
    assert problems(history, spoilt, mailbox[1:]) == ["Not owed"]


def test_a_message_that_never_came_is_found(history, rows, mailbox):
    assert problems(history, rows, mailbox[1:]) == ["Not delivered"]


def test_a_message_that_nobody_owed_is_found(history, rows, mailbox):
    assert problems(history, rows, [*mailbox, arrival(9, GP)]) == [
        "Message <m9@referral.example> came and nobody owed it."
    ]


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_a_message_that_came_and_is_not_recorded_is_found(history, rows, mailbox, status):
    spoilt = replace(rows.messages[0], status=status, wire_id="")
    found = problems(history, replace(rows, messages=[spoilt, *rows.messages[1:]]), mailbox)
    assert found == [f"Message m1 is {status} when all is quiet."]


def test_a_message_that_went_to_somebody_else_is_found(history, rows, mailbox):
    found = problems(history, rows, [arrival(1, GP), *mailbox[1:]])
    assert found == ["Message m1 went to another than it was owed to."]


def test_a_second_copy_for_no_reason_is_found(history, rows, mailbox):
    assert problems(history, rows, [*mailbox, arrival(1, TEAM)]) == ["Twice"]


def test_a_second_copy_is_excused_where_the_mail_server_lost_its_answer_and_is_counted(history, rows, mailbox):
    lost = {"<m1@referral.example>": 1}
    verdict = judge(history, rows, [*mailbox, arrival(1, TEAM)], lost_answers=lost, excuses=[])
    assert verdict.problems == []
    assert verdict.figures["copies too many"] == 1
    assert verdict.figures["  because the mail server's answer was lost"] == 1


def test_one_lost_answer_excuses_one_copy_and_no_more(history, rows, mailbox):
    lost = {"<m1@referral.example>": 1}
    assert problems(history, rows, [*mailbox, *[arrival(1, TEAM)] * 2], lost_answers=lost) == ["Twice"]


@pytest.mark.parametrize(("at", "found"), [(90.0, []), (40.0, ["Twice"])])
def test_a_kill_excuses_what_came_around_it_and_nothing_else(history, rows, mailbox, at, found):
    kill = Excuse(cause="the worker was killed as it came", begins=88, ends=94)
    assert problems(history, rows, [*mailbox, arrival(1, TEAM, at=at)], excuses=[kill]) == found
