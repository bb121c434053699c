"""The tables as their owner can have them: no trigger of ours looks. A superuser is not needed, and not had."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

ARMED = """
SELECT format('%s TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger
WHERE NOT tgisinternal AND tgenabled = 'O' ORDER BY 1
"""
KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND confrelid::regclass::text = ANY(%s) ORDER BY 1, 2
"""
COPIES = """
INSERT INTO {table}
SELECT (jsonb_populate_record(one, jsonb_build_object(
    'id', (SELECT max(id) FROM {table}) + number,
    'reference', left(one.reference, 2) || '22222-' || translate(lpad(number::text, 5, '0'), '01', 'CD')
))).*
FROM {table} AS one, generate_series(1, 800) AS number WHERE one.id = %s
"""


@contextmanager
def no_trigger_looks(*, may_orphan: Sequence[str] = ()) -> Iterator[Any]:
    """Yield a cursor; what is done meanwhile is asked for by no trigger. Checks stay.

    :param may_orphan: tables from which rows may go to which others point; other foreign keys stay.
    """
    with transaction.atomic(), connection.cursor() as database:
        # What the services owe the triggers is settled before, or it would be held against them.
        database.execute("SET CONSTRAINTS ALL IMMEDIATE")
        database.execute("SET CONSTRAINTS ALL DEFERRED")
        database.execute(ARMED)
        armed = [name.split(" TRIGGER ") for (name,) in database.fetchall()]
        database.execute(";".join(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}" for table, trigger in armed))
        database.execute(KEYS, [list(may_orphan)])
        keys = database.fetchall()
        for table, key, _definition in keys:
            database.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
        yield database
        database.execute("SET CONSTRAINTS ALL IMMEDIATE")
        database.execute("SET CONSTRAINTS ALL DEFERRED")
        database.execute(";".join(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}" for table, trigger in armed))
        for table, key, definition in keys:  # what is there now is not asked
            database.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {key} {definition.removesuffix(' NOT VALID')} NOT VALID"
            )


def give_a_history(cursor: Any, table: str, ended: int) -> None:
    """Write 800 more like one that has ended, where `no_trigger_looks`: of one row every plan costs the same."""
    cursor.execute(COPIES.format(table=table), [ended])
    cursor.execute(f"ANALYZE {table}")
