"""What providers and leads are told of a week, and commissioners of a month: once, also after a morning was missed."""

import datetime as dt
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Membership, Team, User
from config.celery import app
from core.models import TaskRun
from insights import weekly
from insights.models import Summary
from insights.periods import ended_weeks
from insights.summaries import make_monthly_summaries, make_weekly_summaries
from insights.tasks import monthly_summaries, weekly_summaries
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.templates import compose
from referrals.models import OnwardReferral, Referral
from referrals.services.clocks import run_clocks
from referrals.services.onward import take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from services_directory.models import Neighbourhood, Postcode, Service
from tests import stage

MONDAY = dt.datetime(2026, 11, 9, 7, 0, tzinfo=dt.UTC)
"""The week from 2 to 8 November, in which the stage's people act, has ended."""
TUESDAY = MONDAY + dt.timedelta(days=1)
FIRST_OF_DECEMBER = dt.datetime(2026, 12, 1, 7, 5, tzinfo=dt.UTC)
URL = "/api/v1/insights/summaries/"


@pytest.fixture
def a_week(cast, onward_at, scene):
    """Six people: one waits for the Active team's answer, one was declined, one never started, one completed the
    programme, one left early; and one waits for the charity's answer."""

    def tell():
        for status in ("sent", "declined", "not_started", "completed", "left_early"):
            onward_at(status)
        onward_at("sent", service=cast.visiting)
        OutboxMessage.objects.all().delete()

    scene("a week of six people", tell)
    return cast


def told():
    return sorted(OutboxMessage.objects.values_list("recipient", "template"))


def made():
    return sorted(Summary.objects.values_list("team__name", "kind", "starts_on"))


def figures_of(team):
    return Summary.objects.get(team=team).figures


WEEK = dt.date(2026, 11, 2)
THE_WEEKS = [
    ("Active team", "provider_week", WEEK),
    ("Befrienders", "provider_week", WEEK),
    ("Vale link workers", "lead_week", WEEK),
]
TOLD_OF_THE_WEEK = [
    ("active-team@inbox.example", "weekly_summary"),
    ("befrienders@inbox.example", "weekly_summary"),
    ("lena.head@work.example", "weekly_summary"),
]


# --- The week -----------------------------------------------------------------------------------------------


def test_on_monday_each_provider_and_each_lead_is_told_of_the_week(a_week):
    assert make_weekly_summaries(at=MONDAY) == {"made": 3, "told": 3}
    assert (made(), told()) == (THE_WEEKS, TOLD_OF_THE_WEEK)
    assert figures_of(a_week.leisure) == [
        {
            "by": "total",
            "key": "",
            "name": "All",
            "figures": {
                "waiting": 1, "overdue": 0, "sent": 5, "accepted": 3, "declined": 1, "expired": 0, "started": 2,
                "missed": 0, "finished": 1, "left_early": 1, "expected": 0, "came": 0, "attendance": None,
            },
        }
    ]  # fmt: skip
    (group,) = figures_of(a_week.team)
    assert group["figures"] == {
        "waiting": 0, "overdue": 4, "new": 6, "accepted": 6, "rejected": 0, "closed": 0, "sent_onward": 6, "started": 2,
        "breached": 0, "days_to_accept": 0.0, "days_to_start": 0.3, "asked_why": 0, "many_in_a_day": 0,
        "out_of_hours": 0,
    }  # fmt: skip


def test_what_was_breached_is_counted_in_the_week_in_which_the_leads_were_told(cast, referral_at):
    """Due on Wednesday the 4th, and a breach on Thursday the 12th; so they are told in the second week."""
    referral_at("submitted")
    run_clocks(at=dt.datetime(2026, 11, 12, 8, tzinfo=dt.UTC))
    make_weekly_summaries(at=MONDAY + dt.timedelta(weeks=1))
    weeks = Summary.objects.filter(team=cast.team).order_by("starts_on")
    assert [row.figures[0]["figures"]["breached"] for row in weeks] == [0, 1]


def test_the_message_says_nothing_but_that_it_is_there(a_week):
    make_weekly_summaries(at=MONDAY)
    make_monthly_summaries(at=FIRST_OF_DECEMBER)
    for message in OutboxMessage.objects.all():
        row = Summary.objects.get(reference=message.context["reference"])
        assert message.context == {"reference": row.reference, "due_on": row.ends_on.isoformat()}
        text = compose(message.template, message.context)
        words = (text.subject + text.body).replace(row.reference, "")
        for secret in ("Rose", "Okafor", "Walking", "Active team", "Vale", "loneliness"):
            assert secret not in words
    text = compose("weekly_summary", {"reference": "S-22222-22222", "due_on": "2026-11-08"})
    assert "Your weekly summary for the week to 8 November 2026 is ready." in text.body
    assert "/r/S-22222-22222\n" in text.body


def test_made_a_second_time_there_is_nothing_to_do(a_week):
    make_weekly_summaries(at=MONDAY)
    before = (made(), told())
    assert make_weekly_summaries(at=MONDAY) == {"made": 0, "told": 0}
    assert make_weekly_summaries(at=TUESDAY) == {"made": 0, "told": 0}
    assert (made(), told()) == before


def test_a_monday_that_was_missed_is_made_up_for_on_tuesday(a_week):
    assert make_weekly_summaries(at=TUESDAY) == {"made": 3, "told": 3}
    assert (made(), told()) == (THE_WEEKS, TOLD_OF_THE_WEEK)


def test_after_a_long_silence_every_week_is_there_and_only_the_last_is_told(a_week):
    later = MONDAY + dt.timedelta(weeks=2)
    assert make_weekly_summaries(at=later) == {"made": 9, "told": 3}
    assert told() == TOLD_OF_THE_WEEK
    weeks = Summary.objects.filter(team=a_week.leisure).order_by("starts_on")
    counted = [row.figures[0]["figures"] for row in weeks]
    assert [(each["sent"], each["waiting"], each["overdue"]) for each in counted] == [
        (5, None, None),  # how things stood then, nobody can know any more
        (0, None, None),
        (0, 1, 1),
    ]


def test_what_is_older_than_eight_weeks_is_not_made(a_week):
    make_weekly_summaries(at=MONDAY + dt.timedelta(weeks=20))
    starts = set(Summary.objects.values_list("starts_on", flat=True))
    assert (min(starts), len(starts)) == (dt.date(2027, 2, 1), 8)


def test_a_team_is_told_of_no_week_before_its_first_referral(a_week):
    """Nobody of the hub has been sent anybody yet, and nobody of the far team."""
    make_weekly_summaries(at=MONDAY)
    teams = set(Summary.objects.values_list("team__name", flat=True))
    assert teams == {"Active team", "Befrienders", "Vale link workers"}


def test_a_week_made_late_says_what_it_would_have_said_but_for_how_things_stand(a_week):
    (week,) = ended_weeks(MONDAY.date(), count=1)
    on_time = weekly.of_providers(week, today=MONDAY.date(), is_last=True)[a_week.leisure.pk]
    take_onward_step(
        onward=OnwardReferral.objects.get(provider_team=a_week.leisure, status="sent"),
        step="accept", actor=Actor(stage.fresh(a_week.provider)), at=MONDAY + dt.timedelta(days=2),
    )  # fmt: skip
    make_weekly_summaries(at=MONDAY + dt.timedelta(weeks=1))
    late = Summary.objects.get(team=a_week.leisure, starts_on=WEEK).figures[0]["figures"]
    assert late == on_time | {"waiting": None, "overdue": None, "expected": 0, "came": 0}


def test_killed_between_two_batches_nothing_is_half_made_and_the_next_run_makes_the_rest(a_week, monkeypatch):
    monkeypatch.setattr("insights.summaries.BATCH", 1)
    enqueue = notifications.enqueue_many
    calls = []

    def dies_at_the_second(messages):
        calls.append(messages)
        if len(calls) == 2:
            raise SystemExit("kill -9")
        return enqueue(messages)

    monkeypatch.setattr(notifications, "enqueue_many", dies_at_the_second)
    with pytest.raises(SystemExit):
        make_weekly_summaries(at=MONDAY)
    assert (len(made()), len(told())) == (1, 1)  # whole: a row, and its message
    monkeypatch.setattr(notifications, "enqueue_many", enqueue)
    assert make_weekly_summaries(at=MONDAY) == {"made": 2, "told": 2}
    assert (made(), told()) == (THE_WEEKS, TOLD_OF_THE_WEEK)


def test_many_teams_take_no_more_statements_than_few(a_week, onward_at):
    def statements(at):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            make_weekly_summaries(at=at)
        return len(queries)

    few = statements(MONDAY)
    rose = stage.referral_at(a_week, "active", at=MONDAY - dt.timedelta(days=6))
    for number in range(20):
        team = Team.objects.create(
            organization=a_week.leisure.organization, name=f"Team {number}", inbox_email=f"team-{number}@inbox.example"
        )
        Membership.objects.create(user=a_week.provider, team=team, role=Role.PROVIDER)
        service = Service.objects.create(
            organization=a_week.walking.organization, name=f"Walk {number}", receiving_team=team,
            referral_route=a_week.walking.referral_route, capacity=a_week.walking.capacity,
            first_contact_by=a_week.walking.first_contact_by,
        )  # fmt: skip
        onward_at("sent", referral=rose, service=service)
    make_weekly_summaries(at=MONDAY)
    assert Summary.objects.count() == 23
    many = statements(MONDAY + dt.timedelta(weeks=1))
    assert Summary.objects.count() == 46
    assert many <= few + 1


def test_of_a_team_that_works_no_more_and_of_a_reader_who_left_there_is_none(a_week):
    Team.objects.filter(pk=a_week.befriending.pk).update(is_active=False)
    User.objects.filter(pk=a_week.lead.pk).update(is_active=False)
    make_weekly_summaries(at=MONDAY)
    assert [team for team, _, _ in made()] == ["Active team"]


def test_a_summary_never_changes(a_week):
    make_weekly_summaries(at=MONDAY)
    for change in (lambda: Summary.objects.update(figures=[]), lambda: Summary.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert Summary.objects.count() == 3


# --- The month ----------------------------------------------------------------------------------------------


def groups_of_the_month():
    return {(each["by"], each["name"]): each["figures"] for each in Summary.objects.get().figures}


def test_on_the_first_commissioners_are_told_of_the_month_without_a_small_number(a_week):
    assert make_monthly_summaries(at=FIRST_OF_DECEMBER) == {"made": 1, "told": 1}
    assert told() == [("mo.manager@work.example", "monthly_summary")]
    groups = groups_of_the_month()
    assert list(groups) == [
        ("total", "All"), ("source", "GP practice"), ("neighbourhood", "Elsewhere, or not known"),
        ("programme", "Visiting"), ("programme", "Walking group"),
    ]  # fmt: skip
    assert groups["total", "All"] == {
        "made": None, "received": None, "referred": None, "accepted": None, "started": None, "completed": None,
        "left_early": None, "uptake": None, "adherence": None, "completion": None, "attendance": None,
        "days_to_start": None,
    }  # fmt: skip
    assert groups["programme", "Visiting"]["accepted"] == 0


@pytest.fixture
def a_full_month(cast, onward_at, scene):
    """Of sixteen people from the hill whom walking accepted in November, twelve started; of those eight completed
    it, and four left."""

    def tell():
        Postcode.objects.create(code="SK58BS", latitude=53.4, longitude=-2.1, lsoa="E01000001")
        Neighbourhood.objects.create(code="hill", name="The hill", lsoas=["E01000001"])
        for status in ("completed", "completed", "left_early", "not_started"):
            for _ in range(4):
                onward_at(status)
        OutboxMessage.objects.all().delete()

    scene("a full month of the hill", tell)
    return cast


def test_rates_are_those_of_rounded_counts(a_full_month):
    make_monthly_summaries(at=FIRST_OF_DECEMBER)
    figures = groups_of_the_month()["programme", "Walking group"]
    assert figures == {
        "referred": 15, "accepted": 15, "started": 10, "completed": 10, "left_early": None,
        "uptake": 0.667, "adherence": None, "completion": 1.0, "attendance": None, "days_to_start": 0.3,
    }  # fmt: skip
    assert groups_of_the_month()["neighbourhood", "The hill"]["made"] == 15


def test_who_left_before_the_twelfth_week_did_not_adhere(a_full_month):
    """Twelve weeks after November the four who left count; the eight who completed before count as having stayed."""
    make_monthly_summaries(at=dt.datetime(2027, 2, 1, 7, 5, tzinfo=dt.UTC))
    january = Summary.objects.get(starts_on=dt.date(2027, 1, 1))
    (total,) = [each["figures"] for each in january.figures if each["by"] == "total"]
    assert total["adherence"] == 1.0  # 8 of 12, rounded to 10 of 10: a small difference is not shown either
    assert (total["made"], total["referred"], total["uptake"]) == (0, 0, 0.667)


def test_a_month_is_made_up_for_six_months_back_and_made_once(a_week):
    july = dt.datetime(2027, 7, 3, 7, 5, tzinfo=dt.UTC)
    assert make_monthly_summaries(at=july) == {"made": 6, "told": 1}
    assert make_monthly_summaries(at=july) == {"made": 0, "told": 0}


# --- Who reads them -----------------------------------------------------------------------------------------

READS = {
    "provider": ["Active team"],
    "befriender": ["Befrienders"],
    "lead": ["Vale link workers"],
    "manager": ["Public health"],
    "gp": [],
    "link_worker": [],
    "hub_worker": [],
    "editor": [],
    "outsider": [],
    "neighbouring_link_worker": [],
}


@pytest.mark.parametrize("who", list(READS))
def test_each_reads_those_of_their_own_teams_and_nobody_elses(who, a_week, as_user, browser_of):
    make_weekly_summaries(at=MONDAY)
    make_monthly_summaries(at=FIRST_OF_DECEMBER)
    client, browser = as_user(getattr(a_week, who)), browser_of(getattr(a_week, who))
    answer = client.get(URL).json()["results"]
    assert [each["team"] for each in answer] == READS[who]
    for row in Summary.objects.select_related("team"):
        seen = 200 if row.team.name in READS[who] else 404
        assert client.get(f"{URL}{row.reference}/").status_code == seen
        assert browser.get(f"/r/{row.reference}").status_code == seen


@pytest.fixture
def browser_of(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def test_a_summary_has_its_figures_and_what_they_count(a_week, as_user):
    make_weekly_summaries(at=MONDAY)
    row = Summary.objects.get(team=a_week.leisure)
    body = as_user(a_week.provider).get(f"{URL}{row.reference}/").json()
    assert {name: body[name] for name in ("reference", "team", "kind", "starts_on", "ends_on")} == {
        "reference": row.reference, "team": "Active team", "kind": "provider_week",
        "starts_on": "2026-11-02", "ends_on": "2026-11-08",
    }  # fmt: skip
    assert body["groups"][0]["figures"]["started"] == 2
    assert body["definitions"].keys() == body["groups"][0]["figures"].keys()


def test_of_one_kind_by_pages_the_latest_first_and_in_few_queries(a_week, as_user, django_assert_max_num_queries):
    make_weekly_summaries(at=MONDAY + dt.timedelta(weeks=4))
    client = as_user(a_week.provider)
    with django_assert_max_num_queries(3):
        page = client.get(f"{URL}?kind=provider_week&page_size=2").json()
    assert [each["ends_on"] for each in page["results"]] == ["2026-12-06", "2026-11-29"]
    assert len(client.get(page["next"]).json()["results"]) == 2
    assert client.get(f"{URL}?kind=lead_week").json()["results"] == []
    assert client.get(f"{URL}?kind=of_the_year").status_code == 400


FIGURE = r"<dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>"


def test_the_pages_say_the_same(a_week, browser_of):
    make_weekly_summaries(at=MONDAY)
    make_monthly_summaries(at=FIRST_OF_DECEMBER)
    page = browser_of(a_week.provider).get("/summaries/").content.decode()
    assert "2 November 2026 to 8 November 2026</a>: The week of a provider, Active team" in page
    row = Summary.objects.get(team=a_week.leisure)
    week = browser_of(a_week.provider).get(f"/r/{row.reference}").content.decode()
    assert ("Left early", "1") in re.findall(FIGURE, week)
    month = Summary.objects.get(kind="commissioner_month")
    shown = browser_of(a_week.manager).get(f"/r/{month.reference}").content.decode()
    assert ("Uptake", "Not shown") in re.findall(FIGURE, shown)
    assert "Okafor" not in shown


# --- The timetable ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_runs_are_on_record_with_what_they_did(a_week, time_machine):
    time_machine.move_to(FIRST_OF_DECEMBER, tick=False)
    weekly_summaries()
    monthly_summaries()
    assert list(TaskRun.objects.order_by("id").values_list("task", "outcome", "figures")) == [
        ("insights.weekly_summaries", "done", {"made": 12, "told": 3}),
        ("insights.monthly_summaries", "done", {"made": 1, "told": 1}),
    ]


def test_the_timetable_asks_each_morning():
    entries = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    for task in ("insights.weekly_summaries", "insights.monthly_summaries"):
        assert (entries[task].hour, entries[task].day_of_week) == ({7}, set(range(7)))


def test_errors_are_in_no_figure(a_week):
    take_referral_step(
        referral=Referral.objects.get(onward_referrals__status="sent", onward_referrals__service=a_week.walking),
        step="enter_in_error", actor=Actor(stage.fresh(a_week.lead)), at=MONDAY - dt.timedelta(days=3),
        details=StepDetails(reason="test_entry"),
    )  # fmt: skip
    make_weekly_summaries(at=MONDAY)
    figures = figures_of(a_week.leisure)[0]["figures"]
    assert (figures["sent"], figures["waiting"]) == (4, 0)
