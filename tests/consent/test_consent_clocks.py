"""A consent that ends: who is told, when, once; and that it counts no more whether or not the clock has run."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections

from accounts.actors import Actor
from config.celery import app
from notifications.models import OutboxMessage
from referrals.models import ConsentClock, Referral, ReferralEvent
from referrals.services.consent import record_consent
from referrals.services.consent_clocks import run_consent_clocks
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from referrals.tasks import run_consent_clocks as task
from tests import stage

LAST_DAY = dt.date(2026, 12, 15)
"""A Tuesday; two weeks before it is 1 December."""


def morning(day, hour=8):
    return dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC)


def told():
    found = sorted(OutboxMessage.objects.values_list("recipient", "template", "context__reference"))
    OutboxMessage.objects.all().delete()
    return found


def say(cast, referral, at, **said):
    return record_consent(
        referral=referral, actor=Actor(stage.fresh(cast.link_worker)), at=at, **({"decision": "given"} | said)
    )


@pytest.fixture
def onward(cast, onward_at, now):
    """Rose takes part in the walking group, and has agreed to that until the middle of December."""
    onward = onward_at("started")
    say(cast, onward.referral, now + dt.timedelta(hours=12), expires_on=LAST_DAY)
    OutboxMessage.objects.all().delete()
    return onward


def events(referral):
    return list(
        ReferralEvent.objects.filter(referral=referral, kind="consent_expired").values_list("details", flat=True)
    )


def test_the_owner_is_told_two_weeks_before_and_everybody_when_it_is_over(cast, onward):
    referral = onward.referral
    assert (run_consent_clocks(at=morning(dt.date(2026, 11, 30))), told()) == (0, [])

    assert run_consent_clocks(at=morning(dt.date(2026, 12, 1))) == 1
    assert OutboxMessage.objects.get().context == {"reference": referral.reference, "due_on": "2026-12-15"}
    assert told() == [(cast.link_worker.email, "consent_ends_soon", referral.reference)]
    assert events(referral) == []

    assert (run_consent_clocks(at=morning(LAST_DAY)), told()) == (0, [])  # its last day is its own

    over = dt.date(2026, 12, 16)
    assert run_consent_clocks(at=morning(over)) == 1
    assert told() == [
        (cast.leisure.inbox_email, "consent_expired", onward.reference),
        (cast.link_worker.email, "consent_expired", referral.reference),
    ]
    assert events(referral) == [
        {"decision": "given", "basis": "consent", "purpose": "share_with_providers", "to": "everybody",
         "expires_on": "2026-12-15"}
    ]  # fmt: skip
    event = ReferralEvent.objects.get(kind="consent_expired")
    assert (event.actor, event.actor_name, event.note) == (None, "The service", "")
    referral = Referral.objects.get()
    assert referral.next_action_on == min(over, onward.referral.next_action_on)
    assert ConsentClock.objects.get().due_on is None


def test_it_is_the_link_workers_turn_that_day_and_not_later(cast, onward):
    Referral.objects.update(next_action_on=dt.date(2027, 1, 20))
    run_consent_clocks(at=morning(dt.date(2026, 12, 1)))
    assert Referral.objects.get().next_action_on == dt.date(2027, 1, 20)
    run_consent_clocks(at=morning(dt.date(2026, 12, 16)))
    assert Referral.objects.get().next_action_on == dt.date(2026, 12, 16)


def test_the_clock_may_run_as_often_as_it_likes(onward):
    for _ in range(3):
        run_consent_clocks(at=morning(dt.date(2026, 12, 1)))
    assert len(told()) == 1
    for hour in (8, 9, 10):
        run_consent_clocks(at=morning(dt.date(2026, 12, 16), hour))
    assert (len(told()), len(events(onward.referral))) == (2, 1)


def test_a_clock_that_stood_still_goes_straight_to_the_end(cast, onward):
    assert run_consent_clocks(at=morning(dt.date(2027, 1, 4))) == 1
    assert [template for _, template, _ in told()] == ["consent_expired", "consent_expired"]
    assert (run_consent_clocks(at=morning(dt.date(2027, 1, 5))), told()) == (0, [])


def test_a_consent_of_a_few_days_is_not_warned_of(cast, referral_at, now):
    referral = referral_at("active", consent=None)
    say(cast, referral, now + dt.timedelta(hours=5), expires_on=dt.date(2026, 11, 16))  # exactly two weeks
    assert ConsentClock.objects.get().due_on == dt.date(2026, 11, 17)
    for day in range(2, 17):
        assert run_consent_clocks(at=morning(dt.date(2026, 11, day))) == 0
    assert run_consent_clocks(at=morning(dt.date(2026, 11, 17))) == 1


def test_a_renewal_is_a_new_decision_and_the_old_end_is_no_news(cast, onward):
    run_consent_clocks(at=morning(dt.date(2026, 12, 1)))
    told()
    say(cast, onward.referral, morning(dt.date(2026, 12, 2)), expires_on=dt.date(2027, 6, 30))
    assert (run_consent_clocks(at=morning(dt.date(2026, 12, 16))), told(), events(onward.referral)) == (0, [], [])
    assert run_consent_clocks(at=morning(dt.date(2027, 6, 16))) == 1
    assert [template for _, template, _ in told()] == ["consent_ends_soon"]


def test_what_was_taken_back_does_not_end_again(cast, onward):
    say(cast, onward.referral, morning(dt.date(2026, 11, 10)), decision="withdrawn")
    told()
    assert (run_consent_clocks(at=morning(dt.date(2026, 12, 16))), told(), events(onward.referral)) == (0, [], [])


def test_only_those_with_whom_it_runs_and_whom_it_concerns_are_told(cast, onward, now):
    at = now + dt.timedelta(hours=13)
    say(cast, onward.referral, at, to_service_id=cast.visiting.pk)  # for the befrienders without an end
    stage.onward_at(cast, "sent", at=at, referral=onward.referral, service=cast.visiting)
    stage.onward_at(cast, "declined", at=at, referral=stage.referral_at(cast, "active", at=now))  # another referral
    OutboxMessage.objects.all().delete()
    run_consent_clocks(at=morning(dt.date(2026, 12, 16)))
    assert told() == [
        (cast.leisure.inbox_email, "consent_expired", onward.reference),
        (cast.link_worker.email, "consent_expired", onward.referral.reference),
    ]


def test_a_consent_to_another_purpose_concerns_the_owner_alone(cast, referral_at, now):
    referral = referral_at("active")
    due = referral.next_action_on
    say(cast, referral, now + dt.timedelta(hours=5), purpose="contact_by_research", expires_on=LAST_DAY)
    OutboxMessage.objects.all().delete()
    run_consent_clocks(at=morning(dt.date(2026, 12, 16)))
    assert told() == [(cast.link_worker.email, "consent_expired", referral.reference)]
    assert Referral.objects.get().next_action_on == due


def test_of_a_referral_that_has_ended_the_end_is_written_down_and_nobody_told(cast, referral_at, now):
    referral = referral_at("active", consent=None)
    say(cast, referral, now + dt.timedelta(hours=5), expires_on=LAST_DAY)
    take_referral_step(
        referral=referral, step="close", actor=Actor(stage.fresh(cast.link_worker)), at=now + dt.timedelta(hours=6),
        details=StepDetails(outcome="goals_met"),
    )  # fmt: skip
    OutboxMessage.objects.all().delete()
    run_consent_clocks(at=morning(dt.date(2026, 12, 1)))
    run_consent_clocks(at=morning(dt.date(2026, 12, 16)))
    assert (told(), len(events(referral))) == ([], 1)


def test_a_redirected_referral_takes_its_clock_along(cast, referral_at, now):
    referral = referral_at("submitted", consent=None)
    say(cast, referral, now + dt.timedelta(hours=1), expires_on=LAST_DAY)
    take_referral_step(
        referral=referral, step="redirect", actor=Actor(stage.fresh(cast.link_worker)), at=now + dt.timedelta(hours=2),
        details=StepDetails(reason="out_of_area", to_team=cast.neighbouring_team),
    )  # fmt: skip
    OutboxMessage.objects.all().delete()
    run_consent_clocks(at=morning(dt.date(2026, 12, 1)))
    arrived = Referral.objects.get(redirected_from=referral)
    assert told() == [(cast.neighbouring_team.inbox_email, "consent_ends_soon", arrived.reference)]


def test_it_counts_no_more_from_the_day_after_although_the_clock_has_not_run(cast, onward, as_user, time_machine):
    url = f"/api/v1/onward-referrals/{onward.reference}/"
    # In London it is still the last day.
    time_machine.move_to(dt.datetime(2026, 12, 15, 23, 59, tzinfo=dt.UTC))
    assert as_user(cast.provider).get(url).json()["person"]["first_name"] == "Rose"
    time_machine.move_to(dt.datetime(2026, 12, 16, 0, 0, tzinfo=dt.UTC))
    assert as_user(cast.provider).get(url).json()["person"] is None
    assert as_user(cast.link_worker).get(url).json()["person"]["first_name"] == "Rose"


def test_one_that_the_database_refuses_does_not_stop_the_others(cast, onward, referral_at, now, caplog):
    second = referral_at("active", consent=None)
    say(cast, second, now + dt.timedelta(hours=5), expires_on=LAST_DAY)
    OutboxMessage.objects.all().delete()
    # To a referral whose end of chain is not that of its events nothing can be added.
    Referral.objects.filter(pk=onward.referral_id).update(chain_hash="wrong")
    assert run_consent_clocks(at=morning(dt.date(2026, 12, 16))) == 1
    assert {reference for _, _, reference in told()} == {second.reference}
    assert "could not be read" in caplog.text
    Referral.objects.filter(pk=onward.referral_id).update(chain_hash=onward.referral.events.latest("sequence").hash)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_tell_once(cast, onward):
    def run():
        try:
            counts.append(run_consent_clocks(at=morning(dt.date(2026, 12, 16))))
        finally:
            connections.close_all()

    counts: list[int] = []
    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 1]
    assert (len(told()), len(events(onward.referral))) == (2, 1)


def test_the_timetable_asks_each_hour(onward, time_machine):
    entry = app.conf.beat_schedule["tell of consents that end"]
    assert (entry["task"], entry["options"]["queue"]) == (task.name, "periodic")
    assert entry["options"]["expires"] < 3600
    time_machine.move_to(morning(dt.date(2026, 12, 16)))
    task()
    assert len(told()) == 2


def test_what_is_due_is_found_by_an_index(cast, onward):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT consent_id FROM referrals_consentclock WHERE due_on <= '2026-12-16'")
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "consent_clock_due" in plan
