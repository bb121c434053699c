"""What a line of the log says, and what must not be in one."""

import json
import logging
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django_guid import clear_guid, set_guid

from core.logs import JsonLines, WithoutPersonalData, WithoutTheEverySecond
from core.signed_links import is_signed, signature_of


def written(record: logging.LogRecord) -> dict[str, Any]:
    assert WithoutPersonalData().filter(record) is True
    line: dict[str, Any] = json.loads(JsonLines().format(record))
    return line


def record_of(message: str, args: Any = (), *, name: str = "django.request", error: Any = None, **extra: Any) -> Any:
    record = logging.LogRecord(name, logging.WARNING, "path", 1, message, args, error)
    record.__dict__.update(extra)
    return record


def test_a_line_says_when_who_what_and_for_which_request():
    set_guid("0a1b")
    try:
        line = written(record_of("answered", name="core.middleware", method="GET", route="r", status=200, ms=1.5))
    finally:
        clear_guid()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "core.middleware",
        "request_id": "0a1b",
        "message": "answered",
        "method": "GET",
        "route": "r",
        "status": 200,
        "ms": 1.5,
    }


def test_what_a_library_hangs_on_a_record_does_not_come_along():
    line = written(record_of("Task done", name="celery.app.trace", data={"kwargs": "Ada Example"}, sql="Ada Example"))
    assert set(line) == {"time", "level", "logger", "request_id", "message"}
    assert "Ada" not in json.dumps(line)


@pytest.mark.parametrize(
    ("message", "args"),
    [("%s: %s", ("Gone", "/check/K-23456-789CD/aB3_x-9/")), ("Not Found: %s", ("/api/v1/people/Ada Example/",))],
)
def test_the_address_of_a_request_is_not_written_but_its_route(message, args):
    request = RequestFactory().get(args[-1])
    assert written(record_of(message, args, request=request))["message"] == message % (*args[:-1], "(no route)")


def test_what_celery_repeats_of_a_task_is_not_written():
    args = {"name": "referrals.expire_unanswered", "id": "1", "exc": "KeyError('Ada')", "traceback": "… 'Ada' …"}
    line = written(record_of("Task %(name)s[%(id)s] raised: %(exc)s %(traceback)s", (args,), name="celery.app.trace"))
    assert line["message"] == "Task referrals.expire_unanswered[1] raised: … …"


def test_what_django_finds_suspicious_is_told_by_its_kind():
    """It writes the words of the error as the line itself, without arguments: here a Host that somebody made up."""
    try:
        RequestFactory().get("/", headers={"host": "ada-example.example"}).get_host()
    except DisallowedHost as error:
        found = (type(error), error, error.__traceback__)
        line = written(record_of(str(error), name="django.security.DisallowedHost", error=found))
    assert line["message"] == "DisallowedHost"
    assert "ada-example" not in json.dumps(line)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Referer checking failed - https://gp.example/ada-example does not match any trusted origins.", "Referer"),
        ("Origin checking failed - https://ada-example.example does not match any trusted origins.", "Origin"),
    ],
)
def test_where_a_refused_form_came_from_is_not_written(reason, said):
    request = RequestFactory().post("/referrals/ada-example/")
    line = written(
        record_of("Forbidden (%s): %s", (reason, request.path), name="django.security.csrf", request=request)
    )
    assert line["message"] == f"Forbidden ({said} checking failed): (no route)"
    assert "ada" not in json.dumps(line)


def test_what_the_server_of_a_demonstration_answered_is_not_written_with_its_address():
    line = written(record_of('"%s" %s %s', ("GET /p/7K3M9-QXD24/ HTTP/1.1", "200", "4693"), name="django.server"))
    assert line["message"] == '"GET" 200 4693'


def test_what_a_task_that_nobody_knows_was_called_with_is_not_written():
    """As an older worker says it of a newer one's task, with the whole message."""
    args: tuple[Any, ...] = (
        KeyError("nobody.knows"),
        'b\'[[], {"name": "Ada"}]\' (96b)',
        {"kwargsrepr": "{'name': 'Ada'}"},
        {},
    )
    message = "Received unregistered task of type %s.\nThe full contents of the message body was:\n%s\n%s\n%s"
    line = written(record_of(message, args, name="celery.worker.consumer.consumer"))
    assert line["message"].startswith("Received unregistered task of type KeyError.")
    assert "Ada" not in json.dumps(line)


def test_an_error_is_told_by_its_kind_and_places_and_never_in_its_words():
    def fail() -> None:
        try:
            raise LookupError("no Ada Example")
        except LookupError as error:
            raise ExceptionGroup("Ada Example failed", [ValueError("Ada Example")]) from error

    try:
        fail()
    except ExceptionGroup:
        line = written(record_of("A bug: %s", (sys.exc_info()[1],), error=sys.exc_info()))
    assert line["message"] == "A bug: ExceptionGroup"
    assert [said for said in line["error"] if not said.startswith("  ")] == [
        "builtins.ExceptionGroup",
        "builtins.ValueError",
        "builtins.LookupError",
    ]
    assert any(said.endswith("in fail") for said in line["error"])
    assert "Ada" not in json.dumps(line)


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_repeated():
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_taskrun (task, started_at, outcome, figures, failure) "
                       "VALUES ('Ada Example', now(), 'vanished', '{}', '')")  # fmt: skip
    assert "Ada Example" in str(refusal.value)  # the error itself does say it

    error = (refusal.type, refusal.value, refusal.tb)
    line = written(record_of("could not expire", error=error))

    assert "Ada" not in json.dumps(line)
    assert "psycopg.errors.CheckViolation (23514, core_taskrun, run_ended_has_its_time)" in line["error"]


def test_every_second_is_not_worth_a_line_but_its_trouble_is():
    quiet = logging.LogRecord("celery", logging.INFO, "", 1, "Task notifications.deliver_due[1] received", (), None)
    loud = logging.LogRecord("celery", logging.ERROR, "", 1, "Task notifications.deliver_due[1] raised", (), None)
    assert [WithoutTheEverySecond().filter(record) for record in (quiet, loud)] == [False, True]


def test_the_log_is_written_through_the_filters_and_by_nobody_else():
    logging_settings: dict[str, Any] = settings.LOGGING
    assert logging_settings["handlers"]["console"]["filters"] == ["without_the_every_second", "without_personal_data"]
    assert logging_settings["root"]["handlers"] == ["console"]
    assert [logger.get("handlers", []) for logger in logging_settings["loggers"].values()] == [[], [], []]


def test_a_signature_is_worth_nothing_for_another_reference_or_purpose_or_key(settings):
    signature = signature_of("K-23456-789CD", purpose="listing-check")
    assert is_signed("K-23456-789CD", signature, purpose="listing-check")
    assert not is_signed("K-23456-789CF", signature, purpose="listing-check")
    assert not is_signed("K-23456-789CD", signature, purpose="another")
    assert not is_signed("K-23456-789CD", signature[:-1], purpose="listing-check")
    old_key, settings.SECRET_KEY = settings.SECRET_KEY, "another key altogether"
    assert not is_signed("K-23456-789CD", signature, purpose="listing-check")
    # A deployment that changes its key keeps the links that are out, as long as it names the old one.
    settings.SECRET_KEY_FALLBACKS = [old_key]
    assert is_signed("K-23456-789CD", signature, purpose="listing-check")
