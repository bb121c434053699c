"""Whose turn it is in every status of both machines: written by hand, and then every column that changes it.

It is Thursday 5 November; what is due is due on Monday the 9th, and all stands since Tuesday the 3rd.
"""

import datetime as dt

import pytest

from referrals.clocks import CLOCKS
from referrals.enums import OnwardStatus, ReferralStatus, TaskKind, TurnOf
from referrals.models import FollowUpClock, OnwardReferral, Referral
from referrals.turns import NOT_THE_TEAMS, LastMove, StandsStill, whose_turn
from services_directory.models import Service
from tests.conftest import NOW


def november(day):
    return dt.date(2026, 11, day)


TUESDAY, TODAY, MONDAY = november(3), november(5), november(9)
HELD_UNTIL = november(20)
DUE = MONDAY
OWN_TEAM, PROVIDER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def still(key, why, since=TUESDAY):
    return StandsStill(key=key, since=since, why=why)


def of_referral(status, *, on=TODAY, reason="", reads_all=True, grace=5, **columns):
    columns = {"next_action_on": DUE, "planned_discharge_on": november(6)} | columns
    return whose_turn(
        Referral(status=status, **columns), on=on, moved=LastMove(on=TUESDAY, reason=reason), grace=grace,
        reads_all=reads_all,
    )  # fmt: skip


def of_onward(status, *, on=TODAY, held=None, reads_all=True, grace=5, delivery="", held_until=HELD_UNTIL, **columns):
    referral = Referral(
        status="on_hold" if held else "active", owner_team_id=OWN_TEAM, next_action_on=held_until if held else DUE
    )
    columns = {"next_action_on": DUE, "provider_team_id": PROVIDER} | columns
    follow_up_clock = columns.pop("follow_up_clock", None)
    onward = OnwardReferral(status=status, referral=referral, service=Service(delivery=delivery), **columns)
    if follow_up_clock is not None:
        follow_up_clock.onward_referral = onward
    return whose_turn(onward, on=on, moved=LastMove(on=TUESDAY), held=held, grace=grace, reads_all=reads_all)


def told(turn):
    return (turn.key, turn.whose, turn.due_on, turn.stands_still)


# --- Every status ---------------------------------------------------------------------------------------------------

REFERRALS = {
    "draft": ("", "referrer", None, None),
    "deferred": (
        "discharge", "referrer", DUE, still("triage", "in hospital: the discharge is planned for 6 November 2026"),
    ),
    "submitted": ("triage", "team", DUE, None),
    "information_requested": ("answer", "referrer", DUE, still("triage", "the referrer was asked on 3 November 2026")),
    "accepted": ("first_contact", "team", DUE, None),
    "active": ("case_review", "team", DUE, None),
    "on_hold": ("hold_end", "nobody", DUE, still("case_review", "on hold until 9 November 2026")),
    "closed": ("", "nobody", None, None),
    "rejected": ("", "nobody", None, None),
    "redirected": ("", "nobody", None, None),
    "withdrawn": ("", "nobody", None, None),
    "entered_in_error": ("", "nobody", None, None),
}  # fmt: skip
ONWARD = {
    "sent": ("provider_response", "provider", DUE, None),
    "information_requested": (
        "provider_question", "team", DUE, still("provider_response", "the link worker was asked on 3 November 2026"),
    ),
    "waitlisted": ("waiting_review", "team", DUE, None),
    "accepted": ("assessment", "provider", DUE, None),
    "assessment_booked": ("assessment_outcome", "person", DUE, None),
    "started": ("", "person", None, None),
    "paused": ("pause_end", "nobody", DUE, still("", "paused until 9 November 2026")),
    "completed": ("", "nobody", None, None),
    "left_early": ("", "nobody", None, None),
    "not_started": ("", "nobody", None, None),
    "declined": ("", "nobody", None, None),
    "expired": ("", "nobody", None, None),
    "withdrawn": ("", "nobody", None, None),
}  # fmt: skip
WHILE_ON_HOLD = {
    "sent": ("", "nobody", None, "provider_response"),
    "information_requested": ("", "nobody", None, "provider_question"),
    "waitlisted": ("", "nobody", None, "waiting_review"),
    "accepted": ("", "nobody", None, "assessment"),
    "assessment_booked": ("", "nobody", None, "assessment_outcome"),
    "started": ("", "person", None, None),
    "paused": ("", "nobody", None, "pause_end"),
}
"""Of the onward referrals while their referral is on hold: the clock that runs, whose turn, by when, what stands."""


@pytest.mark.parametrize("status", ReferralStatus.values)
def test_of_a_referral(status):
    assert told(of_referral(status)) == REFERRALS[status]


@pytest.mark.parametrize("status", OnwardStatus.values)
def test_of_an_onward_referral(status):
    assert told(of_onward(status)) == ONWARD[status]


@pytest.mark.parametrize("status", sorted(OnwardStatus.OPEN))
def test_of_an_onward_referral_while_its_referral_is_on_hold(status):
    turn = of_onward(status, held=LastMove(on=november(4), reason="away"))
    stopped = turn.stands_still
    assert (turn.key, turn.whose, turn.due_on, stopped.key if stopped else None) == WHILE_ON_HOLD[status]
    if turn.whose == TurnOf.NOBODY:
        assert stopped == still(turn.stands_still.key, "on hold until 20 November 2026", since=november(4))


def test_it_says_what_is_to_be_done_in_the_words_of_its_clock_or_in_its_own():
    says = {clock.key: clock.says for clock in CLOCKS}
    for turn in (of_referral("submitted"), of_referral("active"), of_onward("sent"), of_onward("waitlisted")):
        assert turn.says == says[turn.key]
    assert {of_referral(status).says for status in ReferralStatus.ENDED} == {"It has ended"}
    assert [of_referral("draft").says, of_onward("started").says] == ["Send it", "Take part"]
    assert of_onward("assessment_booked").says == "Come to the first assessment"
    assert of_onward("accepted").says == "Book the first assessment"
    assert of_onward("accepted", delivery="posted").says == "Send the pack"


def test_every_clock_that_is_named_is_listed_and_its_turn_is_known():
    assert {clock.turn for clock in CLOCKS} <= set(TurnOf.values)
    named = {row[0] for table in (REFERRALS, ONWARD, WHILE_ON_HOLD) for row in table.values()} - {""}
    assert named <= {clock.key for clock in CLOCKS}


def test_since_when_it_stands_so_but_for_what_has_ended():
    assert {of_referral(status).since for status in ReferralStatus.OPEN} == {TUESDAY}
    assert {of_onward(status).since for status in OnwardStatus.OPEN} == {TUESDAY}
    assert {of_referral(status).since for status in ReferralStatus.ENDED} == {None}
    assert {of_onward(status).since for status in OnwardStatus.ENDED} == {None}


# --- Each column that changes it ------------------------------------------------------------------------------------


def test_of_a_hold_it_is_nobodys_turn_until_its_day_and_then_the_teams():
    """On the day that was named, and when something has brought the case up before it."""
    for on in (MONDAY, november(10)):
        turn = of_referral("on_hold", on=on)
        assert told(turn) == ("hold_end", "team", DUE, still("case_review", "on hold since 3 November 2026"))
        assert turn.since == MONDAY


@pytest.mark.parametrize(("on", "whose"), [(TODAY, "nobody"), (MONDAY, "team")])
def test_of_a_stay_in_hospital_the_first_contact_stands_still(on, whose):
    turn = of_referral("on_hold", on=on, reason="in_hospital")
    assert told(turn) == ("hold_end", whose, DUE, still("first_contact", "in hospital since 3 November 2026"))
    assert turn.says == "Confirm the discharge, or hold it longer"


TRIES = [
    # status, columns, the team reads, everybody else reads
    ("accepted", {"failed_tries": 1}, ("contact_attempts", "team"), ("first_contact", "team")),
    ("active", {"failed_tries": 2}, ("contact_attempts", "team"), ("case_review", "team")),
    ("accepted", {"reached_at": NOW}, ("case_review", "team"), ("first_contact", "team")),
    ("active", {"reached_at": NOW}, ("case_review", "team"), ("case_review", "team")),
    ("active", {"failed_tries": 3, "asks_to_close_at": NOW}, ("contact_attempts", "person"), ("case_review", "team")),
    ("submitted", {"failed_tries": 3, "asks_to_close_at": NOW}, ("triage", "team"), ("triage", "team")),
]


@pytest.mark.parametrize(("status", "columns", "to_team", "to_others"), TRIES)
def test_how_reaching_the_person_goes_is_the_teams_to_know(status, columns, to_team, to_others):
    for reads_all, expected in ((True, to_team), (False, to_others)):
        turn = of_referral(status, reads_all=reads_all, **columns)
        assert (turn.key, turn.whose) == expected


def test_after_the_last_try_the_person_has_some_days_and_then_it_is_the_teams_turn():
    columns = {"failed_tries": 3, "asks_to_close_at": NOW}
    before, on_the_day = of_referral("active", **columns), of_referral("active", on=MONDAY, **columns)
    assert (before.whose, before.says) == ("person", "Answer the team's last try")
    assert (on_the_day.whose, on_the_day.says) == ("team", "Could not be reached: close it, or try on")


def test_a_schemes_own_hub_has_no_clock_for_what_it_sent_to_itself():
    own = {"provider_team_id": OWN_TEAM}
    assert told(of_onward("sent", **own)) == ("", "provider", None, None)
    held = of_onward("sent", held=LastMove(on=november(4)), **own)
    assert told(held) == ("", "nobody", None, still("", "on hold until 20 November 2026", since=november(4)))
    assert told(of_onward("accepted", **own)) == ("assessment", "provider", DUE, None)


@pytest.mark.parametrize(("on", "whose", "since"), [(MONDAY, "person", TUESDAY), (november(10), "provider", MONDAY)])
def test_until_the_assessment_it_is_the_persons_turn_and_after_it_the_providers(on, whose, since):
    turn = of_onward("assessment_booked", on=on)
    assert (turn.key, turn.whose, turn.due_on, turn.since) == ("assessment_outcome", whose, DUE, since)


def test_who_takes_part_has_a_review_where_the_scheme_has_points():
    turn = of_onward("started", next_review_on=november(30), next_action_on=november(30))
    assert told(turn) == ("review_points", "provider", november(30), None)


def test_of_a_pause_it_is_nobodys_turn_until_its_day_and_then_the_providers():
    turn = of_onward("paused", on=MONDAY)
    assert told(turn) == ("pause_end", "provider", DUE, still("", "paused since 3 November 2026"))


def test_a_provider_sees_that_its_clock_stands_still_and_not_why():
    for reason in ("in_hospital", "away", "health"):
        held = LastMove(on=november(4), reason=reason)
        seen = of_onward("sent", held=held, reads_all=False).stands_still
        assert seen == still("provider_response", "the link worker has it on hold", since=november(4))
    own_side = of_onward("sent", held=LastMove(on=november(4), reason="in_hospital")).stands_still
    assert own_side.why == "in hospital since 4 November 2026"
    brought_up = of_onward("sent", held=LastMove(on=november(4), reason="away"), held_until=TODAY).stands_still
    assert brought_up.why == "on hold since 4 November 2026"


FOLLOW_UPS = [
    # status, the day of the follow-up, other columns, the clock that runs, whose turn, by when
    ("completed", november(19), {}, ("follow_ups", "provider", november(19))),  # it opens two weeks before
    ("left_early", november(2), {}, ("follow_ups", "provider", november(2))),
    ("completed", november(20), {}, ("", "nobody", None)),  # not open yet
    ("started", november(19), {}, ("follow_ups", "provider", november(19))),
    ("started", november(19), {"next_review_on": november(12)}, ("review_points", "provider", november(12))),
    ("started", november(19), {"next_review_on": november(26)}, ("follow_ups", "provider", november(19))),
    ("started", november(20), {}, ("", "person", None)),
    ("paused", november(5), {}, ("pause_end", "nobody", DUE)),
]


@pytest.mark.parametrize(("status", "day", "columns", "expected"), FOLLOW_UPS)
def test_somebody_is_asked_some_months_after_also_when_it_has_ended(status, day, columns, expected):
    clock = FollowUpClock(months=3, due_on=day, closes_on=november(30))
    turn = of_onward(status, follow_up_clock=clock, **columns)
    assert (turn.key, turn.whose, turn.due_on) == expected
    if turn.key == "follow_ups":
        assert (turn.since, turn.is_overdue) == (day - dt.timedelta(days=14), day < TODAY)


def test_nobody_is_asked_while_the_referral_is_on_hold():
    clock = FollowUpClock(months=3, due_on=TODAY, closes_on=november(30))
    for status, says in (("completed", "It has ended"), ("started", "Take part")):
        held = of_onward(status, follow_up_clock=clock, held=LastMove(on=november(4)))
        assert (held.key, held.says) == ("", says)


# --- Overdue and breached -------------------------------------------------------------------------------------------

FRIDAY_AFTER, TUESDAY_AFTER = november(13), november(17)
LATE = [
    # the subject, its columns, overdue on the 13th and breached, then on the 17th: six working days after the 9th
    (of_referral, "submitted", {}, (True, False), (True, True)),
    (of_referral, "on_hold", {}, (True, False), (True, True)),
    (of_referral, "closed", {}, (False, False), (False, False)),
    (of_referral, "draft", {"next_action_on": None}, (False, False), (False, False)),
    (of_onward, "sent", {}, (True, False), (True, False)),  # it expires instead
    (of_onward, "information_requested", {}, (True, False), (True, True)),
    (of_onward, "information_requested", {"held": LastMove(on=MONDAY)}, (False, False), (False, False)),
    (of_onward, "accepted", {}, (True, False), (True, True)),
    (of_onward, "accepted", {"held": LastMove(on=MONDAY)}, (False, False), (False, False)),
    (of_onward, "started", {}, (False, False), (False, False)),
    (of_onward, "started", {"next_review_on": DUE}, (True, False), (True, True)),
    (of_onward, "paused", {}, (True, False), (True, True)),
]


@pytest.mark.parametrize(("of", "status", "columns", "on_friday", "on_tuesday"), LATE)
def test_what_is_overdue_and_what_is_breached(of, status, columns, on_friday, on_tuesday):
    for on, expected in ((FRIDAY_AFTER, on_friday), (TUESDAY_AFTER, on_tuesday)):
        turn = of(status, on=on, **columns)
        assert (turn.is_overdue, turn.is_breached) == expected
    for on in (TODAY, MONDAY):  # the day itself is not late
        turn = of(status, on=on, **columns)
        assert (turn.is_overdue, turn.is_breached) == (False, False)


def test_a_team_without_grace_is_late_the_day_after():
    assert of_referral("submitted", on=november(10), grace=0).is_breached
    assert not of_referral("submitted", on=november(10), grace=1).is_breached


# --- What is due ----------------------------------------------------------------------------------------------------


def test_whose_turn_it_is_with_what_is_on_the_list_of_what_is_due():
    waits_for = {
        TaskKind.ANSWER_AWAITED: "referrer", TaskKind.DISCHARGE: "referrer", TaskKind.PROVIDER_REVIEW: "provider",
        TaskKind.FOLLOW_UP: "provider",
    }  # fmt: skip
    assert waits_for == NOT_THE_TEAMS
