"""Somebody in the tables by hand."""

import pytest
from django.db import connection


@pytest.fixture
def by_hand(db):
    """Work in the tables as somebody with psql could: no trigger and no check stands in the way."""

    def run(statement, *values):
        with connection.cursor() as database:
            # What the services owe the triggers is settled before, or it would be held against them.
            database.execute("SET CONSTRAINTS ALL IMMEDIATE")
            database.execute("SET CONSTRAINTS ALL DEFERRED")
            database.execute("SET LOCAL session_replication_role = replica")
            database.execute(statement, values)
            assert database.rowcount > 0
            database.execute("SET LOCAL session_replication_role = origin")

    return run


@pytest.fixture
def without_checks(db):
    """Let rows in that a check of the database would refuse."""

    def drop(table, name):
        with connection.cursor() as database:
            database.execute("SET CONSTRAINTS ALL IMMEDIATE")
            database.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    return drop
