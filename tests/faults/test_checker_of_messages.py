"""The checker finds what is wrong with messages: each rule is shown one made-up run that breaks it."""

from dataclasses import replace

import pytest

from tests.faults.history import EMAILS, EVERY_WIRE, TEXTS, TIME, WEBHOOKS, Excuse
from tests.faults.made_up import (
    GP,
    LETTER,
    TEAM,
    TEXT,
    also,
    but,
    history,
    hooked,
    judged,
    mail,
    message,
    notified,
    problems,
    rows,
    spoilt,
    with_message,
    without,
)

PING = hooked(20, "/tests-only", "webhook.ping", {"webhook": "W-3"})
ONE_OF_EACH = [(EMAILS, "m1", mail(1, TEAM)), (TEXTS, "m4", notified(4, TEXT)), (WEBHOOKS, "m20", PING)]
each_way = pytest.mark.parametrize(("wire", "message_id", "arrival"), ONE_OF_EACH, ids=["email", "text", "webhook"])


# --- Owed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wire", "message_id"), [(EMAILS, "m1"), (WEBHOOKS, "m11"), (WEBHOOKS, "m16")])
def test_an_event_without_its_message_is_found(wire, message_id):
    assert problems(held=but(message_id), came=without(wire, message_id)) == ["Not owed"]


def test_a_message_of_an_event_that_never_happened_is_found():
    assert problems(held=with_message("m1", event_key="referral-event:R-1:9")) == [
        "Not owed", "A message is owed by referral-event",
    ]  # fmt: skip


@each_way
def test_the_same_owed_twice_under_two_ids_is_found(wire, message_id, arrival):
    held = rows()
    own = next(each for each in held.messages if each.id == message_id)
    again = replace(own, id="m90", wire_id="m90")
    held.messages.append(again)
    found = problems(held=held, came=also(wire, replace(arrival, message_id="m90", wire_id="m90")))
    assert "Owed twice" in found


# --- Arrived ---------------------------------------------------------------------------------------------


@each_way
def test_a_message_that_never_came_is_found(wire, message_id, arrival):
    assert problems(came=without(wire, message_id)) == ["Not delivered"]


@each_way
def test_a_message_that_nobody_owed_is_found(wire, message_id, arrival):
    strange = replace(arrival, message_id="m99", wire_id="m99", body=arrival.body.replace(":20Z", ":99Z"))
    assert problems(came=also(wire, strange)) == ["Message m99 came and nobody owed it."]


@each_way
@pytest.mark.parametrize("status", ["pending", "failed", "stopped"])
def test_a_message_that_came_and_is_not_recorded_is_found(wire, message_id, arrival, status):
    found = problems(held=with_message(message_id, status=status, wire_id=""))
    assert found == [f"Message {message_id} is {status} when all is quiet."]


@each_way
def test_a_message_recorded_under_an_id_that_never_came_is_found(wire, message_id, arrival):
    found = problems(held=with_message(message_id, wire_id="another"))
    assert found == [f"Message {message_id} is recorded as another, which never came."]


def test_an_email_that_went_to_somebody_else_is_found():
    assert problems(came=spoilt(EMAILS, "m1", recipient=GP)) == ["Message m1 went to another than it was owed to."]


# --- Twice -----------------------------------------------------------------------------------------------


@each_way
def test_a_second_copy_for_no_reason_is_found(wire, message_id, arrival):
    assert problems(came=also(wire, arrival)) == ["Twice"]


@each_way
def test_a_second_copy_is_excused_where_its_receiver_lost_the_answer_and_is_counted(wire, message_id, arrival):
    verdict = judged(came=also(wire, arrival, lost={arrival.message_id: 1}))
    assert verdict.problems == []
    assert verdict.figures[f"copies too many of {wire}"] == 1
    assert verdict.figures[f"  of {wire}, because its receiver's answer was lost"] == 1


@each_way
def test_one_lost_answer_excuses_one_copy_and_no_more(wire, message_id, arrival):
    assert problems(came=also(wire, arrival, arrival, lost={arrival.message_id: 1})) == ["Twice"]


@each_way
@pytest.mark.parametrize(("at", "found"), [(90.0, []), (40.0, ["Twice"])])
def test_a_kill_excuses_what_came_around_it_and_nothing_else(wire, message_id, arrival, at, found):
    kill = Excuse(cause="its sender ended as it came", begins=88, ends=94)
    assert problems(came=also(wire, replace(arrival, at=at)), excuses=[kill]) == found


@each_way
def test_two_kills_around_one_copy_excuse_one_copy(wire, message_id, arrival):
    kill = Excuse(cause="its sender ended as it came", begins=88, ends=94)
    copies = [replace(arrival, at=90.0), replace(arrival, at=120.0)]
    assert problems(came=also(wire, *copies), excuses=[kill, kill]) == ["Twice"]


@each_way
def test_the_kill_of_who_sends_something_else_excuses_nothing(wire, message_id, arrival):
    kill = Excuse(cause="another ended", begins=88, ends=94, of=EVERY_WIRE - {wire})
    assert problems(came=also(wire, replace(arrival, at=90.0)), excuses=[kill]) == ["Twice"]


def test_a_text_that_was_taken_twice_has_two_ids_of_notify_and_one_reference():
    again = notified(4, TEXT, wire="n99")
    assert problems(came=also(TEXTS, again, lost={"m4": 1})) == []


@pytest.mark.parametrize(
    ("wire", "arrival"),
    [(EMAILS, replace(mail(1, TEAM), message_id="<m1@elsewhere.example>")), (TEXTS, notified(4, "sms:+447700900999"))],
)
def test_a_second_try_that_is_not_the_same_is_found(wire, arrival):
    found = problems(came=also(wire, arrival, lost=dict.fromkeys(("<m1@referral.example>", "m4"), 1)))
    assert "Otherwise again" in found


# --- Texts and letters -----------------------------------------------------------------------------------


def test_somebody_who_waits_for_a_first_assessment_and_is_not_reminded_is_found():
    assert problems(held=but("m4"), came=without(TEXTS, "m4")) == ["Reminders"]


def test_somebody_who_is_reminded_twice_is_found():
    held = rows()
    held.messages.append(message(91, "onward:O-1:reminder:y", "appointment:O-1/y", "sms", wire="n91"))
    assert problems(held=held, came=also(TEXTS, notified(91, TEXT))) == ["Reminders"]


def test_somebody_who_does_not_wait_and_is_reminded_is_found():
    asked = history()
    del asked.awaiting["O-2"]
    assert problems(asked) == ["Reminders"]


def test_nobody_need_be_reminded_of_what_was_never_booked():
    asked = history()
    asked.awaiting["O-9"] = TEXT
    assert problems(asked) == []


def test_somebody_who_allows_no_message_and_is_sent_one_is_found():
    held = rows()
    held.messages.append(message(92, "onward:O-3:reminder:x", "appointment:O-3/x", "sms", wire="n92"))
    assert problems(held=held, came=also(TEXTS, notified(92, TEXT))) == ["Permission"]


@pytest.mark.parametrize(
    ("message_id", "recipient"), [("m4", LETTER), ("m4", "sms:+447700900999"), ("m5", f"{LETTER}1")]
)
def test_a_reminder_that_went_elsewhere_or_another_way_than_allowed_is_found(message_id, recipient):
    assert problems(came=spoilt(TEXTS, message_id, recipient=recipient)) == ["Not where they are"]


# --- Webhooks --------------------------------------------------------------------------------------------


def test_a_provider_that_is_told_of_what_is_not_its_is_found():
    held = rows()
    held.messages.append(message(93, "referral-event:R-1:2", "webhook:W-2", "webhook", wire="m93"))
    told = hooked(93, "/leisure", "referral.accepted", {"onward_referral": "O-1"})
    assert problems(held=held, came=also(WEBHOOKS, told)) == ["Not theirs"]


def test_a_provider_that_is_told_which_referral_it_was_is_found():
    told = hooked(16, "/leisure", "onward_referral.sent", {"referral": "R-1", "onward_referral": "O-1"})
    assert problems(came=spoilt(WEBHOOKS, "m16", body=told.body)) == ["Told otherwise"]


@pytest.mark.parametrize(
    "changes",
    [
        {"body": hooked(11, "", "referral.closed", {"referral": "R-1"}).body},
        {"body": hooked(11, "", "referral.accepted", {"referral": "R-2"}).body},
        {"recipient": "/leisure"},
    ],
)
def test_a_webhook_that_says_something_else_or_goes_elsewhere_is_found(changes):
    assert problems(came=spoilt(WEBHOOKS, "m11", **changes)) == ["Told otherwise"]


def test_a_webhook_without_a_right_signature_is_found():
    verdict = judged(came=spoilt(WEBHOOKS, "m11", is_signed=False))
    assert [each.split(":")[0] for each in verdict.problems] == ["Signature"]
    assert verdict.figures["requests to endpoints, signed"] == 10


@pytest.mark.parametrize("skew", [301.0, -3600.0])
def test_a_signature_of_another_time_is_found_unless_the_clock_was_wrong(skew):
    wrong = Excuse(cause="the clock was wrong", begins=90, ends=110, of=frozenset({TIME}))
    elsewhen = replace(wrong, begins=190, ends=210)
    kill = Excuse(cause="its sender ended as it came", begins=90, ends=110)
    came = spoilt(WEBHOOKS, "m11", skew=skew)
    assert problems(came=came) == ["Signature"]
    assert problems(came=came, excuses=[elsewhen, kill]) == ["Signature"]
    assert problems(came=came, excuses=[wrong]) == []
    assert problems(came=spoilt(WEBHOOKS, "m11", skew=299.0)) == []


def test_the_same_news_under_another_id_is_found():
    again = replace(PING, message_id="m94", wire_id="m94")
    found = problems(came=also(WEBHOOKS, again))
    assert found == ["Another id", "Message m94 came and nobody owed it."]
