"""Somebody in the tables by hand."""

import pytest
from django.db import connection

from tests.in_the_tables import no_trigger_looks


def broken(found):
    """What was found, without the rules that hold."""
    return {rule: references for rule, references in found.references.items() if references}


@pytest.fixture
def by_hand(db):
    """Work in the tables as whoever owns them could: no trigger stands in the way."""

    def run(statement, *values):
        words = statement.split()
        with no_trigger_looks(may_orphan=words[2:3] if words[0] == "DELETE" else ()) as database:
            database.execute(statement, values)
            assert database.rowcount > 0

    return run


@pytest.fixture
def without_checks(db):
    """Let rows in that a check of the database would refuse."""

    def drop(table, name):
        with connection.cursor() as database:
            database.execute("SET CONSTRAINTS ALL IMMEDIATE")
            database.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    return drop
