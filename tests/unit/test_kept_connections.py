"""A connection that is kept from request to request is looked at before it is used, and made anew where it is gone."""

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection

from tests.standalone.stub_project import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end_from_elsewhere(pid):
    """End a connection as a server does that is stopped or restarted."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
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


def test_one_that_the_server_has_ended_is_made_anew_before_it_is_needed():
    pid = ask()
    end_from_elsewhere(pid)
    assert not connection.is_usable()

    close_old_connections()

    assert ask() != pid


def test_one_that_ends_in_the_middle_fails_once():
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
