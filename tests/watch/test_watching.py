"""Whoever watches the service sees within a minute what is not well; and sees nobody."""

import datetime as dt
import logging
import re
import threading

import pytest
import redis
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django_guid import get_guid
from prometheus_client.parser import text_string_to_metric_families

from core import runs
from core.models import TaskRun
from insights.watch import broker, database, gauges, readiness
from notifications import tasks
from notifications.delivery import SWEEP, WORKER
from notifications.models import OutboxMessage
from tests.notifications.post_office import owe

NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
TOKEN = {"Authorization": "Bearer metrics-of-the-demo"}
ALL_WELL = {"database": True, "broker": True, "worker": True, "sweep": True, "messages": True}


@pytest.fixture
def running(db):
    """Redis answers, and a worker has just been seen."""
    runs.pulse(task=WORKER, at=NOON)
    runs.pulse(task=SWEEP, at=NOON)


def found(at):
    return {finding.part: finding.is_well for finding in readiness.findings(at=at)}


def test_alive_asks_nobody(client):
    answer = client.get("/healthz")  # without a database: this test has none
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_all_is_well(running):
    assert found(NOON + 30 * SECOND) == ALL_WELL


@pytest.mark.parametrize(
    ("seconds", "failing"),
    [(60, set()), (61, {"worker"}), (600, {"worker"}), (601, {"worker", "sweep"})],
)
def test_a_worker_that_is_silent_for_a_minute_and_a_sweep_for_ten_are_seen(running, seconds, failing):
    assert {part for part, is_well in found(NOON + seconds * SECOND).items() if not is_well} == failing


def test_nobody_was_ever_seen(db):
    said = {finding.part: finding.detail for finding in readiness.findings(at=NOON)}
    assert (said["worker"], said["sweep"]) == ("never seen", "never seen")


def test_redis_is_away(running, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert broker.queue_lengths() is None
    assert found(NOON) == ALL_WELL | {"broker": False}


def test_a_pulse_of_a_clock_that_was_an_hour_ahead_says_nothing(running):
    """The clock was set right, and the worker died: until one o'clock its pulse would be of a moment ago."""
    assert found(NOON - 3600 * SECOND) == ALL_WELL | {"worker": False, "sweep": False}


def test_a_database_that_hangs_is_not_waited_for(running, client, monkeypatch):
    """It takes the question and says nothing, as a stopped process does. No query ends by itself."""
    answers = threading.Event()
    monkeypatch.setattr(database, "_ask", lambda: answers.wait(30))
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    monkeypatch.setattr(database, "_asking", [])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["database"]) == (
        503, {"status": "failing", "detail": "no answer"},
    )  # fmt: skip
    assert "database_up 0.0" in client.get("/metrics", headers=TOKEN).content.decode()
    for _ in range(10):
        client.get("/readyz")
    assert len(database._asking) == database.MOST_ASKING  # a watcher that asks on and on holds no more than that
    answers.set()
    for thread in database._asking:
        thread.join(30)
    monkeypatch.undo()
    assert not database.hangs()
    assert found(NOON) == ALL_WELL


def test_the_database_is_away(running, monkeypatch):
    def gone(_):
        raise OperationalError("no host of that name: Ada")

    monkeypatch.setattr(readiness, "last_pulse", gone)
    monkeypatch.setattr(connection, "close", lambda: None)
    findings = {finding.part: (finding.is_well, finding.detail) for finding in readiness.findings(at=NOON)}
    assert findings == {
        "database": (False, "OperationalError"),
        "broker": (True, ""),
        "worker": (False, "not known without the database"),
        "sweep": (False, "not known without the database"),
        "messages": (False, "not known without the database"),
    }


def owed(**changes):
    message = owe(at=NOON)
    OutboxMessage.objects.filter(pk=message.pk).update(**changes)


@pytest.mark.parametrize(
    ("changes", "minutes", "is_well"),
    [
        ({}, 10, True),
        ({}, 11, False),  # nobody has taken it
        ({"attempts": 3, "available_at": NOON + dt.timedelta(minutes=12)}, 11, False),  # nobody could be reached
        ({"attempts": 3, "available_at": NOON + dt.timedelta(minutes=12), "deferrals": 2}, 11, True),  # it was refused
        ({"available_at": NOON + dt.timedelta(hours=9)}, 120, True),  # it is not to go before the evening
        ({"available_at": NOON + dt.timedelta(hours=9)}, 9 * 60 + 11, False),  # and that has passed
        ({"status": "failed", "failure": "refused"}, 600, True),  # somebody's task, and not late any more
    ],
)
def test_a_message_that_could_have_gone_ten_minutes_ago_is_seen(db, changes, minutes, is_well):
    owed(**changes)
    assert found(NOON + dt.timedelta(minutes=minutes))["messages"] is is_well


def test_the_monitor_is_told_by_the_status_alone(running, client, monkeypatch):
    monkeypatch.setattr("insights.api.watch.timezone.now", lambda: NOON)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")

    monkeypatch.setattr("insights.api.watch.timezone.now", lambda: NOON + 61 * SECOND)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert answer.json()["parts"]["worker"] == {"status": "failing", "detail": "last seen 61 s ago"}


@pytest.mark.django_db
def test_the_task_of_every_second_says_that_it_was_there(mailoutbox):
    tasks.deliver_due()
    assert set(runs.pulses()) == {SWEEP, WORKER}


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "metrics-of-the-demo"}])
def test_the_figures_are_for_who_has_the_token(client, headers):
    assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.django_db
def test_without_a_token_set_there_are_no_figures(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def figures(client):
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_the_figures_of_queues_outbox_clocks_and_runs(cast, referral_at, onward_at, client, monkeypatch):
    monkeypatch.setattr("insights.api.watch.timezone.now", lambda: NOON + dt.timedelta(days=60))
    referral_at("submitted")
    onward_at("sent")
    OutboxMessage.objects.all().delete()
    owed(status="failed", failure="refused", event_key="another")
    owed()
    TaskRun.objects.create(task="test.count", started_at=NOON, ended_at=NOON, outcome="done")
    monkeypatch.setattr(gauges, "queue_lengths", lambda: {"notifications": 3, "periodic": 0, "default": 0})

    said = figures(client)

    assert said["queue_tasks", "notifications"] == 3
    assert (said["broker_up",], said["database_up",]) == (1, 1)
    assert said["outbox_messages", "email", "due"] == 1
    assert said["outbox_messages", "email", "failed"] == 1
    assert said["outbox_oldest_unsent_seconds",] == 60 * 86400
    assert said["open_cases", "referral"] == 2
    assert said["open_cases", "onward_referral"] == 1
    assert said["overdue_cases", "next_action"] == 2
    assert said["overdue_cases", "provider_response"] == 1
    assert said["task_last_run_timestamp_seconds", "done", "test.count"] == NOON.timestamp()


def test_requests_are_counted_by_route_and_never_by_address(cast, referral_at, as_user, client):
    referral = referral_at("submitted")
    as_user(cast.gp).get(f"/api/v1/referrals/{referral.reference}/")
    client.get("/Ada-Example/")

    text = client.get("/metrics", headers=TOKEN).content.decode()

    assert re.search(
        r'http_requests_total\{method="GET",route="api/v1/\^?referrals/.*reference.*",status="200"\}', text
    )
    assert 'route="(no route)",status="404"' in text
    assert referral.reference not in text
    assert "Ada" not in text


def test_asking_costs_the_same_however_much_there_is(cast, referral_at, client):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            figures(client)
        return len(asked)

    before = queries()
    for _ in range(3):
        referral_at("submitted")
    assert queries() == before <= 10


@pytest.mark.django_db
def test_while_redis_and_database_are_away_the_requests_are_still_told(client, settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    client.get("/healthz")

    def gone(**_):
        raise OperationalError

    monkeypatch.setattr(gauges, "backlogs", gone)
    monkeypatch.setattr(connection, "close", lambda: None)
    said = figures(client)
    assert (said["broker_up",], said["database_up",]) == (0, 0)
    assert any(name == "http_requests_total" for name, *_ in said)


def test_a_request_has_an_id_from_the_browser_to_the_message_that_it_owed(
    cast, referral_at, as_user, mailoutbox, caplog, client
):
    referral = referral_at("submitted")
    given = "6f9e2f0c-3a52-4d3b-9f6b-0c6a4a3d5e11"
    answer = as_user(cast.link_worker).post(
        f"/api/v1/referrals/{referral.reference}/accept/",
        headers={"X-Request-ID": given, "If-Match": f'"{referral.version}"'},
    )
    assert (answer.status_code, answer["X-Request-ID"]) == (200, given)
    assert set(
        OutboxMessage.objects.filter(event_key__endswith=f":{referral.version + 1}").values_list(
            "request_id", flat=True
        )
    ) == {given}

    seen: list[str | None] = []

    def note(_: logging.LogRecord) -> bool:
        seen.append(get_guid())
        return True

    with caplog.at_level(logging.INFO):
        logging.getLogger("notifications.delivery").addFilter(note)
        tasks.deliver_due()
        logging.getLogger("notifications.delivery").filters.clear()
    assert given in seen


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["Ada-Example", "", "6f9e2f0c"])
def test_an_id_that_is_none_is_not_taken_over(client, given):
    assert re.fullmatch(
        r"[0-9a-f]{32}|[0-9a-f-]{36}", client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    )


def test_redis_that_hangs_is_not_waited_for(monkeypatch):
    def hang(*_, **__):
        raise redis.TimeoutError

    monkeypatch.setattr(redis.Redis, "llen", hang)
    assert broker.queue_lengths() is None
