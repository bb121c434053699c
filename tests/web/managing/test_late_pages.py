"""The pages of what is late: the clocks, the timetable, and the messages that did not arrive."""

import datetime as dt

import pytest
from django.db import transaction

from config.celery import Every, app
from core.models import TaskPulse, TaskRun
from notifications.models import OutboxMessage
from notifications.services import enqueue
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
TUESDAY = dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC)


# --- Clocks ---------------------------------------------------------------------------------------------------------


def test_a_lead_reads_what_is_late_in_her_team(browser_of, cast, referral_at, read, time_machine):
    referral_at("submitted")
    referral_at("information_requested")
    time_machine.move_to(dt.datetime(2026, 11, 12, 9, tzinfo=dt.UTC))
    browser = browser_of(cast.lead)
    assert "/clocks/" in read(browser, "/").links
    page = read(browser, "/clocks/")
    assert page.title == "What is due, and what is late - Community Referral"
    assert "Counted now, on Thursday 12 November 2026." in page.text
    assert page.sections == ["definitions"]  # beside her one team, which has no total of its own
    assert page.section("team-0").startswith(
        "Vale link workers To do Whose turn Running Due today Next five days Overdue Breached Standing still First due "
        "Decide on a new referral Team 1 0 0 1 1 1 4 November 2026 "
        "Answer the team's question Referrer 1 0 0 1 0 0 9 November 2026 "
        "Nothing is on the other clocks: confirm the discharge; speak with the person;"
    )


def test_a_manager_reads_all_teams_and_no_small_number(browser_of, cast, referral_at, read):
    referral_at("submitted")
    referral_at("submitted", team_id=cast.neighbouring_team.pk)
    page = read(browser_of(cast.manager), "/clocks/")
    row = "Decide on a new referral Team 1 to 7 0 1 to 7 0 0 0 Not shown"
    assert [page.section(name).split(" To do")[0] for name in ("all", "team-0", "team-1")] == [
        "All teams",
        *(f"{team} Show the clocks of {team}" for team in ("Hill link workers", "Vale link workers")),
    ]  # fmt: skip
    assert [row in page.section(name) for name in ("all", "team-0", "team-1")] == [True] * 3


def test_where_nothing_is_open_it_says_so(browser_of, cast, read):
    assert read(browser_of(cast.lead), "/clocks/").section("team-0") == "Vale link workers Nothing is on any clock."


# --- The timetable --------------------------------------------------------------------------------------------------


def test_what_has_never_run_is_late(browser_of, cast, read):
    browser = browser_of(cast.manager)
    assert "/runs/" in read(browser, "/").links
    page = read(browser, "/runs/")
    count = len(app.conf.beat_schedule)
    assert f"{count} of {count} are late. Tell those who run the service." in page.text
    assert (
        "Run the clocks Late It has never run. Last done: Never Every hour, at 30 minutes past. "
        "Its name in the programs: referrals.run_clocks"
    ) in page.section("tasks")


def test_what_ran_says_when_and_what_it_did(browser_of, cast, read):
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], Every):
            TaskPulse.objects.create(task=entry["task"], at=TUESDAY)
        else:
            began = TUESDAY - dt.timedelta(minutes=20)
            TaskRun.objects.create(
                task=entry["task"], started_at=began, ended_at=began, outcome="done",
                figures={"chased": 2, "told_to_leads": 1} if entry["task"] == "referrals.run_clocks" else {},
            )  # fmt: skip
    TaskRun.objects.create(
        task="referrals.run_clocks", started_at=TUESDAY, ended_at=TUESDAY, outcome="failed", failure="OperationalError"
    )
    page = read(browser_of(cast.lead), "/runs/")
    assert "Nothing is late." in page.text
    assert (
        "Run the clocks In time Last done: Tuesday 3 November 2026, 8:40am Chased: 2, Told to leads: 1 "
        "Failed 1 time in the last seven days. The last time by an error of the kind OperationalError. "
        "Every hour, at 30 minutes past."
    ) in page.section("tasks")


# --- Messages that did not arrive -----------------------------------------------------------------------------------


@pytest.fixture
def given_up(cast, referral_at):
    """A message to Rose's GP, about her, that was refused."""
    rose = referral_at("active")
    OutboxMessage.objects.all().delete()
    with transaction.atomic():
        message = enqueue(
            event_key="test", recipient=cast.gp.email, template="referral_accepted",
            context={"reference": rose.reference}, at=NOW,
        )  # fmt: skip
    assert message is not None
    OutboxMessage.objects.filter(pk=message.pk).update(status="failed", failure="Nobody is there.", attempts=3)
    return OutboxMessage.objects.get()


def test_a_lead_sees_what_did_not_arrive_and_sends_it_again(browser_of, cast, given_up, read):
    browser, reference = browser_of(cast.lead), given_up.context["reference"]
    assert "Messages that did not arrive (1), and to send them again." in read(browser, "/").section("messages")
    page = read(browser, "/messages/failed/")
    assert (
        f"{reference} : Nobody is there. Email to: The referrer, or their team (gita.gill@work.example), when a link "
        f"worker accepts it Monday 2 November 2026, 9:30am, tried 3 times Send again what was about {reference}"
    ) in page.text
    assert f"/r/{reference}" in page.links
    assert browser.get(f"/messages/{given_up.pk}/try-again/").status_code == 405
    assert OutboxMessage.objects.get().status == "failed"

    answer = browser.post(f"/messages/{given_up.pk}/try-again/")
    assert (answer.status_code, answer["Location"]) == (302, "/messages/failed/")
    assert OutboxMessage.objects.get().status == "pending"
    assert "Every message has arrived, or is on its way." in read(browser, "/messages/failed/").text
    assert "did not arrive (" not in read(browser, "/").text


def test_who_was_second_is_told_so(browser_of, cast, given_up):
    browser = browser_of(cast.lead)
    browser.post(f"/messages/{given_up.pk}/try-again/")
    answer = browser.post(f"/messages/{given_up.pk}/try-again/")
    assert answer.status_code == 409
    assert "It is not given up: it was sent, waits to be sent, or was stopped." in answer.content.decode()


@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "hub_worker", "manager", "editor", "outsider"])
def test_nobody_else_sees_it_or_sends_it(browser_of, cast, given_up, read, who):
    browser = browser_of(getattr(cast, who))
    page = browser.get("/messages/failed/")
    leads_elsewhere = who in {"outsider", "manager"}
    assert page.status_code == (200 if leads_elsewhere else 403)
    assert given_up.context["reference"] not in page.content.decode()
    assert ("/messages/failed/" in read(browser, "/").links) == leads_elsewhere
    assert browser.post(f"/messages/{given_up.pk}/try-again/").status_code == 404
    assert OutboxMessage.objects.get().status == "failed"


def test_the_address_of_the_person_is_not_shown(browser_of, cast, given_up, read):
    OutboxMessage.objects.update(recipient="rose@home.example", template="self_referral_update")
    page = read(browser_of(cast.lead), "/messages/failed/")
    assert "The person who referred themself" in page.text
    assert "rose@" not in page.text
