"""Many services are indexed at once, in tables of which the database knows little yet."""

import random

import pytest
from django.db import connection

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


@pytest.mark.parametrize("was_emptied", [False, True])
def test_a_service_costs_as_many_rows_among_many_as_among_few(at, was_emptied):
    """Of no table is more read than belongs to the service, by a plan made when the tables were all but empty too."""
    chance = random.Random(7)
    many = [made_up(each, chance) for each in range(400)]
    if was_emptied:
        import_feed(feed_name="Many", source="", records=many, at=at)
        Service.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE services_directory_service, services_directory_serviceentry")
    read_for_one = {}
    for size in (20, 400):
        import_feed(feed_name="Many", source="", records=many[:size], at=at)
        ids = list(Service.objects.values_list("pk", flat=True))
        before = rows_read()
        reindex(ids)
        read_for_one[size] = (rows_read() - before) / size

    assert ServiceEntry.objects.count() == 400
    assert read_for_one[400] < 1.5 * read_for_one[20]
    assert check_search_index() == []
