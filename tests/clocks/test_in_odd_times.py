"""Bank holidays, outages, holds within questions, a row that cannot be: a clock goes on, and says so once."""

import datetime as dt

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from accounts.actors import Actor
from core.clocks import add_working_days, is_working_day, last_working_day, local_day, start_of_day
from notifications.models import OutboxMessage
from referrals.announcements import announce_to_leads
from referrals.models import OnwardReferral, Referral, ReferralEvent
from referrals.services import clocks
from referrals.services import onward as services
from referrals.services.clocks import run_clocks
from referrals.services.onward import expire_unanswered, take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails, make_it_their_turn
from tests import stage


def day(text):
    return dt.date.fromisoformat(text)


def morning(text):
    return start_of_day(day(text)) + dt.timedelta(hours=8)


def sent_on(cast, text):
    """Rose is sent to the walking group on a day."""
    return stage.onward_at(cast, "sent", at=morning(text) - dt.timedelta(hours=5))


def step(cast, onward, name, text, *, who="provider", **said):
    actor = Actor(stage.fresh(getattr(cast, who)))
    return take_onward_step(onward=onward, step=name, actor=actor, at=morning(text), details=StepDetails(**said))


def case_step(cast, onward, name, text, **said):
    referral = Referral.objects.get(pk=onward.referral_id)
    lou = Actor(stage.fresh(cast.link_worker))
    return take_referral_step(referral=referral, step=name, actor=lou, at=morning(text), details=StepDetails(**said))


def days_of(onward):
    onward = OnwardReferral.objects.get(pk=onward.pk)
    return str(onward.next_action_on), str(onward.chase_on)


def told(onward):
    rows = ReferralEvent.objects.filter(onward_referral=onward, kind__in=("response_nudged", "response_escalated"))
    return [(kind, str(local_day(at))) for kind, at in rows.order_by("sequence").values_list("kind", "occurred_at")]


# --- Which days count -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "off",
    [
        "2026-12-25", "2026-12-28", "2027-01-01",  # Boxing Day is a Saturday: the Monday is off
        "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30",  # Good Friday and Easter Monday
        "2027-12-27", "2027-12-28", "2028-01-03",  # both days of Christmas, and New Year, on a weekend
        "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08", "2020-05-08",  # once: jubilee, funeral, coronation, VE
    ],
)  # fmt: skip
def test_a_bank_holiday_of_england_is_no_working_day(off):
    assert not is_working_day(day(off))


@pytest.mark.parametrize("on", ["2026-12-24", "2026-12-29", "2026-12-31", "2027-03-25", "2022-05-30", "2026-06-15"])
def test_the_days_around_them_are(on):
    """The last Monday of May was moved in 2022; and 15 June 2026 is a holiday in Scotland alone."""
    assert is_working_day(day(on))


def test_over_christmas_two_working_days_are_six():
    assert add_working_days(day("2026-12-24"), 2) == day("2026-12-30")
    assert last_working_day(day("2026-12-28")) == day("2026-12-24")
    assert last_working_day(day("2026-12-24")) == day("2026-12-24")


def test_where_the_clocks_change_a_day_is_a_day():
    """In October a day has 25 hours, in March 23; an hour before midnight in summer it is still that day in England."""
    assert start_of_day(day("2026-10-26")) - start_of_day(day("2026-10-25")) == dt.timedelta(hours=24)
    assert local_day(dt.datetime(2027, 3, 28, 23, 30, tzinfo=dt.UTC)) == day("2027-03-29")
    assert local_day(dt.datetime(2026, 10, 25, 23, 30, tzinfo=dt.UTC)) == day("2026-10-25")


@pytest.mark.parametrize(
    ("sent", "due", "leads_hear"),
    [
        ("2026-12-11", "2026-12-29", "2026-12-24"),  # the fourteenth day is Christmas; three before the end is Saturday
        ("2027-03-12", "2027-03-30", "2027-03-25"),  # Good Friday; and Saturday before Easter
        ("2026-11-03", "2026-11-17", "2026-11-13"),  # a Tuesday: not on the Saturday, and not only on the Monday
    ],
)
def test_the_leads_hear_before_the_end_however_many_holidays_there_are(cast, sent, due, leads_hear):
    onward = sent_on(cast, sent)
    on = day(sent)
    while on < day(due):
        run_clocks(at=start_of_day(on) + dt.timedelta(hours=9))
        on += dt.timedelta(days=1)
    assert days_of(onward) == (due, "None")
    assert [kind for kind, _ in told(onward)] == ["response_nudged", "response_escalated"]
    assert told(onward)[-1][1] == leads_hear < due


# --- Missed runs ----------------------------------------------------------------------------------------------------


def test_five_days_without_a_run_tell_each_thing_once_and_in_order(cast):
    """Reminded on the 9th and the leads on the 13th, would have been; the worker was down from the 8th to the 15th."""
    onward = sent_on(cast, "2026-11-02")
    run_clocks(at=morning("2026-11-08"))
    for hour in range(6):
        at = morning("2026-11-15") + dt.timedelta(hours=hour)
        run_clocks(at=at)
        run_clocks(at=at)
    assert told(onward) == [("response_nudged", "2026-11-15"), ("response_escalated", "2026-11-15")]
    said = OutboxMessage.objects.filter(template__in=("onward_reminder", "onward_unanswered")).order_by("occurred_at")
    assert [(row.template, row.context["due_on"]) for row in said] == [
        ("onward_reminder", "2026-11-16"), ("onward_unanswered", "2026-11-16"),
    ]  # fmt: skip
    assert expire_unanswered(at=morning("2026-11-16")) == 0
    assert expire_unanswered(at=morning("2026-11-20")) == 1
    assert expire_unanswered(at=morning("2026-11-20")) == 0
    assert OutboxMessage.objects.filter(template="onward_expired").count() == 3


# --- Questions, holds and hospital -----------------------------------------------------------------------------------


def test_a_question_that_is_answered_the_same_day_costs_nobody_a_day(cast):
    onward = sent_on(cast, "2026-11-02")
    onward = step(cast, onward, "request_information", "2026-11-04", note="Which days?")
    onward = step(cast, onward, "provide_information", "2026-11-04", who="link_worker", note="Mornings.")
    assert days_of(onward)[0] == "2026-11-16"


def test_a_question_waits_while_the_case_is_on_hold_and_nobody_is_late_at_its_end(cast):
    """Asked on the 3rd, to be answered by the 10th; from the 4th Rose is away for four weeks."""
    onward = sent_on(cast, "2026-11-02")
    onward = step(cast, onward, "request_information", "2026-11-03", note="Which days?")
    assert days_of(onward)[0] == "2026-11-10"
    case_step(cast, onward, "hold", "2026-11-04", reason="away", until=day("2026-12-02"))
    assert run_clocks(at=morning("2026-12-01"))["breached"] == 0
    case_step(cast, onward, "resume", "2026-12-02")
    assert days_of(onward)[0] == "2026-12-08"
    assert run_clocks(at=morning("2026-12-02"))["breached"] == 0
    onward = step(cast, onward, "provide_information", "2026-12-02", who="link_worker", note="Mornings.")
    assert days_of(onward)[0] == "2026-12-15"  # thirteen days were left when Pat asked


def test_a_question_asked_during_a_hold_is_answered_from_its_end(cast):
    """The days of the hold before it was asked are not given to it."""
    onward = sent_on(cast, "2026-11-02")
    case_step(cast, onward, "hold", "2026-11-04", reason="away", until=day("2026-12-02"))
    onward = step(cast, onward, "request_information", "2026-11-30", note="Which days?")
    assert days_of(onward)[0] == "2026-12-07"
    case_step(cast, onward, "resume", "2026-12-02")
    assert days_of(onward)[0] == "2026-12-09"


def test_who_is_in_hospital_from_a_hold_is_resumed_first(cast):
    """There is one hold at a time: a stay in hospital within another hold is that hold, and its end is `resume`."""
    onward = sent_on(cast, "2026-11-02")
    case_step(cast, onward, "hold", "2026-11-04", reason="away", until=day("2026-12-02"))
    case_step(cast, onward, "resume", "2026-11-11")
    case_step(cast, onward, "record_readmission", "2026-11-11")
    case_step(cast, onward, "confirm_discharge_again", "2026-11-25", discharged_on=day("2026-11-25"))
    assert days_of(onward) == ("2026-12-09", "2026-12-02")  # from home the whole two weeks anew


# --- One row that cannot be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bug", [KeyError("due_on"), ValueError("The template is unknown."), TypeError("None")])
def test_a_bug_on_one_row_stops_no_clock_behind_it(cast, referral_at, monkeypatch, caplog, bug):
    first, second = referral_at("submitted"), referral_at("submitted")

    def fails_for_the_first(event, **said):
        if event.referral_id == first.pk:
            raise bug
        announce_to_leads(event, **said)

    monkeypatch.setattr(clocks, "announce_to_leads", fails_for_the_first)
    assert run_clocks(at=morning("2026-11-20"))["breached"] == 1
    assert [each.referral_id for each in ReferralEvent.objects.filter(kind="clock_breached")] == [second.pk]
    assert f"a clock of row {first.pk} could not run" in caplog.text
    monkeypatch.undo()
    assert run_clocks(at=morning("2026-11-20"))["breached"] == 1  # and the first is seen to once it can be


def test_a_bug_on_one_offer_stops_no_other_from_expiring(cast, monkeypatch):
    first, second = sent_on(cast, "2026-11-02"), sent_on(cast, "2026-11-02")

    def fails_for_the_first(referral, **said):
        if referral.pk == first.referral_id:
            raise LookupError(referral.reference)
        make_it_their_turn(referral, **said)

    monkeypatch.setattr(services, "make_it_their_turn", fails_for_the_first)
    assert expire_unanswered(at=morning("2026-11-20")) == 1
    assert [OnwardReferral.objects.get(pk=each.pk).status for each in (first, second)] == ["sent", "expired"]


def test_the_end_of_a_workers_time_is_no_bug_of_a_row(cast, referral_at, monkeypatch):
    """Celery says so by an exception: it ends the run, and is not taken for one row's."""
    referral_at("submitted")

    def too_long(event, **said):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(clocks, "announce_to_leads", too_long)
    with pytest.raises(SoftTimeLimitExceeded):
        run_clocks(at=morning("2026-11-20"))
