"""The search index from Python's side. The database keeps it by itself (docs/adr/0012-the-search-keeps-its-index.md);
this is for writing much at once, for making it anew, and for proving that it is right.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection

_DEPARTURES = """
    SELECT service_id FROM directory_entries(%(ids)s) AS right_one
    FULL JOIN (SELECT * FROM services_directory_serviceentry WHERE service_id = ANY (%(ids)s)) AS row USING (service_id)
    WHERE right_one IS DISTINCT FROM row
    UNION
    SELECT service_id FROM directory_cards(%(ids)s) AS right_one
    FULL JOIN (SELECT * FROM services_directory_servicecard WHERE service_id = ANY (%(ids)s)) AS row USING (service_id)
    WHERE right_one IS DISTINCT FROM row
    UNION
    SELECT coalesce(right_one.service_id, row.service_id) FROM directory_places(%(ids)s) AS right_one
    FULL JOIN (SELECT * FROM services_directory_placeentry WHERE service_id = ANY (%(ids)s)) AS row
        USING (service_at_location_id)
    WHERE right_one IS DISTINCT FROM row
    ORDER BY 1
"""


@contextmanager
def held() -> Iterator[None]:
    """Index what changes inside in one go at its end, not after each statement. Needs a transaction around it."""
    _run("SELECT directory_hold()")
    yield
    _run("SELECT directory_release()")


def reindex(service_ids: Sequence[UUID]) -> None:
    """Make the rows of the index for these services anew; what does not run has none."""
    _run("SELECT directory_reindex(%s)", [list(service_ids)])


def forget_words() -> None:
    """Empty the dictionary of words, for one to be filled by `reindex` that has no words of services long gone."""
    _run("DELETE FROM services_directory_searchword")


def departures(service_ids: Sequence[UUID]) -> list[UUID]:
    """Return those of these services whose rows of the index are not what they should be, by id."""
    with connection.cursor() as cursor:
        cursor.execute(_DEPARTURES, {"ids": list(service_ids)})
        return [row[0] for row in cursor.fetchall()]


def _run(statement: str, values: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
