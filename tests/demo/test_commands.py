"""The two commands: make the demonstration, and say who can sign in to it."""

import datetime as dt
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Organization, User
from core.clocks import LONDON
from demo import seeding
from demo.hours import later, on_day, working_days_before
from demo.logins import LOGINS, PASSWORD
from demo.named_people import NAMED_PEOPLE
from demo.people import nhs_number_from
from demo.telling import in_order, tell
from notifications.models import OutboxMessage
from referrals.models import Attendance, Person, Referral, ReferralEvent

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=LONDON)
AT = "2026-11-02T09:00"
PROJECT = Path(__file__).resolve().parents[2]


def digest() -> list[object]:
    """Everything that is there, but for ids, references and hashes."""
    people = "nhs_number first_name family_name date_of_birth"
    contact = " gp_practice_code address postcode telephone email preferred_contact communication_needs"
    events = "sequence kind from_status to_status actor_name occurred_at reason outcome note snomed_code"
    referral = "status referrer_name owner__full_name next_action_on reason planned_discharge_on outcome ended_at"
    return [
        sorted(Person.objects.values_list(*people.split())),
        list(Referral.objects.order_by("id").values_list(*(referral + contact).split())),
        list(ReferralEvent.objects.order_by("id").values_list(*events.split(), "referral__person__family_name")),
        list(Attendance.objects.order_by("id").values_list("session_on", "result", "recorded_by__email")),
        sorted(OutboxMessage.objects.values_list("occurred_at", "recipient", "template")),
    ]


@pytest.mark.django_db
def test_the_same_seed_tells_the_same_year_and_another_seed_another():
    told = []
    for number in (7, 7, 8):
        savepoint = transaction.savepoint()
        seeding.seed(seed=number, now=NOW, size=20)
        told.append(digest())
        transaction.savepoint_rollback(savepoint)
    first, again, other = told
    assert first == again
    assert first[0] != other[0]


@pytest.mark.django_db(transaction=True)
def test_it_is_made_once(capsys):
    call_command("seed_demo", size=0, now=dt.datetime(2026, 11, 2, 9, tzinfo=LONDON))
    made = Referral.objects.count()
    assert made == len(NAMED_PEOPLE) + 1  # one of them was redirected
    assert f"Made {made} referrals" in capsys.readouterr().out

    call_command("seed_demo", "--if-empty")
    assert "There is data in this database already" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is data in this database already"):
        call_command("seed_demo")

    assert Referral.objects.count() == made


@pytest.mark.django_db(transaction=True)
def test_a_seeding_that_is_stopped_leaves_nothing_behind(monkeypatch):
    def stop(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(seeding, "count_uptake", stop)
    with pytest.raises(KeyboardInterrupt):
        call_command("seed_demo", "--size", "0", "--now", AT)

    assert connection.get_autocommit()
    assert not Referral.objects.exists()
    assert not User.objects.exists()
    assert not Organization.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["seed_demo", "demo_logins"])
def test_neither_runs_in_a_real_service(command, settings):
    settings.DEPLOYMENT = "production"
    with pytest.raises(CommandError, match="for a demonstration only, and DEPLOYMENT is 'production'"):
        call_command(command)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_logins_shown_can_sign_in_and_nobody_else(client, capsys):
    seeding.seed(seed=7, now=NOW, size=0)
    call_command("demo_logins")
    header, _, *shown = capsys.readouterr().out.splitlines()
    assert header.split() == ["Role", "Name", "Email", "Password"]
    assert [line.split()[-2:] for line in shown] == [[each.email, PASSWORD] for each in LOGINS]
    assert len({len(line) for line in shown}) == 1

    for each in LOGINS:
        answer = client.post(
            "/api/v1/tokens/", {"email": each.email, "password": PASSWORD}, content_type="application/json"
        )
        assert (answer.status_code, each.email) == (201, each.email)
    others = User.objects.exclude(email__in=[each.email for each in LOGINS])
    assert others.count() > 20
    assert [user for user in others if user.has_usable_password()] == []


@pytest.mark.django_db
def test_there_is_nobody_to_show_before_the_demonstration_is_made():
    with pytest.raises(CommandError, match=r"run manage\.py seed_demo"):
        call_command("demo_logins")


@pytest.mark.parametrize("module", ["demo.logins", "demo.named_people"])
def test_what_documents_and_the_journey_read_needs_no_django(module):
    check = f"import sys, {module}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=PROJECT, check=False).returncode == 0  # noqa: S603


def test_stories_are_told_in_the_order_of_time_until_the_present():
    heard = []

    def story(name, *hours):
        for hour in hours:
            yield dt.datetime(2026, 11, 2, hour, tzinfo=LONDON)
            heard.append((hour, name))

    tell(in_order([story("a", 9, 12, 16), story("b", 8, 12), in_order([story("c", 10)])]), until=NOW.replace(hour=12))

    assert heard == [(8, "b"), (9, "a"), (10, "c"), (12, "a"), (12, "b")]


def test_a_story_that_goes_back_in_time_is_refused():
    def story():
        yield NOW
        yield NOW - dt.timedelta(hours=1)

    with pytest.raises(ValueError, match="went back"):
        list(in_order([story()]))


def test_later_is_always_later_and_always_in_working_hours():
    rng = Random(1)
    at = on_day(rng, dt.date(2025, 12, 20))
    for _ in range(400):
        following = later(rng, at, 0, 2)
        local = following.astimezone(LONDON)
        assert following > at
        assert 8 <= local.hour < 18
        at = following


def test_working_days_are_counted_back_over_weekends_and_holidays():
    assert working_days_before(dt.date(2026, 11, 2), 1) == dt.date(2026, 10, 30)
    assert working_days_before(dt.date(2026, 12, 29), 2) == dt.date(2026, 12, 23)


def test_a_stem_without_a_check_digit_makes_no_number():
    assert nhs_number_from(999_000_109) is None
    assert nhs_number_from(999_000_001) == "9990000018"
