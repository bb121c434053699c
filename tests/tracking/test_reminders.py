"""Rose is reminded of her first assessment, and told that she was missed: once each, by day, and only if she may be."""

import datetime as dt

import pytest

from accounts.actors import Actor
from core.clocks import LONDON
from notifications import bounces
from notifications.delivery import deliver_batch
from notifications.models import OutboxMessage, UndeliverableAddress
from referrals.models import CaseTask, DueTask, OnwardReferral, Person, Referral, ReferralEvent, TeamPolicy
from referrals.services.case_tasks import finish_task
from referrals.services.onward import take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.reminders import remind
from referrals.services.steps import StepDetails
from referrals.tasks import remind as hourly
from tests.stage import fresh

pytestmark = pytest.mark.django_db
TEMPLATES = ("appointment_reminder", "appointment_missed")


def on(day, hour=9, minute=0, month=11):
    return dt.datetime(2026, month, day, hour, minute, tzinfo=LONDON)


@pytest.fixture
def booked(cast, onward_at):
    """Rose's assessment, moved to Thursday 12 November at half past ten; she may be told by email."""
    onward = onward_at("assessment_booked")
    Referral.objects.filter(pk=onward.referral_id).update(
        may_email="yes", may_sms="no", email="rose@home.example", telephone_rule="", preferred_contact=""
    )
    return move(cast, onward, on(12, 10, 30), at=on(5))


def move(cast, onward, to, *, at):
    return take_onward_step(
        onward=fresh_row(onward), step="book_assessment", actor=Actor(fresh(cast.provider)), at=at,
        details=StepDetails(assessment_at=to),
    )  # fmt: skip


def miss(cast, onward, *, at, reason="did_not_attend"):
    return take_onward_step(
        onward=fresh_row(onward), step="record_missed_assessment", actor=Actor(fresh(cast.provider)), at=at,
        details=StepDetails(reason=reason),
    )  # fmt: skip


def fresh_row(onward):
    return OnwardReferral.objects.get(pk=onward.pk)


def told():
    rows = OutboxMessage.objects.filter(template__in=TEMPLATES).order_by("occurred_at", "id")
    return [(row.template, row.context["due_on"], row.status) for row in rows]


REMINDED = ("appointment_reminder", "2026-11-12", "pending")
MISSED = ("appointment_missed", "2026-11-12", "pending")


# --- Reminders ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (on(9, 19, 15), []),
        (on(10, 7, 15), []),  # not before eight
        (on(10, 8), [REMINDED]),
        (on(10, 19, 59), [REMINDED]),
        (on(10, 20), []),  # not from eight in the evening on
        (on(11, 12), [REMINDED]),  # an hour that was missed, or all of a day
        (on(12, 9), [REMINDED]),
        (on(12, 10, 30), []),  # it has begun
    ],
)
def test_rose_is_reminded_two_days_before_by_day(booked, at, expected):
    assert remind(at=at) == {"reminded": len(expected), "missed": 0, "to_tell": 0}
    assert told() == expected


def test_the_message_names_the_day_and_the_reference_and_nothing_else(booked, mailoutbox):
    remind(at=on(10))
    row = OutboxMessage.objects.get(template="appointment_reminder")
    assert row.context == {"reference": booked.referral.reference, "due_on": "2026-11-12"}
    assert row.recipient == f"appointment:{booked.reference}/2026-11-12T10:30:00+00:00"
    OutboxMessage.objects.exclude(pk=row.pk).delete()
    deliver_batch(at=on(10))
    (mail,) = mailoutbox
    assert mail.to == ["rose@home.example"]
    assert "12 November 2026" in mail.body
    assert not any(word in mail.subject + mail.body for word in ("Rose", "Okafor", "walk", "Leisure", "10:30", "http"))


def test_run_twice_or_every_hour_it_reminds_once(booked):
    for hour in (8, 9, 9, 15):
        remind(at=on(10, hour))
    remind(at=on(11))
    assert told() == [REMINDED]


@pytest.mark.parametrize(("days", "reminded"), [(0, []), (1, []), (2, [REMINDED]), (7, [REMINDED])])
def test_how_long_before_is_the_teams_setting(cast, booked, days, reminded):
    TeamPolicy.objects.create(team=cast.team, reminder_days=days)
    remind(at=on(10))
    assert told() == reminded


@pytest.mark.parametrize(
    ("is_held", "why"),
    [(False, "The time of the appointment has passed."), (True, "It is on hold: nobody is reminded.")],
)
def test_a_reminder_that_comes_too_late_or_of_one_who_is_in_hospital_does_not_go(
    cast, booked, is_held, why, mailoutbox
):
    """The mail server was away for two days, or a lead tries again what was given up."""
    remind(at=on(10))
    row = OutboxMessage.objects.get(template="appointment_reminder")
    if is_held:
        take_referral_step(
            referral=Referral.objects.get(pk=booked.referral_id), step="hold", actor=Actor(fresh(cast.link_worker)),
            at=on(10), details=StepDetails(reason="in_hospital", until=dt.date(2026, 12, 1)),
        )  # fmt: skip
    deliver_batch(at=on(10) if is_held else on(12, 10, 30))
    row.refresh_from_db()
    assert (row.status, row.failure) == ("stopped", why)
    assert [mail.to for mail in mailoutbox if mail.to == ["rose@home.example"]] == []


def test_a_time_that_was_moved_has_a_reminder_of_its_own_and_the_old_one_is_stopped(cast, booked):
    remind(at=on(10))
    move(cast, booked, on(13, 14), at=on(10, 10))  # before the first could go
    OutboxMessage.objects.exclude(template__in=TEMPLATES).delete()
    remind(at=on(11))
    deliver_batch(at=on(11))
    assert told() == [("appointment_reminder", "2026-11-12", "stopped"), ("appointment_reminder", "2026-11-13", "sent")]
    stopped = OutboxMessage.objects.get(status="stopped")
    assert stopped.failure == "The appointment is not as it was any more."


def tasks():
    rows = CaseTask.objects.order_by("id")
    return [(row.title, row.due_on.isoformat(), row.recorded_by) for row in rows]


REMIND_HER = "First appointment on 12 November 2026: no message can remind the person. Remind them yourself."


def test_whom_no_message_may_tell_is_a_task_for_the_link_worker_once(cast, booked):
    """Also where it was done already, and for whom it is hers to do; a time that was moved is another thing to say."""
    Referral.objects.update(may_email="no")
    assert remind(at=on(10)) == {"reminded": 0, "missed": 0, "to_tell": 1}
    assert (told(), tasks()) == ([], [(REMIND_HER, "2026-11-10", None)])
    event = ReferralEvent.objects.filter(referral=booked.referral).order_by("sequence").last()
    assert event is not None
    assert (event.kind, event.actor_id, event.details) == ("task_added", None, {"due_on": "2026-11-10"})
    assert DueTask.objects.get(kind="by_hand").assigned_to == cast.link_worker

    finish_task(
        referral=booked.referral, task_id=CaseTask.objects.get().pk, actor=Actor(fresh(cast.link_worker)), at=on(10, 10)
    )
    for hour in (11, 12):
        assert remind(at=on(10, hour))["to_tell"] == 0
    move(cast, booked, on(13, 14), at=on(10, 14))
    assert remind(at=on(11))["to_tell"] == 1
    assert tasks()[1:] == [(REMIND_HER.replace("12 November", "13 November"), "2026-11-11", None)]


def test_to_remind_somebody_on_a_weekend_is_due_before_their_appointment(cast, booked):
    """Saturday the 14th, for Sunday: nobody works in between."""
    move(cast, booked, on(15, 10), at=on(10))
    Referral.objects.update(may_email="no")
    remind(at=on(14))
    assert [due_on for _, due_on, _ in tasks()] == ["2026-11-15"]


def test_where_the_team_does_not_remind_there_is_no_task(cast, booked):
    TeamPolicy.objects.create(team=cast.team, reminder_days=0)
    Referral.objects.update(may_email="no")
    assert remind(at=on(10)) == {"reminded": 0, "missed": 0, "to_tell": 0}
    assert (told(), tasks()) == ([], [])


def test_where_nothing_arrives_it_is_a_task_too(booked):
    UndeliverableAddress.objects.create(
        channel="email", digest=bounces.digest_of("email", "rose@home.example"), reason="Nobody is there.",
        message=OutboxMessage.objects.earliest("id"), found_at=on(9),
    )  # fmt: skip
    assert remind(at=on(10)) == {"reminded": 0, "missed": 0, "to_tell": 1}
    assert (told(), [title for title, *_ in tasks()]) == ([], [REMIND_HER])


def test_a_miss_of_which_nobody_can_be_told_is_a_task_once(cast, booked):
    Referral.objects.update(may_email="no")
    miss(cast, booked, at=on(12, 15))
    for hour in (9, 10):
        remind(at=on(13, hour))
    title = "First appointment on 12 November 2026 was missed: no message can reach the person. Ask what happened."
    assert (told(), tasks()) == ([], [(title, "2026-11-17", None)])


def test_who_says_no_before_it_goes_is_not_told(booked):
    remind(at=on(10))
    Referral.objects.update(may_email="no")
    deliver_batch(at=on(10))
    assert [status for _, _, status in told()] == ["stopped"]


def test_who_has_died_is_not_told(booked, mailoutbox):
    remind(at=on(10))
    Person.objects.update(died_on=dt.date(2026, 11, 9), is_deceased=True)
    deliver_batch(at=on(10))
    assert "rose@home.example" not in [address for mail in mailoutbox for address in mail.to]
    assert [status for _, _, status in told()] == ["stopped"]


def test_of_what_has_been_withdrawn_nobody_is_told(cast, booked):
    remind(at=on(10))
    take_onward_step(
        onward=fresh_row(booked), step="withdraw", actor=Actor(fresh(cast.link_worker)), at=on(10, 10),
        details=StepDetails(reason="person_changed_mind"),
    )  # fmt: skip
    deliver_batch(at=on(10, 10))
    assert [status for _, _, status in told()] == ["stopped"]
    assert remind(at=on(11)) == {"reminded": 0, "missed": 0, "to_tell": 0}


# --- Missed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "at", "is_told"),
    [
        (on(12, 15), on(12, 19), False),
        (on(12, 15), on(13, 7, 15), False),
        (on(12, 15), on(13, 9), True),  # Friday
        (on(13, 15), on(14, 9), False),  # Saturday
        (on(13, 15), on(16, 9), True),
        (on(12, 15), on(18, 9), True),  # the task had not run for days
        (on(12, 15), on(20, 9), False),  # for too long
    ],
)
def test_who_was_missed_is_told_on_the_next_working_day(cast, booked, recorded, at, is_told):
    miss(cast, booked, at=recorded)
    assert remind(at=at) == {"reminded": 0, "missed": int(is_told), "to_tell": 0}
    assert told() == [MISSED] * is_told


def test_each_miss_is_told_once(cast, booked):
    miss(cast, booked, at=on(12, 15))
    for hour in (9, 10, 11):
        remind(at=on(13, hour))
    assert told() == [MISSED]
    move(cast, booked, on(18, 10), at=on(13, 14))
    remind(at=on(16))
    miss(cast, booked, at=on(18, 12))
    remind(at=on(19))
    assert told() == [
        MISSED, ("appointment_reminder", "2026-11-18", "pending"), ("appointment_missed", "2026-11-18", "pending"),
    ]  # fmt: skip


def test_what_the_provider_cancelled_is_no_miss(cast, booked):
    miss(cast, booked, at=on(11, 15), reason="provider_cancelled")
    assert remind(at=on(12)) == {"reminded": 0, "missed": 0, "to_tell": 0}


def test_where_another_day_is_booked_already_nothing_is_said_of_the_miss(cast, booked):
    miss(cast, booked, at=on(12, 15))
    move(cast, booked, on(25, 10), at=on(12, 16))
    assert remind(at=on(13)) == {"reminded": 0, "missed": 0, "to_tell": 0}


def test_the_task_puts_its_figures_on_record(booked, time_machine):
    time_machine.move_to(on(10))
    hourly()
    hourly()
    assert told() == [REMINDED]
