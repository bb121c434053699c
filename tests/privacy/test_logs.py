"""The same life, with everything that can go wrong on the way; then every line that was logged is searched.

The log is the service's own: its formatter and its filters, on the root of all loggers, as the settings have it.
"""

import io
import logging
import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.db import DatabaseError
from django.utils import timezone

from core import runs
from core.logs import JsonLines, WithoutPersonalData, WithoutTheEverySecond
from core.tasks import periodic_task
from notifications import tasks
from referrals.api import views
from referrals.services import onward
from tests.notifications.post_office import owe
from tests.privacy.conftest import Life, Markers, given_away


class Logs:
    """What the service would have written, and what a careless one would."""

    def __init__(self) -> None:
        self.written, self.careless = io.StringIO(), io.StringIO()
        ours, plain = logging.StreamHandler(self.written), logging.StreamHandler(self.careless)
        ours.setFormatter(JsonLines())
        for each in (WithoutTheEverySecond(), WithoutPersonalData()):
            ours.addFilter(each)
        self.handlers = (plain, ours)  # the careless one first: a filter changes what comes after


@pytest.fixture
def logs() -> Iterator[Logs]:
    found, root = Logs(), logging.getLogger()
    level = root.level
    root.setLevel(logging.INFO)
    for handler in found.handlers:
        root.addHandler(handler)
    yield found
    for handler in found.handlers:
        root.removeHandler(handler)
    root.setLevel(level)


def refuse(*_: Any, **__: Any) -> None:
    raise smtplib.SMTPRecipientsRefused({"zqmail@people.example": (550, b"no Zqrosina Zqokaforova here")})


def test_no_line_of_the_log_names_anybody_whatever_goes_wrong(
    cast, life: Life, markers: Markers, as_user, client, logs: Logs, monkeypatch
):
    referral = life.refer()
    life.onward_at("sent")
    gita = as_user(cast.gp)
    gita.raise_request_exception = False
    marker = markers.new()

    # refused: what was written comes back to who wrote it, and goes nowhere else
    gita.post("/api/v1/referrals/", {**life.body, "reason": marker, "person": {**life.body["person"], "sex": "f"}})
    gita.post("/api/v1/referrals/", marker, content_type="text/plain")
    gita.get("/api/v1/referrals/", {"search": "Zqokaforova", "page_size": marker})
    client.get("/people/Zqrosina Zqokaforova/")
    gita.get("/api/v1/people/9990000026/")
    gita.get("/healthz", headers={"X-Request-ID": "Zqokaforova-Zqrosina"})
    client.post("/sign-in/", {"login": "zqmail@people.example", "password": marker})

    # bugs: their words name the person, as a database's do
    def bug(*_: Any, **__: Any) -> None:
        raise DatabaseError(f"Failing row contains (Zqrosina, Zqokaforova, 1951-03-27, {marker})")

    monkeypatch.setattr(views.ReferralViewSet, "retrieve", bug)
    assert gita.get(f"/api/v1/referrals/{referral.reference}/").status_code == 500
    monkeypatch.setattr(onward, "take_onward_step", bug)
    onward.expire_unanswered(at=life.at().replace(year=2030))

    # a task that fails, with what it was told
    @periodic_task(name="test.fails")
    def fails(_: Any) -> runs.Figures:
        raise LookupError(f"Zqrosina Zqokaforova {marker}")

    current_app.tasks["test.fails"].apply(kwargs={"person": "Zqrosina Zqokaforova"})
    current_app.tasks.pop("test.fails")

    # a mail server that repeats the address
    owe(recipient="zqmail@people.example", at=timezone.now())
    monkeypatch.setattr(mail.get_connection().__class__, "send_messages", refuse)
    tasks.deliver_due()
    monkeypatch.undo()

    life.live()
    tasks.deliver_due()

    written, careless = logs.written.getvalue(), logs.careless.getvalue()
    assert given_away(written, markers) == []
    assert {"Zqrosina", "Zqokaforova", marker} <= set(given_away(careless, markers))  # it would have been there
    for line in ("DatabaseError", "LookupError", "could not expire", "is given up", "answered"):
        assert line in written, line
