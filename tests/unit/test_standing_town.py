"""A scene that is played again leaves the rows that it left when the services played it, and costs one statement."""

from django.db import connection, transaction

from tests import stage
from tests.conftest import NOW
from tests.standing_town import PATCHES, recorded


def _all_rows():
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT row.*::text FROM {table} AS row ORDER BY 1")  # noqa: S608
            rows[table] = cursor.fetchall()
    return rows


def test_a_scene_played_again_writes_row_for_row_what_the_services_wrote(cast):
    before = _all_rows()
    untouched = transaction.savepoint()
    scene = recorded(lambda: stage.onward_at(cast, "completed", at=NOW))
    as_played = _all_rows()
    transaction.savepoint_rollback(untouched)
    assert _all_rows() == before != as_played

    with connection.cursor() as cursor:
        cursor.execute(scene.statements)
    assert _all_rows() == as_played


def test_what_is_played_again_is_the_tests_own_and_only_the_first_thing_in_the_town(cast, referral_at, onward_at):
    first, second = referral_at("active"), referral_at("active")
    assert (first.pk, first.reference) != (second.pk, second.reference)
    assert onward_at("started", referral=second).referral == second


def test_nothing_asks_for_a_patch_on_behalf_of_every_test(request):
    """A test with a patch plays its scenes in full (`tests.standing_town`): if a plug-in patches all of them, none is
    ever played again, and the suite takes minutes more."""
    assert set(request.fixturenames) & PATCHES == set()
