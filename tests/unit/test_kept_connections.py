"""A connection that is kept from request to request is looked at before it is used, and made anew where it is gone."""

import psycopg
import pytest
from django.db import NotSupportedError, OperationalError, close_old_connections, connection, transaction
from rest_framework.test import APIClient

from accounts.services import issue_token
from core import statements
from core.models import TaskPulse
from tests import stage
from tests.standalone.stub_project import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def ask_by_a_kept_plan():
    return statements.ask("SELECT pg_backend_pid()", {})[0][0]


def from_elsewhere():
    return psycopg.connect(**connection.get_connection_params(), autocommit=True)


def end_from_elsewhere(pid):
    """End a connection as a server does that is stopped or restarted."""
    with from_elsewhere() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
        gone = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)"
        wait_until(lambda: other.execute(gone, [pid]).fetchone() == (True,), seconds=10)


@pytest.fixture(autouse=True)
def _whole_again():
    """Leave a connection that others can use."""
    yield
    connection.close()


def test_one_that_stands_is_kept_and_asked_nothing(monkeypatch):
    pid = ask()
    round_trips = []
    wait = psycopg.Connection.wait

    def counted(*given):
        round_trips.append(given)
        return wait(*given)

    monkeypatch.setattr(psycopg.Connection, "wait", counted)

    close_old_connections()  # what Django does when a request begins

    assert (ask(), len(round_trips)) == (pid, 1)


@pytest.mark.parametrize("ask", [ask, ask_by_a_kept_plan])
def test_one_that_the_server_has_ended_is_made_anew_before_it_is_needed(ask):
    pid = ask()
    end_from_elsewhere(pid)
    assert not connection.is_usable()

    close_old_connections()

    assert ask() != pid


@pytest.mark.parametrize("ask", [ask, ask_by_a_kept_plan])
def test_one_that_ends_in_the_middle_fails_once(ask):
    pid = ask()
    close_old_connections()
    ask()  # the request has begun
    end_from_elsewhere(pid)

    with pytest.raises(OperationalError):
        ask()

    close_old_connections()
    assert ask() != pid


def test_after_an_error_the_server_is_asked():
    ask()
    connection.errors_occurred = True
    assert connection.is_usable()

    end_from_elsewhere(ask())
    connection.errors_occurred = True
    assert not connection.is_usable()


@pytest.fixture
def widened():
    """A migration beside a running process: a column of a table is made longer, by one sign each time."""
    begun: dict[tuple[str, str], int] = {}

    def widen(table, column):
        with from_elsewhere() as other:
            length = "SELECT atttypmod - 4 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s"
            (now,) = other.execute(length, [table, column]).fetchone()
            begun.setdefault((table, column), now)
            other.execute(f"ALTER TABLE {table} ALTER {column} TYPE varchar({now + 1})")

    yield widen
    connection.close()
    with from_elsewhere() as other:
        for (table, column), length in begun.items():
            other.execute(f"ALTER TABLE {table} ALTER {column} TYPE varchar({length})")


def test_what_a_migration_has_changed_is_planned_anew(widened):
    def ask():
        return statements.ask("SELECT task FROM core_taskpulse", {})

    TaskPulse.objects.create(task="relay", at="2026-11-02T09:30Z")
    assert ask() == [("relay",)]
    widened("core_taskpulse", "task")
    assert ask() == [("relay",)]

    # In a transaction what was done before cannot be kept: it fails, and the next one does not.
    widened("core_taskpulse", "task")
    with pytest.raises(NotSupportedError, match="cached plan"), transaction.atomic():
        ask()
    with transaction.atomic():
        assert ask() == [("relay",)]

    # What was planned in a transaction that is rolled back is planned anew.
    for _ in range(2):
        with transaction.atomic():
            assert statements.ask("SELECT count(*) FROM core_taskpulse", {}) == [(1,)]
            transaction.set_rollback(True)
    assert statements.ask("SELECT count(*) FROM core_taskpulse", {}) == [(1,)]


def test_who_works_while_a_migration_runs_and_the_server_restarts_notices_little(widened, now):
    """Reading goes on. A step is refused with a 500 at most once, and nothing of it has happened."""
    town = stage.build_cast()
    first, second = (stage.referral_at(town, "submitted", at=now) for _ in range(2))
    token, _ = issue_token(user=town.link_worker)
    client = APIClient(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)

    def get(address=""):
        close_old_connections()  # as a request begins; the client of a test leaves it out
        return client.get(f"/api/v1/referrals/{address}").status_code

    def accept(referral):
        close_old_connections()
        return client.post(f"/api/v1/referrals/{referral.reference}/accept/", {}).status_code

    pages = ("", f"{first.reference}/", f"{first.reference}/events/", f"{first.reference}/contacts/")
    assert [get(page) for page in pages] == [200] * 4
    for table, column in (("knox_authtoken", "token_key"), ("referrals_referral", "outcome")):
        widened(table, column)
        assert [get(page) for page in pages] == [200] * 4, table
    assert accept(first) == 200

    widened("referrals_referral", "outcome")  # read whole by the step, in its transaction, and by nobody before
    assert (accept(second), list(second.events.values_list("kind", flat=True))) == (500, ["submit"])
    assert (accept(second), list(second.events.values_list("kind", flat=True))) == (200, ["submit", "accept"])

    end_from_elsewhere(ask())
    assert [get(page) for page in pages] == [200] * 4
