"""The command that needs no Redis delivers to other systems, too, and its two halves live and die together."""

import datetime as dt
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError

from core.runs import last_pulse
from notifications import delivery
from notifications.management.commands import relay
from notifications.models import OutboxMessage
from notifications.webhooks import delivery as webhooks
from tests.conftest import NOW
from tests.notifications.post_office import owe as owe_an_email
from tests.webhooks.receiver import verified


@pytest.fixture
def secret(cast, register, receiver, time_machine):
    time_machine.move_to(NOW)
    return register(cast.team, receiver.url)[1]


@pytest.mark.django_db
def test_once_it_delivers_to_people_and_to_other_systems(secret, tell, receiver, mailoutbox):
    tell()
    owe_an_email(at=NOW)
    call_command("relay", "--once", stdout=StringIO())
    assert [verified(request, secret)["type"] for request in receiver.requests] == ["referral.accepted"]
    assert len(mailoutbox) == 1
    assert set(OutboxMessage.objects.values_list("status", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_until_told_to_stop_and_waits_for_a_database_that_is_away(
    secret, tell, receiver, monkeypatch, caplog
):
    stop, tries, deliver = threading.Event(), [], webhooks.deliver_due

    def deliver_due(**how):
        tries.append(how["seconds"])
        if len(tries) == 1:
            raise OperationalError("the connection is closed")
        if len(tries) == 3:
            stop.set()
        return deliver(**how)

    monkeypatch.setattr(webhooks, "deliver_due", deliver_due)
    monkeypatch.setattr(relay, "IDLE_SECONDS", 0)
    tell()
    relay.Command()._relay_webhooks(stop)
    assert (len(tries), len(receiver.requests)) == (3, 1)
    assert "The relay of webhooks lost the database, and tries again." in caplog.messages
    seen = last_pulse(webhooks.WEBHOOKS)
    assert seen is not None
    assert abs(seen - NOW) < dt.timedelta(minutes=5)


@pytest.mark.parametrize("half", [(webhooks, "deliver_due"), (delivery, "deliver_batch")])
@pytest.mark.django_db(transaction=True)
def test_a_bug_in_one_half_ends_both_and_is_no_silence(monkeypatch, half):
    def bug(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(webhooks, "deliver_due", lambda **_: delivery.Report())
    monkeypatch.setattr(delivery, "deliver_batch", lambda **_: delivery.Report())
    monkeypatch.setattr(*half, bug)
    monkeypatch.setattr(relay, "IDLE_SECONDS", 0.01)
    with pytest.raises(ZeroDivisionError):
        call_command("relay", stdout=StringIO())
