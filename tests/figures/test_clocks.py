"""The figures of clocks: every open thing is on one clock, what is late is counted as late, and who may read it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Membership
from insights.clocks import COUNTED, clocks_for
from referrals.clocks import CLOCKS
from referrals.models import ConsentClock, FollowUpClock, OnwardReferral, Referral, TeamPolicy
from referrals.selectors.clock_counts import COUNTED_ELSEWHERE, COUNTS, clock_counts
from referrals.selectors.turns import turn_of
from referrals.services.onward import take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests import stage
from tests.conftest import NOW
from tests.in_the_tables import give_a_history, no_trigger_looks

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/insights/clocks/"
MONDAY = dt.date(2026, 11, 2)


def counted(*, on=MONDAY, teams=None):
    """Every clock on which anything is, and its counts that are not nought."""
    found: dict[str, dict[str, int]] = {}
    for row in clock_counts(on=on, teams=teams):
        counts = {name: getattr(row, name) for name in COUNTS if getattr(row, name)}
        found.setdefault(row.clock, {}).update(counts)
    return found


def run(clock, **more):
    return {clock: {"running": 1, **more}}


def test_every_clock_is_counted_but_those_of_the_directory():
    assert [clock.key for clock in COUNTED] == [clock.key for clock in CLOCKS if clock.key != "listing_checks"]
    assert {"listing_checks"} == COUNTED_ELSEWHERE


# The clock that runs, and the one that stands still meanwhile.
CASES = {
    "draft": (None, None),
    "deferred": ("discharge", "triage"),
    "submitted": ("triage", None),
    "information_requested": ("answer", "triage"),
    "accepted": ("first_contact", None),
    "active": ("case_review", None),
    "on_hold": ("hold_end", "first_contact"),  # in hospital
    **dict.fromkeys(("closed", "rejected", "withdrawn", "entered_in_error"), (None, None)),
}


def of_turn(subject, *, on=MONDAY):
    """What its answer says of whose turn it is: the clock that runs, and the one that stands still."""
    turn = turn_of(subject, on=on, reads_all=True)
    return turn.key or None, (turn.stands_still.key or None) if turn.stands_still else None


@pytest.mark.parametrize("status", CASES)
def test_each_referral_is_on_the_clock_of_its_status(referral_at, status):
    rose = referral_at(status)
    runs, waits = CASES[status]
    if status != "draft":
        assert of_turn(rose) == (runs, waits)
    found = counted()
    assert {clock for clock, counts in found.items() if counts.get("running")} == {runs} - {None}
    assert {clock for clock, counts in found.items() if counts.get("standing_still")} == {waits} - {None}
    assert {row.team for row in clock_counts(on=MONDAY)} <= {rose.owner_team_id}


ONWARD = {
    "sent": ("provider_response", None),
    "information_requested": ("provider_question", "provider_response"),
    "waitlisted": ("waiting_review", None),
    "accepted": ("assessment", None),
    "assessment_booked": ("assessment_outcome", None),
    "started": (None, None),  # the walking group has no review points
    "paused": ("pause_end", None),
    **dict.fromkeys(("completed", "left_early", "not_started", "declined", "expired", "withdrawn"), (None, None)),
}


@pytest.mark.parametrize("status", ONWARD)
def test_each_onward_referral_is_on_the_clock_of_its_status(onward_at, status):
    onward = onward_at(status)
    runs, waits = ONWARD[status]
    assert of_turn(onward) == (runs, waits)
    found = counted()
    assert {clock for clock, counts in found.items() if counts.get("running")} == {"case_review", runs} - {None}
    assert {clock for clock, counts in found.items() if counts.get("standing_still")} == {waits} - {None}


@pytest.mark.parametrize("status", [status for status, clocks in ONWARD.items() if clocks != (None, None)])
def test_what_was_sent_onward_stands_still_while_the_referral_is_on_hold(cast, onward_at, now, status):
    onward = onward_at(status)
    take_referral_step(
        referral=onward.referral, step="hold", actor=Actor(stage.fresh(cast.link_worker)),
        at=now + dt.timedelta(days=1), details=StepDetails(reason="away", until=dt.date(2026, 12, 31)),
    )  # fmt: skip
    clock, _ = ONWARD[status]
    on_hold = run("hold_end") | {"case_review": {"standing_still": 1}}
    assert counted(on=dt.date(2026, 12, 15)) == on_hold | {clock: {"standing_still": 1}}
    assert of_turn(OnwardReferral.objects.get()) == (None, clock)


def test_a_try_to_reach_the_person_is_a_clock_of_its_own(referral_at):
    rose = referral_at("accepted")
    Referral.objects.filter(pk=rose.pk).update(failed_tries=1)
    assert counted() == run("contact_attempts", due_soon=1)
    assert of_turn(Referral.objects.get()) == ("contact_attempts", None)


@pytest.mark.parametrize(
    ("step", "said", "waits"),
    [
        ("hold", {"reason": "away", "until": dt.date(2026, 12, 1)}, "case_review"),
        ("hold", {"reason": "in_hospital", "until": dt.date(2026, 12, 1)}, "first_contact"),
        ("record_readmission", {"until": dt.date(2026, 12, 1)}, "first_contact"),
    ],
)
def test_what_waits_until_the_end_of_a_hold_is_late_from_then_on(cast, referral_at, now, step, said, waits):
    rose = take_referral_step(
        referral=referral_at("active"), step=step, actor=Actor(stage.fresh(cast.link_worker)),
        at=now + dt.timedelta(days=1), details=StepDetails(**said),
    )  # fmt: skip
    assert of_turn(rose) == ("hold_end", waits)
    days = (dt.date(2026, 11, 20), dt.date(2026, 12, 1), dt.date(2026, 12, 2), dt.date(2026, 12, 9))
    late: tuple[dict[str, int], ...] = ({}, {"due_today": 1}, {"overdue": 1}, {"overdue": 1, "breached": 1})
    still = {waits: {"standing_still": 1}}
    assert [counted(on=day) for day in days] == [run("hold_end", **each) | still for each in late]


def test_who_was_reached_is_looked_at_again(referral_at, now):
    rose = referral_at("accepted")
    Referral.objects.filter(pk=rose.pk).update(reached_at=now)
    assert counted() == run("case_review", due_soon=1)
    assert of_turn(Referral.objects.get()) == ("case_review", None)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (dt.date(2026, 10, 27), {}),  # triage is due on Wednesday 4 November: in six working days
        (dt.date(2026, 10, 28), {"due_soon": 1}),
        (dt.date(2026, 11, 3), {"due_soon": 1}),
        (dt.date(2026, 11, 4), {"due_today": 1}),
        (dt.date(2026, 11, 5), {"overdue": 1}),
        (dt.date(2026, 11, 11), {"overdue": 1}),
        (dt.date(2026, 11, 12), {"overdue": 1, "breached": 1}),
    ],
)
def test_due_soon_overdue_and_breached(referral_at, on, expected):
    referral_at("submitted")
    assert counted(on=on) == run("triage", **expected)


def test_what_no_provider_answers_is_overdue_until_it_expires_and_no_breach(onward_at):
    onward_at("sent")  # until Monday 16 November
    found = counted(on=dt.date(2026, 11, 27))
    assert found["provider_response"] == {"running": 1, "overdue": 1}


def test_each_team_has_its_own_breach(cast, referral_at):
    referral_at("submitted")
    referral_at("submitted", team_id=cast.neighbouring_team.pk)
    TeamPolicy.objects.create(team=cast.neighbouring_team, breach_working_days=0)
    late = {row.team: row.breached for row in clock_counts(on=dt.date(2026, 11, 5))}
    assert late == {cast.team.pk: 0, cast.neighbouring_team.pk: 1}


def test_a_scheme_s_own_hub_has_the_referral_to_answer_and_not_itself(cast, referral_at):
    referral_at("submitted", team_id=None, service_id=cast.scheme.pk)
    assert OnwardReferral.objects.get().status == "sent"
    assert counted() == run("triage", due_soon=1)


def test_reviews_follow_ups_and_the_end_of_an_agreement_are_clocks_beside_it(cast, onward_at):
    onward = onward_at("started")
    FollowUpClock.objects.create(
        onward_referral=onward, months=3, due_on=dt.date(2026, 10, 30), closes_on=dt.date(2026, 11, 27)
    )
    OnwardReferral.objects.filter(pk=onward.pk).update(next_review_on=MONDAY)
    consent = onward.referral.consents.first()
    ConsentClock.objects.update_or_create(consent=consent, defaults={"due_on": dt.date(2026, 11, 3)})
    beside = run("case_review") | run("review_points", due_today=1) | run("consent_expiry", due_soon=1)
    assert counted() == beside | run("follow_ups", overdue=1)
    assert of_turn(OnwardReferral.objects.get()) == ("follow_ups", None)  # the earlier of the two
    take_onward_step(
        onward=onward, step="pause", actor=Actor(stage.fresh(cast.provider)), at=NOW + dt.timedelta(days=1),
        details=StepDetails(reason="health", until=dt.date(2026, 12, 1)),
    )  # fmt: skip
    assert counted() == beside | run("pause_end") | {"follow_ups": {"standing_still": 1}}


# --- Over HTTP ------------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(cast, referral_at, time_machine):
    """Eight referrals that nobody has triaged and that are breached, one question; and two next door."""
    for _ in range(8):
        referral_at("submitted")
    referral_at("information_requested")
    for _ in range(2):
        referral_at("submitted", team_id=cast.neighbouring_team.pk)
    time_machine.move_to(dt.datetime(2026, 11, 12, 8, tzinfo=dt.UTC), tick=False)


def figures(clocks):
    """Those on which anything is: running, overdue, breached, standing still, the oldest."""
    names = ("running", "overdue", "breached", "standing_still", "oldest_due_on")
    return {
        each["clock"]: tuple(each[name] for name in names)
        for each in clocks
        if each["running"] != 0 or each["standing_still"] != 0
    }


def test_a_lead_reads_the_figures_of_her_own_team(busy, cast, as_user):
    answer = as_user(cast.lead).get(ADDRESS).json()
    hers = {"triage": (8, 8, 8, 1, "2026-11-04"), "answer": (1, 1, 0, 0, "2026-11-09")}
    assert answer["on"] == "2026-11-12"
    assert [(team["team"], team["name"], figures(team["clocks"])) for team in answer["results"]] == [
        (str(cast.team.pk), "Vale link workers", hers)
    ]
    assert figures(answer["total"]) == hers
    assert [each["clock"] for each in answer["total"]] == [clock.key for clock in COUNTED]
    assert set(answer["definitions"]) >= set(COUNTS)


def test_a_manager_reads_everybody_s_and_no_small_number(busy, cast, as_user):
    answer = as_user(cast.manager).get(ADDRESS).json()
    assert [(team["name"], figures(team["clocks"])) for team in answer["results"]] == [
        ("Hill link workers", {"triage": (None, None, None, 0, None)}),
        ("Vale link workers", {"triage": (10, 10, 10, None, "2026-11-04"), "answer": (None, None, 0, 0, None)}),
    ]
    assert figures(answer["total"]) == {
        "triage": (10, 10, 10, None, "2026-11-04"), "answer": (None, None, 0, 0, None),
    }  # fmt: skip


def test_no_day_is_shown_that_is_one_of_a_few(cast, referral_at, as_user, time_machine):
    """Nine run and one of them is late: the oldest day would be hers."""
    for _ in range(8):
        referral_at("active")
    rose = referral_at("active")
    assert figures_of_reviews(as_user(cast.manager), time_machine) == (10, 0, "2026-11-30")
    Referral.objects.filter(pk=rose.pk).update(next_action_on=MONDAY)
    assert figures_of_reviews(as_user(cast.manager), time_machine) == (10, None, None)


def figures_of_reviews(client, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 12, 8, tzinfo=dt.UTC), tick=False)
    running, overdue, _, _, oldest = figures(client.get(ADDRESS).json()["total"])["case_review"]
    return running, overdue, oldest


def test_a_lead_with_nothing_to_do_reads_noughts(cast, as_user):
    answer = as_user(cast.lead).get(ADDRESS).json()
    assert [team["name"] for team in answer["results"]] == ["Vale link workers"]
    assert figures(answer["results"][0]["clocks"]) == figures(answer["total"]) == {}


@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "befriender", "hub_worker", "editor"])
def test_nobody_else_reads_them(busy, cast, as_user, who):
    assert as_user(getattr(cast, who)).get(ADDRESS).status_code == 403


def test_teams_come_by_pages(busy, cast, as_user):
    manager, seen, address = as_user(cast.manager), [], f"{ADDRESS}?page_size=1"
    while address:
        page = manager.get(address).json()
        seen += [team["name"] for team in page["results"]]
        address = page["next"]
    assert seen == ["Hill link workers", "Vale link workers"]


def test_more_rows_and_teams_need_no_more_queries(cast, referral_at, onward_at, django_assert_num_queries):
    manager = stage.fresh(cast.manager)
    manager.roles()
    for build in (lambda: referral_at("submitted"), lambda: onward_at("waitlisted")):
        build()
        with django_assert_num_queries(6):
            clocks_for(manager, on=MONDAY)
    Membership.objects.create(user=cast.lead, team=cast.neighbouring_team, role=Role.LEAD)
    referral_at("submitted", team_id=cast.neighbouring_team.pk)
    lead = stage.fresh(cast.lead)
    lead.roles()
    with django_assert_num_queries(6):
        clocks_for(lead, on=MONDAY)


def test_what_is_open_is_found_by_an_index(cast, onward_at, referral_at):
    """Of the history nothing is read: the figures cost what is open, not what there ever was."""
    onward_at("accepted")
    ended, declined = referral_at("closed"), onward_at("declined")
    with no_trigger_looks() as cursor:
        give_a_history(cursor, "referrals_referral", ended.pk)
        give_a_history(cursor, "referrals_onwardreferral", declined.pk)
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as caught:
            clock_counts(on=MONDAY)
        plans = []
        for query in caught.captured_queries:
            if "GROUP BY" in query["sql"]:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
    cases, onward, reviews, *_ = plans
    assert "referral_due" in cases
    assert "Seq Scan" not in onward
    assert "onward_review_due" in reviews
