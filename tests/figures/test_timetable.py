"""Each task of the timetable: when it last did its work, and whether it is late by its own times."""

import datetime as dt

import pytest
from celery.schedules import crontab

from config.celery import Every, app
from core.clocks import LONDON
from core.models import TaskPulse, TaskRun
from insights.timetable import in_words, timetable_for
from notifications.tasks import deliver_webhooks

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/insights/runs/"
CLOCKS, AUDIT, LISTINGS = "referrals.run_clocks", "insights.audit_pathway", "services_directory.check_listings"
SECOND = "notifications.deliver_due"


def on(day, hour=9, minute=0, month=11):
    """November 2026 begins on a Sunday."""
    return dt.datetime(2026, month, day, hour, minute, tzinfo=LONDON)


def ran(task, at, outcome="done", **more):
    ended = None if outcome in {"running", "interrupted"} else at + dt.timedelta(seconds=20)
    return TaskRun.objects.create(task=task, started_at=at, ended_at=ended, outcome=outcome, **more)


@pytest.fixture
def state(cast):
    """What is known of one task at a moment."""
    return lambda task, at: next(each for each in timetable_for(cast.manager, at=at) if each.task == task)


def test_every_task_of_the_timetable_is_there_and_late_as_long_as_it_has_never_run(cast, now):
    found = timetable_for(cast.manager, at=now)
    assert {each.task for each in found} == {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {(each.is_late, each.expected_at, each.done_at) for each in found} == {(True, None, None)}


@pytest.mark.parametrize(
    ("task", "done", "at", "expected"),
    [
        (CLOCKS, on(3, 8, 30), on(3, 9, 29), None),  # every hour, at half past
        (CLOCKS, on(3, 8, 30), on(3, 10, 0), None),  # it may wait half an hour in the queue
        (CLOCKS, on(3, 8, 30), on(3, 10, 1), on(3, 9, 30)),
        (CLOCKS, on(3, 8, 30), on(9, 10, 1), on(3, 9, 30)),  # since when nothing was done
        (CLOCKS, on(3, 9, 12), on(3, 10, 1), on(3, 9, 30)),  # by hand, in between
        (AUDIT, on(3, 3, 10), on(4, 3, 40), None),
        (AUDIT, on(3, 3, 10), on(4, 3, 41), on(4, 3, 10)),
        (LISTINGS, on(2, 6, 0), on(9, 6, 30), None),  # Mondays
        (LISTINGS, on(2, 6, 0), on(9, 6, 31), on(9, 6, 0)),
        (LISTINGS, on(3, 18, 0), on(9, 6, 30), None),  # a Monday that was missed and made up for
        (AUDIT, on(24, 3, 10, month=10), on(25, 3, 30, month=10), None),  # the clocks go back: an hour more
        (AUDIT, on(24, 3, 10, month=10), on(25, 3, 41, month=10), on(25, 3, 10, month=10)),
    ],
)
def test_a_task_is_late_when_one_of_its_times_has_passed_without_it(state, task, done, at, expected):
    ran(task, done, figures={"told": 2})
    found = state(task, at)
    assert (found.is_late, found.expected_at) == (expected is not None, expected)
    assert (found.done_at, found.figures) == (done + dt.timedelta(seconds=20), {"told": 2})


@pytest.mark.parametrize("outcome", ["failed", "interrupted"])
def test_a_run_that_failed_is_none(state, outcome):
    ran(CLOCKS, on(3, 8, 30))
    ran(CLOCKS, on(3, 9, 30), outcome)
    found = state(CLOCKS, on(3, 10, 1))
    assert (found.is_late, found.expected_at, found.failed_lately) == (True, on(3, 9, 30), 1)
    assert found.latest is not None
    assert (found.latest.outcome, found.done_at) == (outcome, on(3, 8, 30) + dt.timedelta(seconds=20))


def test_one_that_is_at_work_is_not_late_until_its_time_is_up(state):
    """The audit may take three hours and a minute; what takes longer was killed."""
    ran(AUDIT, on(2, 3, 10))
    ran(AUDIT, on(3, 3, 10), "running")
    assert not state(AUDIT, on(3, 6, 11)).is_late
    assert state(AUDIT, on(3, 6, 12)).is_late


def test_failures_are_counted_over_seven_days(state):
    for day in (1, 2, 3):
        ran(CLOCKS, on(day, 8, 30), "failed", failure="OperationalError")
    assert state(CLOCKS, on(9, 8, 30)).failed_lately == 2
    assert state(CLOCKS, on(20)).failed_lately == 0


@pytest.mark.parametrize(("minutes", "is_late"), [(0, False), (10, False), (11, True)])
def test_one_of_every_second_is_late_when_it_was_not_seen_for_ten_minutes(state, now, minutes, is_late):
    TaskPulse.objects.create(task=SECOND, at=now)
    found = state(SECOND, now + dt.timedelta(minutes=minutes))
    assert (found.is_late, found.done_at, found.latest) == (is_late, now, None)
    assert found.expected_at == (now + dt.timedelta(minutes=10) if is_late else None)


def test_one_seen_by_a_clock_that_was_an_hour_ahead_is_late_as_readyz_has_it(state, now):
    TaskPulse.objects.create(task=SECOND, at=now + dt.timedelta(hours=1))
    found = state(SECOND, now)
    assert (found.is_late, found.expected_at) == (True, now)


def test_the_delivery_of_webhooks_is_seen_too(state, now, time_machine):
    time_machine.move_to(now, tick=False)
    deliver_webhooks()
    assert state("notifications.deliver_webhooks", now).done_at == now


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Every(1.0), "Every second"),
        (Every(30.0), "Every 30 seconds"),
        (crontab(minute=10), "Every hour, at 10 minutes past"),
        (crontab(hour=3, minute=5), "Every day, at 3:05am"),
        (crontab(hour=6, minute=0, day_of_week="mon"), "Mondays, at 6:00am"),
        (crontab(hour="6,18", minute=0, day_of_week="mon,thu"), "Mondays and Thursdays, at 6:00am and 6:00pm"),
    ],
)
def test_when_it_runs_is_said_in_words(when, expected):
    assert in_words(when) == expected


# --- Over HTTP ------------------------------------------------------------------------------------------------------


@pytest.fixture
def on_tuesday(time_machine):
    """Everything ran in its time, but the clocks, which failed, and the audit, which was missed."""
    time_machine.move_to(on(3, 10), tick=False)
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], Every):
            TaskPulse.objects.create(task=entry["task"], at=on(3, 10))
        elif entry["task"] not in {CLOCKS, AUDIT}:
            ran(entry["task"], on(3, 9, 50))
    ran(CLOCKS, on(3, 8, 30), figures={"chased": 1, "breached": 0})
    ran(CLOCKS, on(3, 9, 30), "failed", failure="OperationalError")
    ran(AUDIT, on(2, 3, 10))


@pytest.mark.parametrize("who", ["manager", "lead"])
def test_managers_and_leads_see_what_is_late_first(on_tuesday, cast, as_user, time_machine, who):
    time_machine.move_to(on(3, 10, 1), tick=False)
    answer = as_user(getattr(cast, who)).get(ADDRESS).json()
    assert (answer["at"], answer["late"]) == ("2026-11-03T10:01:00Z", 2)
    audit, clocks, *others = answer["tasks"]
    assert audit == {
        "task": AUDIT, "says": "Audit the pathway", "runs": "Every day, at 3:10am", "is_late": True,
        "expected_at": "2026-11-03T03:10:00Z", "done_at": "2026-11-02T03:10:20Z", "figures": {}, "failed_lately": 0,
        "latest": {
            "started_at": "2026-11-02T03:10:00Z", "ended_at": "2026-11-02T03:10:20Z", "outcome": "done", "failure": "",
        },
    }  # fmt: skip
    assert (clocks["task"], clocks["is_late"], clocks["failed_lately"]) == (CLOCKS, True, 1)
    assert clocks["figures"] == {"chased": 1, "breached": 0}
    assert clocks["latest"]["failure"] == "OperationalError"
    assert [each["is_late"] for each in others] == [False] * (len(app.conf.beat_schedule) - 2)
    assert [each["says"] for each in others] == sorted(each["says"] for each in others)


@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "befriender", "hub_worker", "editor"])
def test_nobody_else_is_told(on_tuesday, cast, as_user, who):
    assert as_user(getattr(cast, who)).get(ADDRESS).status_code == 403


def test_years_of_runs_need_no_more_queries(cast, django_assert_num_queries):
    cast.manager.roles()
    for days in (1, 30):
        for back in range(days):
            ran(CLOCKS, on(30) - dt.timedelta(days=back))
        with django_assert_num_queries(4):
            timetable_for(cast.manager, at=on(30))
