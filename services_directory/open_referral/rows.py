"""Rows written in bulk: new ones by COPY, which is what PostgreSQL takes fastest; known ones by an upsert."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg.types.json import Jsonb

from services_directory.open_referral.values import Fields

_NOTHING: dict[type, str] = {dict: "{}", list: "[]"}


def existing(model: type[models.Model], ids: Iterable[str], *columns: str) -> list[tuple[Any, ...]]:
    """Return `id` and the named columns of the rows that have one of the ids; ids as text."""
    # As PostgreSQL writes arrays: to have a thousand ids written one by one costs more than to find them.
    wanted = f"{{{','.join(ids)}}}"
    if wanted == "{}":
        return []
    names = ", ".join(f'"{name}"::text' if name.endswith("_id") else f'"{name}"' for name in columns)
    asked = f"id::text{', ' if names else ''}{names}"
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {asked} FROM "{model._meta.db_table}" WHERE id = ANY(%s::uuid[])', [wanted])  # noqa: S608
        return list(cursor.fetchall())


def write(model: type[models.Model], rows: Sequence[Fields], *, known: Iterable[str], update: Sequence[str]) -> None:
    """Write rows, each with every value or with the model's own default for it.

    :param known: the ids of rows that are there already; of these only the fields named by `update` are written over.
    """
    there = set(known)
    copy_in(model, [row for row in rows if row["id"] not in there] if there else rows)
    changed = [row for row in rows if row["id"] in there] if there else []
    if changed:
        model._default_manager.bulk_create(
            [model(**row) for row in changed], update_conflicts=True, unique_fields=["id"], update_fields=update
        )


def copy_in(model: type[models.Model], rows: Sequence[Fields]) -> None:
    """Write new rows by COPY; the constraints of the table hold as ever."""
    if not rows:
        return
    names, defaults, documents = _columns(model)
    columns = ", ".join(f'"{column}"' for column in names.values())
    in_order = itemgetter(*names)
    statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            values = defaults | row
            for name in documents:
                if name in row:
                    values[name] = Jsonb(row[name]) if row[name] else _NOTHING[type(row[name])]
            copy.write_row(in_order(values))


def every_field(model: type[models.Model]) -> list[str]:
    """Return the names of all fields that an upsert may write over."""
    return [column.name for column in model._meta.concrete_fields if not column.primary_key]


@cache
def _columns(model: type[models.Model]) -> tuple[dict[str, str], Fields, tuple[str, ...]]:
    """Return the columns by field, the default of each, and which hold documents."""
    fields = [column for column in model._meta.concrete_fields if not getattr(column, "generated", False)]
    names = {column.attname: str(column.column) for column in fields}
    defaults = {column.attname: column.get_default() for column in fields if not column.primary_key}
    # Nothing in it, as PostgreSQL writes it: to have it worked out for each row costs more than the row.
    defaults |= {
        column.attname: json.dumps(defaults[column.attname])
        for column in fields
        if isinstance(column, models.JSONField)
    }
    defaults |= {column.attname: "{}" for column in fields if isinstance(column, ArrayField)}
    documents = tuple(column.attname for column in fields if isinstance(column, models.JSONField))
    return names, defaults, documents
