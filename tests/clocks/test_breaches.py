"""Due, overdue, breached: after some working days too many the leads hear of it, once for each day that was due."""

import datetime as dt

import pytest

from accounts.actors import Actor
from accounts.models import Membership
from core.clocks import add_working_days, last_breached
from notifications.models import OutboxMessage
from referrals.models import DueTask, OnwardReferral, Referral, ReferralEvent, TeamPolicy
from referrals.selectors.clocks import onward_referrals_breached, referrals_breached
from referrals.services.clocks import run_clocks
from referrals.services.referrals import allocate_referral, take_referral_step
from referrals.services.steps import StepDetails
from tests import stage
from tests.in_the_tables import give_a_history, no_trigger_looks


def morning(day, month=11):
    return dt.datetime(2026, month, day, 8, tzinfo=dt.UTC)


def told():
    found = sorted(OutboxMessage.objects.filter(template="clock_breached").values_list("recipient", "context"), key=str)
    OutboxMessage.objects.all().delete()
    return [(recipient, context["reference"], context["due_on"]) for recipient, context in found]


def test_a_breach_is_more_than_so_many_working_days_after_the_day():
    tuesday = dt.date(2026, 12, 22)
    assert add_working_days(tuesday, 5) == dt.date(2026, 12, 31)  # over Christmas
    assert last_breached(dt.date(2026, 12, 31), 5) < tuesday
    assert last_breached(dt.date(2027, 1, 1), 5) == tuesday
    assert last_breached(dt.date(2026, 11, 10), 0) == dt.date(2026, 11, 9)  # no grace: the day after
    friday, saturday, sunday = (dt.date(2026, 11, day) for day in (13, 14, 15))
    assert last_breached(dt.date(2026, 11, 20), 5) < friday  # the fifth working day after it
    assert last_breached(dt.date(2026, 11, 21), 5) == sunday  # and after a hold until the Saturday or the Sunday
    assert last_breached(dt.date(2026, 11, 23), 5) == sunday
    assert last_breached(sunday, 0) == saturday


def test_the_leads_hear_of_a_referral_that_nobody_triages_once(cast, referral_at):
    """Due on Wednesday 4 November; five working days later is Wednesday 11; on Thursday it is a breach."""
    rose = referral_at("submitted")
    told()
    assert (run_clocks(at=morning(11))["breached"], told()) == (0, [])
    assert run_clocks(at=morning(12))["breached"] == 1
    assert told() == [(cast.lead.email, rose.reference, "2026-11-04")]
    assert ([run_clocks(at=morning(day))["breached"] for day in (12, 13, 30)], told()) == ([0, 0, 0], [])
    event = ReferralEvent.objects.get(kind="clock_breached")
    assert (event.actor, event.details) == (None, {"due_on": "2026-11-04", "status": "submitted"})


def test_another_day_that_is_breached_is_another_message(cast, referral_at):
    rose = referral_at("submitted")
    run_clocks(at=morning(12))
    told()
    lena = Actor(stage.fresh(cast.lead))
    allocate_referral(
        referral=rose, owner=stage.fresh(cast.link_worker), actor=lena, at=morning(12),
        next_action_on=dt.date(2026, 11, 13),
    )  # fmt: skip
    assert run_clocks(at=morning(20))["breached"] == 0
    assert run_clocks(at=morning(23))["breached"] == 1
    assert told() == [(cast.lead.email, rose.reference, "2026-11-13")]


def test_the_teams_clock_stands_still_while_the_referrer_is_asked(cast, referral_at):
    """Asked on the Monday, the answer is due on the next: of the triage that was due on Wednesday nobody hears."""
    rose = referral_at("information_requested")
    told()
    assert rose.next_action_on == dt.date(2026, 11, 9)
    assert (run_clocks(at=morning(16))["breached"], told()) == (0, [])
    assert (run_clocks(at=morning(17))["breached"], told()) == (1, [(cast.lead.email, rose.reference, "2026-11-09")])


def test_a_case_on_hold_waits_for_the_end_of_the_hold(cast, referral_at):
    referral_at("on_hold")  # until 1 December
    assert run_clocks(at=morning(8, month=12))["breached"] == 0
    assert run_clocks(at=morning(9, month=12))["breached"] == 1


@pytest.mark.parametrize("status", ["draft", "closed", "rejected", "redirected", "withdrawn", "entered_in_error"])
def test_a_draft_and_what_has_ended_are_overdue_for_nobody(cast, referral_at, status):
    rose = referral_at(status)
    run_clocks(at=morning(30, month=12))
    assert not ReferralEvent.objects.filter(referral=rose, kind="clock_breached").exists()


ONWARD = {
    "information_requested": dt.date(2026, 11, 9), "accepted": dt.date(2026, 11, 16),
    "waitlisted": dt.date(2026, 11, 30), "paused": dt.date(2026, 12, 1),
}  # fmt: skip


@pytest.mark.parametrize("status", ONWARD)
def test_the_leads_hear_of_a_provider_who_is_late(cast, onward_at, status):
    onward = onward_at(status)
    assert onward.next_action_on == ONWARD[status]
    Referral.objects.filter(pk=onward.referral_id).update(next_action_on=dt.date(2027, 1, 4))
    told()
    last = add_working_days(ONWARD[status], 5)
    assert run_clocks(at=dt.datetime.combine(last, dt.time(8), tzinfo=dt.UTC))["breached"] == 0
    late = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(8), tzinfo=dt.UTC)
    assert [run_clocks(at=late)["breached"] for _ in range(2)] == [1, 0]
    assert told() == [(cast.lead.email, onward.reference, ONWARD[status].isoformat())]


def test_who_takes_part_where_there_are_no_review_points_is_due_for_nothing(cast, onward_at):
    onward = onward_at("started")
    assert onward.next_review_on is None
    Referral.objects.filter(pk=onward.referral_id).update(next_action_on=dt.date(2027, 6, 1))
    assert run_clocks(at=dt.datetime(2027, 3, 1, 8, tzinfo=dt.UTC))["breached"] == 0


def test_a_providers_clock_waits_while_the_person_is_away_and_goes_on_from_there(cast, onward_at):
    onward = onward_at("accepted")  # the first assessment is to be booked by 16 November
    lou = Actor(stage.fresh(cast.link_worker))
    take_referral_step(
        referral=onward.referral, step="hold", actor=lou, at=morning(4),
        details=StepDetails(reason="away", until=dt.date(2026, 12, 31)),
    )  # fmt: skip
    assert run_clocks(at=morning(25))["breached"] == 0
    take_referral_step(referral=onward.referral, step="resume", actor=lou, at=morning(18))
    onward = OnwardReferral.objects.get(pk=onward.pk)
    assert onward.next_action_on == dt.date(2026, 11, 30)


def test_who_waits_for_a_place_waits_while_the_person_is_away(cast, onward_at):
    onward = onward_at("waitlisted")  # to look again on 30 November
    lou = Actor(stage.fresh(cast.link_worker))
    take_referral_step(
        referral=onward.referral, step="hold", actor=lou, at=morning(4),
        details=StepDetails(reason="away", until=dt.date(2027, 2, 1)),
    )  # fmt: skip
    assert run_clocks(at=morning(31, month=12))["breached"] == 0
    assert not DueTask.objects.filter(kind="waiting_review").exists()
    take_referral_step(referral=onward.referral, step="resume", actor=lou, at=morning(11))
    assert DueTask.objects.get(kind="waiting_review").due_on == dt.date(2026, 12, 7)


def test_each_team_has_its_own_grace(cast, referral_at):
    ours = referral_at("submitted")
    theirs = referral_at("submitted", team_id=cast.neighbouring_team.pk)
    TeamPolicy.objects.create(team=cast.neighbouring_team, breach_working_days=0)
    assert list(referrals_breached(on=dt.date(2026, 11, 5))) == [theirs]
    assert list(referrals_breached(on=dt.date(2026, 11, 12))) == [ours, theirs]


def test_where_a_team_has_no_lead_the_team_itself_is_told(cast, referral_at):
    Membership.objects.filter(user=cast.lead).delete()
    rose = referral_at("submitted")
    told()
    run_clocks(at=morning(12))
    assert told() == [(cast.team.inbox_email, rose.reference, "2026-11-04")]


def test_breaches_are_found_by_their_indexes(cast, onward_at, referral_at):
    onward_at("accepted")
    declined, ended = onward_at("declined"), referral_at("closed")
    with no_trigger_looks() as cursor:
        give_a_history(cursor, "referrals_onwardreferral", declined.pk)
        give_a_history(cursor, "referrals_referral", ended.pk)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")  # the index has them in order; of three rows a sort costs nothing
        cursor.execute("SET LOCAL enable_incremental_sort = off")
        cases = referrals_breached(on=dt.date(2026, 12, 1)).explain()
        onward = onward_referrals_breached(on=dt.date(2026, 12, 1)).explain()
    assert "referral_breach_not_told" in cases
    assert "onward_breach_not_told" in onward


def test_the_list_of_what_is_due_says_what_is_overdue_and_what_is_breached(cast, referral_at, as_user, time_machine):
    """On the 12th triage of the 4th is a breach, the first contact of the 9th overdue, the 30th is to come."""
    new, taken, begun = (referral_at(status) for status in ("submitted", "accepted", "active"))
    lena = as_user(cast.lead)
    time_machine.move_to(morning(12), tick=False)

    def listed(query=""):
        rows = lena.get(f"/api/v1/tasks/{query}").json()["results"]
        return [(row["referral"], row["is_overdue"], row["is_breached"]) for row in rows]

    assert listed() == [(new.reference, True, True), (taken.reference, True, False), (begun.reference, False, False)]
    assert listed("?breached=true") == [(new.reference, True, True)]
    assert [reference for reference, *_ in listed("?breached=false")] == [taken.reference, begun.reference]
    TeamPolicy.objects.create(team=cast.team, breach_working_days=10)
    assert listed("?breached=true") == []


def test_who_waits_for_a_place_is_on_the_link_workers_list(cast, onward_at, as_user, time_machine):
    onward = onward_at("waitlisted")
    time_machine.move_to(morning(5), tick=False)
    rows = as_user(cast.link_worker).get("/api/v1/tasks/?kind=waiting_review").json()["results"]
    assert [(row["due_on"], row["onward_referral"], row["title"]) for row in rows] == [
        ("2026-11-30", onward.reference, "On a waiting list: look again")
    ]
    ended = onward_at("declined")
    with no_trigger_looks() as cursor:
        give_a_history(cursor, "referrals_onwardreferral", ended.pk)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM referrals_duetask WHERE kind = 'waiting_review' AND due_on <= '2026-12-01'"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "onward_waiting_review" in plan
