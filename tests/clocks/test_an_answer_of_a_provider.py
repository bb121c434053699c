"""A provider has two weeks to answer: reminded at half, told to the lead before the end, and then it expires."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction

from accounts.actors import Actor
from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, ReferralEvent, TeamPolicy
from referrals.selectors.clocks import onward_referrals_to_chase
from referrals.services.clocks import run_clocks
from referrals.services.onward import expire_unanswered, take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from referrals.tasks import run_clocks as task
from tests import stage

MONDAY = dt.date(2026, 11, 2)
"""The day on which Rose's onward referral is sent."""


def morning(day):
    return dt.datetime.combine(day, dt.time(8), tzinfo=dt.UTC)


def november(day):
    return dt.date(2026, 11, day)


def told():
    """What has been owed about the answer since the last look, and to whom. That the case itself is due is apart."""
    rows = OutboxMessage.objects.exclude(template="clock_breached")
    found = sorted(rows.values_list("recipient", "template", "context"), key=str)
    OutboxMessage.objects.all().delete()
    return [(recipient, template, context.get("due_on")) for recipient, template, context in found]


def kinds(onward):
    events = ReferralEvent.objects.filter(onward_referral=onward).order_by("sequence")
    return [kind for kind in events.values_list("kind", flat=True) if kind.startswith(("response", "expire"))]


def step(cast, onward, name, day, *, who="provider", **said):
    actor = Actor(stage.fresh(getattr(cast, who)))
    return take_onward_step(onward=onward, step=name, actor=actor, at=morning(day), details=StepDetails(**said))


@pytest.fixture
def onward(onward_at):
    onward = onward_at("sent")
    OutboxMessage.objects.all().delete()
    return onward


def test_the_provider_is_reminded_at_half_the_lead_hears_before_the_end_and_the_referrer_at_the_end(cast, onward):
    assert (onward.next_action_on, onward.chase_on) == (november(16), november(9))
    assert (run_clocks(at=morning(november(8))), told()) == ({"chased": 0, "breached": 0, "given_up": 0}, [])
    assert run_clocks(at=morning(november(9)))["chased"] == 1
    assert told() == [(cast.leisure.inbox_email, "onward_reminder", "2026-11-16")]
    assert run_clocks(at=morning(november(12)))["chased"] == 0
    assert run_clocks(at=morning(november(13)))["chased"] == 1
    assert told() == [(cast.lead.email, "onward_unanswered", "2026-11-16")]
    assert (run_clocks(at=morning(november(16)))["chased"], expire_unanswered(at=morning(november(16)))) == (0, 0)
    assert (told(), expire_unanswered(at=morning(november(17)))) == ([], 1)
    assert told() == sorted(
        (each, "onward_expired", None) for each in (cast.gp.email, cast.link_worker.email, cast.leisure.inbox_email)
    )
    assert kinds(onward) == ["response_nudged", "response_escalated", "expire"]


def test_to_run_twice_reminds_once(cast, onward):
    counts = [run_clocks(at=morning(november(9)))["chased"] for _ in range(3)]
    assert (counts, len(told()), kinds(onward)) == ([1, 0, 0], 1, ["response_nudged"])


def test_runs_that_were_missed_are_made_up_for_by_the_next_ones(cast, onward):
    late = morning(november(14))
    assert [run_clocks(at=late)["chased"] for _ in range(3)] == [1, 1, 0]
    assert [template for _, template, _ in told()] == ["onward_reminder", "onward_unanswered"]


def test_after_the_end_nobody_is_reminded_any_more(cast, onward):
    assert (run_clocks(at=morning(november(20)))["chased"], told(), kinds(onward)) == (0, [], [])


@pytest.mark.parametrize("answer", ["accept", "waitlist", "decline"])
def test_who_has_answered_is_not_reminded(cast, onward, answer):
    said = {"reason": "at_capacity"} if answer == "decline" else {}
    assert step(cast, onward, answer, november(4), **said).chase_on is None
    told()
    assert (run_clocks(at=morning(november(9)))["chased"], told()) == (0, [])


def test_the_clock_stands_still_while_the_provider_waits_for_an_answer(cast, onward):
    """Pat asks on the second Monday, with a week left; Lou answers eight days later: the week is still there."""
    run_clocks(at=morning(november(9)))
    step(cast, onward, "request_information", november(9), note="Which days suit her?")
    told()
    assert (run_clocks(at=morning(november(16)))["chased"], expire_unanswered(at=morning(november(17)))) == (0, 0)
    back = step(cast, onward, "provide_information", november(17), who="link_worker", note="Mornings.")
    assert (back.next_action_on, back.chase_on) == (november(24), november(20))
    told()
    assert expire_unanswered(at=morning(november(24))) == 0
    assert run_clocks(at=morning(november(23)))["chased"] == 1
    assert told() == [(cast.lead.email, "onward_unanswered", "2026-11-24")]
    assert expire_unanswered(at=morning(november(25))) == 1
    assert kinds(onward) == ["response_nudged", "response_escalated", "expire"]


def test_who_asks_on_the_last_day_has_two_working_days_once_it_is_answered(cast, onward):
    step(cast, onward, "request_information", november(16), note="Which days suit her?")
    friday = november(20)
    back = step(cast, onward, "provide_information", friday, who="link_worker", note="Mornings.")
    assert back.next_action_on == november(24)


def test_to_ask_again_and_again_gains_nothing(cast, onward):
    for day in (3, 4, 5, 6):
        step(cast, onward, "request_information", november(day), note="Which days suit her?")
        back = step(cast, onward, "provide_information", november(day), who="link_worker", note="Mornings.")
    assert back.next_action_on == november(16)


def test_the_clock_stands_still_while_the_referral_is_on_hold(cast, onward):
    """Rose is away for ten days from the first Wednesday: the answer is due ten days later."""
    lou = Actor(stage.fresh(cast.link_worker))

    def case(name, day, **said):
        take_referral_step(
            referral=onward.referral, step=name, actor=lou, at=morning(november(day)), details=StepDetails(**said)
        )

    case("hold", 4, reason="away", until=november(14))
    assert (run_clocks(at=morning(november(10)))["chased"], told()) == (0, [])
    case("resume", 14)
    onward = OnwardReferral.objects.get(pk=onward.pk)
    assert (onward.next_action_on, onward.chase_on) == (november(26), november(19))


def test_no_day_of_it_falls_on_a_weekend_or_a_bank_holiday(cast, onward_at, referral_at):
    """Sent on Friday 11 December: half of two weeks is a Friday, and the end is Christmas Day."""
    friday = dt.datetime(2026, 12, 11, 4, 0, tzinfo=dt.UTC)
    onward = stage.onward_at(cast, "sent", at=friday, referral=referral_at("active"))
    assert onward.next_action_on == dt.date(2026, 12, 29)  # 26 December is a Saturday: Monday the 28th stands for it
    assert onward.chase_on == dt.date(2026, 12, 21)


def test_a_team_has_its_own_days_and_they_count_for_what_is_sent_from_then_on(cast, onward, onward_at, referral_at):
    TeamPolicy.objects.create(team=cast.team, provider_response_days=28, escalate_days_before=7)
    later = onward_at("sent", referral=referral_at("active"), service=cast.visiting)
    onward = OnwardReferral.objects.get(pk=onward.pk)
    assert (onward.next_action_on, later.next_action_on, later.chase_on) == (november(16), november(30), november(16))
    run_clocks(at=morning(november(16)))
    later = OnwardReferral.objects.get(pk=later.pk)
    assert later.chase_on == november(23)


def test_a_schemes_own_hub_is_not_reminded_of_what_it_sent_to_itself(cast, referral_at):
    referral = referral_at("submitted", team_id=None, service_id=cast.scheme.pk)
    assert OnwardReferral.objects.get(referral=referral).chase_on is None


def test_the_task_of_the_timetable_does_it(cast, onward, time_machine):
    time_machine.move_to(morning(november(9)), tick=False)
    task()
    assert [template for _, template, _ in told()] == ["onward_reminder"]


def test_what_is_to_be_reminded_of_is_found_by_its_index(onward):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = onward_referrals_to_chase(on=november(9)).explain()
    assert "onward_to_chase" in plan


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_remind_once(cast, onward):
    barrier, counts = threading.Barrier(2), []

    def run():
        barrier.wait()
        counts.append(run_clocks(at=morning(november(9)))["chased"])
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(counts), len(told()), kinds(onward)) == (1, 1, ["response_nudged"])
