"""Many services are indexed at once, in tables of which the database knows little yet."""

import random

import pytest
from django.db import connection, transaction

from benchmarks.made_up_services import service as made_up
from services_directory.models import Service, ServiceEntry
from services_directory.services import check_search_index, import_feed, reindex

pytestmark = pytest.mark.django_db


def rows_read():
    """Return how many rows of the directory this transaction has read so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables "
            "WHERE relname LIKE 'services_directory_%%'"
        )
        return int(cursor.fetchone()[0])


def emptied(many, at):
    """What was there is deleted, and the tables were counted afterwards."""
    import_feed(feed_name="Many", source="", records=many[:300], at=at)  # all would take a minute to delete
    Service.objects.all().delete()
    count()


def rolled_back(many, at):
    """The tables were counted by what was rolled back: PostgreSQL then keeps how many rows there were, and no more."""
    with transaction.atomic():
        import_feed(feed_name="Many", source="", records=many, at=at)
        count()
        transaction.set_rollback(True)


def count():
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('ANALYZE %I', tablename) FROM pg_tables WHERE tablename ~ '^services_directory_'")
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


@pytest.mark.parametrize("before", [lambda *_: None, emptied, rolled_back])
def test_of_many_services_no_more_is_read_than_their_own_rows(at, before):
    """Whatever the planner was told before, and by plans that were made when there were few.

    One of these services has thirteen rows, beside its organisation, term and taxonomy, each read three or four times.
    """
    chance = random.Random(7)
    many = [made_up(each, chance) for each in range(1500)]
    before(many, at)
    for size in (20, 400):
        import_feed(feed_name="Many", source="", records=many[:size], at=at)
        ids = list(Service.objects.values_list("pk", flat=True))
        begun = rows_read()
        reindex(ids)

    assert ServiceEntry.objects.count() == len(ids) == 400
    assert (rows_read() - begun) / len(ids) < 100
    assert check_search_index() == []
