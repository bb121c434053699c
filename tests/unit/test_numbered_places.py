"""A prepared statement as PostgreSQL takes it: its places have numbers, and a value that is named twice one of them."""

import pytest

from core.postgresql.base import _numbered


@pytest.mark.parametrize(
    ("written", "sent", "names"),
    [
        ("SELECT 1", b"SELECT 1", []),
        ("INSERT INTO t VALUES (%s, %s::text[], %s)", b"INSERT INTO t VALUES ($1, $2::text[], $3)", []),
        (
            "SELECT %(b)s WHERE a = ANY (%(a)s::uuid[]) OR c = %(b)s",
            b"SELECT $1 WHERE a = ANY ($2::uuid[]) OR c = $1",
            ["b", "a"],
        ),
        ("SELECT a LIKE '%%s' OR b %% 2 = %(rest)s", b"SELECT a LIKE '%s' OR b % 2 = $1", ["rest"]),
    ],
)
def test_places_are_numbered_as_they_come(written, sent, names):
    assert _numbered(written) == (sent, names)
